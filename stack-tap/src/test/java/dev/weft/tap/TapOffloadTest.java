package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.device.ChecksumMark;
import dev.weft.device.DeviceLostException;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameForwarder;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.device.SegmentCutter;
import dev.weft.device.TransportPackets;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Large segments and partial checksums between the kernel and a device, without a stack in between. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class TapOffloadTest {

    private static final int LENGTH = 30_000_000;

    private final NetNamespace namespace = NetNamespace.create();
    private final NetNamespace other = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
        other.close();
    }

    /** Carries frames from one device to the other until it is stopped, and looks at them. */
    private static final class Pump implements AutoCloseable {

        final AtomicInteger large = new AtomicInteger();
        final AtomicInteger partial = new AtomicInteger();
        final AtomicLong frames = new AtomicLong();
        private final NetDevice from;
        private final NetDevice to;
        private final Thread thread = new Thread(this::run, "pump");
        private volatile boolean stopped;

        Pump(NetDevice from, NetDevice to) {
            this.from = from;
            this.to = to;
            thread.start();
        }

        private void run() {
            var batch = new FrameBatch();
            try (var forwarder = new FrameForwarder("test.pump", batch.capacity())) {
                while (!stopped) {
                    batch.begin(NanoClock.system().nanoTime());
                    int count = from.receive(batch);
                    for (int i = 0; i < count; i++) {
                        Frame frame = batch.frame(i);
                        large.addAndGet(frame.segmentSize() > 0 ? 1 : 0);
                        partial.addAndGet(frame.checksum() == ChecksumMark.PARTIAL ? 1 : 0);
                    }
                    frames.addAndGet(count);
                    forwarder.forward(batch, count, to);
                    if (count == 0) {
                        from.awaitFrames(NanoClock.FOREVER);
                    }
                }
            } catch (DeviceLostException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            stopped = true;
            from.wakeUp();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Two kernels talk TCP through two devices, each with offloads or without: the stream is whole, every checksum good. */
    @ParameterizedTest
    @CsvSource({"true,true,TAP", "true,false,TAP", "false,true,TAP", "false,false,TAP", "true,true,TUN", "true,false,TUN"})
    void carriesTcpBetweenKernels(boolean left, boolean right, String kind) throws Exception {
        var leaks = LeakCheck.begin("weft");
        Tap a = Tap.named("weft0").offload(left).host("10.9.0.1/24");
        Tap b = Tap.named("weft0").offload(right).host("10.9.0.2/24");
        boolean tun = kind.equals("TUN");
        try (var first = FrameTap.open(namespace, tun ? a.tun() : a); var second = FrameTap.open(other, tun ? b.tun() : b)) {
            assertThat(first.device.offloads().checksum()).isEqualTo(left);
            try (var there = new Pump(first.device, second.device); var back = new Pump(second.device, first.device)) {
                byte[] sent = new byte[LENGTH];
                new Random(1).nextBytes(sent);
                assertThat(Arrays.equals(transfer(sent), sent)).isTrue();
                assertThat(there.large.get() > 0).as("large segments came out of the first").isEqualTo(left);
                assertThat(there.partial.get() > 0).isEqualTo(left);
                assertThat(back.large.get()).as("ACKs are small").isZero();
                if (left) {
                    assertThat(there.frames.get()).as("many segments in each").isLessThan(LENGTH / 1460 / 4);
                }
            }
            assertThat(other.exec("sh", "-c", "awk '/^Tcp:/ {print $14}' /proc/net/snmp").text())
                    .as("segments with a wrong checksum, under their title").isEqualTo("InErrs\n0\n");
        }
        leaks.assertNone();
    }

    private byte[] transfer(byte[] bytes) throws Exception {
        try (ServerSocket listener = other.call(() -> new ServerSocket(0, 1, InetAddress.ofLiteral("10.9.0.2")));
                Socket out = namespace.call(() -> new Socket("10.9.0.2", listener.getLocalPort()));
                Socket in = listener.accept()) {
            var sending = new CompletableFuture<Void>();
            Thread.ofVirtual().start(() -> {
                try {
                    out.getOutputStream().write(bytes);
                    out.shutdownOutput();
                    sending.complete(null);
                } catch (IOException e) {
                    sending.completeExceptionally(e);
                }
            });
            byte[] received = in.getInputStream().readAllBytes();
            sending.get(20, TimeUnit.SECONDS);
            return received;
        }
    }

    @Test
    void givesDatagramsWithAChecksumThatIsToBeFinished() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").tun().offload(true).host("10.9.0.1/24"));
                var socket = namespace.call(() -> new DatagramSocket(new InetSocketAddress("10.9.0.1", 0)))) {
            byte[] text = {1, 2, 3, 4, 5};
            namespace.run(() -> socket.send(new DatagramPacket(text, 5, InetAddress.ofLiteral("10.9.0.2"), 9)));
            var batch = new FrameBatch();
            Frame frame = null;
            while (frame == null) {
                batch.begin(0);
                if (tap.device.receive(batch) == 0) {
                    tap.device.awaitFrames(NanoClock.system().nanoTime() + 1_000_000_000L);
                }
                for (int i = 0; i < batch.count(); i++) {
                    frame = batch.frame(i).length() == 33 ? batch.frame(i) : frame;
                }
            }
            assertThat(frame.checksum()).isEqualTo(ChecksumMark.PARTIAL);
            assertThat(new SegmentCutter().finish(frame.segment(), frame.offset(), frame.length(), LinkType.RAW_IP)).isTrue();

            // The answer, whose checksum the kernel finishes: ports and addresses change places, which no sum notices.
            ByteBuffer answer = frame.segment().asSlice(frame.offset(), frame.length()).asByteBuffer();
            byte[] bytes = new byte[answer.remaining()];
            answer.get(bytes);
            ByteBuffer swap = ByteBuffer.wrap(bytes);
            int source = swap.getInt(12);
            swap.putInt(12, swap.getInt(16)).putInt(16, source);
            short port = swap.getShort(20);
            swap.putShort(20, swap.getShort(22)).putShort(22, port);
            tap.send(bytes, 28);
            var got = new DatagramPacket(new byte[10], 10);
            socket.setSoTimeout(20_000);
            socket.receive(got);
            assertThat(Arrays.copyOf(got.getData(), got.getLength())).isEqualTo(text);
        }
    }

    @Test
    void cutsALargeDatagramForTheKernelIntoDatagrams() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").tun().offload(true).host("10.9.0.1/24"));
                var socket = namespace.call(() -> new DatagramSocket(new InetSocketAddress("10.9.0.1", 4000)))) {
            assumeTrue(tap.device.offloads().maxDatagramBytes() > 0, "Linux before 6.2");
            int size = 1000;
            int count = 40;
            ByteBuffer bytes = ByteBuffer.allocate(28 + size * count);
            bytes.putShort((short) 0x4500).putShort((short) bytes.capacity()).putInt(0).put((byte) 64).put((byte) 17)
                    .putShort((short) 0).put(new byte[] {10, 9, 0, 2, 10, 9, 0, 1}).putShort((short) 5000)
                    .putShort((short) 4000).putShort((short) (bytes.capacity() - 20)).putShort((short) 0);
            for (int i = 0; i < count; i++) {
                bytes.put(28 + i * size, (byte) i);
            }
            byte[] header = Arrays.copyOf(bytes.array(), 20);
            bytes.putShort(10, (short) ~TransportPackets.sum(0, header));
            byte[] pseudo = ByteBuffer.allocate(16).put(header, 12, 8).putInt(17).putInt(bytes.capacity() - 20).array();
            bytes.putShort(26, (short) TransportPackets.sum(0, pseudo));
            OutFrame frame = tap.frame(bytes.array(), 28);
            frame.mark(ChecksumMark.PARTIAL, size);
            assertThat(tap.device.transmit(frame.alone(), 0, 1)).isEqualTo(1);
            assertThat(frame.length()).as("as it was lent").isEqualTo(bytes.capacity());
            socket.setSoTimeout(20_000);
            for (int i = 0; i < count; i++) {
                var got = new DatagramPacket(new byte[2000], 2000);
                socket.receive(got);
                assertThat(got.getLength()).isEqualTo(size);
                assertThat(got.getData()[0]).isEqualTo((byte) i);
            }
            assertThat(tap.counters.value("tap.out.refused")).isZero();
        }
    }

    /** A device that stays may have been made, and used, with another choice than ours. */
    @ParameterizedTest
    @CsvSource({"'',true", "' vnet_hdr',false", "' vnet_hdr',true"})
    void takesADeviceThatWasMadeOtherwise(String made, boolean offload) throws Exception {
        namespace.ip("tuntap add dev weft0 mode tap" + made);
        FrameTap.open(namespace, Tap.named("weft0").offload(!offload)).close();
        Tap here = Tap.named("weft0").existing().offload(offload).host("10.9.0.1/24");
        try (var first = FrameTap.open(namespace, here);
                var second = FrameTap.open(other, Tap.named("weft0").offload(offload).host("10.9.0.2/24"));
                var there = new Pump(first.device, second.device); var back = new Pump(second.device, first.device)) {
            byte[] sent = new byte[1_000_000];
            new Random(2).nextBytes(sent);
            assertThat(Arrays.equals(transfer(sent), sent)).isTrue();
            assertThat(there.partial.get() > 0).isEqualTo(offload);
            assertThat(back.frames.get()).as("ACKs").isPositive();
            assertThat(first.counters.value("tap.in.bad_vnet_header")).isZero();
        }
    }

    @Test
    void refusesAFrameWhoseMarksMakeNoSense() {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").offload(true).host("10.9.0.1/24"))) {
            OutFrame arp = tap.frame(new byte[60], 60);
            arp.mark(ChecksumMark.PARTIAL, 0);
            assertThat(tap.device.transmit(arp.alone(), 0, 1)).as("taken, as a wire does").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.refused")).isEqualTo(1);
        }
    }
}
