package dev.weft.runtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/**
 * Who tells the time and who waits for it. Every wait of the stack goes through a clock, so that a test can hand in one
 * whose time it moves itself ({@link VirtualClock}).
 *
 * <p>A clock's time begins near 0 and is never negative, so deadlines are compared with {@code <} and the largest long
 * can mean never. Times of two clocks have nothing to do with each other. Safe for use by any thread.
 */
public interface NanoClock {

    /** The deadline that never comes. */
    long FOREVER = Long.MAX_VALUE;

    /** Nanoseconds since about when the clock was made; never negative, never less than it was. */
    long nanoTime();

    /** The time of day, for people and for protocols that send it. It may jump; nothing is timed by it. */
    Instant wallTime();

    /**
     * Parks the calling thread until it is unparked, interrupted, or for no reason; see
     * {@link #parkUntil(Object, long)}.
     */
    default void park(Object blocker) {
        LockSupport.park(blocker);
    }

    /**
     * Parks the calling thread until it is unparked (also if that was before), interrupted, the deadline comes, or for no
     * reason at all: who calls it checks what it waits for in a loop. Returns at once when the thread is interrupted and
     * leaves that status set.
     *
     * @param blocker what the thread waits for, as thread dumps show it
     * @param deadlineNanos in this clock's time; past ones return at once, {@link #FOREVER} never comes
     */
    void parkUntil(Object blocker, long deadlineNanos);

    /** Wakes {@code thread}, or lets its next park return at once. {@code null} is ignored. */
    default void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    /**
     * Suspends the calling thread for {@code duration} of this clock's time, not at all if it is not positive.
     *
     * @throws InterruptedException if the thread is or becomes interrupted; the status is cleared
     */
    default void sleep(Duration duration) throws InterruptedException {
        long deadline = deadline(nanoTime(), duration);
        while (true) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (nanoTime() >= deadline) {
                return;
            }
            parkUntil(this, deadline);
        }
    }

    /** The clock of this machine, the same one at each call. */
    static NanoClock system() {
        return SystemClock.INSTANCE;
    }

    /**
     * {@code now} plus {@code duration}: {@code now} where that is negative, {@link #FOREVER} where it is longer than a
     * long of nanoseconds, so {@code Duration.ofSeconds(Long.MAX_VALUE)} says "never".
     */
    static long deadline(long now, Duration duration) {
        if (duration.isNegative()) {
            return now;
        }
        if (duration.getSeconds() >= FOREVER / 1_000_000_000) {
            return FOREVER;
        }
        long deadline = now + duration.toNanos();
        return deadline < 0 ? FOREVER : deadline;
    }
}
