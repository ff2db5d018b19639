package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Pattern;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bytes between Weft's TCP and the kernel's, in bulk and over many connections; on a clean link nothing is lost, in no
 * mode of the device.
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(120)
@ParameterizedClass(name = "{0}")
@EnumSource(DeviceMode.class)
class TcpTransferIT {

    private static final int THOUSAND = 1000;
    private static final int EACH = 64 * 1024;
    private static final int FIFTY_MEGABYTES = 50_000_000;
    /** Of the 35,000 segments that this is at an MTU of 1500. */
    private static final long FEW = 100;

    private final DeviceMode mode;
    private final LinuxPeer peer;
    private final int bulk;

    TcpTransferIT(DeviceMode mode) {
        this.mode = mode;
        peer = LinuxPeer.open(mode);
        bulk = mode.share(FIFTY_MEGABYTES);
    }

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void echoesToTheKernelOverManyConnectionsAtOnce() throws Exception {
        int connections = mode.share(THOUSAND);
        peer.serve(7, socket -> socket.input().transferTo(socket.output()));
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                sockets.add(peer.connect(7));
            }
            assertThat(peer.established(7)).isEqualTo(connections);
            Eventually.isTrue("Weft has them all", () -> peer.counter("tcp.established") == connections);
            assertThat(peer.stack.tcp().connectionCount()).isEqualTo(connections);

            List<Future<Hash>> echoes = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Socket socket = sockets.get(i);
                byte[] sent = bytesOf(i);
                LinuxPeer.async(() -> {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                    return null;
                });
                echoes.add(LinuxPeer.async(() -> Hash.of(socket.getInputStream())));
            }
            for (int i = 0; i < connections; i++) {
                assertThat(LinuxPeer.result(echoes.get(i))).as("connection %d", i)
                        .isEqualTo(Hash.of(new ByteArrayInputStream(bytesOf(i))));
            }
            Eventually.isTrue("both ends are done with them", () -> peer.established(7) == 0);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** Bytes that no other connection has. */
    private static byte[] bytesOf(int connection) {
        byte[] bytes = new byte[EACH];
        new Random(connection).nextBytes(bytes);
        return bytes;
    }

    @Test
    void receivesFromTheKernel() throws Exception {
        receive(peer);
        assertThat(peer.counter("tcp.receive_buffer_grown")).as("the window went as far as it may").isPositive();
        assertNothingWasLost(peer);
    }

    /** The queue that a TAP has where its length may not be changed. */
    @Test
    void receivesThroughAShortQueue() throws Exception {
        try (LinuxPeer narrow = LinuxPeer.open(tap -> mode.apply(tap).queueFrames(1000))) {
            receive(narrow);
            assertNothingWasLost(narrow);
        }
    }

    private void receive(LinuxPeer peer) throws Exception {
        try (ServerSocket listener = peer.listen(); TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                Socket kernel = LinuxPeer.accept(listener)) {
            Future<?> sending = send(kernel.getOutputStream(), bulk);
            assertThat(Hash.of(weft.input(), bulk)).isEqualTo(Hash.ofPattern(bulk));
            LinuxPeer.result(sending);
        }
    }

    /** D3: where nobody waits, what came in large segments is read from the memory that it was received in. */
    @Test
    void readsLongTextsWhereTheyCame() throws Exception {
        int first = 2_000_000;
        int second = 200_000;
        try (ServerSocket listener = peer.listen(); TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                Socket kernel = LinuxPeer.accept(listener)) {
            // So that the kernel's window is open, and large segments leave.
            Future<?> sending = send(kernel.getOutputStream(), first);
            assertThat(Hash.of(weft.input(), first)).isEqualTo(Hash.ofPattern(first));
            LinuxPeer.result(sending);
            long before = peer.counter("tcp.kept_in_frame");
            LinuxPeer.result(send(kernel.getOutputStream(), second));
            Eventually.isTrue("all of it has come", () -> available(weft) == second);
            assertThat(peer.counter("tcp.kept_in_frame") > before).isEqualTo(mode.offload());
            assertThat(Hash.of(weft.input(), second)).isEqualTo(Hash.ofPattern(second));
        }
    }

    private static int available(TcpSocket socket) {
        try {
            return socket.input().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void sendsToTheKernel() throws Exception {
        try (ServerSocket listener = peer.listen(); TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                Socket kernel = LinuxPeer.accept(listener)) {
            Future<?> sending = send(weft.output(), bulk);
            assertThat(Hash.of(kernel.getInputStream(), bulk)).isEqualTo(Hash.ofPattern(bulk));
            LinuxPeer.result(sending);
        }
        assertNothingWasLost(peer);
    }

    @Test
    void sendsAndReceivesOnOneConnectionAtOnce() throws Exception {
        try (ServerSocket listener = peer.listen(); TcpSocket weft = peer.connectFromWeft(listener.getLocalPort());
                Socket kernel = LinuxPeer.accept(listener)) {
            Future<?> fromWeft = send(weft.output(), bulk);
            Future<?> fromKernel = send(kernel.getOutputStream(), bulk);
            InputStream kernelInput = kernel.getInputStream();
            Future<Hash> atKernel = LinuxPeer.async(() -> Hash.of(kernelInput, bulk));
            assertThat(Hash.of(weft.input(), bulk)).isEqualTo(Hash.ofPattern(bulk));
            assertThat(LinuxPeer.result(atKernel)).isEqualTo(Hash.ofPattern(bulk));
            LinuxPeer.result(fromWeft);
            LinuxPeer.result(fromKernel);
        }
        assertNothingWasLost(peer);
    }

    private static Future<Void> send(OutputStream out, long length) {
        return LinuxPeer.async(() -> {
            Pattern.write(out, length);
            return null;
        });
    }

    /**
     * No segment was lost, as a hole in either's sequence space would show: the TAP's queue holds more than the windows let
     * out, however far they grow. Nearly none was sent twice; but either end takes for lost what is not answered within
     * 200 ms, and the kernel's tail loss probes are quicker still, so that a busy machine that does not let Weft run causes
     * some.
     */
    private static void assertNothingWasLost(LinuxPeer peer) {
        assertThat(peer.counter("tcp.out_of_order")).as("segments that came to Weft behind a hole").isZero();
        assertThat(peer.kernelCounters().get("TcpExtTCPOFOQueue")).as("segments that came to the kernel behind a hole").isZero();
        assertThat(peer.counter("tcp.fast_retransmit")).as("losses that Weft saw").isZero();
        assertThat(peer.counter("tcp.retransmitted")).as("segments that Weft sent again").isLessThan(FEW);
        assertThat(peer.kernelCounters().get("TcpRetransSegs")).as("segments that the kernel sent again").isLessThan(FEW);
    }
}
