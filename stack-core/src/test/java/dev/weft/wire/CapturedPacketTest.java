package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import net.jqwik.api.Example;

/** Frames that Linux 6 wrote to a TAP device, read and written again: an oracle that is not Weft. */
class CapturedPacketTest {

    private static final int IP = EthernetHeader.LENGTH;
    private static final int TRANSPORT = IP + Ipv4Header.LENGTH;
    private static final MacAddress KERNEL_MAC = MacAddress.of("02:00:00:00:00:01");
    private static final Ipv4Address KERNEL = Ipv4Address.of("192.0.2.1");
    private static final Ipv4Address PEER = Ipv4Address.of("192.0.2.2");

    /** Reads Ethernet and IPv4 header, and requires that writing them again gives the same bytes. */
    private static Ipv4Header ipv4(MemorySegment frame) {
        EthernetHeader ethernet = EthernetHeader.parse(frame, 0, (int) frame.byteSize()).orElseThrow();
        assertThat(ethernet).isEqualTo(new EthernetHeader(MacAddress.of("02:00:00:00:00:02"), KERNEL_MAC, EtherType.IPV4));
        Ipv4Header header = Ipv4Header.parse(frame, IP, (int) frame.byteSize() - IP).orElseThrow();
        assertThat(header.source()).isEqualTo(KERNEL);
        assertThat(header.destination()).isEqualTo(PEER);
        assertThat(header.totalLength()).isEqualTo((int) frame.byteSize() - IP);
        MemorySegment again = Exact.of(IP + header.headerLength());
        header.emit(again, ethernet.emit(again, 0));
        assertSame(again, frame, 0, IP + header.headerLength());
        return header;
    }

    private static void assertSame(MemorySegment written, MemorySegment frame, long from, long length) {
        assertThat(Octets.copyOf(written, 0, (int) length)).isEqualTo(Octets.copyOf(frame, from, (int) length));
    }

    @Example
    void arpRequest() {
        MemorySegment frame = Exact.ofHex("ffffffffffff0200000000010806"
                + "0001080006040001020000000001c0000201000000000000c0000202");
        assertThat(EthernetHeader.parse(frame, 0, 42).orElseThrow())
                .isEqualTo(new EthernetHeader(MacAddress.BROADCAST, KERNEL_MAC, EtherType.ARP));
        ArpPacket packet = ArpPacket.parse(frame, IP, 28).orElseThrow();
        assertThat(packet).isEqualTo(ArpPacket.request(KERNEL_MAC, KERNEL, PEER));
        MemorySegment again = Exact.of(28);
        packet.emit(again, 0);
        assertSame(again, frame, IP, 28);
    }

    @Example
    void tcpSyn() {
        MemorySegment frame = Exact.ofHex("0200000000020200000000010800"
                + "4500003c60bd4000400655fbc0000201c0000202"
                + "8a0e0050243fe8fa00000000a002faf07cd10000020405b40402080a59a95af5000000000103030a");
        Ipv4Header ip = ipv4(frame);
        assertThat(ip.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(ip.dontFragment()).isTrue();
        TcpHeader tcp = TcpHeader.parse(frame, TRANSPORT, 40).orElseThrow();
        assertThat(tcp).isEqualTo(new TcpHeader(0x8a0e, 80, 0x243fe8fa, 0, TcpFlags.SYN, 64_240, 0, List.of(
                new TcpOption.MaximumSegmentSize(1460), new TcpOption.SackPermitted(),
                new TcpOption.Timestamps(0x59a95af5, 0), new TcpOption.NoOperation(), new TcpOption.WindowScale(10))));
        var view = new TcpView();
        assertThat(view.wrap(frame, TRANSPORT, 40)).isNull();
        assertThat(view.checksumCorrect(KERNEL.hi(), KERNEL.lo(), PEER.hi(), PEER.lo())).isTrue();
        MemorySegment again = Exact.of(40);
        tcp.emit(again, 0);
        TcpHeader.writeChecksum(again, 0, 40, KERNEL.hi(), KERNEL.lo(), PEER.hi(), PEER.lo());
        assertSame(again, frame, TRANSPORT, 40);
    }

    @Example
    void udpDatagram() {
        MemorySegment frame = Exact.ofHex("0200000000020200000000010800"
                + "4500002098d5400040111df4c0000201c0000202"
                + "8b520007000c129f 77656674");
        assertThat(ipv4(frame).protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(UdpHeader.parse(frame, TRANSPORT, 12).orElseThrow()).isEqualTo(new UdpHeader(0x8b52, 7, 12, 0x129f));
        var view = new UdpView();
        assertThat(view.wrap(frame, TRANSPORT, 12)).isNull();
        assertThat(view.checksumCorrect(KERNEL.hi(), KERNEL.lo(), PEER.hi(), PEER.lo())).isTrue();
    }

    @Example
    void echoRequestThatRecordsItsRoute() {
        MemorySegment frame = Exact.ofHex("0200000000020200000000010800"
                + "4f00004c9451400040012e4bc0000201c0000202"
                + "01072708c0000201" + "00".repeat(32)
                + "0800b12c3ac20001 0001020304050607");
        Ipv4Header ip = ipv4(frame);
        assertThat(ip.options()).hasSize(2).first().isEqualTo(new Ipv4Option.NoOperation());
        Ipv4Option.RecordRoute route = (Ipv4Option.RecordRoute) ip.options().get(1);
        assertThat(route.pointer()).isEqualTo(8);
        assertThat(route.route()).hasSize(9).startsWith(KERNEL, Ipv4Address.ANY);
        IcmpMessage echo = IcmpMessage.parse(frame, IP + 60, 16).orElseThrow();
        assertThat(echo).isEqualTo(new IcmpMessage.EchoRequest(0x3ac2, 1, Octets.of(new byte[] {0, 1, 2, 3, 4, 5, 6, 7})));
        MemorySegment again = Exact.of(16);
        echo.emit(again, 0);
        assertSame(again, frame, IP + 60, 16);
    }

    @Example
    void portUnreachable() {
        MemorySegment frame = Exact.ofHex("0200000000020200000000010800"
                + "45c0003c95150000400160e8c0000201c0000202"
                + "03031a3c00000000" + "45000020000140004011b6c8c0000202c0000201 04d20009000c000077656674");
        assertThat(ipv4(frame).tos()).isEqualTo(0xc0);
        IcmpMessage message = IcmpMessage.parse(frame, TRANSPORT, 40).orElseThrow();
        assertThat(message).isInstanceOfSatisfying(IcmpMessage.DestinationUnreachable.class, unreachable -> {
            assertThat(unreachable.code()).isEqualTo(UnreachableCode.PORT_UNREACHABLE);
            assertThat(unreachable.quoted().length()).isEqualTo(32);
        });
        var quoted = new Ipv4View();
        assertThat(quoted.wrapQuoted(frame, TRANSPORT + 8, 32)).isNull();
        assertThat(quoted.source()).isEqualTo(PEER.bits());
        assertThat(Bytes.u16(frame, quoted.payloadOffset() + UdpHeader.DESTINATION_PORT)).isEqualTo(9);
    }
}
