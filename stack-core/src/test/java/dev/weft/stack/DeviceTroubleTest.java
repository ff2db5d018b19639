package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.memory.Cable;
import dev.weft.runtime.LeakCheck;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP on a device that has no room, or throws what it must not: a fault costs one connection, not the stack (D7). */
@Timeout(60)
class DeviceTroubleTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private LeakCheck leaks;
    private FaultyDevice device;
    private NetworkStack left;
    private NetworkStack right;
    private TcpListener listener;
    private TcpSocket client;
    private TcpSocket server;

    @BeforeEach
    void open() throws IOException {
        new TwoStacks().close();
        leaks = LeakCheck.begin("left", "right");
        var cable = new Cable();
        device = new FaultyDevice(cable.left());
        left = NetworkStack.open(StackConfig.create().name("left").closeTimeout(Duration.ofMillis(100))
                .link("eth0", (clock, counters) -> device, link -> link.address("10.0.0.1/24")));
        right = NetworkStack.open(StackConfig.create().name("right").closeTimeout(Duration.ofMillis(100))
                .link("eth0", (clock, counters) -> cable.right(), link -> link.address("10.0.0.2/24")));
        listener = right.tcp().listen(7);
        client = left.tcp().connect("10.0.0.2", 7);
        server = listener.accept(SOON);
    }

    @AfterEach
    void close() {
        left.close();
        right.close();
        leaks.assertNone();
    }

    private void assertNewConnectionsWork() throws IOException {
        try (TcpSocket another = left.tcp().connect("10.0.0.2", 7); TcpSocket accepted = listener.accept(SOON)) {
            another.write(new byte[] {1});
            assertThat(accepted.input().read()).isEqualTo(1);
        }
    }

    @Test
    void aDeviceThatThrowsWhileAWriterSendsBreaksThatConnection() throws Exception {
        Call<Integer> reader = Call.start(() -> client.input().read()).awaitBlocked();
        device.breakSending(true);
        assertThatThrownBy(() -> client.write(new byte[1000])).hasMessageContaining("planted");
        device.breakSending(false);
        assertThat(reader.failure()).as("who waits is woken").isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> client.write(new byte[1])).isInstanceOf(SocketException.class);
        assertThat(left.tcp().connectionCount()).as("connections in the table").isZero();
        assertNewConnectionsWork();
    }

    @Test
    void aDeviceThatThrowsWhileTheReaderAnswersBreaksThatConnection() throws Exception {
        Call<Integer> reader = Call.start(() -> client.input().readNBytes(100_000).length).awaitBlocked();
        device.breakSending(true);
        server.write(new byte[100_000]);                // what the reader would acknowledge
        assertThat(reader.failure()).isInstanceOf(SocketException.class);
        device.breakSending(false);
        assertThat(left.failure()).isEmpty();
        assertNewConnectionsWork();
        server.abort();
    }

    @Test
    void aDeviceThatThrowsOnATimerBreaksThatConnection() throws Exception {
        device.fill(true);
        client.write(new byte[1000]);                   // has no room: to be sent again on a timer
        Call<Integer> reader = Call.start(() -> client.input().read());
        device.breakSending(true);
        assertThat(reader.failure()).isInstanceOf(SocketException.class);
        device.breakSending(false);
        device.fill(false);
        assertThat(left.tcp().connectionCount()).isZero();
        assertNewConnectionsWork();
    }

    @Test
    void sendsWhatADeviceHadNoRoomForWhenItHas() throws Exception {
        device.fill(true);
        client.write(new byte[50_000]);
        client.shutdownOutput();
        Call<byte[]> reader = Call.start(() -> server.input().readAllBytes());
        device.fill(false);
        assertThat(reader.get()).hasSize(50_000);
    }

    /** A reset is the last thing that a connection sends; it must not be forgotten before it has left. */
    @Test
    void sendsTheResetThatADeviceHadNoRoomFor() throws Exception {
        device.fill(true);
        client.abort();
        Call<Integer> reader = Call.start(() -> server.input().read());
        device.fill(false);
        assertThat(reader.failure()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        Eventually.isTrue("the connection is forgotten", () -> left.tcp().connectionCount() == 0);
    }

    @Test
    void closesInTimeOnADeviceThatNeverHasRoom() throws Exception {
        device.fill(true);
        client.write(new byte[50_000]);
        left.close();
        assertThatThrownBy(() -> client.write(new byte[1])).isInstanceOf(SocketException.class);
    }

    /** A device may be reading the frame by its bare address, in a native call: nothing would stop it from reading freed memory. */
    @Test
    void closeFreesNothingWhileAThreadIsSending() throws Exception {
        device.slowDown(true);
        Call<Void> writer = Call.run(ThreadKind.PLATFORM, () -> client.write(new byte[1000]));
        Eventually.isTrue("the writer is in the device", device::isSending);
        Call<Void> closer = Call.run(ThreadKind.PLATFORM, left::close);
        Eventually.isTrue("the closer waits for the writer", () -> closer.isIn("awaitQuiet"));
        assertThat(closer.isDone()).as("closed while a thread is sending").isFalse();
        assertThat(left.link("eth0").isUp()).isTrue();
        device.slowDown(false);
        closer.get();
        writer.get();
    }
}
