package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads an ARP packet where it lies; the layout is drawn in {@link ArpPacket}. It exists for floods: a packet that nobody
 * cares about makes no garbage.
 *
 * <p>Valid after a {@code wrap} that returned null and as long as the frame is borrowed (D3), for one thread at a time.
 */
public final class ArpView {

    private MemorySegment segment;
    private long offset;

    /**
     * Checks the packet that begins at {@code offset}, in the order of RFC 826 "Packet Reception".
     *
     * @param length how many bytes there are, padding included
     * @return null when it is a request or reply for IPv4 over Ethernet, else what is wrong with it
     */
    public Defect.Arp wrap(MemorySegment segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        if (length < ArpPacket.LENGTH) {
            return Defect.Arp.PACKET_CUT;
        }
        if (Bytes.u16(segment, offset + ArpPacket.HTYPE) != ArpPacket.ETHERNET) {
            return Defect.Arp.UNKNOWN_HARDWARE;
        }
        if (Bytes.u16(segment, offset + ArpPacket.PTYPE) != EtherType.IPV4) {
            return Defect.Arp.UNKNOWN_PROTOCOL;
        }
        if (Bytes.u16(segment, offset + ArpPacket.HLEN) != ArpPacket.LENGTHS) {
            return Defect.Arp.BAD_ADDRESS_LENGTH;
        }
        int oper = Bytes.u16(segment, offset + ArpPacket.OPER);
        return oper != ArpPacket.Operation.REQUEST.code() && oper != ArpPacket.Operation.REPLY.code()
                ? Defect.Arp.UNKNOWN_OPERATION : null;
    }

    /** Whether this asks, instead of answering. */
    public boolean isRequest() {
        return Bytes.u16(segment, offset + ArpPacket.OPER) == ArpPacket.Operation.REQUEST.code();
    }

    /** The bits of the sender's hardware address. */
    public long senderMac() {
        return Bytes.u48(segment, offset + ArpPacket.SHA);
    }

    /** The bits of the sender's IPv4 address; 0 in a probe (RFC 5227 §1.1). */
    public int senderIp() {
        return Bytes.i32(segment, offset + ArpPacket.SPA);
    }

    /** The bits of the target's hardware address; in a request they mean nothing. */
    public long targetMac() {
        return Bytes.u48(segment, offset + ArpPacket.THA);
    }

    /** The bits of the target's IPv4 address. */
    public int targetIp() {
        return Bytes.i32(segment, offset + ArpPacket.TPA);
    }
}
