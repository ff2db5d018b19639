package dev.weft.udp;

import dev.weft.runtime.NanoClock;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that wait for one socket, first come, first served. The first is in a field of its own, where a reader finds
 * it without a lock; the others stand behind it, and one moves up when it leaves.
 *
 * <p>Whoever has news changes the state first and wakes after; a waiter enlists first and looks at the state after. A
 * waiter that leaves wakes the one who moved up where there is still something to take, so a wake-up that came as it was
 * leaving is not lost.
 */
final class Waiters {

    private final NanoClock clock;
    /** Held to enlist and to leave; threads are unparked under it, which runs nobody. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Thread first;                       // written under lock
    private Queue<Thread> others;                        // guarded by lock; null until a second thread waits

    Waiters(NanoClock clock) {
        this.clock = clock;
    }

    void enlist(Thread thread) {
        lock.lock();
        try {
            if (first == null) {
                first = thread;
            } else {
                others = others == null ? new ArrayDeque<>(4) : others;
                others.add(thread);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a thread out; returns the one that is the first in its place now, or null when nobody moved up. */
    Thread leave(Thread thread) {
        lock.lock();
        try {
            if (first != thread) {
                others.remove(thread);
                return null;
            }
            first = others == null ? null : others.poll();
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes the first. Any thread; takes no lock. */
    void wakeFirst() {
        Thread thread = first;
        if (thread != null) {
            clock.unpark(thread);
        }
    }

    /** Wakes all. */
    void wakeAll() {
        lock.lock();
        try {
            clock.unpark(first);
            if (others != null) {
                others.forEach(clock::unpark);
            }
        } finally {
            lock.unlock();
        }
    }
}
