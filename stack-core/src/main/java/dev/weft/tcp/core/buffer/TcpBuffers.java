package dev.weft.tcp.core.buffer;

/**
 * How large the buffers of a connection are, in bytes. A buffer whose largest size is above its first is tuned: it grows
 * as the path needs it. One whose sizes are equal keeps that size. Memory is taken as bytes come, never ahead.
 *
 * @param send bytes that may be queued, sent or not, before the peer has acknowledged them, to begin with; at least 1
 * @param largestSend up to which that grows, see {@code SendTuning}; up to 2<sup>30</sup>
 * @param receive bytes the peer may send before the application consumes them, to begin with; at least 1
 * @param largestReceive up to which that grows, see {@code ReceiveTuning}; decides the window scale, which cannot change
 *     after the SYN (RFC 7323 §2.3). Up to 2<sup>30</sup>
 */
public record TcpBuffers(int send, int largestSend, int receive, int largestReceive) {

    /** The default: 256 KiB each way to begin with, up to 4 MiB for sending and 6 MiB for receiving, as in Linux. */
    public static final TcpBuffers TUNED = new TcpBuffers(256 << 10, 4 << 20, 256 << 10, 6 << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpBuffers {
        require(send >= 1, "send", send);
        require(largestSend >= send && largestSend <= 1 << 30, "largestSend", largestSend);
        require(receive >= 1, "receive", receive);
        require(largestReceive >= receive && largestReceive <= 1 << 30, "largestReceive", largestReceive);
    }

    /** Buffers that keep these sizes. */
    public static TcpBuffers fixed(int send, int receive) {
        return new TcpBuffers(send, send, receive, receive);
    }

    /** Whether the send buffer grows. */
    public boolean tunesSend() {
        return largestSend > send;
    }

    /** Whether the receive buffer grows. */
    public boolean tunesReceive() {
        return largestReceive > receive;
    }

    private static void require(boolean ok, String name, int value) {
        if (!ok) {
            throw new IllegalArgumentException("TcpBuffers." + name + ": " + value + " is out of range");
        }
    }
}
