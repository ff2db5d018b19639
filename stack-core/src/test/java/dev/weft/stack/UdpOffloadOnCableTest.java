package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.Offloads;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.udp.Datagram;
import dev.weft.udp.DatagramTooLongException;
import dev.weft.udp.UdpSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** D5 for UDP: many datagrams in one call arrive one by one, whatever the devices cut and join on the way. */
@Timeout(60)
class UdpOffloadOnCableTest {

    private static final Offloads WITHOUT_DATAGRAMS = new Offloads(true, Offloads.LARGEST_PAYLOAD, 0);

    private static final InetSocketAddress TO = new InetSocketAddress(TwoStacks.RIGHT, 7);

    private static TwoStacks stacks(int mtu, Offloads offloads) throws Exception {
        return new TwoStacks(new Cable(MemoryLinkOptions.defaults().mtu(mtu).offloads(offloads)), UnaryOperator.identity());
    }

    private static Offloads of(String kind) {
        return switch (kind) {
            case "ALL" -> Offloads.ALL;
            case "TCP" -> WITHOUT_DATAGRAMS;
            default -> Offloads.NONE;
        };
    }

    /** RFC 768; at MTU 576 each datagram goes in fragments (RFC 791 §3.2). */
    @ParameterizedTest
    @CsvSource({"NONE, 576", "NONE, 1500", "NONE, 9000", "TCP, 576", "TCP, 1500", "ALL, 576", "ALL, 1500", "ALL, 9000"})
    void manyDatagramsArriveOneByOne(String kind, int mtu) throws Exception {
        byte[] payload = new byte[99_500];
        new Random(3).nextBytes(payload);
        try (var stacks = stacks(mtu, of(kind)); UdpSocket to = stacks.right.udp().bind(7);
             UdpSocket from = stacks.left.udp().bind(0)) {
            from.send(Datagram.to(TO, new byte[1]));     // and so the neighbour is known: what waits for it is bounded
            assertThat(to.receive(Duration.ofSeconds(10)).payload()).hasSize(1);
            from.sendAll(Datagram.to(TO, payload), 1_000);
            for (int at = 0; at < payload.length; at += 1_000) {
                assertThat(to.receive(Duration.ofSeconds(10)).payload())
                        .isEqualTo(Arrays.copyOfRange(payload, at, Math.min(at + 1_000, payload.length)));
            }
            assertThat(to.poll()).isEmpty();
            assertThat(stacks.left.counters().value("udp.out.datagrams")).isEqualTo(101);
        }
    }

    /** RFC 1122 §2.3.2.2: what waits for a neighbour waits packet by packet. */
    @Test
    void someWaitForTheNeighbour() throws Exception {
        try (var stacks = stacks(1500, Offloads.ALL); UdpSocket to = stacks.right.udp().bind(7);
             UdpSocket from = stacks.left.udp().bind(0)) {
            from.sendAll(Datagram.to(TO, new byte[2_000]), 1_000);
            assertThat(to.receive(Duration.ofSeconds(10)).payload()).hasSize(1_000);
            assertThat(to.receive(Duration.ofSeconds(10)).payload()).hasSize(1_000);
        }
    }

    @Test
    void refusesDatagramsThatAreNone() throws Exception {
        try (var stacks = stacks(1500, Offloads.ALL); UdpSocket from = stacks.left.udp().bind(0)) {
            assertThatThrownBy(() -> from.sendAll(Datagram.to(TO, new byte[10]), 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> from.sendAll(Datagram.to(TO, new byte[140_000]), 70_000))
                    .isInstanceOf(DatagramTooLongException.class);
        }
    }
}
