package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NetworkStack;
import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads that wait, and get their bytes straight from the frame (D3): what they promise when something else happens meanwhile. */
@Timeout(60)
class WaitingReadsTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private TwoStacks stacks;
    private TcpListener listener;
    private TcpSocket client;
    private TcpSocket server;

    @BeforeEach
    void open() throws Exception {
        stacks = new TwoStacks(new Cable(), config -> config.closeTimeout(Duration.ofMillis(200)));
        listener = stacks.right.tcp().listen(0, TcpOptions.defaults().noDelay(true));
        client = stacks.left.tcp().connect(new InetSocketAddress(TwoStacks.RIGHT, listener.port()), null,
                TcpOptions.defaults().noDelay(true));
        server = listener.accept(SOON);
    }

    @AfterEach
    void close() {
        stacks.close();
    }

    private static long handedOver(NetworkStack stack) {
        return stack.counters().value("tcp.handed_to_reader");
    }

    @Test
    void aReaderThatWaitsGetsItsBytesInItsArray() throws Exception {
        var target = new byte[100];
        Call<Integer> read = Call.start(() -> server.read(target, 10, 50)).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        assertThat(read.get()).isEqualTo(3);
        assertThat(Arrays.copyOfRange(target, 8, 15)).containsExactly(0, 0, 1, 2, 3, 0, 0);
        Eventually.isTrue("it was handed over", () -> handedOver(stacks.right) >= 1);
    }

    /** Memory off the heap may be another thread's or be gone, so it is left alone until its reader runs. */
    @Test
    void memoryOffTheHeapIsNotTouchedByTheReaderOfTheLink() throws Exception {
        ByteBuffer target = ByteBuffer.allocateDirect(10);
        Call<Integer> read = Call.start(() -> server.read(target)).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        assertThat(read.get()).isEqualTo(3);
        assertThat(target.flip().get(2)).isEqualTo((byte) 3);
        assertThat(handedOver(stacks.right)).isZero();
    }

    /** A read that gave up has its array for itself: what comes later is for the next one. */
    @Test
    void aReadThatTimedOutHasItsArrayForItself() throws Exception {
        server.readTimeout(Duration.ofMillis(20));
        var target = new byte[10];
        Call<Integer> read = Call.start(() -> server.read(target));
        assertThat(read.failure()).isInstanceOf(SocketTimeoutException.class);
        client.write(new byte[] {1, 2, 3});
        server.readTimeout(Duration.ZERO);
        var next = new byte[10];
        assertThat(server.read(next)).isEqualTo(3);
        assertThat(target).containsOnly(0);
        assertThat(next).startsWith(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource(ThreadKind.class)
    void anInterruptEndsAReadThatWaits(ThreadKind kind) throws Exception {
        Call<Integer> read = Call.start(kind, () -> server.read(new byte[10])).awaitBlocked();
        read.interrupt();
        assertThat(read.failure()).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
        assertThat(read.endedInterrupted()).isTrue();
    }

    @Test
    void theEndComesAfterWhatWasHandedOver() throws Exception {
        Call<Integer> read = Call.start(() -> server.read(new byte[10])).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        client.shutdownOutput();
        assertThat(read.get()).isEqualTo(3);
        assertThat(server.read(new byte[10])).isEqualTo(-1);
    }

    /** Reads of all lengths, at a pace of their own, with and without a time-out, while another thread of the same socket writes. */
    @Test
    void nothingIsLostOrDoubledHoweverReadsAndFramesMeet() throws Exception {
        var sent = new byte[8 << 20];
        new Random(7).nextBytes(sent);
        Call<Void> writer = Call.run(() -> {
            var random = new Random(8);
            for (int at = 0; at < sent.length; ) {
                int n = Math.min(sent.length - at, 1 + random.nextInt(random.nextInt(4) == 0 ? 100_000 : 3_000));
                client.write(sent, at, n);
                at += n;
            }
            client.shutdownOutput();
        });
        Call<Void> back = Call.run(() -> {
            for (int i = 0; i < 2_000; i++) {
                server.write(new byte[500]);
            }
            server.shutdownOutput();
        });
        Call<Integer> backReader = Call.start(() -> client.input().readAllBytes().length);
        var received = new byte[sent.length];
        var random = new Random(9);
        int at = 0;
        int timeouts = 0;
        while (at < received.length) {
            server.readTimeout(random.nextInt(3) == 0 ? Duration.ofNanos(1 + random.nextInt(50_000)) : Duration.ZERO);
            try {
                int n = server.read(received, at, Math.min(received.length - at, 1 + random.nextInt(200_000)));
                assertThat(n).isPositive();
                at += n;
            } catch (SocketTimeoutException e) {
                timeouts++;
            }
        }
        server.readTimeout(Duration.ZERO);
        assertThat(server.read(new byte[1])).isEqualTo(-1);
        assertThat(Arrays.mismatch(received, sent)).isEqualTo(-1);
        writer.get();
        back.get();
        assertThat(backReader.get()).isEqualTo(1_000_000);
        assertThat(handedOver(stacks.right)).as("with %s time-outs", timeouts).isPositive();
    }

    /** Whoever closes while bytes come: the reader returns bytes that were sent, in order, or says that the socket is closed. */
    @Test
    void aCloseWhileBytesComeTearsNothing() throws Exception {
        for (int round = 0; round < 50; round++) {
            TcpSocket out = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port());
            TcpSocket in = listener.accept(SOON);
            Call<Integer> reader = Call.start(() -> {
                var bytes = new byte[1000];
                int expected = 0;
                try {
                    while (true) {
                        int n = in.read(bytes);
                        for (int i = 0; i < n; i++) {
                            assertThat(bytes[i]).isEqualTo((byte) expected++);
                        }
                        Arrays.fill(bytes, (byte) 0);
                    }
                } catch (SocketException e) {
                    Thread.yield();
                    assertThat(bytes).as("nobody writes here after the call").containsOnly(0);
                    return expected;
                }
            });
            Call<Void> writer = Call.run(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        out.write(new byte[] {(byte) (2 * i), (byte) (2 * i + 1)});
                    }
                } catch (SocketException e) {
                    assertThat(in.isClosed()).isTrue();
                }
            });
            if (round % 2 == 0) {
                Eventually.isTrue("something came", () -> in.info().bytesReceived() > 0);
            }
            in.close();
            reader.get();
            writer.get();
            out.close();
        }
    }


    /** The stack closes under readers that wait and get bytes: all of them end, and nothing stays lent. */
    @Test
    void theStackClosesUnderReadersThatGetBytes() throws Exception {
        Call<Void> reader = Call.run(() -> {
            var bytes = new byte[5_000];
            while (server.read(bytes) >= 0) {
                Thread.yield();
            }
        });
        Call<Void> writer = Call.run(() -> {
            while (true) {
                client.write(new byte[3_000]);
            }
        });
        Eventually.isTrue("bytes come", () -> handedOver(stacks.right) > 0);
        stacks.right.close();
        reader.failure();
        client.abort();
        writer.failure();
    }

    // ---------------------------------------------------------------- low-water mark

    private static void awaitBytes(TcpSocket socket, long bytes) throws InterruptedException {
        Eventually.isTrue(bytes + " bytes have come", () -> socket.info().bytesReceived() >= bytes);
    }

    @Test
    void aReadWaitsForItsLowWaterMark() throws Exception {
        server.readLowWater(5);
        var target = new byte[10];
        Call<Integer> read = Call.start(() -> server.read(target)).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        awaitBytes(server, 3);
        assertThat(read.awaitBlocked().isDone()).isFalse();
        client.write(new byte[] {4, 5});
        assertThat(read.get()).isEqualTo(5);
        assertThat(target).startsWith(1, 2, 3, 4, 5, 0);
    }

    @Test
    void aReadOfFewerBytesWaitsForThose() throws Exception {
        server.readLowWater(5);
        Call<Integer> read = Call.start(() -> server.read(new byte[2])).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        assertThat(read.get()).isEqualTo(2);
    }

    @Test
    void aLowerMarkHoldsForTheReadThatWaits() throws Exception {
        server.readLowWater(5);
        Call<Integer> read = Call.start(() -> server.read(new byte[10])).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        awaitBytes(server, 3);
        server.readLowWater(3);
        assertThat(read.get()).isEqualTo(3);
    }

    @Test
    void theEndOfTheInputEndsAReadBelowItsMark() throws Exception {
        server.readLowWater(5);
        Call<Integer> read = Call.start(() -> server.read(new byte[10])).awaitBlocked();
        client.write(new byte[] {1, 2, 3});
        client.shutdownOutput();
        assertThat(read.get()).isEqualTo(3);
        assertThat(server.read(new byte[10])).isEqualTo(-1);
    }

    /** As recv() of Linux: a time-out loses nothing that is there, and is one only where nothing is. */
    @Test
    void aTimeoutReturnsWhatIsBelowTheMark() throws Exception {
        server.readLowWater(5);
        client.write(new byte[] {1, 2, 3});
        awaitBytes(server, 3);
        server.readTimeout(Duration.ofMillis(20));
        assertThat(server.read(new byte[10])).isEqualTo(3);
        assertThat(Call.start(() -> server.read(new byte[10])).failure()).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void aMarkThatTheBufferCannotReachStopsNothing() throws Exception {
        try (TcpListener narrow = stacks.right.tcp().listen(0,
                TcpOptions.defaults().receiveBuffer(20_000).readLowWater(1 << 30));
             TcpSocket out = stacks.left.tcp().connect(TwoStacks.RIGHT, narrow.port());
             TcpSocket in = narrow.accept(SOON)) {
            Call<Void> writer = Call.run(() -> {
                out.write(new byte[500_000]);
                out.shutdownOutput();
            });
            assertThat(in.input().readAllBytes()).hasSize(500_000);
            writer.get();
        }
    }

    @Test
    void aMarkIsAtLeastOne() {
        assertThat(Call.start(() -> TcpOptions.defaults().readLowWater(0)).failure()).isInstanceOf(IllegalArgumentException.class);
        assertThat(Call.run(() -> server.readLowWater(0)).failure()).isInstanceOf(IllegalArgumentException.class);
    }
}
