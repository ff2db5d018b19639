package dev.weft.wire;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The header of an IPv4 packet (RFC 791 §3.1), 20 bytes and up to 40 of options.
 * <pre>
 *  0         1     2              4                6       8     9         10         12       16            20
 *  ├ ver,ihl ┼ tos ┼ total length ┼ identification ┼ flags ┼ ttl ┼ protocol ┼ checksum ┼ source ┼ destination ┼ options …
 *                                           flags: 0, don't fragment, more fragments, 13 bits of offset / 8
 * </pre>
 * The checksum is not part of the value: it follows from the rest, {@link #emit} computes it and parsing verifies it.
 *
 * @param tos DSCP and ECN, 0 to 255
 * @param payloadLength the length of what follows the header in bytes; with the header up to 65,535
 * @param identification what fragments of one datagram have in common, 0 to 65,535
 * @param dontFragment whether routers must not fragment this
 * @param moreFragments whether this is a fragment and not the last; its payload is then a multiple of 8 bytes, and some
 * @param fragmentOffset where in the datagram the payload belongs, in bytes, a multiple of 8
 * @param ttl time to live, 0 to 255
 * @param protocol of the payload, see {@link IpProtocol}
 * @param source the address it comes from
 * @param destination the address it goes to
 * @param options in the order of the header; together at most 40 bytes
 */
public record Ipv4Header(int tos, int payloadLength, int identification, boolean dontFragment, boolean moreFragments,
        int fragmentOffset, int ttl, int protocol, Ipv4Address source, Ipv4Address destination,
        List<Ipv4Option> options) {

    /** Where the fields lie, in bytes from the beginning of the header. */
    public static final int TOS = 1, TOTAL_LENGTH = 2, IDENTIFICATION = 4, FLAGS_AND_OFFSET = 6, TTL = 8, PROTOCOL = 9,
            CHECKSUM = 10, SOURCE = 12, DESTINATION = 16;
    /** The length of a header without options. */
    public static final int LENGTH = 20;
    /** The length of the longest header. */
    public static final int MAXIMUM_LENGTH = 60;
    /** The length of the longest packet. */
    public static final int MAXIMUM_TOTAL_LENGTH = 65_535;
    /** Bits of the field at {@link #FLAGS_AND_OFFSET}; the offset counts in units of 8 bytes. */
    public static final int DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000, OFFSET_MASK = 0x1fff;

    /** Checks all ranges, and that the lengths agree. */
    public Ipv4Header {
        options = List.copyOf(options);
        int header = headerLength(options);
        Ranges.checkBits(8, "an IPv4 header", "type of service", tos);
        Ranges.checkBits(16, "an IPv4 header", "identification", identification);
        Ranges.checkBits(8, "an IPv4 header", "time to live", ttl);
        Ranges.checkBits(8, "an IPv4 header", "protocol", protocol);
        Ranges.check(header <= MAXIMUM_LENGTH, "an IPv4 header", "length", header);
        Ranges.check(payloadLength >= 0 && payloadLength <= MAXIMUM_TOTAL_LENGTH - header,
                "an IPv4 header", "length of payload", payloadLength);
        Ranges.check(fragmentOffset >= 0 && fragmentOffset % 8 == 0
                && fragmentOffset <= MAXIMUM_TOTAL_LENGTH - header - payloadLength,
                "an IPv4 header", "fragment offset", fragmentOffset);
        Ranges.check(!moreFragments || payloadLength > 0 && payloadLength % 8 == 0,
                "a fragment that is not the last", "length of payload", payloadLength);
    }

    /**
     * The length of the header as {@link #emit} writes it, with options and as little padding as they need: 20 to 60. One
     * that was parsed may have had more padding; where its payload began a view says.
     */
    public int headerLength() {
        return headerLength(options);
    }

    /** The length of header and payload. */
    public int totalLength() {
        return headerLength() + payloadLength;
    }

    private static int headerLength(List<Ipv4Option> options) {
        int length = 0;
        for (Ipv4Option option : options) {
            length += option.length();
        }
        return LENGTH + (length + 3 & ~3);
    }

    /**
     * Reads the header of the packet that begins at {@code offset}; {@link Ipv4View} does the same without an object.
     *
     * @param length how many bytes there are: the whole packet has to be there
     */
    public static Parsed<Ipv4Header> parse(MemorySegment segment, long offset, int length) {
        var view = new Ipv4View();
        Defect.Ipv4 defect = view.wrap(segment, offset, length);
        if (defect != null) {
            return new Parsed.Bad<>(defect);
        }
        return new Parsed.Ok<>(new Ipv4Header(view.tos(), view.payloadLength(), view.identification(), view.dontFragment(),
                view.moreFragments(), view.fragmentOffset(), view.ttl(), view.protocol(),
                new Ipv4Address(view.source()), new Ipv4Address(view.destination()),
                Ipv4Option.parseLegal(segment, offset + LENGTH, view.payloadOffset())));
    }

    /** Writes the header with its checksum; returns its length. The payload is the caller's. */
    public int emit(MemorySegment segment, long offset) {
        int headerLength = headerLength();
        int flags = (dontFragment ? DONT_FRAGMENT : 0) | (moreFragments ? MORE_FRAGMENTS : 0) | fragmentOffset >>> 3;
        write(segment, offset, totalLength(), tos, identification, flags, ttl, protocol, source.bits(), destination.bits());
        if (headerLength > LENGTH) {
            long at = offset + LENGTH;
            for (Ipv4Option option : options) {
                at += option.emit(segment, at);
            }
            while (at < offset + headerLength) {
                Bytes.set8(segment, at++, Ipv4Option.END);
            }
            Bytes.set8(segment, offset, 4 << 4 | headerLength >>> 2);
            Bytes.set16(segment, offset + CHECKSUM, 0);
            Bytes.set16(segment, offset + CHECKSUM, Checksum.finish(Checksum.sum(segment, offset, headerLength, 0)));
        }
        return headerLength;
    }

    /**
     * Writes a header without options, with its checksum, and makes no garbage. Arguments are not checked: the low bits
     * that have room are written.
     *
     * @param totalLength the length of header and payload
     * @param flagsAndOffset {@link #DONT_FRAGMENT}, {@link #MORE_FRAGMENTS} and the fragment offset divided by 8
     */
    public static void write(MemorySegment segment, long offset, int totalLength, int tos, int identification,
            int flagsAndOffset, int ttl, int protocol, int source, int destination) {
        int first = 4 << 12 | LENGTH / 4 << 8 | tos & 0xff;
        int ttlAndProtocol = (ttl & 0xff) << 8 | protocol & 0xff;
        // Summed from what is being written: reading it back at once would wait for the stores.
        long sum = (long) first + (totalLength & 0xffff) + (identification & 0xffff) + (flagsAndOffset & 0xffff)
                + ttlAndProtocol + Integer.toUnsignedLong(source) + Integer.toUnsignedLong(destination);
        Bytes.set16(segment, offset, first);
        Bytes.set16(segment, offset + TOTAL_LENGTH, totalLength);
        Bytes.set16(segment, offset + IDENTIFICATION, identification);
        Bytes.set16(segment, offset + FLAGS_AND_OFFSET, flagsAndOffset);
        Bytes.set16(segment, offset + TTL, ttlAndProtocol);
        Bytes.set16(segment, offset + CHECKSUM, Checksum.finish(sum));
        Bytes.set32(segment, offset + SOURCE, source);
        Bytes.set32(segment, offset + DESTINATION, destination);
    }
}
