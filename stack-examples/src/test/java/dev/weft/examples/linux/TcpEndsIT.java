package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.examples.Pattern;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How connections with the kernel begin in vain and how they end: both ways round for each way, in each
 * mode of the device.
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(60)
@ParameterizedClass(name = "{0}")
@EnumSource(DeviceMode.class)
class TcpEndsIT {

    private static final int CLOSED_PORT = 4;
    private static final int BULK = 3_000_000;

    private final LinuxPeer peer;
    private TcpListener listener;

    TcpEndsIT(DeviceMode mode) {
        peer = LinuxPeer.open(mode);
    }

    @BeforeEach
    void listen() throws IOException {
        listener = peer.stack.tcp().listen(7, TcpOptions.defaults().readTimeout(LinuxPeer.PATIENCE));
    }

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    /** A connection that the kernel opened. */
    private record Pair(Socket kernel, TcpSocket weft) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            try (kernel) {
                weft.abort();
            }
        }
    }

    private Pair connect() throws IOException {
        return new Pair(peer.connect(7), listener.accept(LinuxPeer.PATIENCE));
    }

    @Test
    void theKernelsConnectIsRefusedWhereNobodyListens() {
        assertThatThrownBy(() -> peer.connect(CLOSED_PORT)).isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused");
    }

    @Test
    void weftsConnectIsRefusedWhereNobodyListens() {
        assertThatThrownBy(() -> peer.connectFromWeft(CLOSED_PORT)).isInstanceOf(ConnectException.class)
                .hasMessageContaining("Connection refused");
    }

    @Test
    void weftAnswersAfterTheKernelHasShutDownItsOutput() throws Exception {
        try (Pair pair = connect()) {
            Pattern.write(pair.kernel.getOutputStream(), 1000);
            pair.kernel.shutdownOutput();
            assertThat(Hash.of(pair.weft.input())).isEqualTo(Hash.ofPattern(1000));

            var reply = LinuxPeer.async(() -> Hash.of(pair.kernel.getInputStream()));
            Pattern.write(pair.weft.output(), BULK);
            pair.weft.close();
            assertThat(LinuxPeer.result(reply)).isEqualTo(Hash.ofPattern(BULK));
        }
    }

    @Test
    void theKernelAnswersAfterWeftHasShutDownItsOutput() throws Exception {
        try (Pair pair = connect()) {
            Pattern.write(pair.weft.output(), 1000);
            pair.weft.shutdownOutput();
            assertThat(Hash.of(pair.kernel.getInputStream())).isEqualTo(Hash.ofPattern(1000));

            var reply = LinuxPeer.async(() -> Hash.of(pair.weft.input()));
            Pattern.write(pair.kernel.getOutputStream(), BULK);
            pair.kernel.close();
            assertThat(LinuxPeer.result(reply)).isEqualTo(Hash.ofPattern(BULK));
        }
    }

    @Test
    void aResetOfTheKernelEndsReadingAndWriting() throws Exception {
        try (Pair pair = connect()) {
            var reading = LinuxPeer.async(() -> {
                assertReset(() -> pair.weft.input().readAllBytes());
                return null;
            });
            LinuxPeer.reset(pair.kernel);
            LinuxPeer.result(reading);
            assertReset(() -> pair.weft.write(new byte[1]));
        }
        Eventually.isTrue("the connection is gone", () -> peer.stack.tcp().connectionCount() == 0);
    }

    @Test
    void aResetOfWeftEndsReadingAndWritingInTheKernel() throws Exception {
        try (Pair pair = connect()) {
            pair.weft.abort();
            assertReset(() -> pair.kernel.getInputStream().read());
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> pair.kernel.getOutputStream().write(1));
        }
    }

    /** RFC 9293 §3.6.1 and RFC 2525 §2.17: whoever closes with data unread says by a RST that it was lost. */
    @Test
    void weftIsResetWhenTheKernelClosesWithDataUnread() throws Exception {
        try (Pair pair = connect()) {
            pair.weft.write("nobody reads this".getBytes(US_ASCII));
            Eventually.isTrue("the data is there", () -> available(pair.kernel) > 0);
            pair.kernel.close(); // the JDK shuts its output down first: a FIN, which stays the end of the input, then the RST
            assertReset(() -> {
                while (true) {
                    pair.weft.write(new byte[1000]);
                }
            });
        }
    }

    @Test
    void theKernelIsResetWhenWeftClosesWithDataUnread() throws Exception {
        try (Pair pair = connect()) {
            pair.kernel.getOutputStream().write("nobody reads this".getBytes(US_ASCII));
            assertThat(pair.weft.input().read()).isEqualTo('n');
            pair.weft.close();
            assertReset(() -> pair.kernel.getInputStream().read());
        }
    }

    @Test
    void weftTellsAKernelThatWritesOnAfterTheClose() throws Exception {
        try (Pair pair = connect()) {
            pair.weft.close();
            assertThat(pair.kernel.getInputStream().read()).as("Weft's FIN").isEqualTo(-1);
            assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
                while (true) {
                    pair.kernel.getOutputStream().write(new byte[1000]);
                }
            });
        }
    }

    @Test
    void weftServesOnePortAgainAndAgain() throws Exception {
        for (int round = 0; round < 200; round++) {
            try (Pair pair = connect()) {
                pair.weft.write(new byte[] {(byte) round});
                pair.weft.close();
                assertThat(pair.kernel.getInputStream().readAllBytes()).containsExactly(round);
            }
        }
    }

    @Test
    void aListenerOfTheKernelIsConnectedToAgainAndAgain() throws Exception {
        try (ServerSocket kernel = peer.listen()) {
            for (int round = 0; round < 200; round++) {
                try (TcpSocket weft = peer.connectFromWeft(kernel.getLocalPort()); Socket accepted = LinuxPeer.accept(kernel)) {
                    weft.write(new byte[] {(byte) round});
                    weft.shutdownOutput();
                    assertThat(accepted.getInputStream().readAllBytes()).containsExactly(round);
                }
            }
        }
    }

    private static int available(Socket socket) {
        try {
            return socket.getInputStream().available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    private static void assertReset(Call call) {
        assertThatThrownBy(call::run).isInstanceOf(SocketException.class).hasMessageContaining("Connection reset");
    }
}
