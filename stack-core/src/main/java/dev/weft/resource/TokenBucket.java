package dev.weft.resource;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A rate limit: {@code burst} at once, and {@code perSecond} in the long run. It is told the time, so it has no clock.
 * Never waits, makes no garbage, safe for use by any thread.
 *
 * <p>In place of a count of tokens it keeps the time at which the bucket will be full again (the generic cell rate
 * algorithm, ITU-T I.371): each token taken puts that time off by one interval, and none is given that would put it
 * further off than the burst lasts. One number can be swapped atomically, two could not.
 */
public final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final long interval;
    private final long tolerance;
    private final AtomicLong fullAt = new AtomicLong(Long.MIN_VALUE);

    /**
     * A full bucket.
     *
     * @param perSecond tokens a second, from one in a day to 10⁹
     * @param burst tokens a full bucket holds, at least 1
     * @throws IllegalArgumentException if either is out of range
     */
    public TokenBucket(double perSecond, int burst) {
        if (!(perSecond >= 1.0 / 86_400) || perSecond > NANOS_PER_SECOND || burst < 1) {
            throw new IllegalArgumentException("no bucket gives " + perSecond + " a second and " + burst + " at once");
        }
        this.interval = Math.round(NANOS_PER_SECOND / perSecond);
        // Far beyond any clock's time there is no difference between a long burst and an endless one.
        this.tolerance = (long) Math.min((double) interval * (burst - 1), Long.MAX_VALUE >> 2);
    }

    /**
     * Takes a token if there is one.
     *
     * @param nowNanos the time of a monotonic clock; where it is behind an earlier call's, no token is gained by it
     */
    public boolean tryTake(long nowNanos) {
        long full;
        long base;
        do {
            full = fullAt.get();
            base = Math.max(full, nowNanos);
            if (base - nowNanos > tolerance) {
                return false;
            }
        } while (!fullAt.compareAndSet(full, base + interval));
        return true;
    }
}
