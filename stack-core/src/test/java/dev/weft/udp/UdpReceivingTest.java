package dev.weft.udp;

import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.UdpFixture.HELLO;
import static dev.weft.udp.UdpFixture.at;
import static dev.weft.udp.UdpFixture.bytes;
import static dev.weft.udp.UdpFixture.get;
import static dev.weft.udp.UdpFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.LinkCast;
import dev.weft.runtime.Suspension;
import dev.weft.testing.Eventually;
import dev.weft.wire.Bytes;
import dev.weft.wire.IpAddress;
import dev.weft.wire.UdpHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a socket receives, whom it waits for, and what becomes of what it has no room for. */
class UdpReceivingTest {

    private final UdpFixture fixture = new UdpFixture();
    private final FakeIp ip = fixture.ip;
    private final Udp udp = fixture.udp;

    @AfterEach
    void leaveNothingBehind() {
        fixture.close();
    }

    @Test
    void takesDatagramsInTheOrderTheyCame() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            List<byte[]> payloads = new ArrayList<>();
            for (int length : new int[] {0, 1, 471, 472, 473, 1472, 60_000, 3}) {
                payloads.add(bytes(length, length));
                ip.deliver(PEER, 5000, OWN, 7, payloads.getLast());
                if (length == 472) {
                    assertThat(socket.receive().payload()).isEqualTo(payloads.removeFirst());
                }
            }
            for (byte[] payload : payloads) {
                assertThat(socket.receive()).isEqualTo(new Datagram(at(PEER, 5000), at(OWN, 7), payload));
            }
            assertThat(socket.poll()).isEmpty();
        }
    }

    @Test
    void takesADatagramWithoutAChecksum() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            byte[] segment = FakeIp.segment(PEER, 5000, OWN, 7, HELLO);
            Bytes.set16(MemorySegment.ofArray(segment), UdpHeader.CHECKSUM, 0);
            ip.deliver(PEER, OWN, segment, LinkCast.UNICAST);
            assertThat(socket.receive().payload()).isEqualTo(HELLO);
        }
    }

    @Test
    void dropsAndCountsWhatIsWrongWithoutAnAnswer() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            byte[] segment = FakeIp.segment(PEER, 5000, OWN, 7, HELLO);
            segment[9] ^= 1;
            ip.deliver(PEER, OWN, segment, LinkCast.UNICAST);
            assertThat(fixture.discarded(UdpDiscard.BAD_CHECKSUM)).isEqualTo(1);
            ip.deliver(PEER, OWN, new byte[7], LinkCast.UNICAST);
            assertThat(fixture.counters.value("udp.in.malformed.header_cut")).isEqualTo(1);
            ip.deliver(PEER, 5000, OWN, 0, HELLO);
            assertThat(fixture.discarded(UdpDiscard.PORT_ZERO)).isEqualTo(1);
            assertThat(socket.poll()).isEmpty();
            assertThat(ip.portUnreachables).hasValue(0);
        }
    }

    @Test
    void tellsWhoSendsToAPortWithoutASocket() throws IOException {
        fixture.hello(7);
        assertThat(ip.portUnreachables).hasValue(1);
        assertThat(fixture.discarded(UdpDiscard.NO_SOCKET)).isEqualTo(1);
        udp.bind(7).close();
        fixture.hello(7);
        assertThat(ip.portUnreachables).as("after its socket was closed").hasValue(2);
    }

    @Test
    void saysNothingToABroadcastNobodyTakes() {
        ip.deliver(PEER, 5000, IpAddress.of("10.0.0.255"), 7, HELLO);
        assertThat(fixture.discarded(UdpDiscard.NO_SOCKET)).isEqualTo(1);
        assertThat(ip.portUnreachables).hasValue(0);
    }

    @Test
    void waitsUntilADatagramComes() throws Exception {
        try (UdpSocket socket = udp.bind(7)) {
            CompletableFuture<Datagram> receiving = start(socket::receive);
            fixture.hello(7);
            assertThat(get(receiving).payload()).isEqualTo(HELLO);
        }
    }

    @Test
    void eachDatagramGoesToOneOfTheThreadsThatWait() throws Exception {
        try (UdpSocket socket = udp.bind(7)) {
            List<CompletableFuture<Datagram>> receiving = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                receiving.add(start(socket::receive));
            }
            for (int i = 0; i < 20; i++) {
                ip.deliver(PEER, 5000, OWN, 7, new byte[] {(byte) i});
            }
            Set<Byte> got = new LinkedHashSet<>();
            for (var each : receiving) {
                got.add(get(each).payload()[0]);
            }
            assertThat(got).hasSize(20);
        }
    }

    @Test
    void theTimeoutPassesAndTheSocketIsAsBefore() throws Exception {
        try (UdpSocket socket = udp.bind(7)) {
            socket.receiveTimeout(Duration.ofSeconds(3));
            CompletableFuture<Datagram> receiving = start(socket::receive);
            Eventually.isTrue("it waits with the deadline", () -> fixture.clock.nextDeadline() == Duration.ofSeconds(3).toNanos());
            fixture.clock.advance(Duration.ofSeconds(3));
            assertThatThrownBy(() -> get(receiving)).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("3000 ms");
            fixture.hello(7);
            assertThat(socket.receive().payload()).isEqualTo(HELLO);
        }
    }

    @Test
    void theQueueIsBoundedInBytesAndCountsWhatItDrops() throws IOException {
        try (UdpSocket socket = udp.bind(at(OWN, 7), UdpOptions.defaults().receiveBuffer(10 * 512))) {
            for (int i = 0; i < 15; i++) {
                fixture.hello(7);
            }
            assertThat(socket.dropped()).isEqualTo(5);
            assertThat(fixture.discarded(UdpDiscard.QUEUE_FULL)).isEqualTo(5);
            for (int i = 0; i < 10; i++) {
                assertThat(socket.poll()).isPresent();
            }
            assertThat(socket.poll()).isEmpty();
            fixture.hello(7);
            assertThat(socket.poll()).as("room again").isPresent();
        }
    }

    @Test
    void aReaderMustNotReceive() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            assertThatIllegalStateException().isThrownBy(() -> Suspension.forbid("a reader", () -> {
                try {
                    socket.receive();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            })).withMessageContaining("UdpSocket.receive");
        }
    }

    @Test
    void tellsAListenerThatThereIsSomething() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            var calls = new AtomicInteger();
            socket.onReady(_ -> calls.incrementAndGet());
            int before = calls.get();
            fixture.hello(7);
            assertThat(calls.get()).isEqualTo(before + 1);
        }
    }
}
