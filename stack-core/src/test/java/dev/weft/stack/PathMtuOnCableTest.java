package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.NetDevice;
import dev.weft.stack.MiddleNode.Says;
import dev.weft.tcp.TcpMtuProbing;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import dev.weft.udp.Datagram;
import dev.weft.udp.DatagramTooLongException;
import dev.weft.udp.UdpOptions;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two stacks with a router between them whose middle takes shorter packets than their links: RFC 1191, RFC 4821. */
@Timeout(60)
class PathMtuOnCableTest {

    private static final String LEFT = "10.0.0.1";
    private static final String RIGHT = "10.0.0.2";
    private static final int BULK = 400_000;
    private static final int MOST_BULKS = 200;

    private MiddleNode middle;
    private NetworkStack left;
    private NetworkStack right;

    private void open(int linkMtu, int mtu, Says says, TcpMtuProbing probing) throws IOException {
        middle = new MiddleNode(linkMtu, mtu, says);
        left = stack("left", middle.leftEnd(), LEFT, probing);
        right = stack("right", middle.rightEnd(), RIGHT, probing);
    }

    private static NetworkStack stack(String name, NetDevice device, String address, TcpMtuProbing probing) throws IOException {
        return NetworkStack.open(StackConfig.create().name(name).tcp(TcpSettings.defaults().mtuProbing(probing))
                .link("tun0", (clock, counters) -> device, link -> link.address(address + "/24")));
    }

    @AfterEach
    void close() throws InterruptedException {
        left.close();
        right.close();
        middle.close();
    }

    /** Sends bytes there and back; both ends learn the path MTU by themselves. */
    private static void echo(TcpSocket socket) throws Exception {
        byte[] sent = new byte[BULK];
        new Random(7).nextBytes(sent);
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                socket.write(sent);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(socket.input().readAllBytes()).isEqualTo(sent);
        writer.join();
    }

    /** Sends bulk after bulk there and back until packets are longer than {@code mtu}: a search lasts as long as it takes. */
    private static void echoUntilLongerThan(int mtu, TcpSocket socket) throws Exception {
        byte[] bulk = new byte[BULK];
        new Random(8).nextBytes(bulk);
        int rounds = 0;
        do {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    socket.write(bulk);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(socket.input().readNBytes(BULK)).isEqualTo(bulk);
            writer.join();
            assertThat(++rounds).as("bulks of %s bytes; %s", BULK, socket.info()).isLessThan(MOST_BULKS);
        } while (socket.info().pathMtu() <= mtu);
    }

    private Server server() throws IOException {
        return new Server(right.tcp().listen(7), Server.ECHO);
    }

    private static long count(NetworkStack stack, String counter) {
        return stack.counters().value(counter);
    }

    @ParameterizedTest(name = "links of {0}, between them {1}: packets of {2}")
    @CsvSource({"1500, 1400, 1400", "1500, 1280, 1280", "1500, 576, 576", "1500, 552, 552", "9000, 1500, 1500", "65521, 1500, 1500",
            "65521, 9000, 9000", "576, 300, 552"})
    @DisplayName("RFC 1191 §4: a bulk transfer survives a link of less, and needs no time-out for it")
    void believesRouters(int linkMtu, int mtu, int expected) throws Exception {
        open(linkMtu, mtu, Says.THE_MTU, TcpMtuProbing.ON_BLACK_HOLE);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            assertThat(socket.info().pathMtu()).isEqualTo(linkMtu);
            echo(socket);
            assertThat(socket.info().pathMtu()).isEqualTo(expected);
            assertThat(socket.info().mss()).isEqualTo(expected - 52);
        }
        for (NetworkStack each : new NetworkStack[] {left, right}) {
            assertThat(count(each, "tcp.black_hole")).isZero();
            assertThat(count(each, mtu < 552 ? "path_mtu.below_floor" : "path_mtu.lowered")).isEqualTo(1);
        }
        assertThat(middle.fragmented.get() > 0).as("below the floor routers fragment").isEqualTo(mtu < 552);
    }

    @Test
    @DisplayName("RFC 791 §3.2: a path of 68 bytes, which routers fragment for, and links of 68 bytes")
    void livesWithTheLeastThatThereIs() throws Exception {
        open(1500, 68, Says.THE_MTU, TcpMtuProbing.OFF);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            socket.write(new byte[20_000]);
            socket.shutdownOutput();
            assertThat(socket.input().readAllBytes()).hasSize(20_000);
        }
        close();
        open(68, 68, Says.THE_MTU, TcpMtuProbing.OFF);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            socket.write(new byte[20_000]);
            socket.shutdownOutput();
            assertThat(socket.input().readAllBytes()).hasSize(20_000);
            assertThat(socket.info().mss()).isEqualTo(16);
        }
        assertThat(middle.dropped).hasValue(0);
    }

    @Test
    @DisplayName("RFC 1191 §5, §7: a router that tells no MTU gets shorter packets by plateaus")
    void guessesWhereARouterDoesNotTell() throws Exception {
        open(1500, 1400, Says.THAT_IT_WAS_TOO_LONG, TcpMtuProbing.OFF);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            echo(socket);
            assertThat(socket.info().pathMtu()).isEqualTo(1006);
        }
    }

    @Test
    @DisplayName("RFC 1191 §5: what one connection has learnt the others to the same host know")
    void sharesWhatItLearns() throws Exception {
        open(1500, 1400, Says.THE_MTU, TcpMtuProbing.OFF);
        try (var server = server(); TcpSocket idle = left.tcp().connect(RIGHT, server.port());
             TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            echo(socket);
            int dropped = middle.dropped.get();
            echo(idle);
            try (TcpSocket later = left.tcp().connect(RIGHT, server.port())) {
                echo(later);
                assertThat(later.info().mss()).isEqualTo(1348);
            }
            assertThat(idle.info().mss()).isEqualTo(1348);
            assertThat(middle.dropped).as("packets that were too long since").hasValue(dropped);
        }
    }

    @ParameterizedTest(name = "a path of {0}, and no router says so")
    @ValueSource(ints = {1400, 1100, 1024})
    @DisplayName("RFC 4821 §7: a bulk transfer survives a black hole, and finds how long packets may be")
    void findsTheWayOutOfABlackHole(int mtu) throws Exception {
        open(1500, mtu, Says.NOTHING, TcpMtuProbing.ON_BLACK_HOLE);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            echoUntilLongerThan(mtu == 1024 ? 1023 : 1024, socket);
            assertThat(socket.info().pathMtu()).as("%s %s", socket.info(), left.counters())
                    .isBetween(mtu == 1024 ? 1024 : 1025, mtu);
        }
        assertThat(count(left, "tcp.black_hole")).isEqualTo(1);
    }

    @Test
    @DisplayName("RFC 4821 §7.2: who probes always never falls into the black hole")
    void probesFromTheBeginning() throws Exception {
        open(1500, 1400, Says.NOTHING, TcpMtuProbing.ALWAYS);
        try (var server = server(); TcpSocket socket = left.tcp().connect(RIGHT, server.port())) {
            echoUntilLongerThan(1024, socket);
            assertThat(socket.info().pathMtu()).isBetween(1025, 1400);
        }
        assertThat(count(left, "tcp.black_hole")).isZero();
        assertThat(count(left, "tcp.mtu_probe_lost")).isPositive();
    }

    @Test
    @DisplayName("RFC 1191 §6.2: a datagram that must not be fragmented and is too long is refused once that is known")
    void tellsUdpSocketsThatForbidFragments() throws Exception {
        open(1500, 1400, Says.THE_MTU, TcpMtuProbing.OFF);
        var to = new InetSocketAddress(RIGHT, 9);
        try (UdpSocket socket = left.udp().bind(new InetSocketAddress(0), UdpOptions.defaults().dontFragment(true));
             UdpSocket receiver = right.udp().bind(9)) {
            socket.send(Datagram.to(to, new byte[1472]));
            Eventually.isTrue("the router's word", () -> count(left, "path_mtu.lowered") == 1);
            assertThatExceptionOfType(DatagramTooLongException.class)
                    .isThrownBy(() -> socket.send(Datagram.to(to, new byte[1373])))
                    .satisfies(e -> assertThat(e.limit()).isEqualTo(1372));
            socket.send(Datagram.to(to, new byte[1372]));
            assertThat(receiver.receive().payload()).hasSize(1372);
        }
    }
}
