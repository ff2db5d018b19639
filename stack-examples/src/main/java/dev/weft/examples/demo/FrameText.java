package dev.weft.examples.demo;

import dev.weft.device.LinkType;
import dev.weft.wire.ArpView;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetView;
import dev.weft.wire.IcmpType;
import dev.weft.wire.IcmpView;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4View;
import dev.weft.wire.MacAddress;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpView;
import dev.weft.wire.UdpView;
import java.lang.foreign.MemorySegment;

/** Says in one line what a frame is. For eyes: an object for each line is no matter here. */
final class FrameText {

    private FrameText() {
    }

    /** The line for a frame of a link. */
    static String describe(MemorySegment frame, LinkType linkType) {
        if (linkType == LinkType.RAW_IP) {
            return ip(frame, 0, (int) frame.byteSize());
        }
        var ethernet = new EthernetView();
        if (ethernet.wrap(frame, 0, (int) frame.byteSize()) != null) {
            return "a malformed frame of " + frame.byteSize() + " bytes";
        }
        return switch (ethernet.etherType()) {
            case EtherType.ARP -> arp(frame, ethernet.payloadOffset(), ethernet.payloadLength());
            case EtherType.IPV4 -> ip(frame, ethernet.payloadOffset(), ethernet.payloadLength());
            case EtherType.IPV6 -> "IPv6, not for Weft yet";
            default -> String.format("EtherType 0x%04x", ethernet.typeOrLength());
        };
    }

    private static String arp(MemorySegment frame, long offset, int length) {
        var arp = new ArpView();
        if (arp.wrap(frame, offset, length) != null) {
            return "ARP, malformed";
        }
        String sender = new Ipv4Address(arp.senderIp()).toString();
        String target = new Ipv4Address(arp.targetIp()).toString();
        if (!arp.isRequest()) {
            return "ARP   " + sender + " is at " + new MacAddress(arp.senderMac());
        }
        return "ARP   " + (arp.senderIp() == arp.targetIp() ? sender + " announces itself"
                : "who has " + target + "? asks " + sender);
    }

    private static String ip(MemorySegment frame, long offset, int length) {
        var ip = new Ipv4View();
        if (ip.wrap(frame, offset, length) != null) {
            return "IPv4, malformed";
        }
        String source = new Ipv4Address(ip.source()).toString();
        String destination = new Ipv4Address(ip.destination()).toString();
        long payload = ip.payloadOffset();
        int bytes = ip.payloadLength();
        if (ip.isFragment()) {
            return "IPv4  " + source + " -> " + destination + " fragment of " + bytes + " bytes";
        }
        return switch (ip.protocol()) {
            case IpProtocol.ICMP -> "ICMP  " + source + " -> " + destination + " " + icmp(frame, payload, bytes);
            case IpProtocol.UDP -> udp(frame, payload, bytes, source, destination);
            case IpProtocol.TCP -> tcp(frame, payload, bytes, source, destination);
            default -> "IPv4  " + source + " -> " + destination + " protocol " + ip.protocol();
        };
    }

    private static String icmp(MemorySegment frame, long offset, int length) {
        var icmp = new IcmpView();
        if (icmp.wrap(frame, offset, length) != null) {
            return "malformed";
        }
        return switch (icmp.type()) {
            case IcmpType.ECHO_REQUEST -> "echo request " + icmp.sequence();
            case IcmpType.ECHO_REPLY -> "echo reply " + icmp.sequence();
            default -> "type " + icmp.type() + " code " + icmp.code();
        } + ", " + icmp.payloadLength() + " bytes";
    }

    private static String udp(MemorySegment frame, long offset, int length, String source, String destination) {
        var udp = new UdpView();
        return udp.wrap(frame, offset, length) != null ? "UDP   malformed"
                : "UDP   " + source + ":" + udp.sourcePort() + " -> " + destination + ":" + udp.destinationPort() + " "
                        + udp.payloadLength() + " bytes";
    }

    private static String tcp(MemorySegment frame, long offset, int length, String source, String destination) {
        var tcp = new TcpView();
        return tcp.wrap(frame, offset, length) != null ? "TCP   malformed"
                : "TCP   " + source + ":" + tcp.sourcePort() + " -> " + destination + ":" + tcp.destinationPort() + " "
                        + TcpFlags.toString(tcp.flags()) + (tcp.payloadLength() > 0
                                ? " " + tcp.payloadLength() + " bytes" : "");
    }
}
