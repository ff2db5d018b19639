package dev.weft.device.memory;

import dev.weft.device.LinkType;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;

/** Sets the mark CE, Congestion Experienced, in the IP header of a frame (RFC 3168 §5), as a router with a long queue does. */
final class CongestionMark {

    private static final int CE = 3;
    /** The two bits of the traffic class in the second byte of an IPv6 header (RFC 8200 §3). */
    private static final int IPV6_SHIFT = 4;

    private CongestionMark() {
    }

    /**
     * Marks the frame of {@code length} bytes at {@code at} where its sender is capable of ECN and nobody has marked it before.
     * An IPv4 header's checksum stays right if it was.
     *
     * @return whether it was marked
     */
    static boolean set(MemorySegment memory, long at, int length, LinkType type) {
        int header = type == LinkType.ETHERNET ? EthernetHeader.LENGTH : 0;
        long ip = at + header;
        if (length < header + Ipv4Header.LENGTH) {
            return false;
        }
        int version = Bytes.u8(memory, ip) >> 4;
        int expected = version == 4 ? EtherType.IPV4 : EtherType.IPV6;
        if (version != 4 && version != 6
                || header > 0 && Bytes.u16(memory, at + EthernetHeader.TYPE) != expected) {
            return false;
        }
        int shift = version == 4 ? 0 : IPV6_SHIFT;
        int old = Bytes.u16(memory, ip);
        int codepoint = old >> shift & CE;
        // RFC 3168 §5: 00 is a sender that does not understand marks; it is told of congestion by loss.
        if (codepoint == 0 || codepoint == CE) {
            return false;
        }
        int marked = old | CE << shift;
        Bytes.set16(memory, ip, marked);
        if (version == 4) {
            long field = ip + Ipv4Header.CHECKSUM;
            Bytes.set16(memory, field, Checksum.update(Bytes.u16(memory, field), old, marked));
        }
        return true;
    }
}
