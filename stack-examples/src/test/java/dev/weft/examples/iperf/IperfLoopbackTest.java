package dev.weft.examples.iperf;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client on one stack, which talks to itself; and what a server makes of those who do not speak the protocol. */
@Timeout(60)
class IperfLoopbackTest {

    private static final String US = "127.0.0.1";
    private static final int PORT = 5201;
    private static final int PATIENCE = 30;
    private static final TestSettings TCP = new TestSettings(false, 0, 300_000, 0, 0, 1, false, false, 10_000, 0, 0, 0, false, null,
            false, false);
    private static final TestSettings UDP = new TestSettings(true, 0, 100_000, 0, 0, 1, false, false, 1000, 10_000_000, 0, 0, false, null,
            false, false);

    private NetworkStack stack;
    private IperfServer server;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Thread serving;

    @BeforeEach
    void serve() throws IOException {
        stack = NetworkStack.open(StackConfig.create());
        server = new IperfServer(stack, PORT, false, 1, new Reporting(new PrintStream(said, true, UTF_8), false));
        serving = Thread.ofVirtual().start(() -> {
            try {
                server.run();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @AfterEach
    void leave() throws InterruptedException {
        server.close();
        serving.join();
        stack.close();
    }

    private JsonNode test(TestSettings settings) throws Exception {
        var out = new ByteArrayOutputStream();
        try (var client = new IperfClient(stack, IpAddress.of(US), PORT, settings, 1, Duration.ofSeconds(PATIENCE),
                new Reporting(new PrintStream(out, true, UTF_8), true))) {
            client.run();
        }
        return new ObjectMapper().readTree(out.toByteArray());
    }

    /** The same, after a test that has failed: its client may know before the server is free again. */
    private JsonNode testOnceFree(TestSettings settings) throws Exception {
        for (int tries = 1;; tries++) {
            try {
                return test(settings);
            } catch (IperfException e) {
                if (tries == 200 || !e.getMessage().contains("busy")) {
                    throw e;
                }
            }
        }
    }

    static Stream<TestSettings> tests() {
        return Stream.of(TCP, UDP).flatMap(plain -> Stream.of(plain, with(plain, true, false, 1), with(plain, false, true, 2),
                with(plain, false, false, 3)));
    }

    private static TestSettings with(TestSettings plain, boolean reverse, boolean both, int parallel) {
        return new TestSettings(plain.udp(), 0, plain.bytes(), 0, 0, parallel, reverse, both, plain.length(), plain.rate(), 100_000, 0,
                true, plain.udp() ? null : "reno", both, reverse);
    }

    @ParameterizedTest
    @MethodSource("tests")
    void measures(TestSettings settings) throws Exception {
        JsonNode result = test(settings);
        assertThat(result.has("error")).as("%s", result).isFalse();
        assertThat(result.at("/start/connected").size()).isEqualTo(settings.streams());
        assertThat(result.at("/end/streams").size()).isEqualTo(settings.streams());
        assertThat(result.at("/intervals").size()).isPositive();
        assertThat(result.at("/end/sum_sent/bytes").longValue()).isPositive();
        assertThat(result.at("/end/sum_received/bytes").longValue()).isPositive();
        assertThat(result.has("server_output_text")).isEqualTo(settings.serverOutput());
    }

    @Test
    void tellsASecondClientThatItIsBusy() throws Exception {
        try (TcpSocket first = greeted("a".repeat(36))) {
            assertThat(first.input().read()).isEqualTo(IperfState.PARAM_EXCHANGE.code());
            assertThatThrownBy(() -> test(TCP)).isInstanceOf(IperfException.class).hasMessageContaining("busy");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "42", "{\"tcp\":true,\"parallel\":1000}", "{\"tcp\":true,\"len\":99999999999}", "{\"sctp\":true}", "{}",
        "{\"udp\":true,\"len\":3}", "{\"tcp\":true,\"time\":\"x\"}", "{\"tcp\":true,\"congestion\":\"magic\"}",
        "{\"tcp\":true,\"num\":1e400}"})
    void answersParametersThatMakeNoSenseWithAnErrorAndGoesOn(String parameters) throws Exception {
        try (TcpSocket client = greeted("b".repeat(36))) {
            assertThat(client.input().read()).isEqualTo(IperfState.PARAM_EXCHANGE.code());
            byte[] text = parameters.getBytes(US_ASCII);
            client.write(ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).flip());
            assertThat(client.input().readNBytes(9)).startsWith(IperfState.SERVER_ERROR.code());
            assertThat(client.input().read()).isEqualTo(-1);
        }
        assertThat(testOnceFree(TCP).has("error")).isFalse();
        assertThat(said.toString(UTF_8)).contains("iperf3: error - the ");
    }

    @Test
    void doesNotBelieveALength() throws Exception {
        try (TcpSocket client = greeted("c".repeat(36))) {
            client.write(new byte[] {-1, -1, -1, -1});
            assertThat(client.input().readNBytes(10)).hasSize(10).startsWith(IperfState.PARAM_EXCHANGE.code(), IperfState.SERVER_ERROR.code());
        }
    }

    @Test
    void resetsWhoHasNoCookie() throws Exception {
        byte[] garbage = new byte[ControlChannel.COOKIE_BYTES];
        Arrays.fill(garbage, (byte) 3);
        try (TcpSocket client = connection()) {
            client.write(garbage);
            assertThatThrownBy(() -> client.input().read()).isInstanceOf(IOException.class);
        }
        assertThat(testOnceFree(TCP).has("error")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 77, 4, 14, 11})
    void reportsAClientThatSaysSomethingElseInsteadOfItsResults(byte state) throws Exception {
        try (TcpSocket client = greeted("d".repeat(36))) {
            byte[] text = "{\"udp\":true,\"parallel\":0}".getBytes(US_ASCII);
            client.write(ByteBuffer.allocate(5 + text.length).putInt(text.length).put(text).put(state).flip());
            assertThat(client.input().readAllBytes()).startsWith(IperfState.PARAM_EXCHANGE.code(), IperfState.SERVER_ERROR.code());
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("reset"); // it was sent more than it wanted to read
        }
        assertThat(testOnceFree(TCP).has("error")).isFalse();
    }

    @Test
    void aClientReportsAServerThatIsNone() throws Exception {
        try (var listener = stack.tcp().listen(99)) {
            Thread.ofVirtual().start(() -> {
                try (TcpSocket socket = listener.accept()) {
                    socket.input().readNBytes(ControlChannel.COOKIE_BYTES);
                    socket.write("HTTP/1.1 400 Bad Request".getBytes(US_ASCII));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            var out = new ByteArrayOutputStream();
            try (var client = new IperfClient(stack, IpAddress.of(US), 99, TCP, 1, Duration.ofSeconds(PATIENCE),
                    new Reporting(new PrintStream(out, true, UTF_8), true))) {
                assertThatThrownBy(client::run).isInstanceOf(IperfException.class).hasMessageContaining("does not speak iperf3's protocol");
            }
            assertThat(new ObjectMapper().readTree(out.toByteArray()).path("error").asText()).contains("iperf3's protocol");
        }
    }

    private TcpSocket connection() throws IOException {
        return stack.tcp().connect(US, PORT, TcpOptions.defaults().readTimeout(Duration.ofSeconds(PATIENCE)));
    }

    private TcpSocket greeted(String cookie) throws IOException {
        TcpSocket socket = connection();
        socket.write(ControlChannel.bytesOf(cookie));
        return socket;
    }
}
