package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Pattern;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Weft's TCP and the kernel's with large segments and without, on TAP and TUN and at other MTUs: the same bytes, no checksum
 * that is wrong, and with offloads a fraction of the frames.
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(120)
class OffloadIT {

    private static final long BULK = 30_000_000;

    @ParameterizedTest
    @CsvSource({"true,false,1500", "false,false,1500", "true,true,1500", "false,true,1500", "true,false,576", "false,false,576",
        "true,false,9000", "false,false,9000"})
    void carriesTheSameBytesBothWays(boolean offload, boolean tun, int mtu) throws Exception {
        try (LinuxPeer peer = LinuxPeer.open(tap -> (tun ? tap.tun() : tap).offload(offload).mtu(mtu))) {
            long segments = BULK / (mtu - 52);
            try (ServerSocket listener = peer.listen(); TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                    Socket kernel = LinuxPeer.accept(listener)) {
                Future<?> sending = LinuxPeer.async(() -> {
                    Pattern.write(kernel.getOutputStream(), BULK);
                    return null;
                });
                assertThat(Hash.of(weft.input(), BULK)).isEqualTo(Hash.ofPattern(BULK));
                LinuxPeer.result(sending);
                assertFrames(peer.counter("tap.in.frames"), segments, offload, "in");

                long acks = peer.counter("tap.out.frames");
                sending = LinuxPeer.async(() -> {
                    Pattern.write(weft.output(), BULK);
                    return null;
                });
                assertThat(Hash.of(kernel.getInputStream(), BULK)).isEqualTo(Hash.ofPattern(BULK));
                LinuxPeer.result(sending);
                assertFrames(peer.counter("tap.out.frames") - acks, segments, offload, "out");
            }
            assertThat(peer.counter("tap.in.bad_vnet_header")).isZero();
            assertThat(peer.counter("tap.out.refused")).isZero();
            assertThat(peer.kernelCounters().get("TcpInCsumErrors")).as("wrong checksums at the kernel").isZero();
            peer.assertKernelFoundNoFault();
        }
    }

    private static void assertFrames(long frames, long segments, boolean offload, String direction) {
        if (offload) {
            assertThat(frames).as("frames %s", direction).isLessThan(segments / 4);
        } else {
            assertThat(frames).as("frames %s", direction).isGreaterThanOrEqualTo(segments);
        }
    }

    @ParameterizedTest
    @CsvSource({"true,1", "true,1400", "true,20000", "false,1400", "false,20000"})
    void answersDatagrams(boolean offload, int length) throws Exception {
        try (LinuxPeer peer = LinuxPeer.open(tap -> tap.offload(offload))) {
            peer.serveDatagrams(7);
            try (DatagramSocket socket = peer.datagrams()) {
                byte[] sent = new byte[length];
                sent[length - 1] = 5;
                socket.send(new DatagramPacket(sent, length, InetAddress.ofLiteral(LinuxPeer.WEFT), 7));
                var answer = new DatagramPacket(new byte[65_536], 65_536);
                socket.receive(answer);
                assertThat(answer.getLength()).isEqualTo(length);
                assertThat(answer.getData()[length - 1]).isEqualTo((byte) 5);
            }
            peer.assertKernelFoundNoFault();
        }
    }
}
