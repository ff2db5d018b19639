package dev.weft.udp;

import static dev.weft.udp.FakeIp.OTHER;
import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.FakeIp.SECOND;
import static dev.weft.udp.UdpFixture.HELLO;
import static dev.weft.udp.UdpFixture.at;
import static dev.weft.udp.UdpFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.ip.IcmpErrorKind;
import dev.weft.runtime.Suspension;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a socket sends, and what it refuses to send. */
class UdpSendingTest {

    private final UdpFixture fixture = new UdpFixture();
    private final FakeIp ip = fixture.ip;
    private final Udp udp = fixture.udp;

    @AfterEach
    void leaveNothingBehind() {
        fixture.close();
    }

    @Test
    void sendsWithPortsLengthAndChecksum() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            for (int length : new int[] {0, 1, 2, 1471, 1472, 1880, 1881, 1889, 16_384, 16_385, 60_001, 65_507}) {
                byte[] payload = bytes(length, length);
                socket.send(Datagram.to(at(PEER, 9), payload));
                FakeIp.Sent sent = ip.sent.remove();
                assertThat(sent.from()).isEqualTo(OWN);
                assertThat(sent.to()).isEqualTo(PEER);
                assertThat(sent.sourcePort()).isEqualTo(7);
                assertThat(sent.destinationPort()).isEqualTo(9);
                assertThat(sent.isRight()).as("length and checksum of %d bytes", length).isTrue();
                assertThat(sent.payload()).isEqualTo(payload);
            }
        }
    }

    @Test
    void sendsAComputedChecksumOfZeroAsAllOnes() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            socket.send(Datagram.to(at(PEER, 9), new byte[2]));
            int checksum = ip.sent.remove().checksum();
            // With these two bytes the sum becomes all ones, whose complement is 0.
            byte[] payload = {(byte) (checksum >>> 8), (byte) checksum};
            socket.send(Datagram.to(at(PEER, 9), payload));
            assertThat(ip.sent.remove().checksum()).isEqualTo(0xffff);
        }
    }

    @Test
    void refusesWhatNoDatagramCanCarryAndSaysTheLimit() throws IOException {
        try (UdpSocket socket = udp.open()) {
            assertThatExceptionOfType(DatagramTooLongException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(PEER, 9), new byte[65_508])))
                    .satisfies(e -> assertThat(e.limit()).isEqualTo(65_507))
                    .withMessageContaining("65508").withMessageContaining("65507");
            assertThat(ip.sent).isEmpty();
        }
    }

    @Test
    void refusesWhatWouldBeFragmentedWhereThatIsForbidden() throws IOException {
        try (UdpSocket socket = udp.bind(at(OWN, 7), UdpOptions.defaults().dontFragment(true))) {
            socket.send(Datagram.to(at(PEER, 9), new byte[1472]));
            assertThat(ip.sent.remove().dontFragment()).isTrue();
            assertThatExceptionOfType(DatagramTooLongException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(PEER, 9), new byte[1473])))
                    .withMessageContaining("1500");
        }
    }

    @Test
    @DisplayName("RFC 1191 §6.2: what a router says about datagrams that must not be fragmented is an error of the next send")
    void learnsThePathMtuOfDatagramsThatMustNotBeFragmented() throws IOException {
        try (UdpSocket socket = udp.bind(at(OWN, 7), UdpOptions.defaults().dontFragment(true))) {
            socket.send(Datagram.to(at(PEER, 9), new byte[1472]));
            ip.error(IcmpErrorKind.PACKET_TOO_BIG, OWN, 7, PEER, 9);
            assertThatExceptionOfType(DatagramTooLongException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(PEER, 9), new byte[1373])))
                    .satisfies(e -> assertThat(e.limit()).isEqualTo(1372)).withMessageContaining("1400");
            socket.send(Datagram.to(at(PEER, 9), new byte[1372]));
        }
    }

    @Test
    @DisplayName("RFC 5927 §7: nobody believes that datagrams were too long which routers may cut")
    void learnsNothingOfDatagramsThatMayBeFragmented() throws IOException {
        try (UdpSocket socket = udp.bind(at(OWN, 7), UdpOptions.defaults())) {
            socket.send(Datagram.to(at(PEER, 9), new byte[1472]));
            ip.error(IcmpErrorKind.PACKET_TOO_BIG, OWN, 7, PEER, 9);
            ip.error(IcmpErrorKind.PACKET_TOO_BIG, OWN, 8, PEER, 9);
            assertThat(ip.pathMtu).isEqualTo(Integer.MAX_VALUE);
        }
    }

    @Test
    void sendsToABroadcastAddressOnlyWhereThatIsAllowed() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            for (String address : List.of("255.255.255.255", "10.0.0.255")) {
                InetSocketAddress everybody = at(IpAddress.of(address), 9);
                assertThatExceptionOfType(SocketException.class)
                        .isThrownBy(() -> socket.send(Datagram.to(everybody, HELLO))).withMessageContaining("broadcast");
                socket.broadcast(true);
                socket.send(Datagram.to(everybody, HELLO));
                assertThat(ip.sent.remove().to()).isEqualTo(IpAddress.of(address));
                socket.broadcast(false);
            }
        }
    }

    @Test
    void multicastStaysOnItsNetworkUnlessToldOtherwise() throws IOException {
        InetSocketAddress group = at(IpAddress.of("224.0.0.251"), 5353);
        try (UdpSocket near = udp.open();
             UdpSocket far = udp.bind(at(OWN, 0), UdpOptions.defaults().hopLimit(8).trafficClass(0x10))) {
            near.send(Datagram.to(group, HELLO));
            assertThat(ip.sent.remove().hopLimit()).isEqualTo(1);
            far.send(Datagram.to(group, HELLO));
            assertThat(ip.sent.remove()).extracting(FakeIp.Sent::hopLimit, FakeIp.Sent::trafficClass)
                    .containsExactly(8, 0x10);
        }
    }

    @Test
    void leavesTheHopLimitOfUnicastToIp() throws IOException {
        try (UdpSocket socket = udp.open()) {
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            assertThat(ip.sent.remove().hopLimit()).isZero();
        }
    }

    @Test
    void answersFromTheAddressThatWasAsked() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            ip.deliver(PEER, 5000, SECOND, 7, HELLO);
            Datagram question = socket.receive();
            assertThat(question).isEqualTo(new Datagram(at(PEER, 5000), at(SECOND, 7), HELLO));
            socket.send(question.replyWith(question.payload()));
            FakeIp.Sent sent = ip.sent.remove();
            assertThat(sent.from()).isEqualTo(SECOND);
            assertThat(sent.to()).isEqualTo(PEER);
            assertThat(sent.destinationPort()).isEqualTo(5000);
        }
    }

    @Test
    void answersABroadcastFromAnAddressOfItsOwn() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            ip.deliver(PEER, 5000, IpAddress.of("10.0.0.255"), 7, HELLO);
            socket.send(socket.receive().replyWith(HELLO));
            assertThat(ip.sent.remove().from()).isEqualTo(OWN);
        }
    }

    @Test
    void refusesToSendFromWhatIsNotItsOwn() throws IOException {
        try (UdpSocket all = udp.bind(7); UdpSocket one = udp.bind(at(OWN, 8))) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> all.send(new Datagram(at(OTHER, 7), at(PEER, 9), HELLO)));
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> all.send(new Datagram(at(OWN, 8), at(PEER, 9), HELLO)));
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> one.send(new Datagram(at(SECOND, 8), at(PEER, 9), HELLO)));
            one.send(new Datagram(at(OWN, 8), at(PEER, 9), HELLO));
            assertThat(ip.sent.remove().from()).isEqualTo(OWN);
        }
    }

    @Test
    void throwsAtOnceWhenNoRouteLeadsThere() throws IOException {
        try (UdpSocket socket = udp.open()) {
            assertThatExceptionOfType(NoRouteToHostException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(IpAddress.of("192.0.2.1"), 9), HELLO)));
        }
    }

    @Test
    void refusesPortZeroAndNames() throws IOException {
        try (UdpSocket socket = udp.open()) {
            assertThatExceptionOfType(SocketException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(PEER, 0), HELLO))).withMessageContaining("port 0");
            assertThatExceptionOfType(UnknownHostException.class).isThrownBy(() ->
                    socket.send(Datagram.to(InetSocketAddress.createUnresolved("weft.example", 9), HELLO)));
        }
    }

    @Test
    void countsWhatIpDoesNotTake() throws IOException {
        try (UdpSocket socket = udp.open()) {
            ip.takes = false;
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            assertThat(fixture.counters.value("udp.out.not_taken")).isEqualTo(1);
        }
    }

    @Test
    void mayBeCalledOnAReader() throws IOException {
        try (UdpSocket socket = udp.open()) {
            Suspension.forbid("a reader", () -> {
                try {
                    socket.send(Datagram.to(at(PEER, 9), HELLO));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(ip.sent).hasSize(1);
        }
    }

    @Test
    void findsANewWayWhenRoutesHaveChanged() throws IOException {
        try (UdpSocket socket = udp.open()) {
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            ip.generation++;
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            assertThat(ip.sent).hasSize(2);
        }
    }
}
