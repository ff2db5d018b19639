package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826), 28 bytes on the wire.
 * <pre>
 *  0      2      4    5    6      8          14        18         24        28
 *  ├ htype ┼ ptype ┼ hlen ┼ plen ┼ oper ┼ sender MAC ┼ sender IP ┼ target MAC ┼ target IP ┤
 * </pre>
 *
 * @param operation request or reply
 * @param senderMac the hardware address of who sends
 * @param senderIp the IPv4 address of who sends; {@link Ipv4Address#ANY} in a probe (RFC 5227 §1.1)
 * @param targetMac the hardware address of who is meant; {@link MacAddress#ZERO} in a request
 * @param targetIp the IPv4 address of who is meant
 */
public record ArpPacket(Operation operation, MacAddress senderMac, Ipv4Address senderIp, MacAddress targetMac,
        Ipv4Address targetIp) {

    static final int HTYPE = 0, PTYPE = 2, HLEN = 4, OPER = 6, SHA = 8, SPA = 14, THA = 18, TPA = 24;
    /** The hardware type of Ethernet. */
    static final int ETHERNET = 1;
    /** Both lengths, of a MAC and an IPv4 address, in one field. */
    static final int LENGTHS = 6 << 8 | 4;

    /** The length of a packet. */
    public static final int LENGTH = 28;

    /** What an ARP packet does. */
    public enum Operation {
        /** Asks who has the target's IPv4 address. */
        REQUEST(1),
        /** Says that the sender's IPv4 address is at the sender's hardware address. */
        REPLY(2);

        private final int code;

        Operation(int code) {
            this.code = code;
        }

        /** The number in the packet. */
        public int code() {
            return code;
        }
    }

    /** A request: who has {@code targetIp}? With {@link Ipv4Address#ANY} as the sender's address it is a probe. */
    public static ArpPacket request(MacAddress senderMac, Ipv4Address senderIp, Ipv4Address targetIp) {
        return new ArpPacket(Operation.REQUEST, senderMac, senderIp, MacAddress.ZERO, targetIp);
    }

    /** An announcement: a request in which sender and target have the same IPv4 address (RFC 5227 §3). */
    public static ArpPacket announcement(MacAddress mac, Ipv4Address ip) {
        return request(mac, ip, ip);
    }

    /** A reply to {@code targetMac}: {@code senderIp} is at {@code senderMac}. */
    public static ArpPacket reply(MacAddress senderMac, Ipv4Address senderIp, MacAddress targetMac, Ipv4Address targetIp) {
        return new ArpPacket(Operation.REPLY, senderMac, senderIp, targetMac, targetIp);
    }

    /** Reads the packet that begins at {@code offset}; bytes behind it are padding. */
    public static Parsed<ArpPacket> parse(MemorySegment segment, long offset, int length) {
        var view = new ArpView();
        Defect.Arp defect = view.wrap(segment, offset, length);
        return defect != null ? new Parsed.Bad<>(defect)
                : new Parsed.Ok<>(new ArpPacket(view.isRequest() ? Operation.REQUEST : Operation.REPLY,
                        new MacAddress(view.senderMac()), new Ipv4Address(view.senderIp()),
                        new MacAddress(view.targetMac()), new Ipv4Address(view.targetIp())));
    }

    /** Writes the packet; returns its length. */
    public int emit(MemorySegment segment, long offset) {
        write(segment, offset, operation, senderMac.bits(), senderIp.bits(), targetMac.bits(), targetIp.bits());
        return LENGTH;
    }

    /** Writes a packet and makes no garbage. */
    public static void write(MemorySegment segment, long offset, Operation operation, long senderMac, int senderIp,
            long targetMac, int targetIp) {
        Bytes.set16(segment, offset + HTYPE, ETHERNET);
        Bytes.set16(segment, offset + PTYPE, EtherType.IPV4);
        Bytes.set16(segment, offset + HLEN, LENGTHS);
        Bytes.set16(segment, offset + OPER, operation.code());
        Bytes.set48(segment, offset + SHA, senderMac);
        Bytes.set32(segment, offset + SPA, senderIp);
        Bytes.set48(segment, offset + THA, targetMac);
        Bytes.set32(segment, offset + TPA, targetIp);
    }
}
