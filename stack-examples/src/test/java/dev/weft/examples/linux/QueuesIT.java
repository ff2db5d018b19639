package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.capture.CaptureDevice;
import dev.weft.examples.Pattern;
import dev.weft.runtime.LeakCheck;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A TAP or TUN of several queues with as many readers, and the kernel as the peer. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(120)
class QueuesIT {

    private static final int FLOWS = 12;
    private static final int EACH = 1_000_000;
    private static final int BULK = 20_000_000;
    /** Some that come before we have sent for their flow, and those that are of no flow. */
    private static final double STRAYS = 0.05;
    /** Less than one flow of all, and more than the first segments of each. */
    private static final double SHARE = 0.03;

    @ParameterizedTest
    @CsvSource({"2,true,false", "2,false,false", "3,true,true"})
    void carriesFlowsOfBothSidesWholeOnAllOfThem(int queues, boolean offload, boolean tun) throws Exception {
        var leaks = LeakCheck.begin("weft");
        try (LinuxPeer peer = LinuxPeer.open(tap -> (tun ? tap.tun() : tap).queues(queues).offload(offload))) {
            peer.serve(7, socket -> socket.input().transferTo(socket.output()));
            peer.serveDatagrams(7);
            List<Future<?>> ends = new ArrayList<>();
            List<AutoCloseable> open = new ArrayList<>();
            try (ServerSocket listener = peer.listen()) {
                for (int i = 0; i < FLOWS; i++) {
                    Socket called = peer.connect(7);
                    open.add(called);
                    ends.add(LinuxPeer.async(() -> {
                        Pattern.write(called.getOutputStream(), EACH);
                        called.shutdownOutput();
                        return null;
                    }));
                    ends.add(LinuxPeer.async(() -> {
                        assertThat(Hash.of(called.getInputStream())).isEqualTo(Hash.ofPattern(EACH));
                        return null;
                    }));
                    TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                    Socket kernel = LinuxPeer.accept(listener);
                    open.add(weft);
                    open.add(kernel);
                    ends.add(LinuxPeer.async(() -> {
                        Pattern.write(kernel.getOutputStream(), EACH);
                        return null;
                    }));
                    ends.add(LinuxPeer.async(() -> {
                        assertThat(Hash.of(weft.input(), EACH)).isEqualTo(Hash.ofPattern(EACH));
                        weft.close();
                        return null;
                    }));
                }
                for (int i = 0; i < FLOWS; i++) {
                    answers(peer, i);
                }
                for (Future<?> end : ends) {
                    LinuxPeer.result(end);
                }
            } finally {
                for (AutoCloseable each : open) {
                    each.close();
                }
            }
            for (int i = 0; i < queues; i++) {
                assertThat((double) peer.counter("tap.in.queue" + i)).as("frames on queue %d of %s", i, peer.stack.counters())
                        .isGreaterThan(SHARE * peer.counter("tap.in.frames"));
            }
            assertThat(peer.counter("tap.out.refused")).isZero();
            assertThat(peer.stack.icmp().ping(LinuxPeer.KERNEL)).isPositive();
            peer.assertKernelFoundNoFault();
        }
        leaks.assertNone();
    }

    private static void answers(LinuxPeer peer, int number) throws Exception {
        try (DatagramSocket socket = peer.datagrams()) {
            byte[] sent = {(byte) number};
            socket.send(new DatagramPacket(sent, 1, new InetSocketAddress(LinuxPeer.WEFT, 7)));
            var answer = new DatagramPacket(new byte[2], 2);
            socket.receive(answer);
            assertThat(answer.getLength()).isEqualTo(1);
            assertThat(answer.getData()[0]).isEqualTo((byte) number);
        }
    }

    @Test
    void keepsAFlowOnOneOfThem() throws Exception {
        try (LinuxPeer peer = LinuxPeer.open(tap -> tap.queues(2).offload(false)); ServerSocket listener = peer.listen();
                TcpSocket weft = peer.connectFromWeft(listener.getLocalPort()); Socket kernel = LinuxPeer.accept(listener)) {
            Future<?> sending = LinuxPeer.async(() -> {
                Pattern.write(kernel.getOutputStream(), BULK);
                return null;
            });
            assertThat(Hash.of(weft.input(), BULK)).isEqualTo(Hash.ofPattern(BULK));
            LinuxPeer.result(sending);
            Future<?> answering = LinuxPeer.async(() -> {
                Pattern.write(weft.output(), BULK);
                return null;
            });
            assertThat(Hash.of(kernel.getInputStream(), BULK)).isEqualTo(Hash.ofPattern(BULK));
            LinuxPeer.result(answering);
            long one = peer.counter("tap.in.queue0");
            long other = peer.counter("tap.in.queue1");
            assertThat((double) Math.min(one, other)).as("of %d and %d frames", one, other).isLessThan(STRAYS * Math.max(one, other));
        }
    }

    @Test
    void capturesAllOfThem(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("frames");
        try (LinuxPeer peer = LinuxPeer.open(tap -> tap.queues(2), device -> CaptureDevice.around(device, file))) {
            peer.serveDatagrams(7);
            for (int i = 0; i < FLOWS; i++) {
                answers(peer, i);
            }
            long frames = peer.counter("tap.in.queue0") + peer.counter("tap.in.queue1");
            assertThat(peer.counter("capture.weft0.captured")).isGreaterThanOrEqualTo(frames + FLOWS);
        }
        assertThat(Files.size(file)).isPositive();
    }
}
