package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads without a copy: the consumer looks at the receive buffer itself. */
@Timeout(60)
class BorrowedReadsTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private TwoStacks stacks;
    private TcpSocket client;
    private TcpSocket server;

    @BeforeEach
    void open() throws Exception {
        stacks = new TwoStacks(new Cable(), config -> config.closeTimeout(Duration.ofMillis(200)));
        TcpListener listener = stacks.right.tcp().listen(0, TcpOptions.defaults().noDelay(true));
        client = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port(), TcpOptions.defaults().noDelay(true));
        server = listener.accept(SOON);
    }

    @AfterEach
    void close() {
        stacks.close();
    }

    private void sends(int... bytes) throws Exception {
        long before = server.info().bytesReceived();
        var sent = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            sent[i] = (byte) bytes[i];
        }
        client.write(sent);
        Eventually.isTrue("they have come", () -> server.info().bytesReceived() == before + bytes.length);
    }

    private static byte[] copy(List<MemorySegment> bytes) {
        var all = new ByteArrayOutputStream();
        bytes.forEach(piece -> all.writeBytes(piece.toArray(ValueLayout.JAVA_BYTE)));
        return all.toByteArray();
    }

    @Test
    void whatIsNotConsumedComesAgain() throws Exception {
        sends(1, 2, 3);
        assertThat(server.read(bytes -> {
            assertThat(copy(bytes)).containsExactly(1, 2, 3);
            return 2;
        })).isEqualTo(2);
        assertThat(server.read(bytes -> 0)).isZero();
        assertThat(server.read(bytes -> {
            assertThat(copy(bytes)).containsExactly(3);
            return 1;
        })).isEqualTo(1);
    }

    @Test
    void theConsumerCanWaitForMore() throws Exception {
        sends(1, 2, 3);
        Call<Integer> read = Call.start(() -> server.read(5, bytes -> {
            assertThat(copy(bytes)).containsExactly(1, 2, 3, 4, 5);
            return 5;
        })).awaitBlocked();
        client.write(new byte[] {4});
        assertThat(read.awaitBlocked().isDone()).isFalse();
        client.write(new byte[] {5});
        assertThat(read.get()).isEqualTo(5);
    }

    @Test
    void theEndIsToldOnceEverythingIsConsumed() throws Exception {
        sends(1, 2, 3);
        client.shutdownOutput();
        assertThat(server.read(100, bytes -> 3)).as("more will not come").isEqualTo(3);
        assertThat(server.read(bytes -> {
            throw new AssertionError("called at the end");
        })).isEqualTo(-1);
    }

    @Test
    void theTimeoutIsThatOfReads() throws Exception {
        server.readTimeout(Duration.ofMillis(20));
        assertThat(Call.start(() -> server.read(bytes -> 1)).failure()).isInstanceOf(SocketTimeoutException.class);
        sends(1);
        assertThat(server.read(2, bytes -> 1)).as("fewer, as it has passed").isEqualTo(1);
    }

    @Test
    void aConsumerThatThrowsOrLiesConsumesNothing() throws Exception {
        sends(1, 2, 3);
        var planted = new IOException("planted");
        assertThat(Call.start(() -> server.read(bytes -> {
            throw planted;
        })).failure()).isSameAs(planted);
        assertThat(Call.start(() -> server.read(bytes -> 4)).failure()).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Call.start(() -> server.read(bytes -> -1)).failure()).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(server.input().readNBytes(3)).containsExactly(1, 2, 3);
    }

    @Test
    void itsBytesCannotBeWritten() throws Exception {
        sends(1);
        assertThat(Call.start(() -> server.read(bytes -> {
            bytes.getFirst().set(ValueLayout.JAVA_BYTE, 0, (byte) 9);
            return 1;
        })).failure()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itMayWriteToTheSocketAndCloseItButNotReadFromIt() throws Exception {
        sends(1, 2);
        assertThat(server.read(bytes -> {
            assertThat(Call.start(() -> server.read(new byte[1])).failure()).isInstanceOf(IllegalStateException.class);
            server.write(bytes.getFirst().asByteBuffer());
            return 2;
        })).isEqualTo(2);
        assertThat(client.input().readNBytes(2)).containsExactly(1, 2);
        sends(3);
        assertThat(server.read(bytes -> {
            server.close();
            assertThat(copy(bytes)).as("still there").containsExactly(3);
            return 1;
        })).isEqualTo(1);
        assertThat(Call.start(() -> server.read(bytes -> 1)).failure()).isInstanceOf(SocketException.class);
    }

    @Test
    void askingForTooMuchIsRefused() {
        assertThat(Call.start(() -> server.read(0, bytes -> 0)).failure()).isInstanceOf(IllegalArgumentException.class);
        assertThat(Call.start(() -> server.read(TcpSocket.MOST_CONSUMED + 1, bytes -> 0)).failure())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void carriesAStreamInPiecesOfAnySize() throws Exception {
        var sent = new byte[3 << 20];
        new Random(5).nextBytes(sent);
        Call<Void> writer = Call.run(() -> {
            client.write(sent);
            client.shutdownOutput();
        });
        var random = new Random(6);
        var received = new ByteArrayOutputStream();
        var most = new AtomicInteger();
        int n = 0;
        while (n >= 0) {
            int least = 1 + random.nextInt(random.nextBoolean() ? 10 : TcpSocket.MOST_CONSUMED);
            n = server.read(least, bytes -> {
                byte[] all = copy(bytes);
                assertThat(all.length >= Math.min(least, sent.length - received.size())).isTrue();
                most.accumulateAndGet(bytes.size(), Math::max);
                int taken = random.nextInt(all.length + 1);
                received.write(all, 0, taken);
                return taken;
            });
        }
        writer.get();
        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(most.get()).as("pieces at once").isGreaterThan(1);
    }
}
