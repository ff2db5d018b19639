package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.memory.Bottleneck;
import dev.weft.device.memory.ImpairedDevice;
import dev.weft.device.memory.Impairment;
import dev.weft.examples.Pattern;
import dev.weft.tcp.TcpEcn;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Explicit congestion notification (RFC 3168) with the kernel: who asks, who agrees, and what both make of marks. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ss"})
@Timeout(120)
class EcnIT {

    private static final int BULK = 3_000_000;
    private static final TcpOptions OPTIONS = TcpOptions.defaults().connectTimeout(LinuxPeer.PATIENCE)
            .readTimeout(LinuxPeer.PATIENCE);

    /** What the kernel does: 0 nothing, 1 asks and agrees, 2 agrees. */
    private static void kernel(LinuxPeer peer, int ecn) {
        peer.exec("sh", "-c", "echo " + ecn + " > /proc/sys/net/ipv4/tcp_ecn");
    }

    private static boolean kernelUsesIt(LinuxPeer peer) {
        return peer.exec("ss", "-tion").contains(" ecn ");
    }

    @Test
    void agreesWhenTheKernelAsks() throws Exception {
        try (var peer = LinuxPeer.open()) {
            kernel(peer, 1);
            TcpListener listener = peer.stack.tcp().listen(7, OPTIONS);
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                assertThat(weft.info().ecn()).isTrue();
                assertThat(kernelUsesIt(peer)).isTrue();
                transferBothWays(kernel, weft);
            }
            assertThat(peer.kernelCounters().get("IpExtInECT0Pkts")).as("new data of Weft's").isPositive();
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void doesNotAgreeWhenItIsOff() throws Exception {
        try (var peer = LinuxPeer.open()) {
            kernel(peer, 1);
            TcpListener listener = peer.stack.tcp().listen(7, OPTIONS.ecn(TcpEcn.OFF));
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                assertThat(weft.info().ecn()).isFalse();
                assertThat(kernelUsesIt(peer)).isFalse();
                transferBothWays(kernel, weft);
            }
            assertThat(peer.kernelCounters().get("IpExtInECT0Pkts")).isZero();
        }
    }

    @Test
    void asksAndTheKernelAgrees() throws Exception {
        try (var peer = LinuxPeer.open(); ServerSocket listener = peer.listen()) {
            kernel(peer, 2);
            try (TcpSocket weft = connect(peer, listener, TcpEcn.REQUEST); Socket kernel = LinuxPeer.accept(listener)) {
                assertThat(weft.info().ecn()).isTrue();
                assertThat(kernelUsesIt(peer)).isTrue();
                transferBothWays(kernel, weft);
            }
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void asksAndTheKernelDoesNotAgree() throws Exception {
        try (var peer = LinuxPeer.open(); ServerSocket listener = peer.listen()) {
            kernel(peer, 0);
            try (TcpSocket weft = connect(peer, listener, TcpEcn.REQUEST); Socket kernel = LinuxPeer.accept(listener)) {
                assertThat(weft.info().ecn()).isFalse();
                transferBothWays(kernel, weft);
            }
            assertThat(peer.kernelCounters().get("IpExtInECT0Pkts")).isZero();
        }
    }

    /** A queue in front of 20 Mbit/s, long enough for what slow start makes of it, that marks from 30 kB on. */
    private static Impairment marking() {
        return Impairment.NONE.bottleneck(Bottleneck.of(20_000_000).queueBytes(4 << 20).markAbove(30_000))
                .delay(Duration.ofMillis(5), Duration.ZERO);
    }

    @Test
    void slowsDownForMarksThatTheKernelEchoes() throws Exception {
        try (var peer = LinuxPeer.open(tap -> tap, tap -> ImpairedDevice.around(tap, Impairment.NONE, marking(), 1));
                ServerSocket listener = peer.listen()) {
            try (TcpSocket weft = connect(peer, listener, TcpEcn.REQUEST); Socket kernel = LinuxPeer.accept(listener)) {
                var read = LinuxPeer.async(() -> Hash.of(kernel.getInputStream()));
                Pattern.write(weft.output(), BULK);
                weft.shutdownOutput();
                assertThat(LinuxPeer.result(read)).isEqualTo(Hash.ofPattern(BULK));
                assertThat(weft.info().ssthresh()).as("the marks ended slow start").isLessThan(Integer.MAX_VALUE);
            }
            assertThat(peer.kernelCounters().get("IpExtInCEPkts")).isPositive();
            assertThat(peer.counter("tcp.congestion_echoed")).isPositive();
        }
    }

    @Test
    void echoesMarksForWhichTheKernelSlowsDown() throws Exception {
        try (var peer = LinuxPeer.open(tap -> tap, tap -> ImpairedDevice.around(tap, marking(), Impairment.NONE, 1))) {
            kernel(peer, 1);
            TcpListener listener = peer.stack.tcp().listen(7, OPTIONS);
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                var read = LinuxPeer.async(() -> Hash.of(weft.input()));
                Pattern.write(kernel.getOutputStream(), BULK);
                kernel.shutdownOutput();
                assertThat(LinuxPeer.result(read)).isEqualTo(Hash.ofPattern(BULK));
                assertThat(peer.exec("ss", "-tion")).contains("ssthresh:");
            }
            assertThat(peer.counter("tcp.congestion_experienced")).isPositive();
            assertThat(peer.kernelCounters().get("TcpExtTCPDeliveredCE")).as("ACKs with ECE, in segments").isPositive();
        }
    }

    private static TcpSocket connect(LinuxPeer peer, ServerSocket listener, TcpEcn ecn) throws IOException {
        return peer.stack.tcp().connect(LinuxPeer.KERNEL, listener.getLocalPort(), OPTIONS.ecn(ecn));
    }

    private static void transferBothWays(Socket kernel, TcpSocket weft) throws Exception {
        var there = LinuxPeer.async(() -> Hash.of(weft.input()));
        var back = LinuxPeer.async(() -> Hash.of(kernel.getInputStream()));
        Pattern.write(weft.output(), BULK);
        weft.shutdownOutput();
        Pattern.write(kernel.getOutputStream(), BULK);
        kernel.shutdownOutput();
        assertThat(LinuxPeer.result(there)).isEqualTo(Hash.ofPattern(BULK));
        assertThat(LinuxPeer.result(back)).isEqualTo(Hash.ofPattern(BULK));
    }
}
