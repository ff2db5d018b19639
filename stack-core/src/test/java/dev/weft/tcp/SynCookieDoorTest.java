package dev.weft.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 4987 §3.6: a listener under a flood of SYNs. The limit of half-open connections is 4, the flood comes from anywhere. */
class SynCookieDoorTest {

    private static final int PORT = 80;
    private static final IpAddress CLIENT = Ipv4Address.of("192.0.2.7");
    private static final int CLIENT_PORT = 40_000;
    private static final int CLIENT_ISS = 7_000;

    private final Random random = new Random(1);
    private TcpBench bench;

    private TcpListener listen(TcpSynCookies when, TcpOptions options) throws IOException {
        bench = new TcpBench(TcpSettings.defaults().synCookies(when));
        return bench.tcp.listen(PORT, options.halfOpen(4));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void flood(int syns) {
        for (int i = 0; i < syns; i++) {
            bench.deliver(new Ipv4Address(random.nextInt() | 1), 1 + random.nextInt(65_535), PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = random.nextInt();
                syn.mss = 1460;
                syn.timestamps = true;
                syn.sackPermitted = true;
            });
        }
    }

    /** The client's SYN with everything; the SYN,ACK to it. */
    private TcpSegment syn() {
        bench.sent.clear();
        bench.deliver(CLIENT, CLIENT_PORT, PORT, syn -> {
            syn.flags = TcpFlags.SYN;
            syn.seq = CLIENT_ISS;
            syn.mss = 1460;
            syn.windowScale = 7;
            syn.sackPermitted = true;
            syn.timestamps = true;
            syn.tsVal = 99;
        });
        TcpBench.Sent answer = bench.next();
        assertThat(answer.to()).isEqualTo(CLIENT);
        assertThat(bench.sent).isEmpty();
        return answer.segment();
    }

    private void ack(TcpSegment synAck, int ack, String text) {
        bench.deliver(CLIENT, CLIENT_PORT, PORT, text.getBytes(US_ASCII), in -> {
            in.flags = TcpFlags.ACK;
            in.seq = CLIENT_ISS + 1;
            in.ack = ack;
            in.timestamps = true;
            in.tsVal = 100;
            in.tsEcr = synAck.tsVal;
        });
    }

    @Test
    void aClientConnectsDuringAFlood() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.WHEN_FULL, TcpOptions.defaults())) {
            flood(1_000);
            assertThat(bench.tcp.connectionCount()).as("memory is for four").isEqualTo(4);
            TcpSegment synAck = syn();
            assertThat(synAck.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
            assertThat(synAck.ack).isEqualTo(CLIENT_ISS + 1);
            assertThat(synAck.mss).isEqualTo(1460);
            assertThat(synAck.sackPermitted).isTrue();
            assertThat(synAck.windowScale).isNotEqualTo(TcpSegment.ABSENT);
            assertThat(synAck.tsEcr).isEqualTo(99);
            assertThat(bench.tcp.connectionCount()).as("nothing is kept of it").isEqualTo(4);
            flood(1_000);
            ack(synAck, synAck.seq + 1, "hello");
            try (TcpSocket socket = listener.accept()) {
                var buffer = new byte[10];
                assertThat(socket.read(buffer)).isEqualTo(5);
                TcpSocketInfo info = socket.info();
                assertThat(info.timestamps() && info.selectiveAcks() && info.windowScaling()).as("%s", info).isTrue();
                assertThat(info.sendWindow()).as("scaled by 7").isEqualTo(60_000 << 7);
                assertThat(info.roundTrip()).as("a lowered timestamp measures nothing").isZero();
                bench.sent.clear();
                socket.write(new byte[3_000]);
                assertThat(bench.next().text()).as("a full segment beside timestamps").hasSize(1448);
            }
            assertThat(bench.count("tcp.cookie_sent")).isEqualTo(1_997);
            assertThat(bench.count("tcp.cookie_accepted")).isEqualTo(1);
            assertThat(bench.count("tcp.in.half_open_full")).isZero();
        }
    }

    @Test
    void dropsTheSynWhereCookiesAreOff() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.OFF, TcpOptions.defaults())) {
            flood(100);
            assertThat(bench.sent).hasSize(4);
            assertThat(bench.count("tcp.in.half_open_full")).isEqualTo(96);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    @Test
    void keepsNothingOfAnySynWhereCookiesAreAlwaysSent() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.ALWAYS, TcpOptions.defaults())) {
            TcpSegment synAck = syn();
            assertThat(bench.tcp.connectionCount()).isZero();
            ack(synAck, synAck.seq + 1, "");
            listener.accept().close();
        }
    }

    @Test
    void refusesAnAckThatBringsNoCookieBack() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.WHEN_FULL, TcpOptions.defaults())) {
            flood(5);
            TcpSegment synAck = syn();
            for (int i = 0; i < 1_000; i++) {
                int forged = random.nextInt();
                ack(synAck, forged, "");
                assertThat(bench.next().segment().flags).as("RFC 9293 §3.10.7.2: any ACK is answered with a reset")
                        .isEqualTo(TcpFlags.RST);
            }
            assertThat(bench.tcp.connectionCount()).isEqualTo(4);
            assertThat(bench.count("tcp.in.cookie_invalid")).isEqualTo(1_000);
            assertThat(bench.count("tcp.cookie_accepted")).isZero();
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** A cookie that is right is no use where none was sent: there is no attack to hide behind. */
    @Test
    void looksForCookiesOnlyWhereSomeWereSentLately() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.WHEN_FULL, TcpOptions.defaults())) {
            ack(new TcpSegment(), 12_345, "");
            assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.RST);
            assertThat(bench.count("tcp.in.cookie_invalid")).isZero();
            flood(5);
            TcpSegment synAck = syn();
            bench.waits(Duration.ofNanos(2 * SynCookies.PERIOD).plusSeconds(3));
            bench.sent.clear();
            ack(synAck, synAck.seq + 1, "");
            assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.RST);
            assertThat(bench.count("tcp.in.cookie_invalid")).isZero();
            assertThat(listener.isClosed()).isFalse();
        }
    }

    @Test
    void takesNoCookieBackAfterItsTime() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.ALWAYS, TcpOptions.defaults())) {
            TcpSegment synAck = syn();
            bench.waits(Duration.ofNanos(2 * SynCookies.PERIOD));
            flood(1);                                                     // so that it looks at all
            bench.sent.clear();
            ack(synAck, synAck.seq + 1, "");
            assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.RST);
            assertThat(bench.count("tcp.in.cookie_invalid")).isEqualTo(1);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** As Linux: the peer thinks itself connected and sends again what is not acknowledged. */
    @Test
    void dropsTheAckOfACookieWhileTheAcceptQueueIsFull() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.ALWAYS, TcpOptions.defaults().backlog(1))) {
            TcpSegment synAck = syn();
            bench.deliver(CLIENT, CLIENT_PORT + 1, PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = 1;
            });
            TcpSegment other = bench.next().segment();
            bench.deliver(CLIENT, CLIENT_PORT + 1, PORT, in -> {
                in.flags = TcpFlags.ACK;
                in.seq = 2;
                in.ack = other.seq + 1;
            });
            ack(synAck, synAck.seq + 1, "hello");
            assertThat(bench.sent).isEmpty();
            assertThat(bench.count("tcp.in.accept_queue_full")).isEqualTo(1);
            assertThat(bench.tcp.connectionCount()).isEqualTo(1);
            listener.accept().close();
            ack(synAck, synAck.seq + 1, "hello");
            listener.accept().close();
        }
    }

    /** RFC 9293 §3.6.1 (MAY-2) wants a number above the last one's, which a cookie is not: the SYN is remembered instead. */
    @Test
    void remembersTheSynThatReopensAConnectionInTimeWait() throws Exception {
        try (TcpListener listener = listen(TcpSynCookies.WHEN_FULL, TcpOptions.defaults())) {
            TcpSegment synAck = syn();
            ack(synAck, synAck.seq + 1, "");
            listener.accept().close();                                    // FIN, and so TIME-WAIT here
            bench.deliver(CLIENT, CLIENT_PORT, PORT, in -> {
                in.flags = TcpFlags.ACK | TcpFlags.FIN;
                in.seq = CLIENT_ISS + 1;
                in.ack = synAck.seq + 2;
                in.timestamps = true;
                in.tsVal = 101;
                in.tsEcr = synAck.tsVal;
            });
            assertThat(bench.tcp.connections()).extracting(TcpSocketInfo::state).containsExactly("TIME_WAIT");
            flood(20);
            bench.sent.clear();
            bench.deliver(CLIENT, CLIENT_PORT, PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = CLIENT_ISS + 100_000;
                syn.timestamps = true;
                syn.tsVal = 200;
            });
            assertThat(bench.next().segment().seq).isEqualTo(synAck.seq + 2 + (1 << 16));
            assertThat(bench.tcp.connectionCount()).isEqualTo(5);
        }
    }
}
