package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads an IPv4 packet where it lies; the layout is drawn in {@link Ipv4Header}.
 *
 * <p>One view is made per frame object and wrapped around packet after packet: it makes no garbage. The getters are valid
 * after a {@code wrap} that returned null and as long as the frame is borrowed (D3); a view belongs to one thread at a
 * time.
 */
public final class Ipv4View {

    private static final int SOURCE_ROUTE = 1;
    private static final int RECORD_ROUTE = 2;
    private static final int TIMESTAMP = 4;
    private static final int ROUTER_ALERT = 8;
    private static final int UNKNOWN = 16;

    private MemorySegment segment;
    private long offset;
    private int headerLength;
    private int totalLength;
    private int present;
    private int defectPointer;

    /**
     * Checks the packet that begins at {@code offset}: header, header checksum, form of the options. Bytes behind the
     * total length are padding of the link and do not count as payload.
     *
     * @param length how many bytes there are, padding included
     * @return null when the packet is legal, else what is wrong with it
     */
    public Defect.Ipv4 wrap(MemorySegment segment, long offset, int length) {
        Defect.Ipv4 defect = header(segment, offset, length);
        if (defect != null) {
            return defect;
        }
        if (totalLength < headerLength) {
            return Defect.Ipv4.TOTAL_LENGTH_TOO_SMALL;
        }
        if (totalLength > length) {
            return Defect.Ipv4.TOTAL_LENGTH_BEYOND_FRAME;
        }
        if (Checksum.finish(Checksum.sum(segment, offset, headerLength, 0)) != 0) {
            return Defect.Ipv4.BAD_CHECKSUM;
        }
        if (isFragment()) {
            if (moreFragments() && (payloadLength() == 0 || payloadLength() % 8 != 0)) {
                return Defect.Ipv4.FRAGMENT_NOT_MULTIPLE_OF_8;
            }
            if (fragmentOffset() + totalLength > Ipv4Header.MAXIMUM_TOTAL_LENGTH) {
                return Defect.Ipv4.FRAGMENT_TOO_LONG;
            }
        }
        return headerLength == Ipv4Header.LENGTH ? null : options();
    }

    /**
     * Checks the beginning of a packet that an ICMP error quotes: only the header has to be there (RFC 792), the payload
     * is what follows of it, and neither checksum nor options are looked at, since routers on the way change both.
     *
     * @param length how many bytes are quoted
     * @return null when the header can be read, else what is wrong with it
     */
    public Defect.Ipv4 wrapQuoted(MemorySegment segment, long offset, int length) {
        Defect.Ipv4 defect = header(segment, offset, length);
        if (defect == null) {
            totalLength = Math.min(Math.max(totalLength, headerLength), length);
        }
        return defect;
    }

    private Defect.Ipv4 header(MemorySegment segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        present = 0;
        defectPointer = -1;
        if (length < Ipv4Header.LENGTH) {
            return Defect.Ipv4.HEADER_CUT;
        }
        int first = Bytes.u8(segment, offset);
        if (first >>> 4 != 4) {
            return Defect.Ipv4.BAD_VERSION;
        }
        headerLength = (first & 0xf) << 2;
        if (headerLength < Ipv4Header.LENGTH) {
            return Defect.Ipv4.HEADER_LENGTH_TOO_SMALL;
        }
        if (headerLength > length) {
            return Defect.Ipv4.HEADER_BEYOND_FRAME;
        }
        totalLength = Bytes.u16(segment, offset + Ipv4Header.TOTAL_LENGTH);
        return null;
    }

    private Defect.Ipv4 options() {
        int at = Ipv4Header.LENGTH;
        while (at < headerLength) {
            int type = Bytes.u8(segment, offset + at);
            if (type == Ipv4Option.END) {
                return null;
            }
            if (type == Ipv4Option.NOP) {
                at++;
                continue;
            }
            if (at + 1 == headerLength) {
                return optionDefect(Defect.Ipv4.OPTION_BEYOND_HEADER, at);
            }
            int length = Bytes.u8(segment, offset + at + 1);
            if (length < 2) {
                return optionDefect(Defect.Ipv4.OPTION_LENGTH_TOO_SMALL, at + 1);
            }
            if (at + length > headerLength) {
                return optionDefect(Defect.Ipv4.OPTION_BEYOND_HEADER, at + 1);
            }
            Defect.Ipv4 defect = option(type, at, length);
            if (defect != null) {
                return defect;
            }
            at += length;
        }
        return null;
    }

    private Defect.Ipv4 option(int type, int at, int length) {
        switch (type) {
            case Ipv4Option.LOOSE_SOURCE_ROUTE, Ipv4Option.STRICT_SOURCE_ROUTE -> {
                present |= SOURCE_ROUTE;
                return list(at, length, Ipv4Option.ROUTE_DATA);
            }
            case Ipv4Option.RECORD_ROUTE -> {
                present |= RECORD_ROUTE;
                return list(at, length, Ipv4Option.ROUTE_DATA);
            }
            case Ipv4Option.TIMESTAMP -> {
                present |= TIMESTAMP;
                return list(at, length, Ipv4Option.TIMESTAMP_DATA);
            }
            case Ipv4Option.ROUTER_ALERT -> {
                present |= ROUTER_ALERT;
                return length == 4 ? null : optionDefect(Defect.Ipv4.BAD_OPTION_LENGTH, at + 1);
            }
            default -> {
                present |= UNKNOWN;
                return null;
            }
        }
    }

    /** An option that is a list of 32-bit words with a pointer, counted from 1, to the word that is next. */
    private Defect.Ipv4 list(int at, int length, int dataAt) {
        if (length < dataAt || (length - dataAt) % 4 != 0) {
            return optionDefect(Defect.Ipv4.BAD_OPTION_LENGTH, at + 1);
        }
        if (Bytes.u8(segment, offset + at + 2) <= dataAt) {
            return optionDefect(Defect.Ipv4.BAD_OPTION_POINTER, at + 2);
        }
        return null;
    }

    private Defect.Ipv4 optionDefect(Defect.Ipv4 defect, int pointer) {
        defectPointer = pointer;
        return defect;
    }

    /**
     * After a {@code wrap} that found a bad option: which byte of the header is at fault, for a parameter problem message
     * (RFC 1122 §3.2.2.5). −1 otherwise.
     */
    public int defectPointer() {
        return defectPointer;
    }

    /** The segment the packet lies in. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where in the segment the packet begins. */
    public long offset() {
        return offset;
    }

    /** The length of the header with its options, 20 to 60. */
    public int headerLength() {
        return headerLength;
    }

    /** The length of header and payload. */
    public int totalLength() {
        return totalLength;
    }

    /** Where in the segment the payload begins. */
    public long payloadOffset() {
        return offset + headerLength;
    }

    /** The length of the payload. */
    public int payloadLength() {
        return totalLength - headerLength;
    }

    /** The type of service byte: DSCP (RFC 2474) and, in its two low bits, ECN (RFC 3168). */
    public int tos() {
        return Bytes.u8(segment, offset + Ipv4Header.TOS);
    }

    /** What the fragments of one datagram have in common, 0 to 65,535. */
    public int identification() {
        return Bytes.u16(segment, offset + Ipv4Header.IDENTIFICATION);
    }

    /** Whether routers must not fragment this. */
    public boolean dontFragment() {
        return (flagsAndOffset() & Ipv4Header.DONT_FRAGMENT) != 0;
    }

    /** Whether this is a fragment and not the last. */
    public boolean moreFragments() {
        return (flagsAndOffset() & Ipv4Header.MORE_FRAGMENTS) != 0;
    }

    /** Where in the datagram this fragment's payload belongs, in bytes: a multiple of 8. */
    public int fragmentOffset() {
        return (flagsAndOffset() & Ipv4Header.OFFSET_MASK) << 3;
    }

    /** Whether this is part of a datagram only. */
    public boolean isFragment() {
        return (flagsAndOffset() & (Ipv4Header.MORE_FRAGMENTS | Ipv4Header.OFFSET_MASK)) != 0;
    }

    private int flagsAndOffset() {
        return Bytes.u16(segment, offset + Ipv4Header.FLAGS_AND_OFFSET);
    }

    /** Time to live. */
    public int ttl() {
        return Bytes.u8(segment, offset + Ipv4Header.TTL);
    }

    /** The protocol of the payload, see {@link IpProtocol}. */
    public int protocol() {
        return Bytes.u8(segment, offset + Ipv4Header.PROTOCOL);
    }

    /** The bits of the source address. */
    public int source() {
        return Bytes.i32(segment, offset + Ipv4Header.SOURCE);
    }

    /** The bits of the destination address. */
    public int destination() {
        return Bytes.i32(segment, offset + Ipv4Header.DESTINATION);
    }

    /** Whether there is a loose or strict source route (RFC 791 §3.1), which a host refuses. */
    public boolean hasSourceRoute() {
        return (present & SOURCE_ROUTE) != 0;
    }

    /** Whether there is a record route option (RFC 791 §3.1). */
    public boolean hasRecordRoute() {
        return (present & RECORD_ROUTE) != 0;
    }

    /** Whether there is a timestamp option (RFC 791 §3.1). */
    public boolean hasTimestamp() {
        return (present & TIMESTAMP) != 0;
    }

    /** Whether there is a router alert option (RFC 2113). */
    public boolean hasRouterAlert() {
        return (present & ROUTER_ALERT) != 0;
    }

    /** Whether there is an option of any other type, which a host ignores (RFC 1122 §3.2.1.8). */
    public boolean hasUnknownOption() {
        return (present & UNKNOWN) != 0;
    }
}
