package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.DeviceLostException;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.runtime.LeakCheck;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The life of a stack: how it opens, fails and closes, and that nothing is left of it. */
@Timeout(60)
class NetworkStackTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    private LeakCheck leaks;

    @BeforeEach
    void begin() {
        // Once before, for what the JVM itself opens and keeps at a first use.
        NetworkStackOnce.opened();
        leaks = LeakCheck.begin("left", "right", "weft");
    }

    /** Nothing may be left of any stack, whatever the test did to it. */
    @AfterEach
    void leavesNothingBehind() {
        leaks.assertNone();
    }

    private static final class NetworkStackOnce {
        static {
            try {
                new TwoStacks().close();
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        static void opened() {
            // by its initializer
        }
    }

    private static StackConfig onCable(Cable cable) {
        return StackConfig.create().name("left")
                .link("eth0", (clock, counters) -> cable.left(), link -> link.address("10.0.0.1/24"));
    }

    // ---------------------------------------------------------------- open

    @Test
    void undoesEverythingWhenADeviceCannotBeOpened() {
        var cable = new Cable();
        StackConfig config = onCable(cable).link("eth1", (clock, counters) -> {
            throw new IOException("planted: no such device");
        }, UnaryOperator.identity());
        assertThatThrownBy(() -> NetworkStack.open(config)).isInstanceOf(IOException.class).hasMessageContaining("planted");
        assertThat(cable.left().isUp()).as("the first device was closed").isFalse();
        cable.right().close();
    }

    @Test
    void undoesEverythingWhenTheGatewayIsNotInTheSubnet() {
        var cable = new Cable();
        StackConfig config = StackConfig.create().link("eth0", (clock, counters) -> cable.left(),
                link -> link.address("10.0.0.1/24").gateway("192.168.1.1"));
        assertThatThrownBy(() -> NetworkStack.open(config)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.168.1.1");
        cable.right().close();
    }

    @Test
    void undoesEverythingWhenTheMtuIsTooSmallForArp() {
        var cable = new Cable();
        var small = new FaultyDevice(cable.left()) {
            @Override
            public int mtu() {
                return 20;
            }
        };
        StackConfig config = StackConfig.create().name("left").link("eth0", (clock, counters) -> small, UnaryOperator.identity());
        assertThatThrownBy(() -> NetworkStack.open(config)).isInstanceOfAny(IOException.class, IllegalArgumentException.class)
                .hasMessageContaining("20");
        assertThat(cable.left().isUp()).isFalse();
        cable.right().close();
    }

    @Test
    void runGivesBackWhatTheBodyReturnsAndCloses() throws Exception {
        var cable = new Cable();
        NetworkStack[] seen = new NetworkStack[1];
        assertThat(NetworkStack.<String, RuntimeException>run(onCable(cable), stack -> {
            seen[0] = stack;
            return stack.addresses().toString();
        })).isEqualTo("[10.0.0.1/24]");
        assertThatThrownBy(() -> seen[0].tcp().listen(80)).isInstanceOf(SocketException.class);
        cable.right().close();
    }

    @Test
    void runClosesWhenTheBodyThrows() {
        var cable = new Cable();
        assertThatThrownBy(() -> NetworkStack.run(onCable(cable), stack -> {
            throw new TimeoutException("planted");
        })).isInstanceOf(TimeoutException.class);
        assertThat(cable.left().isUp()).isFalse();
        cable.right().close();
    }

    // ---------------------------------------------------------------- close

    @Test
    void closeDeliversWhatTheApplicationWroteBeforeItClosedItsSocket() throws Exception {
        var slow = new Cable(MemoryLinkOptions.defaults().delay(Duration.ofMillis(15)));
        try (var stacks = new TwoStacks(slow, UnaryOperator.identity()); TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            Call<byte[]> reader = Call.start(() -> listener.accept(SOON).input().readAllBytes());
            client.write(new byte[200_000]);
            client.close();
            stacks.left.close();
            assertThat(reader.get()).hasSize(200_000);
            assertThat(stacks.left.tcp().connectionCount()).isZero();
        }
    }

    @Test
    void closeClosesOpenSocketsAndWakesWhoeverIsBlocked() throws Exception {
        try (var stacks = new TwoStacks(); TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            TcpSocket server = listener.accept(SOON);
            Call<Integer> reader = Call.start(() -> client.input().read()).awaitBlocked();
            TcpListener other = stacks.left.tcp().listen(8);
            Call<TcpSocket> acceptor = Call.start(other::accept).awaitBlocked();
            stacks.left.close();
            assertThat(reader.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
            assertThat(acceptor.failure()).isInstanceOf(SocketException.class).hasMessageContaining("closed");
            assertThat(server.input().read()).isEqualTo(-1);
            assertThatThrownBy(() -> stacks.left.tcp().connect(TwoStacks.RIGHT, 7)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void closeResetsWhatIsNotDeliveredInTime() throws Exception {
        try (var stacks = new TwoStacks(config -> config.closeTimeout(Duration.ofMillis(50)));
             TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            TcpSocket server = listener.accept(SOON);
            Call<Void> writer = Call.run(() -> client.write(new byte[8 << 20])).awaitBlocked();
            stacks.left.close();
            assertThat(writer.failure()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> server.input().readAllBytes()).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    /** It is in no table any more, and still holds what came before the reset. */
    @Test
    void closeDoesNotWaitForASocketThatHasFailedAndWasNeitherReadNorClosed() throws Exception {
        try (var stacks = new TwoStacks(); TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            TcpSocket server = listener.accept(SOON);
            client.write(new byte[1000]);
            assertThat(server.read(new byte[1])).isEqualTo(1);
            client.abort();
            Eventually.isTrue("the reset has come", () -> stacks.right.tcp().connectionCount() == 0);
        }
    }

    /** TIME-WAIT takes a minute, this test may not. */
    @Test
    void closeDoesNotWaitForTimeWait() throws Exception {
        try (var stacks = new TwoStacks(); var server = new Server(stacks.right.tcp().listen(7), Server.ECHO)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, server.port());
            client.shutdownOutput();
            assertThat(client.input().read()).isEqualTo(-1);
            client.close();
            assertThat(stacks.left.tcp().connectionCount()).isEqualTo(1);
        }
    }

    @Test
    void closeFromTwoThreadsReturnsToBothWhenAllIsDone() throws Exception {
        try (var stacks = new TwoStacks()) {
            stacks.left.tcp().listen(7);
            Call<Void> one = Call.run(stacks.left::close);
            Call<Void> two = Call.run(ThreadKind.PLATFORM, stacks.left::close);
            one.get();
            two.get();
            assertThat(stacks.left.link("eth0").isUp()).isFalse();
            stacks.left.close();
        }
    }

    @Test
    void closeOnAReaderThrowsAndDoesNotHang() throws Exception {
        try (var stacks = new TwoStacks()) {
            var thrown = new CompletableFuture<Throwable>();
            stacks.left.link("eth0").link().reader().execute(() -> {
                try {
                    stacks.left.close();
                    thrown.complete(null);
                } catch (Throwable t) {
                    thrown.complete(t);
                }
            });
            assertThat(thrown.get(10, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
            assertThat(stacks.left.icmp().ping(TwoStacks.RIGHT)).isPositive();
        }
    }

    @Test
    void anInterruptCutsTheDeliveryShortAndStays() throws Exception {
        try (var stacks = new TwoStacks(config -> config.closeTimeout(Duration.ofMinutes(10)));
             TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            TcpSocket server = listener.accept(SOON);
            Call<Void> writer = Call.run(() -> client.write(new byte[8 << 20])).awaitBlocked();
            Call<Void> closer = Call.run(stacks.left::close);
            writer.failure();
            closer.interrupt();
            closer.get();
            assertThat(closer.endedInterrupted()).isTrue();
            server.abort();
        }
    }

    /** Each round cuts when more has gone through; what each thread gets is an exception of the platform's and no other. */
    @Test
    void closeInTheMidstOfBusyTransfersLeavesNothingBehind() throws Exception {
        for (int round = 0; round < 8; round++) {
            List<Call<Void>> calls = new ArrayList<>();
            var echoed = new AtomicLong();
            long enough = round * 400_000L;
            try (var stacks = new TwoStacks(config -> config.closeTimeout(Duration.ofMillis(5)))) {
                TcpListener listener = stacks.right.tcp().listen(7);
                calls.add(Call.run(() -> listener.serve(NetworkStackTest::echoUntilItBreaks)));
                for (int i = 0; i < 4; i++) {
                    TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
                    calls.add(Call.run(() -> {
                        while (true) {
                            client.write(new byte[100_000]);
                        }
                    }));
                    calls.add(Call.run(() -> {
                        var target = new byte[10_000];
                        for (int n = client.read(target); n > 0; n = client.read(target)) {
                            echoed.addAndGet(n);
                        }
                        throw new SocketException("end of the stream");
                    }));
                }
                Eventually.isTrue("so much has been echoed", () -> echoed.get() > enough);
                if (round % 2 == 0) {
                    stacks.left.close();
                } else {
                    stacks.right.close();
                }
            }
            calls.getFirst().get();
            for (Call<Void> call : calls.subList(1, calls.size())) {
                assertThat(call.failure()).isInstanceOf(SocketException.class);
            }
            leaks.assertNone();
        }
    }

    private static void echoUntilItBreaks(TcpSocket socket) {
        try {
            Server.ECHO.handle(socket);
        } catch (Exception expected) {
            // the stack it runs on is being closed
        }
    }

    // ---------------------------------------------------------------- failure

    @Test
    void aLostDeviceEndsTheStackAndEveryBlockedCallHearsWhy() throws Exception {
        var cable = new Cable();
        var device = new FaultyDevice(cable.left());
        StackConfig config = StackConfig.create().name("left").link("eth0", (clock, counters) -> device,
                link -> link.address("10.0.0.1/24"));
        StackConfig peerConfig = StackConfig.create().name("right").link("eth0", (clock, counters) -> cable.right(),
                link -> link.address("10.0.0.2/24"));
        try (NetworkStack stack = NetworkStack.open(config); NetworkStack peer = NetworkStack.open(peerConfig.closeTimeout(Duration.ZERO));
             TcpListener listener = peer.tcp().listen(7)) {
            TcpSocket socket = stack.tcp().connect("10.0.0.2", 7);
            TcpSocket other = stack.tcp().connect("10.0.0.2", 7);
            listener.accept(SOON);
            Call<Integer> reader = Call.start(() -> socket.input().read()).awaitBlocked();
            Call<Void> writer = Call.run(() -> other.write(new byte[8 << 20])).awaitBlocked();
            TcpListener own = stack.tcp().listen(8);
            Call<TcpSocket> acceptor = Call.start(own::accept).awaitBlocked();
            Call<Void> serve = Call.run(() -> stack.tcp().listen(9).serve(Server.ECHO)).awaitBlocked();
            Call<TcpSocket> connect = Call.start(() -> stack.tcp().connect("10.0.0.66", 7)).awaitBlocked();
            assertThat(stack.failure()).isEmpty();

            device.lose();

            for (Call<?> call : List.of(reader, writer, acceptor, serve, connect)) {
                assertThat(call.failure()).isInstanceOf(SocketException.class).hasMessageContaining("taken the device away")
                        .hasRootCauseInstanceOf(DeviceLostException.class);
            }
            assertThat(stack.failure()).get().isInstanceOf(DeviceLostException.class);
            assertThatThrownBy(() -> stack.tcp().connect("10.0.0.2", 7)).isInstanceOf(SocketException.class)
                    .hasRootCauseInstanceOf(DeviceLostException.class);
        }
    }

    @Test
    void givesAnAddressUpThatAnotherHostUses() throws Exception {
        var cable = new Cable();
        StackConfig left = onCable(cable);
        StackConfig right = StackConfig.create().name("right").link("eth0", (clock, counters) -> cable.right(),
                link -> link.address("10.0.0.1/24"));
        try (NetworkStack one = NetworkStack.open(left); NetworkStack two = NetworkStack.open(right)) {
            Eventually.isTrue("one of the two has given it up", () -> {
                two.link("eth0").arp().setIps(two.link("eth0").addresses());
                return one.addresses().size() + two.addresses().size() < 2;
            });
        }
    }
}
