package dev.weft.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.Bytes;
import java.lang.foreign.Arena;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of a flow, in either direction, and its timers belong to the same queue. */
class FlowSteeringTest {

    private static final long MAPPED = 0xffff_0000_0000L;
    private static final int HERE = 0x0a090002;
    private static final int THERE = 0x0a090001;
    private static final int QUEUES = 4;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    private OutFrame ipv4(LinkType type, int protocol, int flagsAndOffset, int source, int destination, int ports) {
        var frame = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        int link = type == LinkType.ETHERNET ? 14 : 0;
        int at = frame.append(link + 40);
        if (link > 0) {
            Bytes.set16(frame.head(), at + 12, 0x0800);
        }
        Bytes.set8(frame.head(), at + link, 0x45);
        Bytes.set16(frame.head(), at + link + 6, flagsAndOffset);
        Bytes.set8(frame.head(), at + link + 9, protocol);
        Bytes.set32(frame.head(), at + link + 12, source);
        Bytes.set32(frame.head(), at + link + 16, destination);
        Bytes.set32(frame.head(), at + link + 20, ports);
        return frame;
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameForFramesBothWaysAndForWhoKnowsAddressesAndPorts(LinkType type) {
        var seen = new BitSet();
        for (int port = 1024; port < 1124; port++) {
            int ports = port << 16 | 7;
            int queue = FlowSteering.queue(0, MAPPED | THERE, 0, MAPPED | HERE, ports, QUEUES);
            assertThat(FlowSteering.queue(0, MAPPED | HERE, 0, MAPPED | THERE, 7 << 16 | port, QUEUES)).isEqualTo(queue);
            assertThat(FlowSteering.queue(ipv4(type, 6, 0x4000, THERE, HERE, ports), type, QUEUES)).isEqualTo(queue);
            assertThat(FlowSteering.queue(ipv4(type, 17, 0, HERE, THERE, 7 << 16 | port), type, QUEUES)).isEqualTo(queue);
            seen.set(queue);
        }
        assertThat(seen.cardinality()).as("queues of a hundred flows").isEqualTo(QUEUES);
    }

    @Test
    void readsIpv6() {
        var frame = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        int at = frame.append(60);
        Bytes.set8(frame.head(), at, 0x60);
        Bytes.set8(frame.head(), at + 6, 6);
        long hi = 0xfd00_0000_0000_0001L;
        Bytes.set64(frame.head(), at + 8, hi);
        Bytes.set64(frame.head(), at + 16, 1);
        Bytes.set64(frame.head(), at + 24, hi);
        Bytes.set64(frame.head(), at + 32, 77);
        var seen = new BitSet();
        for (int port = 1024; port < 1124; port++) {
            Bytes.set32(frame.head(), at + 40, port << 16 | 443);
            int queue = FlowSteering.queue(frame, LinkType.RAW_IP, QUEUES);
            assertThat(queue).isEqualTo(FlowSteering.queue(hi, 77, hi, 1, 443 << 16 | port, QUEUES));
            seen.set(queue);
        }
        assertThat(seen.cardinality()).isEqualTo(QUEUES);
    }

    @Test
    void isTheFirstForWhatIsOfNoFlow() {
        assertThat(FlowSteering.queue(ipv4(LinkType.RAW_IP, 1, 0, HERE, THERE, 0x0800_1234), LinkType.RAW_IP, QUEUES)).as("ICMP").isZero();
        assertThat(FlowSteering.queue(ipv4(LinkType.RAW_IP, 17, 0x2000, HERE, THERE, 99), LinkType.RAW_IP, QUEUES)).as("a fragment").isZero();
        OutFrame arp = ipv4(LinkType.ETHERNET, 6, 0, HERE, THERE, 99);
        Bytes.set16(arp.head(), arp.start() + 12, 0x0806);
        assertThat(FlowSteering.queue(arp, LinkType.ETHERNET, QUEUES)).as("ARP").isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 13, 14, 15, 33, 37})
    void isTheFirstForWhatIsCutShort(int length) {
        OutFrame whole = ipv4(LinkType.ETHERNET, 6, 0, HERE, THERE, 99);
        var frame = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        int at = frame.append(length);
        Bytes.copy(whole.head(), whole.start(), frame.head(), at, length);
        assertThat(FlowSteering.queue(frame, LinkType.ETHERNET, QUEUES)).isZero();
    }
}
