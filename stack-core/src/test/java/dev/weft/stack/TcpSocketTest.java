package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSocketInfo;
import dev.weft.testing.Eventually;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What Weft's sockets promise beyond {@link SocketContract}, or other than the kernel's. */
@Timeout(60)
class TcpSocketTest {

    private static final String NOBODY = "10.0.0.77";
    private static final Duration SOON = Duration.ofSeconds(15);

    private TwoStacks stacks;

    @BeforeEach
    void open() throws Exception {
        stacks = new TwoStacks(new Cable(), config -> config
                .arp(config.arp().delay(Duration.ofMillis(200)).retries(4)).closeTimeout(Duration.ofMillis(200)));
    }

    @AfterEach
    void close() {
        stacks.close();
    }

    private record Pair(TcpListener listener, TcpSocket client, TcpSocket server) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
            server.close();
            listener.close();
        }
    }

    private Pair pair(TcpOptions options) throws Exception {
        TcpListener listener = stacks.right.tcp().listen(0, options);
        var remote = new InetSocketAddress(InetAddress.getByName(TwoStacks.RIGHT), listener.port());
        TcpSocket client = stacks.left.tcp().connect(remote, null, options);
        return new Pair(listener, client, listener.accept(SOON));
    }

    private Pair pair() throws Exception {
        return pair(TcpOptions.defaults());
    }

    // ---------------------------------------------------------------- connecting

    /** The kernel would let its own time-out of minutes pass; a host on the link that does not answer ARP is not there. */
    @Test
    void findsNoRouteToAHostThatAnswersNoArp() {
        assertThatThrownBy(() -> stacks.left.tcp().connect(NOBODY, 80)).isInstanceOf(NoRouteToHostException.class)
                .hasMessageContaining(NOBODY);
        assertThat(stacks.left.tcp().connectionCount()).isZero();
    }

    @Test
    void givesUpConnectingAfterTheConnectTimeout() {
        var options = TcpOptions.defaults().connectTimeout(Duration.ofMillis(30));
        assertThatThrownBy(() -> stacks.left.tcp().connect(NOBODY, 80, options)).isInstanceOf(SocketTimeoutException.class);
        assertThat(stacks.left.tcp().connectionCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void anInterruptGivesUpConnecting(ThreadKind kind) throws Exception {
        Call<TcpSocket> connect = Call.start(kind, () -> stacks.left.tcp().connect(NOBODY, 80)).awaitBlocked();
        connect.interrupt();
        assertThat(connect.failure()).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
        assertThat(connect.endedInterrupted()).isTrue();
        assertThat(stacks.left.tcp().connectionCount()).isZero();
    }

    @Test
    void resolvesNoNames() {
        assertThatThrownBy(() -> stacks.left.tcp().connect("example.org", 80)).isInstanceOf(UnknownHostException.class);
        var unresolved = InetSocketAddress.createUnresolved("example.org", 80);
        assertThatThrownBy(() -> stacks.left.tcp().listen(unresolved, TcpOptions.defaults()))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void connectsFromThePortThatWasAskedFor() throws Exception {
        try (TcpListener listener = stacks.right.tcp().listen(0)) {
            var remote = new InetSocketAddress(TwoStacks.RIGHT, listener.port());
            try (TcpSocket socket = stacks.left.tcp().connect(remote, new InetSocketAddress(4321), TcpOptions.defaults())) {
                assertThat(socket.localAddress().getPort()).isEqualTo(4321);
                assertThatThrownBy(() -> stacks.left.tcp().connect(remote, new InetSocketAddress(4321), TcpOptions.defaults()))
                        .isInstanceOf(BindException.class);
            }
        }
    }

    // ---------------------------------------------------------------- one reader, one writer

    @Test
    void refusesASecondReaderAndASecondWriter() throws Exception {
        try (Pair pair = pair()) {
            Call<Integer> reader = Call.start(() -> pair.client().input().read()).awaitBlocked();
            assertThatThrownBy(() -> pair.client().input().read()).isInstanceOf(IllegalStateException.class);
            pair.server().write(new byte[] {9});
            assertThat(reader.get()).isEqualTo(9);

            Call<Void> writer = Call.run(() -> pair.client().write(new byte[4 << 20])).awaitBlocked();
            assertThatThrownBy(() -> pair.client().write(new byte[1])).isInstanceOf(IllegalStateException.class);
            assertThat(pair.server().input().readNBytes(4 << 20)).hasSize(4 << 20);
            writer.get();
        }
    }

    @Test
    void carriesByteBuffersOnTheHeapAndOffIt() throws Exception {
        var sent = new byte[30_000];
        new Random(3).nextBytes(sent);
        try (Pair pair = pair()) {
            ByteBuffer heap = ByteBuffer.wrap(sent).slice(0, 10_000);
            ByteBuffer direct = ByteBuffer.allocateDirect(10_000).put(sent, 10_000, 10_000).flip();
            ByteBuffer readOnly = ByteBuffer.wrap(sent).asReadOnlyBuffer().position(20_000);
            Call<Void> writer = Call.run(() -> {
                pair.client().write(heap);
                pair.client().write(direct);
                pair.client().write(readOnly);
                pair.client().shutdownOutput();
            });
            ByteBuffer target = ByteBuffer.allocateDirect(sent.length);
            target.limit(15_000);
            readFully(pair.server(), target);
            ByteBuffer onHeap = ByteBuffer.allocate(20_000).position(5_000);
            readFully(pair.server(), onHeap);
            writer.get();
            assertThat(heap.hasRemaining() || direct.hasRemaining() || readOnly.hasRemaining()).isFalse();
            var read = new byte[sent.length];
            target.flip().get(read, 0, 15_000);
            onHeap.flip().position(5_000).get(read, 15_000, 15_000);
            assertThat(read).isEqualTo(sent);
            assertThat(pair.server().read(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    private static void readFully(TcpSocket socket, ByteBuffer target) throws Exception {
        while (target.hasRemaining()) {
            assertThat(socket.read(target)).isPositive();
        }
    }

    @Test
    void losesNothingInAReadIntoAReadOnlyBuffer() throws Exception {
        try (Pair pair = pair()) {
            pair.client().write(new byte[] {1, 2});
            assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(2).asReadOnlyBuffer()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(pair.server().input().readNBytes(2)).containsExactly(1, 2);
        }
    }

    // ---------------------------------------------------------------- ends

    /** java.net shuts output down before it closes, so that its peer may see the end instead. */
    @Test
    void closeWithUnreadInputResets() throws Exception {
        try (Pair pair = pair()) {
            pair.client().write(new byte[100]);
            assertThat(pair.server().read(new byte[1])).isEqualTo(1);
            pair.server().close();
            assertThatThrownBy(() -> pair.client().read(new byte[1])).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void inputThatWasShutDownAcknowledgesAndDiscards() throws Exception {
        try (Pair pair = pair(TcpOptions.defaults().receiveBuffer(32 << 10).sendBuffer(32 << 10))) {
            pair.server().shutdownInput();
            pair.client().write(new byte[1 << 20]);      // more than both buffers hold: it was acknowledged
            pair.client().linger(SOON);
            pair.client().close();                       // and the end of it too, or this would reset
            assertThat(pair.server().read(new byte[1])).isEqualTo(-1);
            pair.server().close();
            assertThat(stacks.right.counters().value("tcp.reset_sent")).isZero();
        }
    }

    @Test
    void closeThatLingersWaitsForThePeer() throws Exception {
        try (Pair pair = pair(TcpOptions.defaults().receiveBuffer(8 << 10))) {
            pair.client().linger(SOON);
            pair.client().write(new byte[100_000]);      // the peer's window takes no more than 8 KiB of it
            Call<Void> closer = Call.run(() -> pair.client().close()).awaitBlocked();
            assertThat(closer.isDone()).isFalse();
            assertThat(pair.server().input().readAllBytes()).hasSize(100_000);
            closer.get();
        }
    }

    @Test
    void closeThatLingersResetsWhatIsLeftAtTheEndOfTheTime() throws Exception {
        try (Pair pair = pair(TcpOptions.defaults().receiveBuffer(8 << 10).linger(Duration.ofMillis(30)))) {
            pair.client().write(new byte[100_000]);
            pair.client().close();
            assertThatThrownBy(() -> pair.server().input().readAllBytes()).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void abortResetsThePeer() throws Exception {
        try (Pair pair = pair()) {
            pair.client().abort();
            assertThatThrownBy(() -> pair.server().read(new byte[1])).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void aConnectionIsOpenedAgainFromTimeWait() throws Exception {
        try (TcpListener listener = stacks.right.tcp().listen(0)) {
            var remote = new InetSocketAddress(TwoStacks.RIGHT, listener.port());
            var local = new InetSocketAddress(TwoStacks.LEFT, 4444);
            for (int i = 0; i < 3; i++) {
                TcpSocket client = stacks.left.tcp().connect(remote, local, TcpOptions.defaults());
                TcpSocket server = listener.accept(SOON);
                client.write(new byte[1000 * i]);
                server.shutdownOutput();                 // the server ends first: TIME-WAIT is its
                assertThat(client.read(new byte[1])).isEqualTo(-1);
                client.close();
                assertThat(server.input().readAllBytes()).hasSize(1000 * i);
                server.close();
                Eventually.isTrue("the client's end is over", () -> stacks.left.tcp().connectionCount() == 0);
                assertThat(stacks.right.tcp().connectionCount()).isEqualTo(1);
            }
        }
    }

    // ---------------------------------------------------------------- orphans

    @Test
    void resetsTheOldestOfTooManyOrphans() throws Exception {
        try (var few = new TwoStacks(new Cable(), config -> config.tcp(config.tcp().orphans(2))
                .closeTimeout(Duration.ofMillis(200)));
             TcpListener listener = few.right.tcp().listen(0, TcpOptions.defaults().receiveBuffer(4 << 10))) {
            for (int i = 0; i < 3; i++) {
                assertThat(few.left.counters().value("tcp.orphan_reset")).isZero();
                TcpSocket client = few.left.tcp().connect(TwoStacks.RIGHT, listener.port());
                client.write(new byte[100_000]);                      // nobody reads it
                client.close();
            }
            assertThat(few.left.counters().value("tcp.orphan_reset")).isEqualTo(1);
            try (TcpSocket oldest = listener.accept(SOON); TcpSocket second = listener.accept(SOON)) {
                assertThatThrownBy(() -> oldest.input().readAllBytes()).isInstanceOf(SocketException.class);
                assertThat(second.input().readAllBytes()).hasSize(100_000);
            }
        }
    }

    // ---------------------------------------------------------------- looking inside

    @Test
    void showsWhatAConnectionHasCarriedAndAgreed() throws Exception {
        try (Pair pair = pair(TcpOptions.defaults().selectiveAcks(false))) {
            pair.client().write(new byte[5_000]);
            assertThat(pair.server().input().readNBytes(5_000)).hasSize(5_000);
            Eventually.isTrue("all is acknowledged", () -> pair.client().info().bytesAcknowledged() == 5_000);
            TcpSocketInfo client = pair.client().info();
            assertThat(client.state()).isEqualTo("ESTABLISHED");
            assertThat(client.active()).isTrue();
            assertThat(client.roundTrip()).isPositive();
            assertThat(client.inFlight()).isZero();
            assertThat(client.timestamps()).isTrue();
            assertThat(client.selectiveAcks()).isFalse();
            TcpSocketInfo server = pair.server().info();
            assertThat(server.active()).isFalse();
            assertThat(server.bytesReceived()).isEqualTo(5_000);
            assertThat(server.bytesAcknowledged()).isZero();
        }
    }

    @Test
    void listsItsConnectionsALineEach() throws Exception {
        assertThat(stacks.left.connections()).isEmpty();
        try (Pair pair = pair()) {
            int port = pair.client().localAddress().getPort();
            assertThat(stacks.left.connections()).hasSize(1).first().asString().matches("tcp ESTABLISHED 10\\.0\\.0\\.1:" + port
                    + " → 10\\.0\\.0\\.2:" + pair.listener().port()
                    + " rtt [0-9]+\\.[0-9] ms cwnd [0-9]+ rwnd [0-9]+ KiB retrans [0-9]+ cubic");
            assertThat(stacks.right.connections()).hasSize(1).first().asString().contains(
                    "10.0.0.2:" + pair.listener().port() + " ← 10.0.0.1:" + port);
            pair.client().abort();
            Eventually.isTrue("it is forgotten", () -> stacks.left.connections().isEmpty());
        }
    }

    // ---------------------------------------------------------------- patience

    @Test
    void asksASilentPeerAndStaysWhenItAnswers() throws Exception {        // RFC 9293 §3.8.4
        try (Pair pair = pair(TcpOptions.defaults())) {
            pair.client().keepAlive(Duration.ofSeconds(1), Duration.ofSeconds(1), 2);
            Eventually.isTrue("the peer is asked, and more often than it may stay silent",
                    () -> stacks.left.counters().value("tcp.keepalive_probe") > 3);
            assertThat(stacks.right.counters().value("tcp.keepalive_probe")).isZero();
            pair.server().write(new byte[] {7});
            assertThat(pair.client().input().read()).isEqualTo(7);
        }
    }

    @Test
    void failsWhenThePeerTakesNothingForTheUserTimeout() throws Exception { // RFC 9293 §3.8.3
        var options = TcpOptions.defaults().sendBuffer(8 << 10).receiveBuffer(8 << 10);
        try (Pair pair = pair(options)) {
            pair.client().userTimeout(Duration.ofMillis(300));
            assertThatThrownBy(() -> pair.client().write(new byte[100_000])).isInstanceOf(SocketException.class)
                    .hasMessageContaining("timed out");
        }
    }

    @Test
    void keepAlivesHaveNoSingleChance() {                                 // RFC 9293 §3.8.4, MUST-29
        assertThatThrownBy(() -> TcpOptions.defaults().keepAlive(SOON, SOON, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keepAliveCount");
        assertThat(TcpOptions.defaults().keepAlive(SOON, SOON, 2).patience().keepAliveCount()).isEqualTo(2);
    }

    // ---------------------------------------------------------------- listeners

    @Test
    void dropsSynsBeyondTheBacklogUntilThereIsRoom() throws Exception {
        try (TcpListener listener = stacks.right.tcp().listen(0, TcpOptions.defaults().backlog(2))) {
            TcpSocket first = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port());
            TcpSocket second = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port());
            Eventually.isTrue("both are established", () -> stacks.right.connections().stream()
                    .filter(connection -> connection.state().equals("ESTABLISHED")).count() == 2);
            // The reader that answers this has told the listener: it finishes one frame before it takes the next.
            assertThat(stacks.left.icmp().ping(TwoStacks.RIGHT)).isPositive();
            Call<TcpSocket> third = Call.start(() -> stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port()));
            Eventually.isTrue("a SYN is dropped", () -> stacks.right.counters().value("tcp.in.accept_queue_full") > 0);
            assertThat(third.isDone()).isFalse();
            listener.accept(SOON).close();
            third.get().close();                         // TCP has repeated the SYN
            first.close();
            second.close();
        }
    }

    @Test
    void serveResetsTheConnectionWhoseHandlerThrowsAndGoesOn() throws Exception {
        try (var server = new Server(stacks.right.tcp().listen(0), socket -> {
            if (socket.input().read() == 'x') {
                throw new IllegalStateException("planted: a handler that fails");
            }
            socket.write(new byte[] {'y'});
        })) {
            try (TcpSocket bad = stacks.left.tcp().connect(TwoStacks.RIGHT, server.port());
                 TcpSocket good = stacks.left.tcp().connect(TwoStacks.RIGHT, server.port())) {
                bad.write(new byte[] {'x'});
                assertThatThrownBy(() -> bad.input().read()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
                good.write(new byte[] {'a'});
                assertThat(good.input().readAllBytes()).containsExactly('y');
            }
        }
    }

    @Test
    void serveReturnsWithNoHandlerLeftWhenTheListenerIsClosed() throws Exception {
        var inside = new AtomicInteger();
        TcpListener listener = stacks.right.tcp().listen(0);
        Call<Void> serve = Call.run(() -> listener.serve(socket -> countWhileReading(socket, inside)));
        try (TcpSocket one = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port());
             TcpSocket two = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port())) {
            Eventually.isTrue("both handlers run", () -> inside.get() == 2);
            listener.close();
            serve.get();
            assertThat(inside).hasValue(0);
            assertThat(one.input().read()).isEqualTo(-1);
            assertThat(two.input().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void serveReturnsWithNoHandlerLeftWhenItsThreadIsInterrupted(ThreadKind kind) throws Exception {
        var inside = new AtomicInteger();
        TcpListener listener = stacks.right.tcp().listen(0);
        Call<Void> serve = Call.run(kind, () -> listener.serve(socket -> countWhileReading(socket, inside)));
        try (TcpSocket one = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port())) {
            Eventually.isTrue("the handler runs", () -> inside.get() == 1);
            serve.interrupt();
            serve.get();
            assertThat(serve.endedInterrupted()).isTrue();
            assertThat(inside).hasValue(0);
            assertThat(listener.isClosed()).isTrue();
            assertThat(one.input().read()).isEqualTo(-1);
        }
    }

    private static void countWhileReading(TcpSocket socket, AtomicInteger inside) throws Exception {
        inside.incrementAndGet();
        try {
            socket.input().readAllBytes();
        } finally {
            inside.decrementAndGet();
        }
    }

    @Test
    void survivesAStormOfConnections() throws Exception {
        int count = 500;
        AtomicInteger served = new AtomicInteger();
        TcpListener listener = stacks.right.tcp().listen(0);
        var acceptors = new Call<?>[4];
        for (int i = 0; i < acceptors.length; i++) {
            acceptors[i] = Call.run(() -> {
                while (true) {
                    try (TcpSocket socket = listener.accept()) {
                        socket.input().transferTo(socket.output());
                        served.incrementAndGet();
                    }
                }
            });
        }
        var clients = new Call<?>[count];
        for (int i = 0; i < count; i++) {
            byte id = (byte) i;
            clients[i] = Call.run(() -> {
                try (TcpSocket socket = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port())) {
                    socket.write(new byte[] {id});
                    socket.shutdownOutput();
                    assertThat(socket.input().readAllBytes()).containsExactly(id);
                }
            });
        }
        for (Call<?> client : clients) {
            client.get();
        }
        Eventually.isTrue("all were served", () -> served.get() == count);
        listener.close();
        for (Call<?> acceptor : acceptors) {
            assertThat(acceptor.failure()).isInstanceOf(SocketException.class);
        }
        // The clients closed first, TIME-WAIT is theirs; nothing is left at the server.
        Eventually.isTrue("no connection is left at the server", () -> stacks.right.tcp().connectionCount() == 0);
        assertThat(stacks.left.tcp().connectionCount()).isLessThanOrEqualTo(count);
    }
}
