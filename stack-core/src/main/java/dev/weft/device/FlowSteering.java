package dev.weft.device;

import dev.weft.wire.Bytes;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.EtherType;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;

/**
 * Which queue of a device a flow belongs to. It follows from addresses and ports alone, the same for both directions, so that
 * whoever sends for a flow, a reader or a thread of the application, sends to the same queue without asking anybody; and a
 * device whose other end answers on the queue on which it was asked, as the kernel does behind a TAP, then brings the flow's
 * frames there.
 *
 * <p>The hash is not keyed: who chooses addresses and ports can bring all of his flows to one queue, which is as if there
 * were only that one.
 */
public final class FlowSteering {

    private static final int MIX = 0x9e37_79b1;
    private static final int PORTS = 4;
    private static final int IPV6_HEADER = 40;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_DESTINATION = 24;

    private FlowSteering() {
    }

    /**
     * The queue of a flow between two addresses in their 128-bit form, of which it does not matter which is ours.
     *
     * @param ports one port in the upper half, the other in the lower
     * @param queues how many there are, at least 1
     */
    public static int queue(long hi, long lo, long otherHi, long otherLo, int ports, int queues) {
        return queue(fold(hi, lo) ^ fold(otherHi, otherLo), ports >>> 16 ^ ports & 0xffff, queues);
    }

    /**
     * The queue of the flow that a frame belongs to, whose headers are all in its head; 0 where it is of no TCP or UDP, and
     * where there is one queue.
     */
    public static int queue(OutFrame frame, LinkType type, int queues) {
        if (queues == 1) {
            return 0;
        }
        MemorySegment head = frame.head();
        int at = frame.start();
        int end = at + frame.headLength();
        if (type == LinkType.ETHERNET) {
            if (at + EthernetHeader.LENGTH > end) {
                return 0;
            }
            int etherType = Bytes.u16(head, at + EthernetHeader.LENGTH - 2);
            if (etherType != EtherType.IPV4 && etherType != EtherType.IPV6) {
                return 0;
            }
            at += EthernetHeader.LENGTH;
        }
        if (at == end) {
            return 0;
        }
        return switch (Bytes.u8(head, at) >> 4) {
            case 4 -> ipv4(head, at, end, queues);
            case 6 -> ipv6(head, at, end, queues);
            default -> 0;
        };
    }

    private static int ipv4(MemorySegment head, int at, int end, int queues) {
        int length = (Bytes.u8(head, at) & 0xf) * 4;
        if (at + length + PORTS > end || !hasPorts(Bytes.u8(head, at + Ipv4Header.PROTOCOL))
                || (Bytes.u16(head, at + Ipv4Header.FLAGS_AND_OFFSET) & 0x3fff) != 0) {
            return 0;
        }
        // As in the 128-bit form: the two mappings cancel out.
        int addresses = Bytes.i32(head, at + Ipv4Header.SOURCE) ^ Bytes.i32(head, at + Ipv4Header.DESTINATION);
        return queue(addresses, ports(head, at + length), queues);
    }

    private static int ipv6(MemorySegment head, int at, int end, int queues) {
        if (at + IPV6_HEADER + PORTS > end || !hasPorts(Bytes.u8(head, at + IPV6_NEXT_HEADER))) {
            return 0;
        }
        int addresses = fold(Bytes.u64(head, at + IPV6_SOURCE), Bytes.u64(head, at + IPV6_SOURCE + 8))
                ^ fold(Bytes.u64(head, at + IPV6_DESTINATION), Bytes.u64(head, at + IPV6_DESTINATION + 8));
        return queue(addresses, ports(head, at + IPV6_HEADER), queues);
    }

    private static boolean hasPorts(int protocol) {
        return protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
    }

    private static int ports(MemorySegment head, int at) {
        return Bytes.u16(head, at) ^ Bytes.u16(head, at + 2);
    }

    private static int fold(long hi, long lo) {
        long both = hi ^ lo;
        return (int) (both ^ both >>> 32);
    }

    private static int queue(int addresses, int ports, int queues) {
        int hash = (addresses * MIX ^ ports) * MIX;
        hash = (hash ^ hash >>> 15) * MIX;
        return (int) ((hash & 0xffff_ffffL) * queues >>> 32);
    }
}
