package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ping"})
class TapTrafficTest {

    private static final int FRAMES = 10_000;
    private static final int PORT = 4242;

    private final NetNamespace namespace = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void answersThePingOfTheKernelThroughATap() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"))) {
            var ping = namespace.execLater("ping", "-c", "1", "-W", "20", "10.9.0.2");
            tap.send(tap.await(Packets::arpReply));
            tap.send(tap.await(frame -> Packets.echoReply(frame, 14)));
            var output = ping.get(30, TimeUnit.SECONDS);
            assertThat(output.exitStatus()).as(output.text()).isZero();
        }
    }

    @Test
    void answersThePingOfTheKernelThroughATun() throws Exception {
        try (var tun = FrameTap.open(namespace, Tap.named("weft0").tun().host("10.9.0.1/24"))) {
            assertThat(tun.device.linkType()).isEqualTo(LinkType.RAW_IP);
            var ping = namespace.execLater("ping", "-c", "1", "-W", "20", "10.9.0.2");
            tun.send(tun.await(frame -> Packets.echoReply(frame, 0)));
            var output = ping.get(30, TimeUnit.SECONDS);
            assertThat(output.exitStatus()).as(output.text()).isZero();
        }
    }

    @Test
    void gathersHeadAndPiecesIntoOneFrame() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"))) {
            // ping checks every byte of the payload that comes back
            var ping = namespace.execLater("ping", "-c", "1", "-W", "20", "-s", "1400", "10.9.0.2");
            tap.send(tap.await(Packets::arpReply));
            tap.send(tap.await(frame -> Packets.echoReply(frame, 14)), 42);
            var output = ping.get(30, TimeUnit.SECONDS);
            assertThat(output.exitStatus()).as(output.text()).isZero();
            assertThat(output.text()).doesNotContain("wrong data");
        }
    }

    @Test
    void receivesEachOfTenThousandFramesOnceAndInOrder() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"));
                var socket = namespace.call(() -> new DatagramSocket())) {
            namespace.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev weft0 nud permanent");
            // What a TAP's queue has no room for is dropped, so the sender is held back to less.
            var room = new Semaphore(500);
            Future<?> sender = sendNumbers(socket, room);
            for (int number = 0; number < FRAMES; number++) {
                int expected = number;
                int got = tap.await(frame -> Packets.udpPort(frame) == PORT ? ByteBuffer.wrap(frame).getInt(42) : null);
                assertThat(got).isEqualTo(expected);
                room.release();
            }
            sender.get(20, TimeUnit.SECONDS);
            assertThat(tap.counters.value("tap.in.frames")).isEqualTo(namespace.statistic("weft0", "tx", "packets"));
            assertThat(tap.counters.value("tap.in.too_long")).isZero();
        }
    }

    private static Future<?> sendNumbers(DatagramSocket socket, Semaphore room) {
        var done = new CompletableFuture<Void>();
        Thread.ofVirtual().start(() -> {
            try {
                for (int number = 0; number < FRAMES; number++) {
                    room.acquire();
                    byte[] payload = ByteBuffer.allocate(100).putInt(number).array();
                    socket.send(new DatagramPacket(payload, payload.length, InetAddress.ofLiteral("10.9.0.2"), PORT));
                }
                done.complete(null);
            } catch (IOException | InterruptedException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    @Test
    void writesEachOfTenThousandFramesThatSeveralThreadsSend() throws Exception {
        int threads = 4;
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").up())) {
            var frames = new OutFrame[threads][];
            for (int i = 0; i < threads; i++) {
                // different places where the head ends, so that a mix-up of vectors would be refused as too short
                frames[i] = new OutFrame[] {tap.frame(new byte[600], 14 + i), tap.frame(new byte[60], 60)};
            }
            try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
                var taken = new ArrayList<Future<Integer>>();
                for (int i = 0; i < threads; i++) {
                    OutFrame[] mine = frames[i];
                    taken.add(senders.submit(() -> {
                        int sum = 0;
                        for (int n = 0; n < FRAMES / threads / 2; n++) {
                            sum += tap.device.transmit(mine, 0, 2);
                        }
                        return sum;
                    }));
                }
                for (var future : taken) {
                    assertThat(future.get(20, TimeUnit.SECONDS)).isEqualTo(FRAMES / threads);
                }
            }
            assertThat(tap.counters.value("tap.out.frames")).isEqualTo(FRAMES);
            assertThat(namespace.statistic("weft0", "rx", "packets")).isEqualTo(FRAMES);
            assertThat(namespace.statistic("weft0", "rx", "bytes")).isEqualTo(FRAMES / 2 * 660L);
        }
    }

    @Test
    void dropsAndCountsAFrameThatIsLongerThanTheMtuItOpenedWith() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").host("10.9.0.1/24"))) {
            namespace.ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev weft0 nud permanent");
            namespace.ip("link set weft0 mtu 9000");
            var ping = namespace.execLater("ping", "-c", "1", "-W", "1", "-s", "4000", "10.9.0.2");
            tap.readUntil(() -> tap.counters.value("tap.in.too_long") == 1);
            assertThat(tap.counters.value("tap.in.frames")).isZero();
            ping.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void countsAFrameThatTheKernelRefuses() {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").up())) {
            assertThat(tap.send(new byte[13])).as("taken").isEqualTo(1);
            assertThat(tap.send(new byte[14])).as("taken").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.refused")).isEqualTo(1);
            assertThat(tap.counters.value("tap.out.frames")).isEqualTo(1);
        }
    }
}
