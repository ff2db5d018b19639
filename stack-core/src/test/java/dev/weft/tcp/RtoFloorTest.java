package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** RFC 6298 §2.4: the least that the retransmission time-out adds to the round trip, which is next to nothing here. */
class RtoFloorTest {

    private static final int PORT = 80;
    private static final IpAddress CLIENT = Ipv4Address.of("192.0.2.7");

    /** A connection with a peer that never acknowledges, and one segment on its way to it. */
    private static TcpSocket sending(TcpBench bench, TcpOptions options) throws IOException {
        TcpListener listener = bench.tcp.listen(PORT, options);
        bench.deliver(CLIENT, 4000, PORT, syn -> {
            syn.flags = TcpFlags.SYN;
            syn.seq = 100;
        });
        int iss = bench.next().segment().seq;
        bench.deliver(CLIENT, 4000, PORT, in -> {
            in.flags = TcpFlags.ACK;
            in.seq = 101;
            in.ack = iss + 1;
        });
        TcpSocket socket = listener.accept();
        socket.write(new byte[] {1});
        assertThat(bench.next().text()).hasSize(1);
        return socket;
    }

    private static void repeatsAfter(int millis, TcpSettings settings, TcpOptions options) throws IOException {
        try (var bench = new TcpBench(settings)) {
            sending(bench, options);
            bench.waits(Duration.ofMillis(millis).minusNanos(1));
            assertThat(bench.sent).as("%d ms are not over", millis).isEmpty();
            bench.waits(Duration.ofMillis(1));
            assertThat(bench.next().text()).hasSize(1);
        }
    }

    @Test
    void isTwoHundredMilliseconds() throws IOException {
        repeatsAfter(200, TcpSettings.defaults(), TcpOptions.defaults());
    }

    @Test
    void isTheStacksUnlessTheSocketHasItsOwn() throws IOException {
        TcpSettings five = TcpSettings.defaults().rtoFloor(Duration.ofMillis(5));
        repeatsAfter(5, five, TcpOptions.defaults());
        repeatsAfter(700, five, TcpOptions.defaults().rtoFloor(Duration.ofMillis(700)));
        repeatsAfter(5, five.ecn(TcpEcn.OFF).orphans(1), TcpOptions.defaults().noDelay(true).userTimeout(Duration.ofHours(1)));
    }

    /** RFC 9293 §3.8.3: R2 should be at least 100 s, however low the floor. */
    @Test
    void doesNotEndTheConnectionSooner() throws IOException {
        try (var bench = new TcpBench(TcpSettings.defaults().rtoFloor(Duration.ofMillis(1)))) {
            TcpSocket socket = sending(bench, TcpOptions.defaults());
            bench.waits(Duration.ofSeconds(900));
            assertThat(socket.info().state()).isEqualTo("ESTABLISHED");
            bench.waits(Duration.ofSeconds(200));
            assertThat(socket.info().state()).isEqualTo("CLOSED");
        }
    }

    @Test
    void isAMillisecondToTwoMinutes() {
        takes(floor -> TcpSettings.defaults().rtoFloor(floor), "TcpSettings.rtoFloor");
        takes(floor -> TcpOptions.defaults().rtoFloor(floor), "TcpPatience.rtoFloor");
        assertThat(TcpSettings.defaults().rtoFloor()).isEqualTo(Duration.ofMillis(200));
        assertThat(TcpOptions.defaults().patience().rtoFloor()).isNull();
    }

    private static void takes(Function<Duration, Object> with, String name) {
        assertThatCode(() -> with.apply(Duration.ofMillis(1))).doesNotThrowAnyException();
        assertThatCode(() -> with.apply(Duration.ofSeconds(120))).doesNotThrowAnyException();
        assertThatThrownBy(() -> with.apply(Duration.ofNanos(999_999))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> with.apply(Duration.ofSeconds(120).plusNanos(1))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
