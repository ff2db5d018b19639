package dev.weft.stack;

import dev.weft.device.FrameKit;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.Checksum;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.Bytes;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.MacAddress;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.TcpOption;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/**
 * What a hostile station on the link sends to one victim: frames that are nearly right, so that they get past the first
 * checks. Half of them are then changed in some bytes or cut; of those with a changed IP header some get a right header
 * checksum again.
 */
final class GarbageFrames {

    private static final int IP_AT = EthernetHeader.LENGTH;
    private static final MacAddress OWN = MacAddress.of("02:00:00:00:66:66");

    private final Random random;
    private final MacAddress victimMac;
    private final Ipv4Address victim;
    private final int[] ports;

    GarbageFrames(long seed, MacAddress victimMac, Ipv4Address victim, int... ports) {
        random = new Random(seed);
        this.victimMac = victimMac;
        this.victim = victim;
        this.ports = ports;
    }

    byte[] next() {
        byte[] frame = switch (random.nextInt(6)) {
            case 0 -> arp();
            case 1 -> udp();
            case 2 -> icmp();
            case 3 -> noise();
            default -> tcp();
        };
        return random.nextBoolean() ? frame : spoilt(frame);
    }

    private byte[] spoilt(byte[] frame) {
        byte[] bytes = frame.clone();
        boolean isIp = type(bytes) == EtherType.IPV4;
        for (int i = random.nextInt(5); i >= 0; i--) {
            // Behind the Ethernet header; of ARP only what comes before the sender's address: this is not about spoofing.
            int range = isIp ? bytes.length - IP_AT : 8;
            bytes[IP_AT + random.nextInt(Math.max(1, Math.min(range, bytes.length - IP_AT)))] = (byte) random.nextInt();
        }
        if (random.nextInt(3) == 0) {
            bytes = Arrays.copyOf(bytes, IP_AT + random.nextInt(bytes.length - IP_AT + 1));
        }
        if (isIp && bytes.length >= IP_AT + Ipv4Header.LENGTH && random.nextBoolean()) {
            var segment = MemorySegment.ofArray(bytes);
            int header = Math.clamp((bytes[IP_AT] & 15) * 4, Ipv4Header.LENGTH, bytes.length - IP_AT & ~3);
            Bytes.set16(segment, IP_AT + Ipv4Header.CHECKSUM, 0);
            Bytes.set16(segment, IP_AT + Ipv4Header.CHECKSUM, Checksum.finish(Checksum.sum(segment, IP_AT, header, 0)));
        }
        return bytes;
    }

    private static int type(byte[] frame) {
        return (frame[12] & 0xff) << 8 | frame[13] & 0xff;
    }

    private byte[] arp() {
        byte[] payload = new byte[ArpPacket.LENGTH];
        ArpPacket.write(MemorySegment.ofArray(payload), 0,
                random.nextBoolean() ? ArpPacket.Operation.REQUEST : ArpPacket.Operation.REPLY,
                OWN.bits(), stranger().bits(), random.nextBoolean() ? 0 : victimMac.bits(), victim.bits());
        return FrameKit.ethernet(random.nextBoolean() ? MacAddress.BROADCAST : victimMac, OWN, EtherType.ARP, payload);
    }

    private byte[] noise() {
        byte[] payload = new byte[46 + random.nextInt(200)];
        random.nextBytes(payload);
        return FrameKit.ethernet(victimMac, OWN, random.nextBoolean() ? EtherType.IPV4 : random.nextInt(1 << 16), payload);
    }

    private byte[] udp() {
        int length = UdpHeader.LENGTH + random.nextInt(300);
        byte[] packet = ip(IpProtocol.UDP, length);
        UdpHeader.write(MemorySegment.ofArray(packet), Ipv4Header.LENGTH, port(), port(), length, 0);
        return framed(packet);
    }

    private byte[] icmp() {
        byte[] quoted = tcp();
        int data = random.nextInt(60);
        byte[] packet = ip(IpProtocol.ICMP, IcmpMessage.HEADER_LENGTH + data);
        var segment = MemorySegment.ofArray(packet);
        System.arraycopy(quoted, IP_AT, packet, Ipv4Header.LENGTH + IcmpMessage.HEADER_LENGTH,
                Math.min(data, quoted.length - IP_AT));
        int type = random.nextBoolean() ? 3 : random.nextInt(20);
        IcmpMessage.write(segment, Ipv4Header.LENGTH, type, random.nextInt(16), random.nextInt(),
                IcmpMessage.HEADER_LENGTH + data);
        return framed(packet);
    }

    private byte[] tcp() {
        int options = 0;
        byte[] packet = ip(IpProtocol.TCP, TcpHeader.MAXIMUM_LENGTH + random.nextInt(100));
        var segment = MemorySegment.ofArray(packet);
        int at = Ipv4Header.LENGTH;
        options += random.nextBoolean() ? TcpOption.writeMss(segment, at + TcpHeader.LENGTH, random.nextInt(1 << 16)) : 0;
        options += random.nextBoolean()
                ? TcpOption.writeWindowScale(segment, at + TcpHeader.LENGTH + options, random.nextInt(256)) : 0;
        int[] flags = {TcpFlags.SYN, TcpFlags.ACK, TcpFlags.RST, TcpFlags.FIN | TcpFlags.ACK, TcpFlags.SYN | TcpFlags.ACK,
            random.nextInt(256)};
        int length = packet.length - at;
        Ipv4Address from = new Ipv4Address(Bytes.i32(segment, Ipv4Header.SOURCE));
        TcpHeader.write(segment, at, TcpHeader.LENGTH + options, port(), port(), random.nextInt(), random.nextInt(),
                flags[random.nextInt(flags.length)], random.nextInt(1 << 16), random.nextInt(1 << 16));
        TcpHeader.writeChecksum(segment, at, length, from.hi(), from.lo(), victim.hi(), victim.lo());
        return framed(packet);
    }

    private int port() {
        return random.nextInt(4) == 0 ? random.nextInt(1 << 16) : ports[random.nextInt(ports.length)];
    }

    /** Neither the victim nor the one that talks to it in earnest. */
    private Ipv4Address stranger() {
        return Ipv4Address.of("10.0.0." + (100 + random.nextInt(100)));
    }

    private byte[] ip(int protocol, int length) {
        byte[] packet = new byte[Ipv4Header.LENGTH + length];
        int fragment = random.nextInt(4) == 0 ? random.nextInt(1 << 16) : 0;
        Ipv4Header.write(MemorySegment.ofArray(packet), 0, packet.length, random.nextInt(256), random.nextInt(4), fragment,
                1 + random.nextInt(255), protocol, stranger().bits(), victim.bits());
        return packet;
    }

    private byte[] framed(byte[] packet) {
        return FrameKit.ethernet(victimMac, OWN, EtherType.IPV4, packet);
    }
}
