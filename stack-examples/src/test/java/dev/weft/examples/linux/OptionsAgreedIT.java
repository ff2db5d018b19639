package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel says it has agreed with Weft, and that Weft says the same. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ss"})
@Timeout(60)
class OptionsAgreedIT {

    @Test
    void timestampsSelectiveAcksAndScalingWhereTheKernelConnects() throws Exception {
        try (var peer = LinuxPeer.open(); TcpListener listener = peer.stack.tcp().listen(7);
                Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
            assertThat(kernel.isConnected()).isTrue();
            assertAgreed(peer, weft);
        }
    }

    @Test
    void timestampsSelectiveAcksAndScalingWhereWeftConnects() throws Exception {
        try (var peer = LinuxPeer.open(); ServerSocket listener = peer.listen();
                TcpSocket weft = peer.connectFromWeft(listener.getLocalPort()); Socket kernel = LinuxPeer.accept(listener)) {
            assertThat(kernel.isConnected()).isTrue();
            assertAgreed(peer, weft);
        }
    }

    @Test
    void nothingIsAgreedThatWeftDoesNotOffer() throws Exception {
        var none = TcpOptions.defaults().timestamps(false).selectiveAcks(false);
        try (var peer = LinuxPeer.open(); TcpListener listener = peer.stack.tcp().listen(7, none);
                Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
            assertThat(kernel.isConnected()).isTrue();
            assertThat(words(peer)).doesNotContain("ts", "sack");
            assertThat(weft.info().timestamps()).isFalse();
            assertThat(weft.info().selectiveAcks()).isFalse();
        }
    }

    private static void assertAgreed(LinuxPeer peer, TcpSocket weft) {
        assertThat(words(peer)).contains("ts", "sack").anyMatch(word -> word.startsWith("wscale:"));
        assertThat(weft.info().timestamps()).isTrue();
        assertThat(weft.info().selectiveAcks()).isTrue();
        assertThat(weft.info().windowScaling()).isTrue();
    }

    /** What the kernel's {@code ss} tells of the one connection there is. */
    private static String[] words(LinuxPeer peer) {
        return peer.exec("ss", "-tionH", "state", "established").strip().split("\\s+");
    }
}
