package dev.weft.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.FrameBatch;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.Randomness;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.open.HandshakeTerms;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A listener's half-open connections in the table (RFC 4987 §3.4): what they cost, how they begin and how they end. */
class HalfOpenEntryTest {

    private static final IpAddress CLIENT = Ipv4Address.of("192.0.2.7");
    private static final int CLIENT_PORT = 40_000;
    private static final int PORT = 80;
    private static final int CLIENT_ISS = 7_000;
    private static final Duration RETRY = Duration.ofMillis(1_010);

    private final TcpBench bench = new TcpBench(TcpSettings.defaults().synCookies(TcpSynCookies.OFF));

    @AfterEach
    void close() {
        bench.close();
    }

    /** A SYN with everything from this port; the answer is left to the test. */
    private void syn(int port) {
        bench.deliver(CLIENT, port, PORT, syn -> {
            syn.flags = TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR;
            syn.seq = CLIENT_ISS;
            syn.mss = 1234;
            syn.windowScale = 7;
            syn.sackPermitted = true;
            syn.timestamps = true;
            syn.tsVal = 99;
        });
    }

    private TcpSegment synAck(int port) {
        syn(port);
        return bench.next().segment();
    }

    private void segment(int port, int flags, int seq, int ack, int echo, String text) {
        bench.deliver(CLIENT, port, PORT, text.getBytes(US_ASCII), in -> {
            in.flags = flags;
            in.seq = seq;
            in.ack = ack;
            in.timestamps = true;
            in.tsVal = 100;
            in.tsEcr = echo;
        });
    }

    private void ack(int port, TcpSegment synAck) {
        segment(port, TcpFlags.ACK, CLIENT_ISS + 1, synAck.seq + 1, synAck.tsVal, "");
    }

    @SuppressWarnings("unchecked")
    private List<FlowEntry> entries() throws Exception {
        var flows = Tcp.class.getDeclaredField("flows");
        flows.setAccessible(true);
        return ((FlowTable<FlowEntry>) flows.get(bench.tcp)).all();
    }

    // ---- what it costs

    /** RFC 4987 §2 and §3.4. */
    @Test
    void aFloodOfSynsMakesNoConnection() throws Exception {
        var random = new Random(1);
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().halfOpen(5_000))) {
            for (int i = 0; i < 5_100; i++) {
                bench.deliver(new Ipv4Address(random.nextInt() | 1), 1 + random.nextInt(65_535), PORT, syn -> {
                    syn.flags = TcpFlags.SYN;
                    syn.seq = random.nextInt();
                });
            }
            assertThat(entries()).hasSize(5_000).allMatch(HalfOpenEntry.class::isInstance);
            assertThat(listener.terms()).as("what they share is there once").hasSize(1);
            assertThat(bench.count("tcp.in.half_open_full")).isEqualTo(100);
            bench.waits(Duration.ofSeconds(70));
            assertThat(entries()).isEmpty();
            assertThat(bench.count("tcp.given_up")).isEqualTo(5_000);
            assertThat(bench.sent).hasSize(6 * 5_000);
            assertThat(listener.hasRoom()).isTrue();
        }
    }

    /** Exact, and no matter for a collector: what the thread has allocated for so many, and the slots of the table. */
    @Test
    void costs120BytesAndItsShareOfTheTable() {
        int count = 20_000;
        var handshake = new HandshakeTerms(1460, 536, 65_536, 7, TcpExtensions.ALL, 5, 1, 1, 0, TcpCounters.NONE);
        var terms = new ListenerTerms(null, null, null, null, true, 0, null, handshake);
        var keys = new FlowKey[count];
        for (int i = 0; i < count; i++) {
            keys[i] = new FlowKey(0, i, 0, 1, i);
        }
        var syn = new TcpSegment();
        syn.flags = TcpFlags.SYN;
        var entries = new HalfOpenEntry[count];
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (int round = 0; round < 2; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < count; i++) {
                entries[i] = new HalfOpenEntry(keys[i], terms, i, 0, 0, syn, false);
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        var table = new FlowTable<HalfOpenEntry>(KeyedHash.keyedBy(Randomness.seeded(1)));
        for (HalfOpenEntry entry : entries) {
            assertThat(table.insert(entry)).isTrue();
        }
        assertThat((double) bytes / count).as("an entry with key and timer").isBetween(96.0, 120.5);
        assertThat((double) bytes / count + 4.0 * table.slots() / count).as("and with its share of the table").isLessThan(132);
    }

    // ---- how it becomes a connection

    /** RFC 9293 §3.10.7.4, fifth check: all that was agreed, and the round trip of the handshake (RFC 6298 §3). */
    @Test
    void becomesAConnectionThatKnowsAllOfTheHandshake() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            assertThat(synAck.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK | TcpFlags.ECE);
            assertThat(entries()).singleElement().isInstanceOf(HalfOpenEntry.class);
            bench.waits(Duration.ofMillis(30));
            segment(CLIENT_PORT, TcpFlags.ACK, CLIENT_ISS + 1, synAck.seq + 1, synAck.tsVal, "hello");
            assertThat(entries()).singleElement().isInstanceOf(Flow.class);
            try (TcpSocket socket = listener.accept()) {
                var buffer = new byte[10];
                assertThat(socket.read(buffer)).isEqualTo(5);
                TcpSocketInfo info = socket.info();
                assertThat(info.state()).isEqualTo("ESTABLISHED");
                assertThat(info.timestamps() && info.selectiveAcks() && info.windowScaling() && info.ecn()).as("%s", info).isTrue();
                assertThat(info.sendWindow()).as("scaled by 7").isEqualTo(60_000 << 7);
                assertThat(info.roundTrip()).isEqualTo(Duration.ofMillis(30));
                assertThat(info.mss()).as("beside timestamps").isEqualTo(1234 - 12);
                assertThat(info.cwnd()).as("RFC 6928").isGreaterThan(9 * 1222);
                assertThat(info.retransmits()).isZero();
            }
            assertThat(bench.count("tcp.established")).isEqualTo(1);
        }
    }

    /** RFC 9293 §3.10.7.4, seventh and eighth check: text and FIN may come with the ACK. */
    @Test
    void handsOnTheFinThatComesWithTheAck() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            segment(CLIENT_PORT, TcpFlags.ACK | TcpFlags.FIN, CLIENT_ISS + 1, synAck.seq + 1, synAck.tsVal, "bye");
            assertThat(bench.next().segment().ack).isEqualTo(CLIENT_ISS + 5);
            try (TcpSocket socket = listener.accept()) {
                assertThat(socket.input().readAllBytes()).hasSize(3);
            }
        }
    }

    /** RFC 6298 §5.6 and §5.7, RFC 5681 §3.1: what a lost SYN,ACK means for the connection. */
    @Test
    void remembersThatItsSynAckWasLost() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            bench.deliver(CLIENT, CLIENT_PORT, PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = CLIENT_ISS;
                syn.mss = 1000;
            });
            bench.sent.clear();
            bench.waits(RETRY);
            TcpSegment again = bench.next().segment();
            assertThat(again.flags).isEqualTo(TcpFlags.SYN | TcpFlags.ACK);
            bench.deliver(CLIENT, CLIENT_PORT, PORT, in -> {
                in.flags = TcpFlags.ACK;
                in.seq = CLIENT_ISS + 1;
                in.ack = again.seq + 1;
            });
            try (TcpSocket socket = listener.accept()) {
                assertThat(socket.info().retransmissionTimeout()).isEqualTo(Duration.ofSeconds(3));
                assertThat(socket.info().roundTrip()).as("Karn's algorithm").isZero();
                assertThat(socket.info().cwnd()).isEqualTo(1000);
                assertThat(socket.info().retransmits()).isEqualTo(1);
            }
        }
    }

    /** Nothing of the handshake's entry is left behind: no timer, no place among those half open. */
    @Test
    void leavesNothingBehind() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().halfOpen(1))) {
            ack(CLIENT_PORT, synAck(CLIENT_PORT));
            ack(CLIENT_PORT + 1, synAck(CLIENT_PORT + 1));
            bench.waits(Duration.ofSeconds(70));
            assertThat(bench.sent).isEmpty();
            assertThat(bench.count("tcp.retransmitted")).isZero();
            listener.accept().close();
            listener.accept().close();
        }
    }

    /** RFC 9293 §3.10.7.4, fifth check, put off: as in Linux the ACK is dropped while nobody has room for the connection. */
    @Test
    void waitsWhileTheAcceptQueueIsFull() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().backlog(1))) {
            TcpSegment first = synAck(CLIENT_PORT);
            TcpSegment second = synAck(CLIENT_PORT + 1);
            ack(CLIENT_PORT, first);
            ack(CLIENT_PORT + 1, second);
            assertThat(bench.sent).isEmpty();
            assertThat(bench.count("tcp.discard.accept_queue_full")).isEqualTo(1);
            assertThat(entries()).anyMatch(HalfOpenEntry.class::isInstance);
            bench.waits(RETRY);
            TcpSegment again = bench.next().segment();
            assertThat(again.seq).isEqualTo(second.seq);
            listener.accept().close();
            ack(CLIENT_PORT + 1, again);
            listener.accept().close();
        }
    }

    // ---- how it ends

    /** RFC 5961 §3.2: the exact reset ends it, another does not. */
    @Test
    void endsByAReset() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().halfOpen(1))) {
            synAck(CLIENT_PORT);
            segment(CLIENT_PORT, TcpFlags.RST, CLIENT_ISS + 2, 0, 0, "");
            assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.ACK);
            assertThat(listener.hasRoom()).isFalse();
            segment(CLIENT_PORT, TcpFlags.RST, CLIENT_ISS + 1, 0, 0, "");
            assertThat(bench.tcp.connectionCount()).isZero();
            assertThat(listener.hasRoom()).isTrue();
            bench.waits(RETRY);
            assertThat(bench.sent).isEmpty();
        }
    }

    /** RFC 9293 §3.10.7.4, fifth check: a reset for what acknowledges something else, and the handshake goes on. */
    @Test
    void goesOnAfterAnAckOfSomethingElse() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            segment(CLIENT_PORT, TcpFlags.ACK, CLIENT_ISS + 1, synAck.seq + 2, synAck.tsVal, "");
            TcpSegment reset = bench.next().segment();
            assertThat(reset.flags).isEqualTo(TcpFlags.RST);
            assertThat(reset.seq).isEqualTo(synAck.seq + 2);
            ack(CLIENT_PORT, synAck);
            listener.accept().close();
        }
    }

    /** RFC 9293 §3.10.5: the peers of a listener that closes are told, those of another are not. */
    @Test
    void endsWithItsListener() throws Exception {
        try (TcpListener other = bench.tcp.listen(PORT + 1)) {
            TcpListener listener = bench.tcp.listen(PORT);
            TcpSegment synAck = synAck(CLIENT_PORT);
            bench.deliver(CLIENT, CLIENT_PORT, PORT + 1, syn -> syn.flags = TcpFlags.SYN);
            bench.next();
            listener.close();
            TcpSegment reset = bench.next().segment();
            assertThat(reset.flags).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
            assertThat(reset.seq).isEqualTo(synAck.seq + 1);
            assertThat(reset.ack).isEqualTo(CLIENT_ISS + 1);
            assertThat(bench.sent).isEmpty();
            assertThat(bench.tcp.connectionCount()).isEqualTo(1);
            ack(CLIENT_PORT, synAck);
            assertThat(bench.next().segment().flags).as("RFC 9293 §3.10.7.1").isEqualTo(TcpFlags.RST);
            assertThat(other.isClosed()).isFalse();
        }
    }

    @Test
    void endsWithTheStack() throws Exception {
        bench.tcp.listen(PORT);
        synAck(CLIENT_PORT);
        bench.tcp.shutdown(0);
        assertThat(bench.next().segment().flags).isEqualTo(TcpFlags.RST | TcpFlags.ACK);
        assertThat(bench.tcp.connectionCount()).isZero();
    }

    // ---- what else happens to it

    /** RFC 9293 §3.8.3, MUST-20 (a): from the third time-out on the next hop is asked for again. */
    @Test
    void suspectsThePathAfterThreeTimeOuts() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            synAck(CLIENT_PORT);
            bench.waits(Duration.ofMillis(3_100));
            assertThat(bench.suspicions).isZero();
            bench.waits(Duration.ofSeconds(4));
            assertThat(bench.suspicions).isEqualTo(1);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** RFC 5461 §4.1, RFC 1191 §4 and RFC 5927 §4.1. */
    @Test
    void isNotEndedByIcmpErrorsAndHeedsTheMtuTheyTell() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            bench.complains(IcmpErrorKind.HOST_UNREACHABLE, 0, PORT, CLIENT, CLIENT_PORT, synAck.seq);
            bench.complains(IcmpErrorKind.PACKET_TOO_BIG, 1200, PORT, CLIENT, CLIENT_PORT, synAck.seq + 1);
            assertThat(bench.count("tcp.discard.icmp_not_in_flight")).isEqualTo(1);
            assertThat(bench.tooBig).isEmpty();
            bench.complains(IcmpErrorKind.PACKET_TOO_BIG, 1200, PORT, CLIENT, CLIENT_PORT, synAck.seq);
            assertThat(bench.tooBig).containsExactly(1200);
            ack(CLIENT_PORT, synAck);
            listener.accept().close();
        }
    }

    /** D8: what the device has no room for is sent as soon as it has. */
    @Test
    void sendsTheSynAckWhenTheDeviceHasRoom() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            bench.full = true;
            syn(CLIENT_PORT);
            bench.waits(Duration.ofSeconds(2));
            assertThat(bench.sent).isEmpty();
            assertThat(bench.count("tcp.local_drop")).isBetween(20L, 60L);
            bench.full = false;
            bench.waits(Duration.ofMillis(70));
            ack(CLIENT_PORT, bench.next().segment());
            assertThat(bench.count("tcp.retransmitted")).isZero();
            listener.accept().close();
        }
    }

    /** RFC 7413 §4.1.2: a SYN that asks for a cookie, or shows a bad one, takes no more than others; each SYN,ACK gives one. */
    @Test
    void givesAFastOpenCookieWithEachSynAck() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().fastOpen(10))) {
            bench.deliver(CLIENT, CLIENT_PORT, PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = CLIENT_ISS;
                syn.fastOpen = 0;
            });
            TcpSegment synAck = bench.next().segment();
            assertThat(synAck.fastOpen).isEqualTo(8);
            bench.waits(RETRY);
            TcpSegment again = bench.next().segment();
            assertThat(again.fastOpenHi).isEqualTo(synAck.fastOpenHi);
            assertThat(entries()).singleElement().isInstanceOf(HalfOpenEntry.class);
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** What programs see is what they saw when it was a whole connection. */
    @Test
    void isListedWithWhatWasAgreed() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            synAck(CLIENT_PORT);
            bench.waits(RETRY);
            assertThat(bench.tcp.connections()).singleElement().satisfies(info -> {
                assertThat(info.state()).isEqualTo("SYN_RECEIVED");
                assertThat(info.remote().getPort()).isEqualTo(CLIENT_PORT);
                assertThat(info.local().getPort()).isEqualTo(PORT);
                assertThat(info.active()).isFalse();
                assertThat(info.timestamps() && info.selectiveAcks() && info.windowScaling()).isTrue();
                assertThat(info.timeouts()).isEqualTo(1);
                assertThat(info.retransmits()).isEqualTo(1);
                assertThat(info.congestionControl()).isEqualTo("cubic");
                assertThat(info.retransmissionTimeout()).isEqualTo(Duration.ofSeconds(2));
            });
            assertThat(bench.count("tcp.established")).isZero();
            assertThat(listener.isClosed()).isFalse();
        }
    }

    /** Whoever watches hears of each state; such a connection is whole from the beginning. */
    @Test
    void isAWholeConnectionWhereSomebodyWatches() throws Exception {
        var states = new ArrayList<String>();
        TcpOptions watched = TcpOptions.defaults().events(event -> {
            if (event instanceof TcpSocketEvent.StateChanged change) {
                states.add(change.to());
            }
        });
        try (TcpListener listener = bench.tcp.listen(PORT, watched)) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            assertThat(states).containsExactly("SYN_RECEIVED");
            assertThat(entries()).singleElement().isInstanceOf(Flow.class);
            ack(CLIENT_PORT, synAck);
            assertThat(states).containsExactly("SYN_RECEIVED", "ESTABLISHED");
            listener.accept().close();
        }
    }

    /** A peer on this machine answers before the call that sends the SYN,ACK returns, and another reader takes that. */
    @Test
    void isCompletedByAnAckThatComesWhileTheSynAckIsBeingSent() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().halfOpen(1))) {
            bench.whileSending = () -> {
                var frames = new FrameBatch(1);
                HalfOpenEntry entry = onlyEntry();
                assertThat(entry.terms().home().input(entry, ackOf(bench.sent.getLast().segment()), frames)).isTrue();
                frames.nextTask(0).afterBatch(bench.clock.nanoTime());
            };
            TcpSegment synAck = synAck(CLIENT_PORT);
            assertThat(synAck.flags & TcpFlags.SYN).isNotZero();
            assertThat(bench.sent).as("no reset").isEmpty();
            assertThat(listener.hasRoom()).isTrue();
            try (TcpSocket socket = listener.accept()) {
                bench.waits(Duration.ofSeconds(70));
                assertThat(socket.info().state()).isEqualTo("ESTABLISHED");
                assertThat(bench.sent).as("the timer that was set afterwards finds nothing to do").isEmpty();
            }
        }
    }

    private HalfOpenEntry onlyEntry() {
        try {
            return (HalfOpenEntry) entries().getFirst();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static TcpSegment ackOf(TcpSegment synAck) {
        var in = new TcpSegment();
        in.flags = TcpFlags.ACK;
        in.seq = CLIENT_ISS + 1;
        in.ack = synAck.seq + 1;
        in.window = 60_000;
        in.timestamps = true;
        in.tsVal = 100;
        in.tsEcr = synAck.tsVal;
        return in;
    }

    /** Two readers have found the entry, and each has an ACK that completes it: one connection, and one place taken. */
    @Test
    void becomesOneConnectionWhereTwoReadersCompleteIt() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT, TcpOptions.defaults().backlog(2))) {
            TcpSegment synAck = synAck(CLIENT_PORT);
            var entry = (HalfOpenEntry) entries().getFirst();
            ack(CLIENT_PORT, synAck);
            assertThat(entry.terms().home().input(entry, ackOf(synAck), new FrameBatch(1))).as("it is to look again").isFalse();
            assertThat(entries()).singleElement().isInstanceOf(Flow.class);
            assertThat(listener.hasPlace()).isTrue();
            listener.accept().close();
        }
    }

    /** A timer that was set while the entry was taken out finds nothing to do. */
    @Test
    void isSilentWhenItsTimerComesTooLate() throws Exception {
        try (TcpListener listener = bench.tcp.listen(PORT)) {
            synAck(CLIENT_PORT);
            var entry = (HalfOpenEntry) entries().getFirst();
            segment(CLIENT_PORT, TcpFlags.RST, CLIENT_ISS + 1, 0, 0, "");
            entry.terms().reader().schedule(entry, bench.clock.nanoTime());
            bench.waits(RETRY);
            assertThat(bench.sent).isEmpty();
            assertThat(listener.hasRoom()).isTrue();
        }
    }
}
