package dev.weft.tcp.core.segment;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.TcpOption;
import dev.weft.wire.TcpView;
import java.lang.foreign.MemorySegment;

/** Between {@link TcpSegment} and the bytes on the wire; makes no garbage. */
public final class TcpSegmentCodec {

    private TcpSegmentCodec() {
    }

    /** Fills {@code segment} with what {@code view} shows; the payload refers to the memory the view looks at. */
    public static void read(TcpView view, TcpSegment segment) {
        segment.clear();
        segment.seq = view.seq();
        segment.ack = view.ack();
        segment.flags = view.flags();
        segment.window = view.window();
        segment.urgentPointer = view.urgentPointer();
        segment.mss = view.mss();
        segment.windowScale = view.windowScale();
        segment.sackPermitted = view.sackPermitted();
        segment.timestamps = view.hasTimestamps();
        if (segment.timestamps) {
            segment.tsVal = view.tsVal();
            segment.tsEcr = view.tsEcr();
        }
        segment.sackCount = view.sackCount();
        for (int i = 0; i < segment.sackCount; i++) {
            segment.sackEdges[2 * i] = view.sackLeft(i);
            segment.sackEdges[2 * i + 1] = view.sackRight(i);
        }
        segment.fastOpen = view.fastOpenLength();
        if (segment.fastOpen > 0) {
            segment.fastOpenHi = view.fastOpenCookie(0);
            segment.fastOpenLo = view.fastOpenCookie(8);
        }
        segment.payload.add(view.segment(), view.payloadOffset(), view.payloadLength());
    }

    /** The length of the header that {@link #write} makes of {@code segment}: 20 to 60, a multiple of 4. */
    public static int headerLength(TcpSegment segment) {
        return TcpHeader.LENGTH + (segment.mss == TcpSegment.ABSENT ? 0 : TcpOption.MSS_WRITTEN)
                + (segment.windowScale == TcpSegment.ABSENT ? 0 : TcpOption.WINDOW_SCALE_WRITTEN)
                + (segment.fastOpen == TcpSegment.ABSENT ? 0 : TcpOption.fastOpenWritten(segment.fastOpen))
                + optionBytes(segment.sackPermitted, segment.timestamps, segment.sackCount);
    }

    /** What these options take in a header, padding included. */
    public static int optionBytes(boolean sackPermitted, boolean timestamps, int sackBlocks) {
        return (sackPermitted && !timestamps ? TcpOption.SACK_PERMITTED_WRITTEN : 0)
                + (timestamps ? TcpOption.TIMESTAMPS_WRITTEN : 0)
                + (sackBlocks == 0 ? 0 : 4 + 8 * sackBlocks);
    }

    /**
     * Writes the header at {@code offset} of {@code head}, with the checksum over the pseudo-header, the header and the payload,
     * which stays in its pieces. Addresses in their 128-bit form.
     *
     * @return the length of the header
     */
    public static int write(TcpSegment segment, MemorySegment head, long offset, int sourcePort, int destinationPort,
                            long srcHi, long srcLo, long dstHi, long dstLo) {
        return write(segment, head, offset, sourcePort, destinationPort, srcHi, srcLo, dstHi, dstLo, false);
    }

    /**
     * The same.
     *
     * @param partial whether the checksum field gets the folded sum of the pseudo-header alone, not inverted, for the device to
     *     complete (D5)
     */
    public static int write(TcpSegment segment, MemorySegment head, long offset, int sourcePort, int destinationPort,
                            long srcHi, long srcLo, long dstHi, long dstLo, boolean partial) {
        int length = TcpHeader.LENGTH;
        if (segment.mss != TcpSegment.ABSENT) {
            length += TcpOption.writeMss(head, offset + length, segment.mss);
        }
        if (segment.windowScale != TcpSegment.ABSENT) {
            length += TcpOption.writeWindowScale(head, offset + length, segment.windowScale);
        }
        if (segment.sackPermitted && segment.timestamps) {
            // Side by side, else a SYN with everything and a long cookie would not fit the 40 bytes there are.
            length += TcpOption.writeSackPermittedAndTimestamps(head, offset + length, segment.tsVal, segment.tsEcr);
        } else if (segment.sackPermitted) {
            length += TcpOption.writeSackPermitted(head, offset + length);
        } else if (segment.timestamps) {
            length += TcpOption.writeTimestamps(head, offset + length, segment.tsVal, segment.tsEcr);
        }
        if (segment.fastOpen != TcpSegment.ABSENT) {
            length += TcpOption.writeFastOpen(head, offset + length, segment.fastOpen, segment.fastOpenHi, segment.fastOpenLo);
        }
        if (segment.sackCount > 0) {
            length += TcpOption.writeSack(head, offset + length, segment.sackEdges, segment.sackCount);
        }
        TcpHeader.write(head, offset, length, sourcePort, destinationPort, segment.seq, segment.ack, segment.flags,
                segment.window, segment.urgentPointer);
        Pieces payload = segment.payload;
        long sum = Checksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, IpProtocol.TCP, length + payload.length());
        if (partial) {
            Bytes.set16(head, offset + TcpHeader.CHECKSUM, Checksum.fold(sum));
            return length;
        }
        sum = Checksum.sum(head, offset, length, sum);
        boolean odd = false;
        for (int i = 0; i < payload.count(); i++) {
            sum = Checksum.sumAt(payload.segment(i), payload.offset(i), payload.length(i), odd, sum);
            odd ^= (payload.length(i) & 1) != 0;
        }
        Bytes.set16(head, offset + TcpHeader.CHECKSUM, Checksum.finish(sum));
        return length;
    }
}
