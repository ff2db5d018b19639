package dev.weft.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.open.FastOpenCookies;
import dev.weft.tcp.core.open.FastOpenOutcome;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** RFC 7413 §4.1.2, §4.1.3, §4.2.2 and §5.1: cookies given, taken and kept, and the limit of a listener. */
class FastOpenLayerTest {

    private static final int PORT = 80;
    private static final IpAddress CLIENT = Ipv4Address.of("192.0.2.7");
    private static final IpAddress OTHER = Ipv4Address.of("192.0.2.8");
    private static final byte[] HELLO = "hello".getBytes(US_ASCII);

    private final TcpBench bench = new TcpBench(TcpSettings.defaults());

    @AfterEach
    void close() {
        bench.close();
    }

    private TcpListener listen(int fastOpens) throws IOException {
        return bench.tcp.listen(PORT, TcpOptions.defaults().fastOpen(fastOpens));
    }

    private TcpSegment syn(IpAddress from, int port, FastOpenCookie cookie, byte[] text) {
        bench.sent.clear();
        bench.deliver(from, port, PORT, text, syn -> {
            syn.flags = TcpFlags.SYN;
            syn.seq = 100;
            syn.mss = 1460;
            syn.fastOpen = cookie == null ? 0 : cookie.length();
            syn.fastOpenHi = cookie == null ? 0 : cookie.hi();
        });
        return bench.next().segment();
    }

    private FastOpenCookie cookieOf(IpAddress client) {
        FastOpenCookie cookie = FastOpenCookie.of(syn(client, 1, null, new byte[0]));
        assertThat(cookie).isNotNull();
        return cookie;
    }

    // ---- the server

    @Test
    void givesACookieAndAcceptsTheNextSynWithItsDataBeforeTheHandshakeIsComplete() throws Exception {
        try (TcpListener listener = listen(10)) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            TcpSegment synAck = syn(CLIENT, 2, cookie, HELLO);
            assertThat(synAck.ack).isEqualTo(106);
            assertThat(synAck.fastOpen).as("it has a good one").isEqualTo(TcpSegment.ABSENT);
            try (TcpSocket socket = listener.accept()) {
                assertThat(socket.info().state()).isEqualTo("SYN_RECEIVED");
                var buffer = new byte[10];
                assertThat(socket.read(buffer)).isEqualTo(5);
                socket.write(HELLO);
                assertThat(bench.next().text()).isEqualTo(HELLO);
                bench.deliver(CLIENT, 2, PORT, in -> {
                    in.flags = TcpFlags.ACK;
                    in.seq = 106;
                    in.ack = synAck.seq + 6;
                });
                assertThat(socket.info().state()).isEqualTo("ESTABLISHED");
            }
        }
    }

    @Test
    void refusesTheCookieOfAnotherAndGivesTheRightOne() throws Exception {
        try (TcpListener listener = listen(10)) {
            TcpSegment synAck = syn(OTHER, 2, cookieOf(CLIENT), HELLO);
            assertThat(synAck.ack).as("the data comes again").isEqualTo(101);
            assertThat(FastOpenCookie.of(synAck)).isEqualTo(cookieOf(OTHER));
            assertThat(bench.count("tcp.fast_open_cookie_refused")).isEqualTo(1);
            assertThat(bench.count("tcp.fast_open_taken")).isZero();
            assertThat(listener.isClosed()).isFalse();
        }
    }

    @Test
    void takesTheCookieOfYesterdayAndGivesAnother() throws Exception {
        try (TcpListener listener = listen(10)) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            bench.waits(Duration.ofNanos(FastOpenCookies.DAY));
            TcpSegment synAck = syn(CLIENT, 2, cookie, HELLO);
            assertThat(synAck.ack).isEqualTo(106);
            assertThat(FastOpenCookie.of(synAck)).isNotNull().isNotEqualTo(cookie);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    @Test
    void knowsNothingOfTheOptionUnlessItIsTurnedOn() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            TcpSegment synAck = syn(CLIENT, 2, null, HELLO);
            assertThat(synAck.fastOpen).isEqualTo(TcpSegment.ABSENT);
            assertThat(synAck.ack).isEqualTo(101);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** RFC 7413 §5.1: a limit on those that are pending; beyond it an ordinary handshake. */
    @Test
    void takesNoMoreDataThanTheLimitAllowsUntilAHandshakeCompletes() throws Exception {
        try (TcpListener listener = listen(2)) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            TcpSegment first = syn(CLIENT, 2, cookie, HELLO);
            assertThat(first.ack).isEqualTo(106);
            assertThat(syn(CLIENT, 3, cookie, HELLO).ack).isEqualTo(106);
            assertThat(syn(CLIENT, 4, cookie, HELLO).ack).as("one too many").isEqualTo(101);
            assertThat(bench.count("tcp.fast_open_too_many")).isEqualTo(1);
            bench.deliver(CLIENT, 2, PORT, in -> {
                in.flags = TcpFlags.ACK;
                in.seq = 106;
                in.ack = first.seq + 1;
            });
            assertThat(syn(CLIENT, 5, cookie, HELLO).ack).isEqualTo(106);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** RFC 7413 §5.1: resets of those whose addresses were used must not make room for more. */
    @Test
    void countsOneThatWasResetForAMinute() throws Exception {
        try (TcpListener listener = listen(1)) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            syn(CLIENT, 2, cookie, HELLO);
            bench.deliver(CLIENT, 2, PORT, in -> {
                in.flags = TcpFlags.RST;
                in.seq = 106;
            });
            assertThat(syn(CLIENT, 3, cookie, HELLO).ack).isEqualTo(101);
            bench.waits(Duration.ofSeconds(61));
            assertThat(syn(CLIENT, 4, cookie, HELLO).ack).isEqualTo(106);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    @Test
    void needsAPlaceInTheBacklog() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().fastOpen(10).backlog(1))) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            assertThat(syn(CLIENT, 2, cookie, HELLO).ack).isEqualTo(106);
            bench.sent.clear();
            bench.deliver(CLIENT, 3, PORT, HELLO, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.fastOpen = 8;
                syn.fastOpenHi = cookie.hi();
            });
            assertThat(bench.sent).isEmpty();
            assertThat(bench.count("tcp.in.accept_queue_full")).isEqualTo(1);
            listener.accept().close();
            assertThat(syn(CLIENT, 3, cookie, HELLO).ack).isEqualTo(106);
        }
    }

    /** RFC 7413 §2.1: a SYN that comes once more after its connection has ended delivers its data once more. */
    @Test
    void takesTheSameSynTwiceWhereTheFirstConnectionHasEnded() throws Exception {
        try (TcpListener listener = listen(10)) {
            FastOpenCookie cookie = cookieOf(CLIENT);
            syn(CLIENT, 2, cookie, HELLO);
            bench.deliver(CLIENT, 2, PORT, in -> {
                in.flags = TcpFlags.RST;
                in.seq = 106;
            });
            assertThat(syn(CLIENT, 2, cookie, HELLO).ack).isEqualTo(106);
            assertThat(bench.count("tcp.fast_open_taken")).isEqualTo(2);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    // ---- what a client keeps

    private static final FlowKey SERVER = new FlowKey(0, 1, 0, 2, 80 << 16 | 40_000);
    private static final FlowKey AGAIN = new FlowKey(0, 1, 0, 2, 80 << 16 | 40_001);
    private static final FlowKey OTHER_PORT = new FlowKey(0, 1, 0, 2, 81 << 16 | 40_001);
    private static final FastOpenCookie COOKIE = new FastOpenCookie(8, 7, 0);
    private static final FastOpenOutcome GIVEN = new FastOpenOutcome(COOKIE, 1400, true, false, false, false);
    private static final FastOpenOutcome TAKEN = new FastOpenOutcome(null, 1400, true, true, true, false);
    private static final FastOpenOutcome IGNORED = new FastOpenOutcome(null, 1400, true, true, false, false);
    private static final FastOpenOutcome LOST = new FastOpenOutcome(null, 536, true, true, false, true);
    private static final FastOpenOutcome SILENCE = new FastOpenOutcome(null, 536, false, true, false, false);

    private final FastOpenClient client = new FastOpenClient();

    @Test
    void keepsACookieWithTheMssForTheServerAndItsPort() {
        assertThat(client.find(SERVER, 0).cookie()).isNull();
        client.learn(SERVER, GIVEN, 0);
        assertThat(client.find(AGAIN, 0).cookie()).isEqualTo(COOKIE);
        assertThat(client.find(AGAIN, 0).mss()).isEqualTo(1400);
        assertThat(client.find(OTHER_PORT, 0).cookie()).isNull();
        client.learn(AGAIN, TAKEN, 0);
        assertThat(client.find(SERVER, 0).cookie()).as("still good").isEqualTo(COOKIE);
    }

    @Test
    void asksAnewWhereTheServerIgnoredTheData() {
        client.learn(SERVER, GIVEN, 0);
        client.learn(SERVER, IGNORED, 0);
        assertThat(client.find(SERVER, 0).cookie()).isNull();
    }

    /** RFC 7413 §4.1.3.1: a path that swallows such SYNs is left alone, for longer each time, and not for ever. */
    @Test
    void doesNotTryAPathThatSwallowsSyns() {
        client.learn(SERVER, GIVEN, 0);
        client.learn(SERVER, LOST, 0);
        assertThat(client.find(SERVER, FastOpenClient.FIRST_REST - 1)).isNull();
        assertThat(client.find(OTHER_PORT, 0)).as("another service").isNotNull();
        assertThat(client.find(SERVER, FastOpenClient.FIRST_REST).cookie()).isEqualTo(COOKIE);
        client.learn(SERVER, SILENCE, 0);
        assertThat(client.find(SERVER, 2 * FastOpenClient.FIRST_REST - 1)).isNull();
        assertThat(client.find(SERVER, 2 * FastOpenClient.FIRST_REST)).isNotNull();
        client.learn(SERVER, TAKEN, 0);
        client.learn(SERVER, LOST, 0);
        assertThat(client.find(SERVER, FastOpenClient.FIRST_REST)).as("it had worked in between").isNotNull();
    }

    @Test
    void remembersSoManyServersAndForgetsTheLeastRecentlyUsed() {
        client.learn(SERVER, GIVEN, 0);
        for (int i = 0; i < FastOpenClient.MOST + 10; i++) {
            client.learn(new FlowKey(0, 100 + i, 0, 2, 80 << 16), GIVEN, 0);
            client.find(SERVER, 0);
        }
        assertThat(client.size()).isEqualTo(FastOpenClient.MOST);
        assertThat(client.find(SERVER, 0).cookie()).isEqualTo(COOKIE);
        assertThat(client.find(new FlowKey(0, 100, 0, 2, 80 << 16), 0).cookie()).isNull();
    }
}
