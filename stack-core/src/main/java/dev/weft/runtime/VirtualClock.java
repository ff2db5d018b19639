package dev.weft.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that stands still until it is told to go on. Threads that park until a deadline are kept in a queue and woken
 * when {@link #advance}, {@link #advanceTo} or {@link #advanceToNextDeadline} reaches it: earliest first, and among equal
 * deadlines in the order they parked, so that a run can be repeated.
 *
 * <p>There are two ways to use it. A test that runs protocol cores advances the clock itself. A scheduler that sees all
 * threads calls {@link #advanceToNextDeadline()} whenever none of them can run: whole blocking programs then run in
 * virtual time, and an hour of waiting takes as long as the work in it.
 *
 * <p>Safe for use by any thread. Woken threads run when their scheduler lets them: {@code advance} does not wait for them.
 */
public final class VirtualClock implements NanoClock {

    private final Instant start;
    private final ReentrantLock lock = new ReentrantLock();               // never held while parked; nothing is called back
    private final PriorityQueue<Sleeper> sleepers = new PriorityQueue<>();// guarded by lock
    private long arrivals;                                                // guarded by lock
    private volatile long now;                                            // written under lock

    private record Sleeper(long deadline, long arrival, Thread thread) implements Comparable<Sleeper> {
        @Override
        public int compareTo(Sleeper other) {
            int order = Long.compare(deadline, other.deadline);
            return order != 0 ? order : Long.compare(arrival, other.arrival);
        }
    }

    /** A clock at 0 whose day begins on 1 January 2026, UTC. */
    public VirtualClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A clock at 0, when it is {@code start} on the wall. */
    public VirtualClock(Instant start) {
        this.start = start;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant wallTime() {
        return start.plusNanos(now);
    }

    @Override
    public void parkUntil(Object blocker, long deadlineNanos) {
        if (deadlineNanos == FOREVER) {
            LockSupport.park(blocker);
            return;
        }
        Sleeper sleeper;
        lock.lock();
        try {
            if (deadlineNanos <= now) {
                return;
            }
            sleeper = new Sleeper(deadlineNanos, arrivals++, Thread.currentThread());
            sleepers.add(sleeper);
        } finally {
            lock.unlock();
        }
        LockSupport.park(blocker);
        if (now < deadlineNanos) {
            remove(sleeper);
        }
    }

    /** Lets {@code duration} pass and wakes whose deadline comes with it. */
    public void advance(Duration duration) {
        advanceTo(NanoClock.deadline(now, duration));
    }

    /**
     * Sets the time and wakes whose deadline comes with it; an earlier time than it is now changes nothing.
     *
     * @throws IllegalArgumentException for {@link #FOREVER}, which never comes
     */
    public void advanceTo(long nanos) {
        if (nanos == FOREVER) {
            throw new IllegalArgumentException("a clock cannot be advanced to FOREVER");
        }
        lock.lock();
        try {
            now = Math.max(now, nanos);
            while (!sleepers.isEmpty() && sleepers.peek().deadline <= now) {
                // Unparking marks a thread as able to run and never runs it, so it may be done under the lock; doing so
                // keeps the order of waking the order of deadlines when two threads advance at once.
                LockSupport.unpark(sleepers.poll().thread);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The earliest deadline a thread is parked for, or {@link #FOREVER}. */
    public long nextDeadline() {
        lock.lock();
        try {
            return sleepers.isEmpty() ? FOREVER : sleepers.peek().deadline;
        } finally {
            lock.unlock();
        }
    }

    /** Advances to {@link #nextDeadline()} and wakes who waits for it; false when nobody waits for any. */
    public boolean advanceToNextDeadline() {
        long next = nextDeadline();
        if (next == FOREVER) {
            return false;
        }
        advanceTo(next);
        return true;
    }

    private void remove(Sleeper sleeper) {
        lock.lock();
        try {
            sleepers.remove(sleeper);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return "virtual clock at " + Duration.ofNanos(now);
    }
}
