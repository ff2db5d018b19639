package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.stack.SocketArm.Conversation;
import dev.weft.stack.SocketArm.Listening;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for TCP sockets, the kernel's and Weft's alike. What is Weft's alone is in {@link TcpSocketTest}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
abstract class SocketContract {

    private static final Duration SOON = Duration.ofSeconds(15);

    private SocketArm arm;

    abstract SocketArm open() throws IOException;

    @BeforeAll
    void openArm() throws IOException {
        arm = open();
    }

    @AfterAll
    void closeArm() {
        arm.close();
    }

    Stream<ThreadKind> interruptible() {
        return arm.interruptible().stream();
    }

    /** Two ends of one connection, and the listener that made it. */
    private record Pair(Listening listener, Conversation client, Conversation server) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            listener.close();
        }
    }

    private Pair pair() throws IOException {
        Listening listener = arm.listen(0, 50);
        Conversation client = arm.connect(listener.port());
        return new Pair(listener, client, listener.accept(SOON));
    }

    private static byte[] bytes(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    // ---------------------------------------------------------------- data

    @Test
    void carriesBytesBothWaysAtOnceWithAReaderAndAWriterAtEachEnd() throws Exception {
        byte[] there = bytes(700_000, 1);
        byte[] back = bytes(600_000, 2);
        try (Pair pair = pair()) {
            Call<Void> clientWrites = Call.run(() -> writeAndShut(pair.client(), there));
            Call<Void> serverWrites = Call.run(() -> writeAndShut(pair.server(), back));
            Call<byte[]> serverReads = Call.start(() -> pair.server().input().readAllBytes());
            assertThat(pair.client().input().readAllBytes()).isEqualTo(back);
            assertThat(serverReads.get()).isEqualTo(there);
            clientWrites.get();
            serverWrites.get();
        }
    }

    private static void writeAndShut(Conversation end, byte[] bytes) throws IOException {
        end.write(bytes);
        end.shutdownOutput();
    }

    @Test
    void carriesSingleBytes() throws Exception {
        byte[] sent = bytes(3_000, 3);
        try (Pair pair = pair()) {
            Call<Void> writer = Call.run(() -> {
                OutputStream out = pair.client().output();
                for (byte each : sent) {
                    out.write(each);
                }
                pair.client().shutdownOutput();
            });
            InputStream in = pair.server().input();
            for (byte each : sent) {
                assertThat(in.read()).isEqualTo(each & 0xff);
            }
            assertThat(in.read()).isEqualTo(-1);
            writer.get();
        }
    }

    @Test
    void readsNoMoreThanThereIsAndNothingWhereNothingIsAsked() throws Exception {
        try (Pair pair = pair()) {
            pair.client().write(new byte[] {1, 2, 3});
            var target = new byte[10];
            assertThat(pair.server().read(target, 0, 0)).isZero();
            int n = pair.server().read(target, 4, 6);
            assertThat(n).isBetween(1, 3);
            assertThat(target[4]).isEqualTo((byte) 1);
            assertThat(target[3]).isZero();
        }
    }

    @Test
    void answersAfterTheClientHasEndedItsOutput() throws Exception {
        byte[] answer = bytes(100_000, 4);
        try (Pair pair = pair()) {
            pair.client().write(new byte[] {1});
            pair.client().shutdownOutput();
            assertThat(pair.server().input().readAllBytes()).containsExactly(1);
            Call<Void> writer = Call.run(() -> writeAndShut(pair.server(), answer));
            assertThat(pair.client().input().readAllBytes()).isEqualTo(answer);
            writer.get();
        }
    }

    @Test
    void asksAfterTheServerHasEndedItsOutput() throws Exception {
        byte[] question = bytes(100_000, 5);
        try (Pair pair = pair()) {
            pair.server().shutdownOutput();
            assertThat(pair.client().input().read()).isEqualTo(-1);
            Call<Void> writer = Call.run(() -> writeAndShut(pair.client(), question));
            assertThat(pair.server().input().readAllBytes()).isEqualTo(question);
            writer.get();
        }
    }

    @Test
    void servesManyConnectionsAtOnce() throws Exception {
        int count = 60;
        try (Listening listener = arm.listen(0, count)) {
            Call<Void> server = Call.run(() -> {
                for (int i = 0; i < count; i++) {
                    Conversation accepted = listener.accept(SOON);
                    Call.run(() -> {
                        try (accepted) {
                            accepted.input().transferTo(accepted.output());
                        }
                    });
                }
            });
            List<Call<byte[]>> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] sent = bytes(2_000, i);
                clients.add(Call.start(() -> {
                    try (Conversation client = arm.connect(listener.port())) {
                        writeAndShut(client, sent);
                        return client.input().readAllBytes();
                    }
                }));
            }
            for (int i = 0; i < count; i++) {
                assertThat(clients.get(i).get()).isEqualTo(bytes(2_000, i));
            }
            server.get();
        }
    }

    @Test
    void knowsBothAddressesAtBothEnds() throws Exception {
        try (Pair pair = pair()) {
            assertThat(pair.client().remote().getPort()).isEqualTo(pair.listener().port());
            assertThat(pair.server().local()).isEqualTo(pair.client().remote());
            assertThat(pair.server().remote()).isEqualTo(pair.client().local());
        }
    }

    // ---------------------------------------------------------------- time-outs and refusals

    @Test
    void staysUsableAfterAReadTimeout() throws Exception {
        try (Pair pair = pair()) {
            pair.client().readTimeout(Duration.ofMillis(30));
            assertThatThrownBy(() -> pair.client().input().read()).isInstanceOf(SocketTimeoutException.class);
            pair.client().readTimeout(SOON);
            pair.server().write(new byte[] {7});
            assertThat(pair.client().input().read()).isEqualTo(7);
        }
    }

    @Test
    void staysUsableAfterAnAcceptTimeout() throws Exception {
        try (Listening listener = arm.listen(0, 5)) {
            assertThatThrownBy(() -> listener.accept(Duration.ofMillis(30))).isInstanceOf(SocketTimeoutException.class);
            try (Conversation client = arm.connect(listener.port()); Conversation server = listener.accept(SOON)) {
                client.write(new byte[] {7});
                assertThat(server.input().read()).isEqualTo(7);
            }
        }
    }

    @Test
    void isRefusedWhereNobodyListens() throws Exception {
        Listening listener = arm.listen(0, 5);
        int port = listener.port();
        listener.close();
        assertThatThrownBy(() -> arm.connect(port)).isInstanceOf(ConnectException.class).hasMessageContaining("refused");
    }

    @Test
    void refusesAPortThatIsInUse() throws Exception {
        try (Listening listener = arm.listen(0, 5); Listening other = arm.listen(0, 5)) {
            assertThatThrownBy(() -> arm.listen(listener.port(), 5)).isInstanceOf(BindException.class);
            assertThatThrownBy(() -> arm.connectFrom(other.port(), listener.port())).isInstanceOf(BindException.class);
        }
    }

    @Test
    void listensAgainOnAPortWhoseListenerWasClosed() throws Exception {
        int port;
        try (Pair pair = pair()) {
            port = pair.listener().port();
        }
        try (Listening again = arm.listen(port, 5);
             Conversation client = arm.connect(port);
             Conversation server = again.accept(SOON)) {
            client.write(new byte[] {1});
            assertThat(server.input().read()).isEqualTo(1);
        }
    }

    // ---------------------------------------------------------------- close

    @Test
    void closeWakesABlockedReader() throws Exception {
        try (Pair pair = pair()) {
            Call<Integer> reader = Call.start(() -> pair.client().input().read()).awaitBlocked();
            pair.client().close();
            assertThat(reader.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
        }
    }

    @Test
    void closeWakesABlockedWriter() throws Exception {
        try (Pair pair = pair()) {
            Call<Void> writer = Call.run(() -> writeForEver(pair.client())).awaitBlocked();
            pair.client().close();
            assertThat(writer.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
        }
    }

    private static void writeForEver(Conversation end) throws IOException {
        var bytes = new byte[64 << 10];
        while (true) {
            end.write(bytes);
        }
    }

    @Test
    void closeWakesABlockedAcceptor() throws Exception {
        Listening listener = arm.listen(0, 5);
        Call<Conversation> acceptor = Call.start(() -> listener.accept(Duration.ZERO)).awaitBlocked();
        listener.close();
        assertThat(acceptor.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
    }

    @Test
    void everyCallOnAClosedSocketThrows() throws Exception {
        try (Pair pair = pair()) {
            pair.client().close();
            pair.client().close();
            assertThat(pair.client().isClosed()).isTrue();
            assertThatThrownBy(() -> pair.client().read(new byte[1], 0, 1)).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> pair.client().write(new byte[1])).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> pair.client().shutdownOutput()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> pair.client().shutdownInput()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void closingAStreamClosesTheSocket() throws Exception {
        try (Pair pair = pair()) {
            pair.client().output().close();
            assertThat(pair.client().isClosed()).isTrue();
            assertThat(pair.server().input().read()).isEqualTo(-1);
            pair.server().input().close();
            assertThat(pair.server().isClosed()).isTrue();
        }
    }

    @Test
    void closeDeliversWhatWasWritten() throws Exception {
        byte[] sent = bytes(100_000, 6);
        try (Pair pair = pair()) {
            pair.client().write(sent);
            pair.client().close();
            assertThat(pair.server().input().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void closeThatLingersForNoTimeResets() throws Exception {
        try (Pair pair = pair()) {
            pair.server().linger(Duration.ZERO);
            pair.server().close();
            assertThatThrownBy(() -> pair.client().input().read()).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void closeThatLingersDelivers() throws Exception {
        byte[] sent = bytes(50_000, 8);
        try (Pair pair = pair()) {
            pair.client().linger(SOON);
            pair.client().write(sent);
            Call<byte[]> reader = Call.start(() -> pair.server().input().readAllBytes());
            pair.client().close();
            assertThat(reader.get()).isEqualTo(sent);
        }
    }

    @Test
    void dataAfterThePeersCloseIsAnsweredWithAReset() throws Exception {
        try (Pair pair = pair()) {
            pair.server().close();
            assertThat(pair.client().input().read()).isEqualTo(-1);
            assertThatThrownBy(() -> writeForEver(pair.client())).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void whatCameBeforeTheEndIsReadAlsoAfterAReset() throws Exception {
        try (Pair pair = pair()) {
            pair.server().write(new byte[] {1, 2, 3});
            pair.server().close();
            assertThatThrownBy(() -> writeForEver(pair.client())).isInstanceOf(SocketException.class);
            assertThat(pair.client().input().readAllBytes()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void closingTheListenerResetsWhomNobodyHasAccepted() throws Exception {
        Listening listener = arm.listen(0, 5);
        try (Conversation client = arm.connect(listener.port())) {
            listener.close();
            assertThatThrownBy(() -> client.input().read()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void connectionsOutliveTheirListener() throws Exception {
        try (Pair pair = pair()) {
            pair.listener().close();
            pair.client().write(new byte[] {1});
            assertThat(pair.server().input().read()).isEqualTo(1);
        }
    }

    // ---------------------------------------------------------------- half closed

    @Test
    void nothingIsWrittenAfterOutputWasShutDown() throws Exception {
        try (Pair pair = pair()) {
            pair.client().shutdownOutput();
            assertThatThrownBy(() -> pair.client().write(new byte[1])).isInstanceOf(SocketException.class);
            pair.server().write(new byte[] {5});
            assertThat(pair.client().input().read()).isEqualTo(5);
        }
    }

    @Test
    void nothingIsReadAfterInputWasShutDown() throws Exception {
        try (Pair pair = pair()) {
            Call<Integer> reader = Call.start(() -> pair.client().input().read()).awaitBlocked();
            pair.client().shutdownInput();
            assertThat(reader.get()).isEqualTo(-1);
            pair.server().write(new byte[] {5});
            assertThat(pair.client().input().read()).isEqualTo(-1);
            pair.client().write(new byte[] {6});
            assertThat(pair.server().input().read()).isEqualTo(6);
        }
    }

    // ---------------------------------------------------------------- interrupts

    @ParameterizedTest
    @MethodSource("interruptible")
    void anInterruptInAReadClosesTheSocket(ThreadKind kind) throws Exception {
        try (Pair pair = pair()) {
            Call<Integer> reader = Call.start(kind, () -> pair.client().input().read()).awaitBlocked();
            reader.interrupt();
            assertClosedByInterrupt(reader);
            assertThat(pair.client().isClosed()).isTrue();
            assertThat(pair.server().input().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("interruptible")
    void anInterruptInAWriteClosesTheSocket(ThreadKind kind) throws Exception {
        try (Pair pair = pair()) {
            Call<Void> writer = Call.run(kind, () -> writeForEver(pair.client())).awaitBlocked();
            writer.interrupt();
            assertClosedByInterrupt(writer);
            assertThat(pair.client().isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("interruptible")
    void anInterruptInAnAcceptClosesTheListener(ThreadKind kind) throws Exception {
        try (Listening listener = arm.listen(0, 5)) {
            Call<Conversation> acceptor = Call.start(kind, () -> listener.accept(Duration.ZERO)).awaitBlocked();
            acceptor.interrupt();
            assertClosedByInterrupt(acceptor);
            assertThat(listener.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("interruptible")
    void anInterruptBeforeAReadClosesTheSocketToo(ThreadKind kind) throws Exception {
        try (Pair pair = pair()) {
            Call<Integer> reader = Call.start(kind, () -> {
                Thread.currentThread().interrupt();
                return pair.client().input().read();
            });
            assertClosedByInterrupt(reader);
            assertThat(pair.client().isClosed()).isTrue();
        }
    }

    private static void assertClosedByInterrupt(Call<?> call) {
        assertThat(call.failure()).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
        assertThat(call.endedInterrupted()).as("the interrupt status").isTrue();
    }
}
