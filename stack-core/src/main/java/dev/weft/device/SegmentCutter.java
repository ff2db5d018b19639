package dev.weft.device;

import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;

/**
 * What a device with offloads does, in software: cuts a frame whose {@link OutFrame#segmentSize()} says so into frames of one
 * segment each, and finishes checksums.
 *
 * <p>Headers are copied into the head of each piece and made right there; payload is referred to. A piece of a TCP segment has
 * its own sequence number; CWR goes with the first alone (RFC 3168 §6.1.2: the receiver takes it once), PSH and FIN with the
 * last alone (RFC 9293 §3.9.1.2, §3.6), and urgent data stays where it is (§3.8.5). A piece of a UDP datagram is a datagram. IPv4
 * identifications go up by one (RFC 791 §3.1).
 *
 * <p>Reused, by one thread at a time:
 * <pre>{@code
 * if (cutter.begin(large, LinkType.ETHERNET)) {
 *     while (cutter.hasNext()) {
 *         cutter.next(piece);
 *         device.transmit(piece.alone(), 0, 1);
 *     }
 * }
 * }</pre>
 */
public final class SegmentCutter {

    private static final int ONCE = TcpFlags.CWR;
    private static final int AT_THE_END = TcpFlags.PSH | TcpFlags.FIN;

    private final TransportLayout layout = new TransportLayout();
    private OutFrame large;
    private int size;
    private int cut;                    // bytes of payload in the pieces so far
    private int total;
    private int index;
    private int source;                 // the piece of the large frame that the next payload comes from; −1: its head
    private int sourceOffset;           // how much of that has been taken

    /**
     * Begins to cut {@code frame}, whose headers lie in its head.
     *
     * @return false when that cannot be: it has no segment size, or is no whole TCP segment or UDP datagram
     */
    public boolean begin(OutFrame frame, LinkType type) {
        large = frame;
        size = frame.segmentSize();
        if (size <= 0 || !layout.read(frame.head(), frame.start(), frame.headLength(), frame.length(), type)) {
            total = 0;
            cut = 0;
            return false;
        }
        cut = 0;
        total = layout.end() - layout.payload();
        index = 0;
        source = -1;
        sourceOffset = layout.payload();
        return true;
    }

    /** Whether a piece is left. A frame without payload is one piece. */
    public boolean hasNext() {
        return cut < total || index == 0;
    }

    /** How many pieces are left. */
    public int left() {
        return index == 0 && total == 0 ? 1 : size == 0 ? 0 : (total - cut + size - 1) / size;
    }

    /** Makes {@code piece}, whatever was in it, the next piece: complete, with no mark left. */
    public void next(OutFrame piece) {
        int headers = layout.payload();
        int bytes = Math.min(size, total - cut);
        piece.reset();
        int at = piece.append(headers);
        MemorySegment head = piece.head();
        MemorySegment.copy(large.head(), large.start(), head, at, headers);
        refer(piece, bytes);
        boolean first = index == 0;
        boolean last = cut + bytes == total;
        layout.writeIpLength(head, at, headers + bytes, layout.isIpv6() ? 0
                : Bytes.u16(head, at + layout.ip() + Ipv4Header.IDENTIFICATION) + index & 0xffff);
        long transport = at + layout.transport();
        if (layout.isTcp()) {
            place(head, transport, first, last);
        } else {
            Bytes.set16(head, transport + UdpHeader.LENGTH_FIELD, UdpHeader.LENGTH + bytes);
        }
        Bytes.set16(head, transport + layout.checksumOffset(), 0);
        finishChecksum(piece, layout.pseudoHeader(head, at, headers - layout.transport() + bytes), headers + bytes);
        cut += bytes;
        index++;
    }

    /**
     * Finishes the checksum of a frame that is marked {@link ChecksumMark#PARTIAL}, in its head, and marks it complete. Any
     * other frame stays as it is. A large segment gets the checksum that it would have in one piece.
     *
     * @return false when it has no checksum that could be finished: no whole TCP segment or UDP datagram
     */
    public boolean finish(OutFrame frame, LinkType type) {
        if (frame.checksum() != ChecksumMark.PARTIAL) {
            return true;
        }
        if (!layout.read(frame.head(), frame.start(), frame.headLength(), frame.length(), type)) {
            return false;
        }
        // The field holds the folded sum of the pseudo-header and so is part of what is summed.
        finishChecksum(frame, 0, layout.end());
        frame.mark(ChecksumMark.COMPLETE, frame.segmentSize());
        return true;
    }

    /**
     * Finishes the partial checksum of the frame of {@code length} bytes at {@code at} in one piece of memory.
     *
     * @return false when it has none that could be finished; it stays as it is
     */
    public boolean finish(MemorySegment memory, long at, int length, LinkType type) {
        if (!layout.read(memory, at, length, length, type)) {
            return false;
        }
        long transport = at + layout.transport();
        long sum = Checksum.sum(memory, transport, layout.end() - layout.transport(), 0);
        Bytes.set16(memory, transport + layout.checksumOffset(), checksum(sum));
        return true;
    }

    /** The sequence number, the flags and the urgent pointer of a piece. */
    private void place(MemorySegment head, long tcp, boolean first, boolean last) {
        Bytes.set32(head, tcp + TcpHeader.SEQ, Bytes.i32(head, tcp + TcpHeader.SEQ) + cut);
        int flags = Bytes.u8(head, tcp + TcpHeader.FLAGS) & (first ? -1 : ~ONCE) & (last ? -1 : ~AT_THE_END);
        if ((flags & TcpFlags.URG) != 0) {
            int urgent = Bytes.u16(head, tcp + TcpHeader.URGENT_POINTER) - cut;
            flags = urgent > 0 || first ? flags : flags & ~TcpFlags.URG;
            Bytes.set16(head, tcp + TcpHeader.URGENT_POINTER, Math.max(urgent, 0));
        }
        Bytes.set8(head, tcp + TcpHeader.FLAGS, flags);
    }

    /** Adds the next {@code bytes} bytes of the large frame's payload to {@code piece}. */
    private void refer(OutFrame piece, int bytes) {
        int left = bytes;
        while (left > 0) {
            int available = (source < 0 ? large.headLength() : large.pieceLength(source)) - sourceOffset;
            int taken = Math.min(left, available);
            if (taken > 0 && source < 0) {
                // What lies in one head fits into another, and does not count as a piece there.
                int to = piece.append(taken);
                MemorySegment.copy(large.head(), large.start() + (long) sourceOffset, piece.head(), to, taken);
            } else if (taken > 0) {
                piece.addPiece(large.pieceSegment(source), large.pieceOffset(source) + sourceOffset, taken);
            }
            left -= taken;
            sourceOffset += taken;
            if (taken == available) {
                source++;
                sourceOffset = 0;
            }
        }
    }

    /** Adds up the transport header and payload of {@code frame} up to {@code end} and sets the field. */
    private void finishChecksum(OutFrame frame, long initial, int end) {
        int from = layout.transport();
        int inHead = Math.min(frame.headLength(), end) - from;
        long sum = Checksum.sum(frame.head(), frame.start() + (long) from, inHead, initial);
        int summed = from + inHead;
        for (int i = 0; i < frame.pieceCount() && summed < end; i++) {
            int bytes = Math.min(frame.pieceLength(i), end - summed);
            sum = Checksum.sumAt(frame.pieceSegment(i), frame.pieceOffset(i), bytes, (summed - from & 1) != 0, sum);
            summed += bytes;
        }
        Bytes.set16(frame.head(), frame.start() + (long) from + layout.checksumOffset(), checksum(sum));
    }

    /** RFC 768: a checksum of 0 would say that there is none. */
    private int checksum(long sum) {
        return layout.isTcp() ? Checksum.finish(sum) : UdpHeader.finishChecksum(sum);
    }
}
