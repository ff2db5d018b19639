package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files to and from sockets, as {@link FileChannel}'s own transfers. */
@Timeout(60)
class FileTransferTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    private Path directory;
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

    /** The stacks close only when nothing is lent, so a loan that was left behind fails here by the time-out. */
    @AfterEach
    void close() {
        stacks.close();
    }

    private FileChannel file(String name, byte... content) throws Exception {
        Path path = directory.resolve(name);
        Files.write(path, content);
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private byte[] content(String name) throws Exception {
        return Files.readAllBytes(directory.resolve(name));
    }

    private void sends(byte... bytes) throws Exception {
        long before = server.info().bytesReceived();
        client.write(bytes);
        Eventually.isTrue("they have come", () -> server.info().bytesReceived() == before + bytes.length);
    }

    @Test
    void carriesAFileFromDiskToDisk() throws Exception {
        var bytes = new byte[5_000_000];
        new Random(4).nextBytes(bytes);
        try (FileChannel from = file("from", bytes); FileChannel to = file("to")) {
            Call<Long> sent = Call.start(() -> {
                long n = client.transferFrom(from, 0, Long.MAX_VALUE);
                client.shutdownOutput();
                return n;
            });
            assertThat(server.transferTo(to, 0, Long.MAX_VALUE)).isEqualTo(bytes.length);
            assertThat(sent.get()).isEqualTo(bytes.length);
            assertThat(from.position() + to.position()).as("the positions stay").isZero();
            assertThat(server.transferTo(to, 0, 10)).as("at the end").isZero();
        }
        assertThat(Arrays.mismatch(content("to"), bytes)).isEqualTo(-1);
    }

    @Test
    void takesAPartOfTheFileToAPlaceInAnother() throws Exception {
        try (FileChannel from = file("from", new byte[] {0, 1, 2, 3, 4}); FileChannel to = file("to", new byte[] {9, 9, 9, 9, 9})) {
            assertThat(client.transferFrom(from, 1, 3)).isEqualTo(3);
            assertThat(client.transferFrom(from, 4, 10)).as("up to its end").isEqualTo(1);
            assertThat(client.transferFrom(from, 5, 10)).isZero();
            assertThat(client.transferFrom(from, 77, 10)).isZero();
            assertThat(client.transferFrom(from, 0, 0)).isZero();
            assertThat(server.transferTo(to, 1, 2)).isEqualTo(2);
            assertThat(content("to")).containsExactly(9, 1, 2, 9, 9);
            assertThat(server.input().readNBytes(2)).as("the rest is there").containsExactly(3, 4);
        }
    }

    @Test
    void writesBehindTheEndOfAFile() throws Exception {
        sends((byte) 7);
        try (FileChannel to = file("to")) {
            assertThat(server.transferTo(to, 3, 1)).isEqualTo(1);
        }
        assertThat(content("to")).containsExactly(0, 0, 0, 7);
    }

    @Test
    void aHalfClosedPeerStillTakesAFile() throws Exception {
        server.shutdownOutput();
        assertThat(client.input().read()).isEqualTo(-1);
        try (FileChannel from = file("from", new byte[] {1, 2, 3})) {
            assertThat(client.transferFrom(from, 0, 3)).isEqualTo(3);
            assertThat(server.input().readNBytes(3)).containsExactly(1, 2, 3);
            client.shutdownOutput();
            assertThat(Call.start(() -> client.transferFrom(from, 0, 3)).failure()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void returnsWhatCameBeforeTheTimeout() throws Exception {
        sends((byte) 1, (byte) 2);
        server.readTimeout(Duration.ofMillis(20));
        try (FileChannel to = file("to")) {
            assertThat(server.transferTo(to, 0, 10)).isEqualTo(2);
            assertThat(Call.start(() -> server.transferTo(to, 2, 10)).failure()).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(content("to")).containsExactly(1, 2);
    }

    @Test
    void returnsWhatCameBeforeAReset() throws Exception {
        sends((byte) 1, (byte) 2);
        try (FileChannel to = file("to")) {
            Call<Long> transfer = Call.start(() -> server.transferTo(to, 0, 10)).awaitBlocked();
            client.abort();
            assertThat(transfer.get()).isEqualTo(2);
            assertThat(Call.start(() -> server.transferTo(to, 2, 10)).failure()).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void losesNothingWhenTheFileFails() throws Exception {
        sends((byte) 1, (byte) 2);
        FileChannel closed = file("closed", new byte[10]);
        closed.close();
        assertThat(Call.start(() -> server.transferTo(closed, 0, 2)).failure()).isInstanceOf(ClosedChannelException.class);
        assertThat(Call.start(() -> server.transferFrom(closed, 0, 2)).failure()).isInstanceOf(ClosedChannelException.class);
        file("one", new byte[10]).close();
        try (FileChannel readable = FileChannel.open(directory.resolve("one"), StandardOpenOption.READ);
             FileChannel writable = FileChannel.open(directory.resolve("one"), StandardOpenOption.WRITE)) {
            assertThat(Call.start(() -> server.transferTo(readable, 0, 2)).failure())
                    .isInstanceOf(NonWritableChannelException.class);
            assertThat(Call.start(() -> server.transferFrom(writable, 0, 2)).failure())
                    .isInstanceOf(NonReadableChannelException.class);
        }
        assertThat(server.input().readNBytes(2)).containsExactly(1, 2);
        server.write(new byte[] {5});
        assertThat(client.input().read()).as("nothing of the failed ones was sent").isEqualTo(5);
    }

    /** A disk that is full after three bytes. */
    @Test
    void consumesWhatTheFileTookBeforeItFailed() throws Exception {
        sends((byte) 1, (byte) 2, (byte) 3, (byte) 4, (byte) 5);
        try (FileChannel to = file("to"); var full = new LimitedFile(to, 3)) {
            assertThat(server.transferTo(full, 0, 5)).isEqualTo(3);
            assertThat(Call.start(() -> server.transferTo(full, 3, 2)).failure()).hasMessage("No space left on device");
        }
        assertThat(content("to")).containsExactly(1, 2, 3);
        assertThat(server.input().readNBytes(2)).containsExactly(4, 5);
    }

    @Test
    void anInterruptClosesTheSocketThatWaitsAndNotTheFile() throws Exception {
        try (FileChannel to = file("to")) {
            Call<Long> transfer = Call.start(() -> server.transferTo(to, 0, 10)).awaitBlocked();
            transfer.interrupt();
            assertThat(transfer.failure()).isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
            assertThat(to.write(ByteBuffer.allocate(1), 0)).isEqualTo(1);
        }
    }

    @Test
    void aCloseEndsATransferThatWaitsForRoom() throws Exception {
        try (FileChannel from = file("from", new byte[8 << 20])) {
            Call<Long> transfer = Call.start(() -> client.transferFrom(from, 0, Long.MAX_VALUE)).awaitBlocked();
            client.close();
            assertThat(transfer.get()).as("what the send buffer has taken").isBetween(1L, (8L << 20) - 1);
            assertThat(Call.start(() -> client.transferFrom(from, 0, 1)).failure()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void refusesNegativePlacesAndCounts() throws Exception {
        try (FileChannel to = file("to")) {
            assertThat(Call.start(() -> server.transferTo(to, -1, 1)).failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(Call.start(() -> server.transferFrom(to, 0, -1)).failure()).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
