package dev.weft.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkType;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.MacAddress;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FrameTextTest {

    private static final MacAddress MAC = MacAddress.of("02:00:00:00:00:01");
    private static final Ipv4Address KERNEL = Ipv4Address.of("10.9.0.1");
    private static final Ipv4Address WEFT = Ipv4Address.of("10.9.0.2");

    private static String describe(ArpPacket packet) {
        MemorySegment frame = MemorySegment.ofArray(new byte[EthernetHeader.LENGTH + ArpPacket.LENGTH]);
        new EthernetHeader(MacAddress.BROADCAST, MAC, EtherType.ARP).emit(frame, 0);
        packet.emit(frame, EthernetHeader.LENGTH);
        return FrameText.describe(frame, LinkType.ETHERNET);
    }

    @Test
    void tellsQuestionsAnswersAndAnnouncementsOfArpApart() {
        assertThat(describe(ArpPacket.request(MAC, KERNEL, WEFT))).isEqualTo("ARP   who has 10.9.0.2? asks 10.9.0.1");
        assertThat(describe(ArpPacket.reply(MAC, WEFT, MAC, KERNEL))).isEqualTo("ARP   10.9.0.2 is at 02:00:00:00:00:01");
        assertThat(describe(ArpPacket.announcement(MAC, WEFT))).isEqualTo("ARP   10.9.0.2 announces itself");
    }

    @Test
    void namesPortsAndFlagsOfATcpSegment() {
        MemorySegment packet = MemorySegment.ofArray(new byte[45]);
        Ipv4Header.write(packet, 0, 45, 0, 1, 0, 64, IpProtocol.TCP, KERNEL.bits(), WEFT.bits());
        TcpHeader.write(packet, 20, 20, 40_000, 80, 1, 2, TcpFlags.ACK | TcpFlags.PSH, 512, 0);
        assertThat(FrameText.describe(packet, LinkType.RAW_IP))
                .startsWith("TCP   10.9.0.1:40000 -> 10.9.0.2:80 ").contains("ACK", "PSH").endsWith(" 5 bytes");
    }

    @Test
    void namesAnEcho() {
        MemorySegment packet = MemorySegment.ofArray(new byte[28 + 56]);
        Ipv4Header.write(packet, 0, 84, 0, 1, 0, 64, IpProtocol.ICMP, KERNEL.bits(), WEFT.bits());
        MemorySegment.copy(MemorySegment.ofArray(HexFormat.of().parseHex("0800f7f700010007")), 0, packet, 20, 8);
        assertThat(FrameText.describe(packet, LinkType.RAW_IP))
                .isEqualTo("ICMP  10.9.0.1 -> 10.9.0.2 echo request 7, 56 bytes");
    }

    @Test
    void staysCalmAboutBytesThatAreNoFrame() {
        assertThat(FrameText.describe(MemorySegment.ofArray(new byte[5]), LinkType.ETHERNET)).contains("malformed");
        assertThat(FrameText.describe(MemorySegment.ofArray(new byte[5]), LinkType.RAW_IP)).contains("malformed");
    }
}
