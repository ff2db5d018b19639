package dev.weft.device.memory;

import java.util.Arrays;

/**
 * Who waits before a {@link Bottleneck}, reckoned and not run: the rate is constant and the order that of arrival, so that
 * the time at which a frame will have been sent is known when it comes. It is told the time, which must not go back; one
 * thread at a time.
 */
final class BottleneckQueue {

    /** What {@link #admit} says to a frame for which there is no room. */
    static final long FULL = -1;

    private static final long BITS_TIMES_NANOS = 8 * 1_000_000_000L;

    private final Bottleneck bottleneck;
    // A ring of those that wait: when each begins to be sent, and its bytes.
    private long[] begins = new long[64];
    private int[] lengths = new int[64];
    private int first;
    private int waiting;
    private long waitingBytes;
    private long idleFrom;
    private long remainder;                 // parts of a nanosecond that sending has taken beyond idleFrom, in 1/rate
    private boolean congested;

    private long frames;
    private long bytes;
    private long waitedNanos;
    private long longestWait;
    private int mostFrames;
    private long mostBytes;

    BottleneckQueue(Bottleneck bottleneck) {
        this.bottleneck = bottleneck;
    }

    /** When a frame that comes now will have been sent to its last bit, or {@link #FULL}. */
    long admit(long now, int length) {
        long begin = now;
        long end = now;
        congested = false;
        if (bottleneck.bitsPerSecond() > 0) {
            forgetSent(now);
            begin = Math.max(now, idleFrom);
            if (begin > now && (waiting >= bottleneck.queueFrames() || waitingBytes + length > bottleneck.queueBytes())) {
                return FULL;
            }
            congested = waitingBytes > bottleneck.markAbove();
            if (begin > now) {
                append(begin, length);
            } else if (now > idleFrom) {
                remainder = 0;
            }
            long work = length * BITS_TIMES_NANOS + remainder;
            end = begin + work / bottleneck.bitsPerSecond();
            remainder = work % bottleneck.bitsPerSecond();
            idleFrom = end;
        }
        frames++;
        bytes += length;
        waitedNanos += begin - now;
        longestWait = Math.max(longestWait, begin - now);
        return end;
    }

    /** Whether more bytes waited than the threshold of marks when the last frame was admitted. */
    boolean isCongested() {
        return congested;
    }

    /** What passed so far. */
    QueueReport report() {
        return new QueueReport(frames, bytes, waitedNanos, longestWait, mostFrames, mostBytes);
    }

    private void forgetSent(long now) {
        while (waiting > 0 && begins[first] <= now) {
            waitingBytes -= lengths[first];
            waiting--;
            first = first + 1 & begins.length - 1;
        }
    }

    private void append(long begin, int length) {
        if (waiting == begins.length) {
            grow();
        }
        int at = first + waiting & begins.length - 1;
        begins[at] = begin;
        lengths[at] = length;
        waiting++;
        waitingBytes += length;
        mostFrames = Math.max(mostFrames, waiting);
        mostBytes = Math.max(mostBytes, waitingBytes);
    }

    private void grow() {
        int old = begins.length;
        long[] moreBegins = Arrays.copyOf(begins, old * 2);
        int[] moreLengths = Arrays.copyOf(lengths, old * 2);
        // What lay before first continues behind the old end.
        System.arraycopy(begins, 0, moreBegins, old, first);
        System.arraycopy(lengths, 0, moreLengths, old, first);
        begins = moreBegins;
        lengths = moreLengths;
    }
}
