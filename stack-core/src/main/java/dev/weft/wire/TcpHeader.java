package dev.weft.wire;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The header of a TCP segment (RFC 9293 §3.1), 20 bytes and up to 40 of options.
 * <pre>
 *  0             2                  4     8     12            13      14       16         18               20
 *  ├ source port ┼ destination port ┼ seq ┼ ack ┼ data offset ┼ flags ┼ window ┼ checksum ┼ urgent pointer ┼ options …
 *                                                 (upper 4 bits, in 32-bit words)
 * </pre>
 * The checksum is not part of the value: it follows from the addresses and the payload. {@link #emit} and {@link #write}
 * leave the field 0, {@link #writeChecksum} fills it in.
 *
 * <p>The data path writes a segment so, without garbage:
 * <pre>{@code
 * int length = TcpHeader.LENGTH;
 * length += TcpOption.writeMss(head, at + length, 1460);
 * length += TcpOption.writeWindowScale(head, at + length, 7);
 * TcpHeader.write(head, at, length, sourcePort, destinationPort, iss, 0, TcpFlags.SYN, window, 0);
 * }</pre>
 *
 * @param sourcePort 0 to 65,535
 * @param destinationPort 0 to 65,535
 * @param seq the sequence number of the first byte of payload, or of the SYN
 * @param ack the acknowledgement number
 * @param flags the control bits, see {@link TcpFlags}
 * @param window not scaled, 0 to 65,535
 * @param urgentPointer 0 to 65,535
 * @param options in the order of the header; together at most 40 bytes
 */
public record TcpHeader(int sourcePort, int destinationPort, int seq, int ack, int flags, int window, int urgentPointer,
        List<TcpOption> options) {

    /** Where the fields lie, in bytes from the beginning of the header. */
    public static final int SOURCE_PORT = 0, DESTINATION_PORT = 2, SEQ = 4, ACK = 8, DATA_OFFSET = 12, FLAGS = 13,
            WINDOW = 14, CHECKSUM = 16, URGENT_POINTER = 18;
    /** The length of a header without options. */
    public static final int LENGTH = 20;
    /** The length of the longest header. */
    public static final int MAXIMUM_LENGTH = 60;

    /** Checks all ranges. */
    public TcpHeader {
        options = List.copyOf(options);
        Ranges.checkBits(16, "a TCP header", "source port", sourcePort);
        Ranges.checkBits(16, "a TCP header", "destination port", destinationPort);
        Ranges.checkBits(8, "a TCP header", "set of flags", flags);
        Ranges.checkBits(16, "a TCP header", "window", window);
        Ranges.checkBits(16, "a TCP header", "urgent pointer", urgentPointer);
        Ranges.check(headerLength(options) <= MAXIMUM_LENGTH, "a TCP header", "length", headerLength(options));
    }

    /**
     * The length of the header as {@link #emit} writes it, with options and as little padding as they need: 20 to 60. One
     * that was parsed may have had more padding; where its payload began a view says.
     */
    public int headerLength() {
        return headerLength(options);
    }

    private static int headerLength(List<TcpOption> options) {
        int length = 0;
        for (TcpOption option : options) {
            length += option.length();
        }
        return LENGTH + (length + 3 & ~3);
    }

    /**
     * Reads the header of the segment that begins at {@code offset}; {@link TcpView} does the same without an object. The
     * checksum is not looked at.
     *
     * @param length the length of the IP payload
     */
    public static Parsed<TcpHeader> parse(MemorySegment segment, long offset, int length) {
        var view = new TcpView();
        Defect.Tcp defect = view.wrap(segment, offset, length);
        if (defect != null) {
            return new Parsed.Bad<>(defect);
        }
        return new Parsed.Ok<>(new TcpHeader(view.sourcePort(), view.destinationPort(), view.seq(), view.ack(),
                view.flags(), view.window(), view.urgentPointer(),
                TcpOption.parseLegal(segment, offset + LENGTH, view.payloadOffset())));
    }

    /** Writes the header with 0 for its checksum; returns its length. */
    public int emit(MemorySegment segment, long offset) {
        int headerLength = headerLength();
        long at = offset + LENGTH;
        for (TcpOption option : options) {
            at += option.emit(segment, at);
        }
        while (at < offset + headerLength) {
            Bytes.set8(segment, at++, TcpOption.END);
        }
        write(segment, offset, headerLength, sourcePort, destinationPort, seq, ack, flags, window, urgentPointer);
        return headerLength;
    }

    /**
     * Writes the 20 bytes that every header has, with 0 for the checksum, and makes no garbage. Arguments are not checked:
     * the low bits that have room are written.
     *
     * @param headerLength the length with the options, which the caller writes behind: 20 to 60, a multiple of 4
     */
    public static void write(MemorySegment segment, long offset, int headerLength, int sourcePort, int destinationPort,
            int seq, int ack, int flags, int window, int urgentPointer) {
        Bytes.set16(segment, offset + SOURCE_PORT, sourcePort);
        Bytes.set16(segment, offset + DESTINATION_PORT, destinationPort);
        Bytes.set32(segment, offset + SEQ, seq);
        Bytes.set32(segment, offset + ACK, ack);
        Bytes.set16(segment, offset + DATA_OFFSET, headerLength << 10 | flags & 0xff);
        Bytes.set16(segment, offset + WINDOW, window);
        Bytes.set32(segment, offset + CHECKSUM, urgentPointer & 0xffff);
    }

    /**
     * Fills in the checksum of a segment that lies in one piece and has 0 there.
     *
     * @param length the length of header and payload
     */
    public static void writeChecksum(MemorySegment segment, long offset, int length,
            long srcHi, long srcLo, long dstHi, long dstLo) {
        long sum = Checksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, IpProtocol.TCP, length);
        Bytes.set16(segment, offset + CHECKSUM, Checksum.finish(Checksum.sum(segment, offset, length, sum)));
    }
}
