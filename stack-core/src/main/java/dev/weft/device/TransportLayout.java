package dev.weft.device;

import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;

/**
 * Where the headers of the TCP segment or UDP datagram in a frame are, found in its bytes: who has to finish a checksum or cut a
 * segment needs no more than the frame. Reused; positions count from the frame's first byte.
 *
 * <pre>
 *   0              ip                  transport            payload                end
 *   ├ Ethernet, tags ┼ IPv4 or IPv6 header ┼ TCP or UDP header ┼ …                     ┤ padding
 * </pre>
 */
public final class TransportLayout {

    private static final int IPV6_LENGTH = 40;
    private static final int IPV6_PAYLOAD_LENGTH = 4;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int IPV6_SOURCE = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int VLAN_TAG = 0x8100;
    private static final int SERVICE_TAG = 0x88a8;
    private static final int TAG_LENGTH = 4;

    private int ip;
    private int transport;
    private int payload;
    private int end;
    private int protocol;
    private boolean ipv6;

    /**
     * Finds the headers.
     *
     * @param memory where the frame begins, at {@code at}
     * @param present how many bytes of it lie there, all headers included
     * @param length how long it is altogether
     * @return false when there is no whole TCP or UDP header in a whole, unfragmented packet; nothing else of this object
     *     means anything then
     */
    public boolean read(MemorySegment memory, long at, int present, int length, LinkType type) {
        int version;
        if (type == LinkType.ETHERNET) {
            if (present < EthernetHeader.LENGTH) {
                return false;
            }
            int typeAt = EthernetHeader.TYPE;
            int etherType = Bytes.u16(memory, at + typeAt);
            while ((etherType == VLAN_TAG || etherType == SERVICE_TAG) && typeAt + TAG_LENGTH + 2 <= present) {
                typeAt += TAG_LENGTH;
                etherType = Bytes.u16(memory, at + typeAt);
            }
            ip = typeAt + 2;
            version = etherType == EtherType.IPV4 ? 4 : etherType == EtherType.IPV6 ? 6 : 0;
        } else {
            ip = 0;
            version = present > 0 ? Bytes.u8(memory, at) >> 4 : 0;
        }
        ipv6 = version == 6;
        boolean found = ipv6 ? readIpv6(memory, at, present) : version == 4 && readIpv4(memory, at, present);
        return found && end <= length && readTransport(memory, at, present) && payload <= end;
    }

    private boolean readIpv4(MemorySegment memory, long at, int present) {
        if (present < ip + Ipv4Header.LENGTH) {
            return false;
        }
        int first = Bytes.u8(memory, at + ip);
        int header = (first & 0xf) * 4;
        int fragment = Bytes.u16(memory, at + ip + Ipv4Header.FLAGS_AND_OFFSET);
        if (first >> 4 != 4 || header < Ipv4Header.LENGTH
                || (fragment & (Ipv4Header.MORE_FRAGMENTS | Ipv4Header.OFFSET_MASK)) != 0) {
            return false;
        }
        protocol = Bytes.u8(memory, at + ip + Ipv4Header.PROTOCOL);
        transport = ip + header;
        end = ip + Bytes.u16(memory, at + ip + Ipv4Header.TOTAL_LENGTH);
        return true;
    }

    /** RFC 8200 §4: options before the transport are stepped over, a fragment or a route is not ours to touch. */
    private boolean readIpv6(MemorySegment memory, long at, int present) {
        if (present < ip + IPV6_LENGTH || Bytes.u8(memory, at + ip) >> 4 != 6) {
            return false;
        }
        end = ip + IPV6_LENGTH + Bytes.u16(memory, at + ip + IPV6_PAYLOAD_LENGTH);
        int next = Bytes.u8(memory, at + ip + IPV6_NEXT_HEADER);
        transport = ip + IPV6_LENGTH;
        while (next == HOP_BY_HOP || next == DESTINATION_OPTIONS) {
            if (transport + 8 > present) {
                return false;
            }
            next = Bytes.u8(memory, at + transport);
            transport += 8 + 8 * Bytes.u8(memory, at + transport + 1);
        }
        protocol = next;
        return true;
    }

    private boolean readTransport(MemorySegment memory, long at, int present) {
        if (protocol == IpProtocol.UDP) {
            payload = transport + UdpHeader.LENGTH;
        } else if (protocol == IpProtocol.TCP && transport + TcpHeader.LENGTH <= present) {
            int header = (Bytes.u8(memory, at + transport + TcpHeader.DATA_OFFSET) >> 4) * 4;
            if (header < TcpHeader.LENGTH) {
                return false;
            }
            payload = transport + header;
        } else {
            return false;
        }
        return payload <= present;
    }

    /** Whether it is IPv6 and not IPv4. */
    public boolean isIpv6() {
        return ipv6;
    }

    /** Whether it is TCP and not UDP. */
    public boolean isTcp() {
        return protocol == IpProtocol.TCP;
    }

    /** Where the IP header begins. */
    public int ip() {
        return ip;
    }

    /** Where the TCP or UDP header begins. */
    public int transport() {
        return transport;
    }

    /** Where the checksum is in the TCP or UDP header. */
    public int checksumOffset() {
        return isTcp() ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM;
    }

    /** Where the TCP or UDP header ends: how long all headers are together. */
    public int payload() {
        return payload;
    }

    /** Where the IP packet ends; what follows is padding. */
    public int end() {
        return end;
    }

    /**
     * The sum of the pseudo-header (RFC 9293 §3.1, RFC 768, RFC 8200 §8.1), to be continued.
     *
     * @param memory where the frame begins, at {@code at}
     * @param length of the transport header and its payload, in bytes
     */
    public long pseudoHeader(MemorySegment memory, long at, int length) {
        long from = at + ip;
        return ipv6 ? Checksum.sum(memory, from + IPV6_SOURCE, 32, protocol + (long) length)
                : Checksum.sum(memory, from + Ipv4Header.SOURCE, 8, protocol + (long) length);
    }

    /** Writes the length of a packet that ends at {@code newEnd}, and for IPv4 the identification and header checksum. */
    void writeIpLength(MemorySegment memory, long at, int newEnd, int identification) {
        long header = at + ip;
        if (ipv6) {
            Bytes.set16(memory, header + IPV6_PAYLOAD_LENGTH, newEnd - ip - IPV6_LENGTH);
            return;
        }
        Bytes.set16(memory, header + Ipv4Header.TOTAL_LENGTH, newEnd - ip);
        Bytes.set16(memory, header + Ipv4Header.IDENTIFICATION, identification);
        Bytes.set16(memory, header + Ipv4Header.CHECKSUM, 0);
        Bytes.set16(memory, header + Ipv4Header.CHECKSUM, Checksum.finish(Checksum.sum(memory, header, transport - ip, 0)));
    }
}
