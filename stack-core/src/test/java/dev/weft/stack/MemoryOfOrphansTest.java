package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The last step when the memory of all connections is used up: whoever waits for some gets that of the connection whose
 * application has left it longest ago, and of none that is still in use. 64 chunks here, 56 of which buffers may fill that have
 * something already; two connections that nobody reads take 50.
 */
@Timeout(60)
class MemoryOfOrphansTest {

    private static final int MEMORY = 1 << 20;
    private static final int MUCH = 400_000;
    private static final int MORE = 300_000;
    private static final Duration SOON = Duration.ofSeconds(10);

    private TwoStacks stacks;
    private TcpListener listener;

    @BeforeEach
    void open() throws IOException {
        stacks = new TwoStacks(config -> config.tcp(config.tcp().memory(MEMORY)).closeTimeout(Duration.ofMillis(200)));
        listener = stacks.right.tcp().listen(0, TcpOptions.defaults().receiveBuffer(4 << 10));
    }

    @AfterEach
    void close() {
        listener.close();
        stacks.close();
    }

    private TcpSocket client(int bytes) throws IOException {
        TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, listener.port(),
                TcpOptions.defaults().sendBuffer(512 << 10));
        client.write(new byte[bytes]);
        return client;
    }

    private long count(String counter) {
        return stacks.left.counters().value(counter);
    }

    @Test
    void resetsTheOldestOrphanForOneWhoWrites() throws Exception {
        client(MUCH).close();
        client(MUCH).close();
        assertThat(count("tcp.orphan_reset_for_memory")).isZero();
        try (TcpSocket third = client(MORE)) {                        // waits for memory, and gets it though nobody reads
            assertThat(count("tcp.orphan_reset_for_memory")).isEqualTo(1);
            try (TcpSocket oldest = listener.accept(SOON); TcpSocket second = listener.accept(SOON);
                 TcpSocket last = listener.accept(SOON)) {
                assertThatThrownBy(() -> oldest.input().readAllBytes()).isInstanceOf(SocketException.class);
                assertThat(second.input().readAllBytes()).hasSize(MUCH);
                third.shutdownOutput();
                assertThat(last.input().readAllBytes()).hasSize(MORE);
            }
        }
        assertThat(count("tcp.orphan_reset")).as("their number is no matter").isZero();
    }

    @Test
    void takesNothingFromConnectionsThatAreInUse() throws Exception {
        try (TcpSocket first = client(MUCH); TcpSocket second = client(MUCH)) {
            Thread third = Thread.ofVirtual().start(() -> {
                try (TcpSocket writer = client(MORE)) {
                    writer.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Eventually.isTrue("one finds no memory", () -> count("tcp.discard.no_memory") > 0);
            try (TcpSocket oldest = listener.accept(SOON); TcpSocket other = listener.accept(SOON);
                 TcpSocket last = listener.accept(SOON)) {
                first.shutdownOutput();
                assertThat(oldest.input().readAllBytes()).hasSize(MUCH);
                assertThat(last.input().readAllBytes()).as("it waited for what the first has given back").hasSize(MORE);
                second.shutdownOutput();
                assertThat(other.input().readAllBytes()).hasSize(MUCH);
            }
            third.join();
        }
        assertThat(count("tcp.orphan_reset_for_memory")).isZero();
    }
}
