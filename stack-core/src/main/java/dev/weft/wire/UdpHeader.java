package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * The header of a UDP datagram (RFC 768), 8 bytes.
 * <pre>
 *  0             2                  4        6          8
 *  ├ source port ┼ destination port ┼ length ┼ checksum ┼ payload …
 * </pre>
 *
 * @param sourcePort 0 to 65,535; 0 where no answer is wanted
 * @param destinationPort 0 to 65,535
 * @param length of header and payload, 8 to 65,535
 * @param checksum as it stands in the header; 0 means that there is none
 */
public record UdpHeader(int sourcePort, int destinationPort, int length, int checksum) {

    /** Where the fields lie, in bytes from the beginning of the header. */
    public static final int SOURCE_PORT = 0, DESTINATION_PORT = 2, LENGTH_FIELD = 4, CHECKSUM = 6;
    /** The length of a header. */
    public static final int LENGTH = 8;

    /** Checks the ranges. */
    public UdpHeader {
        Ranges.checkBits(16, "a UDP header", "source port", sourcePort);
        Ranges.checkBits(16, "a UDP header", "destination port", destinationPort);
        Ranges.check(length >= LENGTH && length <= 0xffff, "a UDP header", "length", length);
        Ranges.checkBits(16, "a UDP header", "checksum", checksum);
    }

    /**
     * Reads the header of the datagram that begins at {@code offset}; {@link UdpView} does the same without an object.
     *
     * @param available the length of the IP payload: the whole datagram has to be there
     */
    public static Parsed<UdpHeader> parse(MemorySegment segment, long offset, int available) {
        var view = new UdpView();
        Defect.Udp defect = view.wrap(segment, offset, available);
        return defect != null ? new Parsed.Bad<>(defect)
                : new Parsed.Ok<>(new UdpHeader(view.sourcePort(), view.destinationPort(), view.length(), view.checksum()));
    }

    /** Writes the header; returns its length. */
    public int emit(MemorySegment segment, long offset) {
        write(segment, offset, sourcePort, destinationPort, length, checksum);
        return LENGTH;
    }

    /** Writes a header and makes no garbage. Arguments are not checked: the low 16 bits are written. */
    public static void write(MemorySegment segment, long offset, int sourcePort, int destinationPort, int length,
            int checksum) {
        Bytes.set16(segment, offset + SOURCE_PORT, sourcePort);
        Bytes.set16(segment, offset + DESTINATION_PORT, destinationPort);
        Bytes.set16(segment, offset + LENGTH_FIELD, length);
        Bytes.set16(segment, offset + CHECKSUM, checksum);
    }

    /**
     * The checksum of a running sum over pseudo-header, header (with 0 in the field) and payload. A sum that comes out as
     * 0 is sent as 65,535, since 0 means that there is none (RFC 768).
     */
    public static int finishChecksum(long sum) {
        int checksum = Checksum.finish(sum);
        return checksum == 0 ? 0xffff : checksum;
    }
}
