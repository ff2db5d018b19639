package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.link.ReaderMode;
import dev.weft.tap.Tap;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader that looks for frames again and again before it waits in the kernel: what goes over it, and its end. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(60)
class BusyPollIT {

    private static final int ROUNDS = 2000;

    @ParameterizedTest
    @EnumSource
    void answersTheKernelAndEnds(ReaderMode mode) throws Exception {
        try (LinuxPeer peer = LinuxPeer.open(tap -> tap.busyPoll(Tap.LONGEST_BUSY_POLL), device -> device, config -> config,
                link -> link.reader(mode))) {
            peer.serve(7, socket -> socket.input().transferTo(socket.output()));
            peer.serveDatagrams(7);
            try (Socket socket = peer.connect(7); DatagramSocket datagrams = peer.datagrams()) {
                socket.setTcpNoDelay(true);
                for (int i = 0; i < ROUNDS; i++) {
                    socket.getOutputStream().write(i);
                    assertThat(socket.getInputStream().read()).isEqualTo(i & 0xff);
                }
                // Takes longer than it looks: it waits, and is woken by what comes next.
                assertThatThrownBy(() -> peer.stack.icmp().ping("10.9.0.77")).isInstanceOf(IOException.class);
                datagrams.send(new DatagramPacket(new byte[] {1, 2}, 2, new InetSocketAddress(LinuxPeer.WEFT, 7)));
                datagrams.receive(new DatagramPacket(new byte[2], 2));
                socket.shutdownOutput();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            peer.assertKernelFoundNoFault();
        }
    }
}
