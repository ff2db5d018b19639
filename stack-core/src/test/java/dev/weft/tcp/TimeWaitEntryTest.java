package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.6.1, TIME-WAIT, when nothing but that is left of the connection. */
class TimeWaitEntryTest {

    private static final IpAddress CLIENT = Ipv4Address.of("10.0.0.2");
    private static final int CLIENT_PORT = 40_000;
    private static final int PORT = 80;
    private static final int CLIENT_ISS = 1000;

    private final TcpBench bench = new TcpBench(TcpSettings.defaults().timeWaits(2));
    private TcpListener listener;
    /** SND.NXT of the connection in TIME-WAIT. */
    private int sndNxt;

    @BeforeEach
    void waits() throws Exception {
        listener = bench.tcp.listen(PORT);
        waits(CLIENT_PORT);
    }

    /** Has a connection from this port closed by this end. */
    private void waits(int port) throws Exception {
        deliver(port, TcpFlags.SYN, CLIENT_ISS, 0);
        TcpSegment synAck = bench.next().segment();
        sndNxt = synAck.seq + 2;
        deliver(port, TcpFlags.ACK, CLIENT_ISS + 1, synAck.seq + 1);
        listener.accept().close();
        deliver(port, TcpFlags.ACK | TcpFlags.FIN, CLIENT_ISS + 1, sndNxt);
        bench.sent.clear();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void deliver(int flags, int seq, int ack) {
        deliver(CLIENT_PORT, flags, seq, ack);
    }

    private void deliver(int port, int flags, int seq, int ack) {
        bench.deliver(CLIENT, port, PORT, in -> {
            in.flags = flags;
            in.seq = seq;
            in.ack = ack;
        });
    }

    @Test
    void isListedUntilTwoMslHavePassed() {
        assertThat(bench.tcp.connections()).singleElement().satisfies(info -> {
            assertThat(info.state()).isEqualTo("TIME_WAIT");
            assertThat(info.remote().getPort()).isEqualTo(CLIENT_PORT);
            assertThat(info.active()).isFalse();
        });
        bench.waits(Duration.ofMillis(59_999));
        assertThat(bench.tcp.connectionCount()).isEqualTo(1);
        bench.waits(Duration.ofMillis(2));
        assertThat(bench.tcp.connectionCount()).isZero();
    }

    /** RFC 9293 §3.10.7.4, eighth check. */
    @Test
    void acknowledgesTheFinThatComesAgainAndWaitsAnew() {
        bench.waits(Duration.ofSeconds(50));
        deliver(TcpFlags.ACK | TcpFlags.FIN, CLIENT_ISS + 1, sndNxt);
        TcpSegment answer = bench.next().segment();
        assertThat(answer.flags).isEqualTo(TcpFlags.ACK);
        assertThat(answer.seq).isEqualTo(sndNxt);
        assertThat(answer.ack).isEqualTo(CLIENT_ISS + 2);
        bench.waits(Duration.ofSeconds(50));
        assertThat(bench.tcp.connectionCount()).isEqualTo(1);
        bench.waits(Duration.ofSeconds(11));
        assertThat(bench.tcp.connectionCount()).isZero();
    }

    /** RFC 1337 §3, F1. */
    @Test
    void isNotEndedByAReset() {
        deliver(TcpFlags.RST, CLIENT_ISS + 2, 0);
        assertThat(bench.sent).isEmpty();
        assertThat(bench.tcp.connectionCount()).isEqualTo(1);
    }

    /** RFC 9293 §3.6.1, MAY-2. */
    @Test
    void givesWayToASynOfTheNextIncarnation() throws Exception {
        deliver(TcpFlags.SYN, CLIENT_ISS + 100_000, 0);
        TcpSegment synAck = bench.next().segment();
        assertThat(synAck.flags & TcpFlags.SYN).isNotZero();
        assertThat(synAck.seq - sndNxt).isGreaterThanOrEqualTo(1 << 16);
        deliver(TcpFlags.ACK, CLIENT_ISS + 100_001, synAck.seq + 1);
        try (TcpSocket socket = listener.accept()) {
            bench.waits(Duration.ofSeconds(61));
            assertThat(socket.info().state()).isEqualTo("ESTABLISHED");
        }
    }

    /** RFC 9293 §3.6.1, MAY-2: not to one that is not later. */
    @Test
    void answersAnOldSyn() {
        deliver(TcpFlags.SYN, CLIENT_ISS, 0);
        assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.ACK);
        assertThat(bench.tcp.connectionCount()).isEqualTo(1);
    }

    /** D8: one too many does not wait, and is counted. */
    @Test
    void thereAreNotMoreThanTheLimit() throws Exception {
        for (int i = 1; i <= 3; i++) {
            waits(CLIENT_PORT + i);
        }
        assertThat(bench.tcp.connections()).extracting(info -> info.remote().getPort()).containsExactlyInAnyOrder(CLIENT_PORT, CLIENT_PORT + 1);
        assertThat(bench.count("tcp.time_wait_overflow")).isEqualTo(2);
        bench.waits(Duration.ofSeconds(61));
        waits(CLIENT_PORT + 4);
        assertThat(bench.tcp.connectionCount()).as("places are free again").isEqualTo(1);
    }
}
