package dev.weft.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.net.Connection;
import dev.weft.examples.net.KernelNetwork;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The services' behaviour, on the kernel's sockets: what tests of Weft rely on must be right without Weft. */
@Timeout(60)
class ServicesTest {

    private static final int OFFSET = 20_000;
    private static final KernelNetwork NETWORK = new KernelNetwork();

    private static Services services;

    @BeforeAll
    static void open() throws IOException {
        services = Services.open(NETWORK, OFFSET);
    }

    @AfterAll
    static void close() throws Exception {
        services.close();
        services.join();
    }

    private static Connection connect(int port) throws IOException {
        return NETWORK.connect("127.0.0.1", OFFSET + port, Duration.ofSeconds(10));
    }

    private static byte[] answer(int port, String request) throws IOException {
        try (Connection connection = connect(port)) {
            connection.output().write(request.getBytes(US_ASCII));
            connection.shutdownOutput();
            return connection.input().readAllBytes();
        }
    }

    @Test
    void echoes() throws IOException {
        assertThat(answer(7, "hello")).asString(US_ASCII).isEqualTo("hello");
    }

    @Test
    void discards() throws IOException {
        assertThat(answer(9, "hello")).isEmpty();
    }

    @Test
    void tellsTheTimeOfDayInOneLine() throws IOException {
        assertThat(answer(13, "")).asString(US_ASCII).matches("[A-Z][a-z]{2}, [^\r\n]* GMT\r\n");
    }

    @Test
    void generatesRotatingLinesUntilTheReaderHasEnough() throws IOException {
        try (Connection connection = connect(19)) {
            byte[] text = connection.input().readNBytes(74 * 96);
            assertThat(new String(text, 0, 74, US_ASCII)).startsWith(" !\"#").endsWith("fg\r\n");
            assertThat(new String(text, 74, 74, US_ASCII)).startsWith("!\"#$").endsWith("gh\r\n");
            assertThat(new String(text, 95 * 74, 74, US_ASCII)).isEqualTo(new String(text, 0, 74, US_ASCII));
        }
    }

    @Test
    void closesAtOnceWhereThatIsTheService() throws IOException {
        try (Connection connection = connect(2002)) {
            assertThat(connection.input().read()).isEqualTo(-1);
        }
    }

    @Test
    void connectsWhereItIsToldAndEchoesThere() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Connection order = connect(2003)) {
            order.output().write(("127.0.0.1 " + listener.getLocalPort() + "\n").getBytes(US_ASCII));
            try (Socket called = listener.accept()) {
                assertThat(order.input().readAllBytes()).asString(US_ASCII).isEqualTo("OK\n");
                called.getOutputStream().write("anybody?".getBytes(US_ASCII));
                called.shutdownOutput();
                assertThat(called.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("anybody?");
            }
        }
    }

    @Test
    void tellsWhyItCouldNotConnect() throws IOException {
        int free;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = listener.getLocalPort();
        }
        assertThat(answer(2003, "127.0.0.1 " + free + "\n")).asString(US_ASCII).isEqualTo("ERR ECONNREFUSED\n");
        assertThat(answer(2003, "nonsense\n")).asString(US_ASCII).isEqualTo("ERR EINVAL\n");
        assertThat(answer(2003, "no.literal 1\n")).asString(US_ASCII).isEqualTo("ERR EINVAL\n");
    }

    @Test
    void namesFailuresAsErrnoDoes() {
        assertThat(Services.errno(new ConnectException("Connection refused"))).isEqualTo("ECONNREFUSED");
        assertThat(Services.errno(new ConnectException("Connection timed out"))).isEqualTo("ETIMEDOUT");
        assertThat(Services.errno(new SocketTimeoutException("Connect timed out"))).isEqualTo("ETIMEDOUT");
        assertThat(Services.errno(new NoRouteToHostException("No route to host"))).isEqualTo("EHOSTUNREACH");
        assertThat(Services.errno(new ConnectException("Network is unreachable"))).isEqualTo("ENETUNREACH");
        assertThat(Services.errno(new SocketException("Connection reset"))).isEqualTo("ECONNRESET");
        assertThat(Services.errno(new IOException())).isEqualTo("EIO");
    }

    @Test
    void repliesToAllItHasReadWithItsCount() throws IOException {
        assertThat(answer(2004, "x".repeat(70_000))).asString(US_ASCII)
                .hasSize(20_006).startsWith("hhhh").endsWith("h70000\n");
    }

    @Test
    void readsLateAndCountsWhatHasComeByThen() throws IOException {
        assertThat(answer(2005, "x".repeat(70_000))).asString(US_ASCII).isEqualTo("70000\n");
    }

    @Test
    void sendsThePattern() throws IOException {
        byte[] pattern = answer(2019, "");
        assertThat(pattern).hasSize(262_144);
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i] != (byte) (i % 251)) {
                assertThat(pattern[i]).as("byte " + i).isEqualTo((byte) (i % 251));
            }
        }
    }

    @Test
    void answersDatagrams() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            socket.connect(InetAddress.getLoopbackAddress(), OFFSET + 7);
            assertThat(exchange(socket, "hello")).asString(US_ASCII).isEqualTo("hello");
            socket.disconnect();
            socket.connect(InetAddress.getLoopbackAddress(), OFFSET + 19);
            assertThat(exchange(socket, "hello").length).isLessThanOrEqualTo(512);
        }
    }

    private static byte[] exchange(DatagramSocket socket, String request) throws IOException {
        socket.send(new DatagramPacket(request.getBytes(US_ASCII), request.length()));
        var packet = new DatagramPacket(new byte[2000], 2000);
        socket.receive(packet);
        return java.util.Arrays.copyOf(packet.getData(), packet.getLength());
    }
}
