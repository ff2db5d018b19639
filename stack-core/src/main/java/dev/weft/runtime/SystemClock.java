package dev.weft.runtime;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** The machine's own clock. {@link System#nanoTime()} may begin anywhere, so time is counted from the first use. */
final class SystemClock implements NanoClock {

    static final SystemClock INSTANCE = new SystemClock();

    private final long origin = System.nanoTime();

    private SystemClock() {
    }

    @Override
    public long nanoTime() {
        return System.nanoTime() - origin;
    }

    @Override
    public Instant wallTime() {
        return Instant.now();
    }

    @Override
    public void parkUntil(Object blocker, long deadlineNanos) {
        if (deadlineNanos == FOREVER) {
            LockSupport.park(blocker);
            return;
        }
        long left = deadlineNanos - nanoTime();
        if (left > 0) {
            LockSupport.parkNanos(blocker, left);
        }
    }

    @Override
    public String toString() {
        return "system clock";
    }
}
