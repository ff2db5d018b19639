package dev.weft.udp;

import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static dev.weft.udp.UdpFixture.HELLO;
import static dev.weft.udp.UdpFixture.at;
import static dev.weft.udp.UdpFixture.get;
import static dev.weft.udp.UdpFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.runtime.LiveThreads;
import dev.weft.testing.Eventually;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What close, an interrupt and the end of the stack do to a socket and to who waits on it. */
class UdpEndingTest {

    private final UdpFixture fixture = new UdpFixture();
    private final FakeIp ip = fixture.ip;
    private final Udp udp = fixture.udp;

    @AfterEach
    void leaveNothingBehind() {
        fixture.close();
    }

    @Test
    void closingWakesAllWhoWait() throws Exception {
        UdpSocket socket = udp.bind(7);
        List<CompletableFuture<Datagram>> receiving = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            receiving.add(start(socket::receive));
        }
        Eventually.isTrue("all five wait", () -> LiveThreads.named("udp-user").size() == 5);
        socket.close();
        for (var each : receiving) {
            assertThatThrownBy(() -> get(each)).isInstanceOf(SocketException.class).hasMessage("Socket closed");
        }
        assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.send(Datagram.to(at(PEER, 9), HELLO)));
        assertThatExceptionOfType(SocketException.class).isThrownBy(socket::poll);
        socket.close();
    }

    @Test
    void aClosedSocketHoldsNoMemory() throws IOException {
        UdpSocket socket = udp.bind(7);
        ip.deliver(PEER, 5000, OWN, 7, new byte[60_000]);
        fixture.hello(7);
        assertThat(fixture.udp.waitingChunks()).isEqualTo(119);
        socket.close();
        assertThat(fixture.udp.waitingChunks()).isZero();
    }

    @Test
    void anInterruptClosesTheSocketAndStaysSet() throws Exception {
        UdpSocket socket = udp.bind(7);
        var status = new CompletableFuture<Boolean>();
        var receiving = new FutureTask<>(() -> {
            try {
                return socket.receive();
            } finally {
                status.complete(Thread.currentThread().isInterrupted());
            }
        });
        Thread thread = Thread.ofVirtual().name("udp-user").start(receiving);
        thread.interrupt();
        assertThatThrownBy(() -> receiving.get(UdpFixture.PATIENCE, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SocketException.class).hasMessageContaining("Closed by interrupt");
        assertThat(get(status)).isTrue();
        assertThat(socket.isClosed()).isTrue();
        udp.bind(7).close();
    }

    @Test
    void theEndOfTheStackIsThrownWithItsCause() throws Exception {
        UdpSocket socket = udp.bind(7);
        CompletableFuture<Datagram> receiving = start(socket::receive);
        var cause = new IOException("the device is gone");
        udp.shutdown(cause);
        assertThatThrownBy(() -> get(receiving)).isInstanceOf(SocketException.class).hasCause(cause)
                .hasMessageContaining("the device is gone");
        assertThatExceptionOfType(SocketException.class).isThrownBy(() -> udp.bind(8)).withCause(cause);
    }

    @Test
    void optionsAreCheckedAndCopied() {
        assertThatIllegalArgumentException().isThrownBy(() -> UdpOptions.defaults().receiveBuffer(100));
        assertThatIllegalArgumentException().isThrownBy(() -> UdpOptions.defaults().hopLimit(256));
        assertThatIllegalArgumentException().isThrownBy(() -> UdpOptions.defaults().receiveTimeout(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new UdpSettings(1, 1));
        assertThat(UdpOptions.defaults().broadcast(true).reuseAddress(true).trafficClass(4))
                .isEqualTo(new UdpOptions(Duration.ZERO, 208 << 10, true, true, 0, 4, false));
    }
}
