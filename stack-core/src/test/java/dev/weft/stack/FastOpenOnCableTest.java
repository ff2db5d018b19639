package dev.weft.stack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpPatience;
import dev.weft.tcp.TcpSocket;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 7413 between two stacks on a cable: {@code connect} with data, on a listener that takes it with the SYN and on others. */
@Timeout(60)
class FastOpenOnCableTest {

    private static final TcpOptions FAST = TcpOptions.defaults().fastOpen(100);
    private static final byte[] QUESTION = "question".getBytes(US_ASCII);

    private TwoStacks stacks;

    @BeforeEach
    void open() throws Exception {
        stacks = new TwoStacks();
    }

    @AfterEach
    void close() {
        stacks.close();
    }

    private long client(String counter) {
        return stacks.left.counters().value("tcp." + counter);
    }

    private long server(String counter) {
        return stacks.right.counters().value("tcp." + counter);
    }

    private String ask(int port, TcpOptions options, byte[] question) throws Exception {
        var remote = new InetSocketAddress(TwoStacks.RIGHT, port);
        try (TcpSocket socket = stacks.left.tcp().connect(remote, null, options, question)) {
            socket.shutdownOutput();
            return new String(socket.input().readAllBytes(), US_ASCII);
        }
    }

    @Test
    void asksForACookieOnceAndThenSendsWithTheSyn() throws Exception {
        try (var server = new Server(stacks.right.tcp().listen(0, FAST), Server.ECHO)) {
            assertThat(ask(server.port(), FAST, QUESTION)).isEqualTo("question");
            assertThat(server("fast_open_taken")).isZero();
            for (int i = 1; i <= 5; i++) {
                assertThat(ask(server.port(), FAST, QUESTION)).isEqualTo("question");
                assertThat(server("fast_open_taken")).isEqualTo(i);
                assertThat(client("fast_open_acknowledged")).isEqualTo(i);
            }
            assertThat(client("retransmitted")).isZero();
        }
    }

    @Test
    void sendsTheRestOfALongQuestionBehindTheSyn() throws Exception {
        String question = "x".repeat(500_000);
        try (var server = new Server(stacks.right.tcp().listen(0, FAST), Server.ECHO)) {
            ask(server.port(), FAST, QUESTION);
            var remote = new InetSocketAddress(TwoStacks.RIGHT, server.port());
            Call<String> answer;
            try (TcpSocket socket = stacks.left.tcp().connect(remote, null, FAST, question.getBytes(US_ASCII))) {
                answer = Call.start(() -> new String(socket.input().readAllBytes(), US_ASCII));
                socket.shutdownOutput();
                assertThat(answer.get()).isEqualTo(question);
            }
            assertThat(server("fast_open_taken")).isEqualTo(1);
        }
    }

    @Test
    void connectsAsUsualToAServerThatHasNoFastOpen() throws Exception {
        try (var server = new Server(stacks.right.tcp().listen(0), Server.ECHO)) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(server.port(), FAST, QUESTION)).isEqualTo("question");
            }
            assertThat(client("fast_open_acknowledged")).isZero();
        }
    }

    @Test
    void writesTheDataAfterTheHandshakeWhereItIsNotAskedFor() throws Exception {
        try (var server = new Server(stacks.right.tcp().listen(0, FAST), Server.ECHO)) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(server.port(), TcpOptions.defaults(), QUESTION)).isEqualTo("question");
            }
            assertThat(server("fast_open_taken")).isZero();
        }
    }

    @Test
    void isRefusedWhereNobodyListensAnyMore() throws Exception {
        int port;
        try (var server = new Server(stacks.right.tcp().listen(0, FAST), Server.ECHO)) {
            port = server.port();
            ask(port, FAST, QUESTION);
        }
        assertThatThrownBy(() -> ask(port, FAST, QUESTION)).isInstanceOf(ConnectException.class);
    }

    /** RFC 7413 §4.1.3.1: after an attempt that nothing answered the next one is an ordinary handshake. */
    @Test
    void leavesAPathAloneThatSwallowedTheSyn() throws Exception {
        var cable = new Cable();
        var device = new FaultyDevice(cable.right());
        try (var left = NetworkStack.open(StackConfig.create().closeTimeout(Duration.ZERO)
                     .link("eth0", (clock, counters) -> cable.left(), link -> link.address(TwoStacks.LEFT + "/24")));
             var right = NetworkStack.open(StackConfig.create().closeTimeout(Duration.ZERO)
                     .link("eth0", (clock, counters) -> device, link -> link.address(TwoStacks.RIGHT + "/24")));
             var server = new Server(right.tcp().listen(0, FAST), Server.ECHO)) {
            var remote = new InetSocketAddress(TwoStacks.RIGHT, server.port());
            TcpOptions once = FAST.patience(TcpPatience.defaults().handshakeRetries(0, 5));
            for (int i = 0; i < 2; i++) {
                left.tcp().connect(remote, null, once, QUESTION).close();
            }
            assertThat(right.counters().value("tcp.fast_open_taken")).isEqualTo(1);
            device.fill(true);                                        // nothing comes back
            assertThatThrownBy(() -> left.tcp().connect(remote, null, once, QUESTION)).isInstanceOf(ConnectException.class);
            device.fill(false);
            long taken = right.counters().value("tcp.fast_open_taken");
            left.tcp().connect(remote, null, FAST, QUESTION).close();
            assertThat(right.counters().value("tcp.fast_open_taken")).isEqualTo(taken);
        }
    }

    /** The application has the question, and answers it, while the client's ACK is still to come. */
    @Test
    void handsTheConnectionOutWithItsData() throws Exception {
        try (TcpListener listener = stacks.right.tcp().listen(0, FAST)) {
            for (int i = 0; i < 2; i++) {
                Call<String> answer = Call.start(() -> ask(listener.port(), FAST, QUESTION));
                try (TcpSocket socket = listener.accept()) {
                    var buffer = new byte[100];
                    assertThat(socket.read(buffer)).isEqualTo(QUESTION.length);
                    socket.write("answer".getBytes(US_ASCII));
                }
                assertThat(answer.get()).isEqualTo("answer");
            }
            assertThat(server("fast_open_taken")).isEqualTo(1);
        }
    }
}
