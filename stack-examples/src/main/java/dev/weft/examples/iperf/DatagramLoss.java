package dev.weft.examples.iperf;

/**
 * What has become of the datagrams of a stream, from the numbers and time stamps of those that came: lost, out of order, and the
 * jitter of RFC 1889 §6.3.1 (now RFC 3550 §6.4.1). One thread adds, any may read.
 */
final class DatagramLoss {

    private static final double JITTER_GAIN = 1 / 16.0;

    private volatile long highest;
    private volatile long lost;
    private volatile long outOfOrder;
    private volatile double jitterNanos;
    private long lastTransit;
    private boolean any;

    /** Takes down a datagram; {@code sentNanos} is on another clock than {@code nowNanos}, which does not matter. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
    void add(long number, long sentNanos, long nowNanos) {
        if (number > highest) {
            lost = lost + number - highest - 1;
            highest = number;
        } else {
            outOfOrder = outOfOrder + 1;
            // It was counted as lost when a later one overtook it.
            if (lost > 0) {
                lost = lost - 1;
            }
        }
        long transit = nowNanos - sentNanos;
        if (any) {
            jitterNanos = jitterNanos + (Math.abs(transit - lastTransit) - jitterNanos) * JITTER_GAIN;
        }
        any = true;
        lastTransit = transit;
    }

    /** The highest number that came, so many were sent at least. */
    long highest() {
        return highest;
    }

    long lost() {
        return lost;
    }

    long outOfOrder() {
        return outOfOrder;
    }

    double jitterMillis() {
        return jitterNanos / 1e6;
    }
}
