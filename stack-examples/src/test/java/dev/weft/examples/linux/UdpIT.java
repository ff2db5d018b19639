package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import dev.weft.udp.Datagram;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams between Weft and the kernel, in each mode of the device. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(60)
@ParameterizedClass(name = "{0}")
@EnumSource(DeviceMode.class)
class UdpIT {

    /** 548, 1472 and 8972 bytes fill one packet of each MTU; 65,507 is the most there is. */
    private static final int[] LENGTHS = {0, 1, 2, 17, 18, 19, 511, 548, 549, 1471, 1472, 1473, 2952, 2953, 8192, 8972, 8973,
        60_000, 65_506, 65_507};
    private static final int LARGEST = 65_535;
    private static final int CLOSED_PORT = 4;

    private final LinuxPeer peer;

    UdpIT(DeviceMode mode) {
        peer = LinuxPeer.open(mode);
    }

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void send(DatagramSocket socket, byte[] payload, String to, int port) throws IOException {
        socket.send(new DatagramPacket(payload, payload.length, new InetSocketAddress(to, port)));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws IOException {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        return packet;
    }

    private static byte[] payload(DatagramPacket packet) {
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Test
    void echoesTheKernelsDatagramsOfEachLength() throws Exception {
        try (UdpSocket weft = peer.serveDatagrams(7); DatagramSocket kernel = peer.datagrams()) {
            for (int length : LENGTHS) {
                send(kernel, bytes(length), LinuxPeer.WEFT, 7);
                DatagramPacket answer = receive(kernel);
                assertThat(payload(answer)).as("%d bytes", length).isEqualTo(bytes(length));
                assertThat(answer.getSocketAddress()).isEqualTo(new InetSocketAddress(LinuxPeer.WEFT, 7));
            }
            assertThat(weft.dropped()).isZero();
        }
    }

    @Test
    void theKernelEchoesWeftsDatagramsOfEachLength() throws Exception {
        try (DatagramSocket kernel = peer.datagrams();
                UdpSocket weft = peer.stack.udp().connect(LinuxPeer.KERNEL, kernel.getLocalPort())) {
            for (int length : LENGTHS) {
                weft.send(bytes(length));
                DatagramPacket question = receive(kernel);
                assertThat(question.getAddress().getHostAddress()).isEqualTo(LinuxPeer.WEFT);
                kernel.send(question);
                Datagram answer = weft.receive(LinuxPeer.PATIENCE);
                assertThat(answer.payload()).as("%d bytes", length).isEqualTo(bytes(length));
            }
        }
    }

    @Test
    void echoesThousandsOfSmallDatagramsOneByOne() throws Exception {
        peer.serveDatagrams(7);
        try (DatagramSocket kernel = peer.datagrams()) {
            for (int number = 0; number < 5000; number++) {
                byte[] sent = Integer.toString(number).getBytes(US_ASCII);
                send(kernel, sent, LinuxPeer.WEFT, 7);
                assertThat(payload(receive(kernel))).isEqualTo(sent);
            }
        }
    }

    @Test
    void tellsTheKernelThatNobodyListens() throws Exception {
        try (DatagramSocket kernel = peer.datagrams()) {
            kernel.connect(new InetSocketAddress(LinuxPeer.WEFT, CLOSED_PORT));
            send(kernel, bytes(10), LinuxPeer.WEFT, CLOSED_PORT);
            assertThatThrownBy(() -> receive(kernel)).isInstanceOf(PortUnreachableException.class);
        }
    }

    @Test
    void hearsFromTheKernelThatNobodyListens() throws Exception {
        try (UdpSocket weft = peer.stack.udp().connect(LinuxPeer.KERNEL, CLOSED_PORT)) {
            weft.send(bytes(10));
            assertThatThrownBy(() -> weft.receive(LinuxPeer.PATIENCE)).isInstanceOf(PortUnreachableException.class);
        }
    }

    /** RFC 1122 §4.1.3.5: the answer to a broadcast comes from the address of one host. */
    @Test
    void answersABroadcastFromItsOwnAddress() throws Exception {
        peer.serveDatagrams(7);
        try (DatagramSocket kernel = peer.datagrams()) {
            send(kernel, bytes(100), "10.9.0.255", 7);
            DatagramPacket answer = receive(kernel);
            assertThat(answer.getAddress().getHostAddress()).isEqualTo(LinuxPeer.WEFT);
            assertThat(payload(answer)).isEqualTo(bytes(100));
        }
    }
}
