package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * The header of an Ethernet frame (RFC 894; IEEE 802.3-2022 §3.1.1), 14 bytes.
 * <pre>
 *  0             6        12               14
 *  ├ destination ┼ source ┼ type or length ┼ payload …
 * </pre>
 * From 1536 on the field is a type (Ethernet II); up to 1500 it is the length of the payload (802.3); between lies
 * nothing legal.
 *
 * <p>Deviation: an 802.3 frame is recognised and what it carries is not, so IP in SNAP (RFC 1042, which RFC 1122 §2.3.3
 * says a host should receive) is not understood. No link that Weft runs on carries it.
 *
 * @param destination the station or group it goes to
 * @param source the station it comes from
 * @param typeOrLength 0 to 1500 or 1536 to 65,535
 */
public record EthernetHeader(MacAddress destination, MacAddress source, int typeOrLength) {

    /** Where the fields lie, in bytes from the beginning of the frame. */
    public static final int DESTINATION = 0, SOURCE = 6, TYPE = 12;
    /** The length of a header. */
    public static final int LENGTH = 14;

    /** Checks the range. */
    public EthernetHeader {
        Ranges.checkBits(16, "an Ethernet header", "type or length", typeOrLength);
        Ranges.check(typeOrLength <= EtherType.MAXIMUM_LENGTH || typeOrLength >= EtherType.MINIMUM,
                "an Ethernet header", "type or length", typeOrLength);
    }

    /** Whether the field is the length of an 802.3 payload and not a type. */
    public boolean isLength() {
        return typeOrLength < EtherType.MINIMUM;
    }

    /** Reads the header of the frame that begins at {@code offset}; {@link EthernetView} does the same without an object. */
    public static Parsed<EthernetHeader> parse(MemorySegment segment, long offset, int length) {
        var view = new EthernetView();
        Defect.Ethernet defect = view.wrap(segment, offset, length);
        return defect != null ? new Parsed.Bad<>(defect)
                : new Parsed.Ok<>(new EthernetHeader(new MacAddress(view.destination()), new MacAddress(view.source()),
                        view.typeOrLength()));
    }

    /** Writes the header; returns its length. */
    public int emit(MemorySegment segment, long offset) {
        write(segment, offset, destination.bits(), source.bits(), typeOrLength);
        return LENGTH;
    }

    /** Writes a header and makes no garbage. Arguments are not checked: the low bits that have room are written. */
    public static void write(MemorySegment segment, long offset, long destination, long source, int typeOrLength) {
        Bytes.set48(segment, offset + DESTINATION, destination);
        Bytes.set48(segment, offset + SOURCE, source);
        Bytes.set16(segment, offset + TYPE, typeOrLength);
    }
}
