package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkType;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 3168 §5: which packets a congested router marks, and how. */
class CongestionMarkTest {

    private static final int DSCP = 0x28 << 2;

    private static byte[] ipv4(int ecn) {
        byte[] frame = new byte[EthernetHeader.LENGTH + 40];
        MemorySegment memory = MemorySegment.ofArray(frame);
        EthernetHeader.write(memory, 0, 1, 2, EtherType.IPV4);
        Ipv4Header.write(memory, EthernetHeader.LENGTH, 40, DSCP | ecn, 7, Ipv4Header.DONT_FRAGMENT, 64, 6, 0x0a000001,
                0x0a000002);
        return frame;
    }

    private static boolean mark(byte[] frame, LinkType type) {
        return CongestionMark.set(MemorySegment.ofArray(frame), 0, frame.length, type);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, true", "2, 3, true", "0, 0, false", "3, 3, false"})
    void marksPacketsOfCapableSendersAlone(int before, int after, boolean marked) {
        byte[] frame = ipv4(before);
        assertThat(mark(frame, LinkType.ETHERNET)).isEqualTo(marked);
        MemorySegment memory = MemorySegment.ofArray(frame);
        assertThat(Bytes.u8(memory, EthernetHeader.LENGTH + Ipv4Header.TOS)).isEqualTo(DSCP | after);
        assertThat(Checksum.finish(Checksum.sum(memory, EthernetHeader.LENGTH, Ipv4Header.LENGTH, 0))).isZero();
    }

    @Test
    void leavesAWrongChecksumWrong() {
        byte[] frame = ipv4(2);
        frame[EthernetHeader.LENGTH + Ipv4Header.CHECKSUM] ^= 0x10;
        assertThat(mark(frame, LinkType.ETHERNET)).isTrue();
        assertThat(Checksum.finish(Checksum.sum(MemorySegment.ofArray(frame), EthernetHeader.LENGTH, Ipv4Header.LENGTH, 0)))
                .isNotZero();
    }

    @Test
    void marksIpv6InItsTrafficClass() {
        byte[] packet = new byte[40];
        packet[0] = 0x6a;
        packet[1] = 0x2f;
        assertThat(mark(packet, LinkType.RAW_IP)).isTrue();
        assertThat(packet).startsWith(0x6a, 0x3f);
        packet[1] = 0x0f;
        assertThat(mark(packet, LinkType.RAW_IP)).isFalse();
        assertThat(packet).startsWith(0x6a, 0x0f);
    }

    @Test
    void leavesWhatIsNoIpAlone() {
        byte[] arp = ipv4(2);
        Bytes.set16(MemorySegment.ofArray(arp), EthernetHeader.TYPE, EtherType.ARP);
        byte[] runt = Arrays.copyOf(ipv4(2), EthernetHeader.LENGTH + Ipv4Header.LENGTH - 1);
        for (byte[] frame : new byte[][] {arp, runt, {}}) {
            byte[] before = frame.clone();
            assertThat(mark(frame, LinkType.ETHERNET)).isFalse();
            assertThat(frame).isEqualTo(before);
        }
    }
}
