package dev.weft.tcp.core.segment;

import dev.weft.resource.LentMemory;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.wire.TcpFlags;

/**
 * A TCP segment without ports and checksum, on its way into or out of a connection. One object is filled, used and filled
 * again, hence plain fields: nothing is allocated per segment.
 *
 * <p>Inbound the receiver of the frame fills it (the codec); the payload refers to the borrowed frame
 * and {@code TcpConnection.segment} copies what it keeps. Outbound {@code TcpConnection.poll} fills it; the payload refers
 * to the send buffer, see there for how long.
 */
public final class TcpSegment {

    /** The value of an option that the segment does not carry. */
    public static final int ABSENT = -1;

    /** More blocks of selective acknowledgements do not fit the options of a header. */
    public static final int MAX_SACK_BLOCKS = 4;

    /** SEG.SEQ: the sequence number of the first byte, or of the SYN. */
    public int seq;
    /** SEG.ACK: the next byte expected; counts when {@link TcpFlags#ACK} is set. */
    public int ack;
    /** Control bits, see {@link TcpFlags}. */
    public int flags;
    /** SEG.WND as it stands in the header, 0 to 65,535, not scaled. */
    public int window;
    /** Distance from {@link #seq} to the end of urgent data; counts when {@link TcpFlags#URG} is set. */
    public int urgentPointer;

    /** Maximum segment size option (RFC 9293 §3.7.1), 0 to 65,535, or {@link #ABSENT}. */
    public int mss = ABSENT;
    /** Window scale option (RFC 7323 §2.2), 0 to 255 as received, or {@link #ABSENT}. */
    public int windowScale = ABSENT;
    /** SACK-permitted option (RFC 2018 §2). */
    public boolean sackPermitted;
    /** Whether there is a timestamps option (RFC 7323 §3.2). */
    public boolean timestamps;
    /** TSval and TSecr of it. */
    public int tsVal;
    public int tsEcr;
    /** SACK option (RFC 2018 §3): how many blocks it has, 0 to {@value #MAX_SACK_BLOCKS}. */
    public int sackCount;
    /** The left and right edges of the blocks, alternating. */
    public final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];

    /** Fast open option (RFC 7413 §4.1.1): the length of its cookie, 0 for a request, or {@link #ABSENT}; and its bytes. */
    public int fastOpen = ABSENT;
    public long fastOpenHi;
    public long fastOpenLo;
    /** The two ECN bits of the IP header (RFC 3168 §5), as they came or as they shall leave. */
    public int ecn;

    /**
     * Text in each of the segments that this one stands for: those that the device has joined into it, or those that the device
     * shall cut it into (D5). 0 where it is one segment.
     */
    public int segmentSize;

    /** SEG's text. */
    public final Pieces payload = new Pieces();

    /** Inbound: what the text lies in, where that may be kept; or null. */
    public LentMemory memory;

    /** Outbound: whether this repeats bytes sent before, for captures and statistics. */
    public boolean retransmission;

    /** Makes it an empty segment without flags and options. */
    public void clear() {
        seq = 0;
        ack = 0;
        flags = 0;
        window = 0;
        urgentPointer = 0;
        mss = ABSENT;
        windowScale = ABSENT;
        sackPermitted = false;
        timestamps = false;
        tsVal = 0;
        tsEcr = 0;
        sackCount = 0;
        fastOpen = ABSENT;
        fastOpenHi = 0;
        fastOpenLo = 0;
        ecn = 0;
        segmentSize = 0;
        retransmission = false;
        memory = null;
        payload.clear();
    }

    /** Copies everything but the payload. */
    public void copyHeader(TcpSegment from) {
        seq = from.seq;
        ack = from.ack;
        flags = from.flags;
        window = from.window;
        urgentPointer = from.urgentPointer;
        mss = from.mss;
        windowScale = from.windowScale;
        sackPermitted = from.sackPermitted;
        timestamps = from.timestamps;
        tsVal = from.tsVal;
        tsEcr = from.tsEcr;
        sackCount = from.sackCount;
        fastOpen = from.fastOpen;
        fastOpenHi = from.fastOpenHi;
        fastOpenLo = from.fastOpenLo;
        System.arraycopy(from.sackEdges, 0, sackEdges, 0, 2 * sackCount);
        ecn = from.ecn;
        segmentSize = from.segmentSize;
        retransmission = from.retransmission;
    }

    /** How many segments it stands for. */
    public int segments() {
        return segmentSize == 0 ? 1 : Math.max(1, (payload.length() + segmentSize - 1) / segmentSize);
    }

    /** Whether all of these {@link TcpFlags} are set. */
    public boolean has(int flag) {
        return (flags & flag) == flag;
    }

    /** SEG.LEN: bytes of text, plus one each for SYN and FIN (RFC 9293 §3.4). */
    public int length() {
        return payload.length() + (has(TcpFlags.SYN) ? 1 : 0) + (has(TcpFlags.FIN) ? 1 : 0);
    }

    /** The sequence number after the last one this segment occupies: {@code seq + length()}. */
    public int end() {
        return seq + length();
    }

    /** As tcpdump would have it, for tests and logs: {@code SYN|ACK seq=100 ack=1 win=65535 len=0 mss=1460}. */
    @Override
    public String toString() {
        var text = new StringBuilder(TcpFlags.toString(flags)).append(" seq=").append(Integer.toUnsignedString(seq));
        if (has(TcpFlags.ACK)) {
            text.append(" ack=").append(Integer.toUnsignedString(ack));
        }
        text.append(" win=").append(window).append(" len=").append(payload.length());
        if (mss != ABSENT) {
            text.append(" mss=").append(mss);
        }
        if (windowScale != ABSENT) {
            text.append(" wscale=").append(windowScale);
        }
        if (sackPermitted) {
            text.append(" sackOK");
        }
        if (timestamps) {
            text.append(" ts=").append(Integer.toUnsignedString(tsVal)).append('/').append(Integer.toUnsignedString(tsEcr));
        }
        if (fastOpen != ABSENT) {
            text.append(fastOpen == 0 ? " foReq" : " fo=" + Long.toHexString(fastOpenHi));
        }
        for (int i = 0; i < sackCount; i++) {
            text.append(i == 0 ? " sack=" : ",").append(Integer.toUnsignedString(sackEdges[2 * i])).append('-')
                    .append(Integer.toUnsignedString(sackEdges[2 * i + 1]));
        }
        if (segmentSize > 0) {
            text.append(" in ").append(segments());
        }
        if (ecn != 0) {
            text.append(ecn == Ecn.CE ? " CE" : " ECT");
        }
        return text.append(retransmission ? " (again)" : "").toString();
    }
}
