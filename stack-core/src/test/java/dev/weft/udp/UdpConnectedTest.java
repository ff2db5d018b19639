package dev.weft.udp;

import static dev.weft.udp.FakeIp.OTHER;
import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.FakeIp.SECOND;
import static dev.weft.udp.UdpFixture.HELLO;
import static dev.weft.udp.UdpFixture.at;
import static dev.weft.udp.UdpFixture.get;
import static dev.weft.udp.UdpFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ip.IcmpErrorKind;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sockets with a peer, and the errors that come back from it. */
class UdpConnectedTest {

    private final UdpFixture fixture = new UdpFixture();
    private final FakeIp ip = fixture.ip;
    private final Udp udp = fixture.udp;

    @AfterEach
    void leaveNothingBehind() {
        fixture.close();
    }

    @Test
    void sendsToAndReceivesFromItsPeerAlone() throws IOException {
        try (UdpSocket socket = udp.connect(at(PEER, 9))) {
            int port = socket.localAddress().getPort();
            assertThat(socket.localAddress().getAddress()).isEqualTo(OWN.toInetAddress());
            assertThat(socket.remoteAddress()).contains(at(PEER, 9));
            socket.send(HELLO);
            assertThat(ip.sent.remove()).extracting(FakeIp.Sent::to, FakeIp.Sent::destinationPort)
                    .containsExactly(PEER, 9);
            assertThatIllegalArgumentException().isThrownBy(() -> socket.send(Datagram.to(at(OTHER, 9), HELLO)));
            ip.deliver(OTHER, 9, OWN, port, HELLO);
            ip.deliver(PEER, 10, OWN, port, HELLO);
            assertThat(socket.poll()).isEmpty();
            assertThat(ip.portUnreachables).hasValue(2);
            ip.deliver(PEER, 9, OWN, port, HELLO);
            assertThat(socket.receive().payload()).isEqualTo(HELLO);
        }
    }

    @Test
    void dropsWhatOthersSentBeforeAndServesAllAgainOnceDisconnected() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            ip.deliver(OTHER, 9, OWN, 7, HELLO);
            socket.connect(at(PEER, 9));
            assertThat(socket.poll()).isEmpty();
            socket.disconnect();
            assertThat(socket.remoteAddress()).isEmpty();
            assertThatIllegalStateException().isThrownBy(() -> socket.send(HELLO));
            ip.deliver(OTHER, 9, SECOND, 7, HELLO);
            assertThat(socket.poll()).isPresent();
        }
    }

    @Test
    void hearsThatNobodyListensOnTheNextCall() throws IOException {
        try (UdpSocket socket = udp.connect(at(PEER, 9))) {
            int port = socket.localAddress().getPort();
            ip.error(IcmpErrorKind.PORT_UNREACHABLE, OWN, port, PEER, 9);
            assertThatExceptionOfType(PortUnreachableException.class).isThrownBy(() -> socket.send(HELLO));
            socket.send(HELLO);
            ip.error(IcmpErrorKind.PORT_UNREACHABLE, OWN, port, PEER, 9);
            assertThatExceptionOfType(PortUnreachableException.class).isThrownBy(socket::receive);
        }
    }

    @Test
    void hearsOfAnErrorWhileItWaits() throws Exception {
        try (UdpSocket socket = udp.connect(at(PEER, 9))) {
            CompletableFuture<Datagram> receiving = start(socket::receive);
            ip.error(IcmpErrorKind.HOST_UNREACHABLE, OWN, socket.localAddress().getPort(), PEER, 9);
            assertThatThrownBy(() -> get(receiving)).isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("10.0.0.2");
        }
    }

    @Test
    void ignoresErrorsThatPassAndThoseAboutOthers() throws IOException {
        try (UdpSocket socket = udp.connect(at(PEER, 9))) {
            int port = socket.localAddress().getPort();
            ip.error(IcmpErrorKind.TIME_EXCEEDED, OWN, port, PEER, 9);
            ip.error(IcmpErrorKind.PACKET_TOO_BIG, OWN, port, PEER, 9);
            assertThat(fixture.discarded(UdpDiscard.ICMP_IGNORED)).isEqualTo(2);
            ip.error(IcmpErrorKind.PORT_UNREACHABLE, OWN, port, PEER, 10);
            ip.error(IcmpErrorKind.PORT_UNREACHABLE, OWN, port + 1, PEER, 9);
            assertThat(fixture.discarded(UdpDiscard.ICMP_UNMATCHED)).isEqualTo(2);
            socket.send(HELLO);
            assertThat(socket.poll()).isEmpty();
        }
    }

    @Test
    void aSocketThatIsNotConnectedHearsOfAHostOnlyWhenItSendsThereAgain() throws IOException {
        try (UdpSocket socket = udp.bind(7)) {
            ip.error(IcmpErrorKind.HOST_UNREACHABLE, OWN, 7, PEER, 9);
            assertThat(socket.poll()).isEmpty();
            socket.send(Datagram.to(at(OTHER, 9), HELLO));
            assertThatExceptionOfType(NoRouteToHostException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(at(PEER, 9), HELLO)));
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            ip.error(IcmpErrorKind.PORT_UNREACHABLE, OWN, 7, PEER, 9);
            socket.send(Datagram.to(at(PEER, 9), HELLO));
            assertThat(fixture.discarded(UdpDiscard.ICMP_IGNORED)).isEqualTo(1);
        }
    }
}
