package dev.weft.udp;

import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.UdpFixture.at;
import static dev.weft.udp.UdpFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkCast;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class UdpProperties {

    /** Positive: a datagram of that length comes; otherwise one is received. */
    @Property(tries = 200)
    void theQueueIsFirstInFirstOutAndKeepsToItsLimit(@ForAll @Size(min = 1, max = 60) List<@IntRange(min = -1000, max = 3000) Integer> steps)
            throws IOException {
        try (var fixture = new UdpFixture();
             UdpSocket socket = fixture.udp.bind(at(OWN, 7), UdpOptions.defaults().receiveBuffer(8192))) {
            Queue<byte[]> model = new ArrayDeque<>();
            int dropped = 0;
            for (int step : steps) {
                if (step >= 0) {
                    byte[] payload = bytes(step, step);
                    fixture.ip.deliver(PEER, 5000, OWN, 7, payload);
                    if (memory(model) + memory(payload) <= 8192) {
                        model.add(payload);
                    } else {
                        dropped++;
                    }
                } else {
                    Optional<Datagram> got = socket.poll();
                    byte[] expected = model.poll();
                    assertThat(got.isPresent()).isEqualTo(expected != null);
                    got.ifPresent(datagram -> assertThat(datagram.payload()).isEqualTo(expected));
                }
                assertThat(fixture.udp.waitingChunks() * 512).isEqualTo(memory(model));
                assertThat(socket.dropped()).isEqualTo(dropped);
            }
        }
    }

    private static int memory(Queue<byte[]> payloads) {
        return payloads.stream().mapToInt(UdpProperties::memory).sum();
    }

    /** In pieces of 512 bytes, the first of which begins with 40 bytes of addresses. */
    private static int memory(byte[] payload) {
        return Math.ceilDiv(payload.length + 40, 512) * 512;
    }

    @Property(tries = 300)
    void noBytesFromTheNetworkMakeItThrow(@ForAll @Size(max = 100) byte[] segment, @ForAll LinkCast cast) throws IOException {
        try (var fixture = new UdpFixture(); UdpSocket socket = fixture.udp.bind(7)) {
            fixture.ip.deliver(PEER, OWN, segment, cast);
            assertThat(socket.isClosed()).isFalse();
        }
    }

    @Property(tries = 10)
    void manyReadersAndManyThreadsLoseAndDoubleNothing(@ForAll @IntRange(min = 1, max = 4) int readers,
            @ForAll @IntRange(min = 1, max = 8) int threads) throws Exception {
        int each = 200;
        try (var fixture = new UdpFixture();
             UdpSocket socket = fixture.udp.bind(at(OWN, 7), UdpOptions.defaults().receiveBuffer(1 << 20))) {
            Queue<String> got = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                running.add(UdpFixture.start(() -> {
                    Datagram datagram = socket.receive();
                    while (datagram.payload().length > 0) {
                        got.add(datagram.source().getPort() + ":" + new String(datagram.payload()));
                        datagram = socket.receive();
                    }
                    return null;
                }));
            }
            List<CompletableFuture<Void>> sending = new ArrayList<>();
            for (int r = 1; r <= readers; r++) {
                int port = 1000 + r;
                sending.add(UdpFixture.start(() -> {
                    for (int i = 0; i < each; i++) {
                        fixture.ip.deliver(PEER, port, OWN, 7, Integer.toString(i).getBytes());
                    }
                    return null;
                }));
            }
            for (var one : sending) {
                UdpFixture.get(one);
            }
            for (int t = 0; t < threads; t++) {
                fixture.ip.deliver(PEER, 999, OWN, 7, new byte[0]);
            }
            for (var one : running) {
                UdpFixture.get(one);
            }
            assertThat(got).hasSize(readers * each).doesNotHaveDuplicates();
            assertThat(socket.dropped()).isZero();
        }
    }
}
