package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSocketEvent;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Urgent data to and from the kernel (RFC 9293 §3.8.5): both mean the same octet by a pointer. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(60)
class UrgentIT {

    private final LinuxPeer peer = LinuxPeer.open();
    private final List<TcpSocketEvent> events = new CopyOnWriteArrayList<>();
    private Socket kernel;
    private TcpSocket weft;

    @BeforeEach
    void connect() throws Exception {
        var options = TcpOptions.defaults().readTimeout(LinuxPeer.PATIENCE).events(events::add);
        try (TcpListener listener = peer.stack.tcp().listen(7, options)) {
            kernel = peer.connect(7);
            weft = listener.accept(LinuxPeer.PATIENCE);
        }
    }

    @AfterEach
    void leave() throws Exception {
        try (peer; Socket open = kernel) {
            assertThat(open.isConnected()).isTrue();
            weft.abort();
            peer.assertKernelFoundNoFault();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    @Test
    void theKernelLeavesTheOctetInLineThatWeftCallsUrgent() throws Exception {
        kernel.setOOBInline(true);
        weft.write(bytes("before"));
        weft.sendUrgentData('!');
        weft.write(bytes("after"));
        weft.shutdownOutput();
        assertThat(new String(kernel.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("before!after");
    }

    @Test
    void theKernelTakesTheOctetOutThatWeftCallsUrgent() throws Exception {
        kernel.setOOBInline(false);
        weft.write(bytes("before"));
        weft.sendUrgentData('!');
        weft.write(bytes("after"));
        weft.shutdownOutput();
        assertThat(new String(kernel.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("beforeafter");
    }

    @Test
    void weftHearsOfTheKernelsUrgentDataAndReadsItInLine() throws Exception {
        kernel.getOutputStream().write(bytes("before"));
        kernel.sendUrgentData('!');
        kernel.getOutputStream().write(bytes("after"));
        kernel.shutdownOutput();
        Eventually.isTrue("Weft is told", () -> events.stream().anyMatch(TcpSocketEvent.UrgentReceived.class::isInstance));
        assertThat(weft.urgentRemaining()).isEqualTo("before!".length());
        assertThat(weft.input().readNBytes(6)).isEqualTo(bytes("before"));
        assertThat(weft.urgentRemaining()).isEqualTo(1);
        assertThat(new String(weft.input().readAllBytes(), US_ASCII)).isEqualTo("!after");
        assertThat(weft.urgentRemaining()).isZero();
    }

    @Test
    void weftTakesTheKernelsUrgentOctetOut() throws Exception {
        weft.urgentInLine(false);
        kernel.getOutputStream().write(bytes("before"));
        kernel.sendUrgentData('!');
        kernel.getOutputStream().write(bytes("after"));
        kernel.shutdownOutput();
        assertThat(new String(weft.input().readAllBytes(), US_ASCII)).isEqualTo("beforeafter");
    }
}
