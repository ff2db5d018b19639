package dev.weft.device.memory;

/**
 * The slowest hop of a line: it sends one frame after the other at its rate, and those that come meanwhile wait in its queue, in
 * order. What the queue has no room for is dropped, the newest first (drop-tail).
 *
 * <p>A frame counts with all its bytes as the device has them, the Ethernet header included, preamble and checksum of a real
 * wire not. The frame that is being sent does not wait any more: an idle line takes any frame.
 *
 * @param bitsPerSecond how fast it sends, 1 to 10<sup>12</sup>; 0 for no bottleneck, so that nothing ever waits
 * @param queueFrames how many frames wait at most, 0 to 1,000,000
 * @param queueBytes how many bytes wait at most, at least 0
 * @param markAbove from how many waiting bytes on a frame that comes gets the mark CE, where its sender is capable of ECN
 *     (RFC 3168 §5); others pass as they are. {@link Long#MAX_VALUE} for never. A step at the queue's entrance, as RFC 8257 §3.1
 *     wants it of a switch
 */
public record Bottleneck(long bitsPerSecond, int queueFrames, long queueBytes, long markAbove) {

    /** The longest queue in frames. */
    public static final int MOST_FRAMES = 1_000_000;
    /** No bottleneck. */
    public static final Bottleneck NONE = new Bottleneck(0, 1000, Long.MAX_VALUE, Long.MAX_VALUE);

    private static final long FASTEST = 1_000_000_000_000L;

    /** Checks the ranges. */
    public Bottleneck {
        check(bitsPerSecond >= 0 && bitsPerSecond <= FASTEST, "rate", bitsPerSecond, "0 to 10^12 bit/s");
        check(queueFrames >= 0 && queueFrames <= MOST_FRAMES, "limit of waiting frames", queueFrames, "0 to 1000000");
        check(queueBytes >= 0, "limit of waiting bytes", queueBytes, "at least 0");
        check(markAbove >= 0, "threshold of marks", markAbove, "at least 0 bytes");
    }

    /** A bottleneck of this rate before which 1,000 frames wait at most, unmarked. */
    public static Bottleneck of(long bitsPerSecond) {
        return new Bottleneck(bitsPerSecond, NONE.queueFrames, NONE.queueBytes, NONE.markAbove);
    }

    /** With at most so many frames waiting. */
    public Bottleneck queueFrames(int most) {
        return new Bottleneck(bitsPerSecond, most, queueBytes, markAbove);
    }

    /** With at most so many bytes waiting. */
    public Bottleneck queueBytes(long most) {
        return new Bottleneck(bitsPerSecond, queueFrames, most, markAbove);
    }

    /** With marks from so many waiting bytes on. */
    public Bottleneck markAbove(long bytes) {
        return new Bottleneck(bitsPerSecond, queueFrames, queueBytes, bytes);
    }

    private static void check(boolean legal, String what, long value, String range) {
        if (!legal) {
            throw new IllegalArgumentException(what + " " + value + " is out of range: " + range);
        }
    }
}
