package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.DeviceLostException;
import dev.weft.examples.Pattern;
import dev.weft.tap.Tap;
import dev.weft.tcp.TcpListener;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The device below the stack: its MTU, without Ethernet, down and up again, and gone. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ping"})
@Timeout(60)
class LinkIT {

    private static final int BULK = 3_000_000;

    @ParameterizedTest
    @ValueSource(ints = {576, 1280, 1500, 9000, 65_521})
    void worksOnATapOfEachMtu(int mtu) throws Exception {
        worksOn(tap -> tap.mtu(mtu), mtu);
    }

    @ParameterizedTest
    @ValueSource(ints = {576, 1500, 9000})
    void worksOnATunWhichHasNoEthernet(int mtu) throws Exception {
        worksOn(tap -> tap.tun().mtu(mtu), mtu);
    }

    private static void worksOn(UnaryOperator<Tap> settings, int mtu) throws Exception {
        try (var peer = LinuxPeer.open(settings)) {
            assertThat(peer.stack.link("eth0").mtu()).isEqualTo(mtu);
            int fits = mtu - 28;
            assertThat(peer.exec("ping", "-c", "1", "-W", "20", "-M", "do", "-s", "" + fits, LinuxPeer.WEFT))
                    .contains(" 1 received");
            for (int length : new int[] {1, fits + 1, 20_000}) {
                assertThat(peer.exec("ping", "-c", "1", "-W", "20", "-s", "" + length, LinuxPeer.WEFT))
                        .as("%d bytes", length).contains(" 1 received").doesNotContain("wrong data");
            }
            assertThat(peer.stack.icmp().ping(LinuxPeer.KERNEL)).isPositive();

            peer.serve(7, socket -> socket.input().transferTo(socket.output()));
            try (Socket socket = peer.connect(7)) {
                assertThat(echo(socket)).isEqualTo(Hash.ofPattern(BULK));
            }
            peer.serveDatagrams(7);
            try (var socket = peer.datagrams()) {
                byte[] sent = new byte[20_000];
                sent[sent.length - 1] = 1;
                socket.send(new DatagramPacket(sent, sent.length, new InetSocketAddress(LinuxPeer.WEFT, 7)));
                byte[] got = new byte[sent.length];
                socket.receive(new DatagramPacket(got, got.length));
                assertThat(got).isEqualTo(sent);
            }
            peer.assertKernelFoundNoFault();
            assertThat(peer.counter("tap.in.too_long")).as("frames beyond the MTU").isZero();
        }
    }

    private static Hash echo(Socket socket) throws Exception {
        Future<Void> sending = LinuxPeer.async(() -> {
            Pattern.write(socket.getOutputStream(), BULK);
            return null;
        });
        Hash hash = Hash.of(socket.getInputStream(), BULK);
        LinuxPeer.result(sending);
        return hash;
    }

    @Test
    void aConnectionOutlivesALinkThatGoesDownAndComesUp() throws Exception {
        try (var peer = LinuxPeer.open()) {
            peer.serve(7, socket -> socket.input().transferTo(socket.output()));
            try (Socket socket = peer.connect(7)) {
                assertThat(echo(socket)).isEqualTo(Hash.ofPattern(BULK));

                peer.namespace.ip("link set " + LinuxPeer.DEVICE + " down");
                Eventually.isTrue("Weft sees it", () -> !peer.stack.link("eth0").isUp());
                Future<Hash> echo = LinuxPeer.async(() -> echo(socket));
                peer.namespace.ip("link set " + LinuxPeer.DEVICE + " up");
                Eventually.isTrue("Weft sees it", () -> peer.stack.link("eth0").isUp());
                assertThat(LinuxPeer.result(echo)).isEqualTo(Hash.ofPattern(BULK));

                peer.namespace.ip("link set " + LinuxPeer.DEVICE + " down");
                peer.namespace.ip("link set " + LinuxPeer.DEVICE + " up");
                assertThat(echo(socket)).isEqualTo(Hash.ofPattern(BULK));
            }
            assertThat(peer.exec("ping", "-c", "1", "-W", "20", LinuxPeer.WEFT)).contains(" 1 received");
            assertThat(peer.stack.failure()).isEmpty();
        }
    }

    @Test
    void aStackWhoseDeviceIsDeletedFailsAndEveryBlockedCallSaysWhy() throws Exception {
        try (var peer = LinuxPeer.open()) {
            TcpListener listener = peer.stack.tcp().listen(7);
            try (UdpSocket udp = peer.stack.udp().bind(7); Socket kernel = peer.connect(7);
                    var weft = listener.accept(LinuxPeer.PATIENCE)) {
                Future<Integer> reading = LinuxPeer.async(() -> weft.input().read());
                Future<?> receiving = LinuxPeer.async(udp::receive);
                Future<?> accepting = LinuxPeer.async(listener::accept);

                peer.namespace.ip("link del " + LinuxPeer.DEVICE);

                assertFailsForTheDevice(reading);
                assertFailsForTheDevice(receiving);
                assertFailsForTheDevice(accepting);
                assertThat(peer.stack.failure()).hasValueSatisfying(
                        failure -> assertThat(failure).isInstanceOf(DeviceLostException.class));
                assertThatThrownBy(() -> peer.connectFromWeft(7)).isInstanceOf(IOException.class);
                assertThat(kernel.isConnected()).as("the kernel has heard nothing").isTrue();
            }
        }
    }

    private static void assertFailsForTheDevice(Future<?> call) {
        assertThatThrownBy(() -> LinuxPeer.result(call)).isInstanceOf(ExecutionException.class)
                .cause().isInstanceOf(SocketException.class).hasMessageContaining(LinuxPeer.DEVICE);
    }
}
