package dev.weft.tcp;

import dev.weft.device.ChecksumMark;
import dev.weft.device.OutFrame;
import dev.weft.ip.IpPath;
import dev.weft.resource.OffHeap;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.IpProtocol;

/**
 * The segments that one transmitter takes from a connection at a time, and the frames that carry them. Filled under the
 * connection's lock, sent without it. Payload is referred to, not copied, from the send buffer to the device.
 */
final class TransmitBatch implements AutoCloseable {

    /** Segments in a batch: enough to spread the cost of a lock, few enough that an ACK is never long behind data. */
    static final int SIZE = 16;

    private final OffHeap.Region heads;
    private final TcpSegment[] segments = new TcpSegment[SIZE];
    private final OutFrame[] frames = new OutFrame[SIZE];
    private int count;
    private int sent;
    private long deadline;
    private boolean last;
    private boolean failed;

    TransmitBatch() {
        heads = OffHeap.allocate("tcp.transmit", (long) SIZE * OutFrame.HEAD_BYTES);
        for (int i = 0; i < SIZE; i++) {
            segments[i] = new TcpSegment();
            frames[i] = new OutFrame(heads.segment().asSlice((long) i * OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
        }
    }

    /** Segment {@code i}, for the core to fill. */
    TcpSegment segment(int i) {
        return segments[i];
    }

    /** Says how many segments were filled. */
    void count(int filled) {
        count = filled;
        sent = 0;
        failed = false;
    }

    /** How many segments were filled. */
    int count() {
        return count;
    }

    /** Notes, for after the unlock, when the connection wants to be ticked, and whether it is over. */
    void nothingToSend(long nextDeadline, boolean over) {
        deadline = nextDeadline;
        last = over;
    }

    /** With a count of 0: when the connection wants to be ticked. */
    long deadline() {
        return deadline;
    }

    /** With a count of 0: whether the connection is over and has just sent its last. */
    boolean isLast() {
        return last;
    }

    /** Notes that sending has thrown. */
    void fail() {
        failed = true;
    }

    /** Whether sending has thrown. */
    boolean hasFailed() {
        return failed;
    }

    /** How many of them the device took. */
    int sent() {
        return sent;
    }

    /** Writes headers, and checksums unless the device does, and hands all frames to the path in one call. */
    void send(IpPath path, FlowKey key) {
        boolean partial = path.link().offloads().checksum();
        for (int i = 0; i < count; i++) {
            frames[i].reset();
            fill(frames[i], segments[i], partial, key.localPort(), key.remotePort(),
                    key.localHi(), key.localLo(), key.remoteHi(), key.remoteLo());
        }
        sent = sendRuns(path);
        for (int i = 0; i < count; i++) {
            frames[i].reset();
        }
    }

    /** In one call as far as the ECN bits are the same, which they are for a batch of new data and for one of ACKs. */
    private int sendRuns(IpPath path) {
        int from = 0;
        while (from < count) {
            int to = from + 1;
            while (to < count && segments[to].ecn == segments[from].ecn) {
                to++;
            }
            int taken = path.send(frames, from, to, IpProtocol.TCP, 0, segments[from].ecn, true);
            from += taken;
            if (from < to) {
                return from;
            }
        }
        return count;
    }

    /**
     * Writes a segment's header into an empty frame and refers to its payload.
     *
     * @param partial whether the device completes the checksum; in what it cuts it does, or the link for it
     */
    static void fill(OutFrame frame, TcpSegment segment, boolean partial, int sourcePort, int destinationPort,
                     long srcHi, long srcLo, long dstHi, long dstLo) {
        boolean leaves = partial || segment.segmentSize > 0;
        int at = frame.append(TcpSegmentCodec.headerLength(segment));
        TcpSegmentCodec.write(segment, frame.head(), at, sourcePort, destinationPort, srcHi, srcLo, dstHi, dstLo,
                leaves);
        if (leaves) {
            frame.mark(ChecksumMark.PARTIAL, segment.segmentSize);
        }
        Pieces payload = segment.payload;
        for (int i = 0; i < payload.count(); i++) {
            frame.addPiece(payload.segment(i), payload.offset(i), payload.length(i));
        }
    }

    @Override
    public void close() {
        heads.close();
    }
}
