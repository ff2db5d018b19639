package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.mtu.MtuSearch;
import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths on which packets vanish: RFC 4821 §7. The peer takes 1460 bytes, the link 1500, so that a full segment has 1460. */
class MtuProbingTest {

    /** A segment of a packet of 1024 bytes, the first that is tried in a black hole. */
    private static final int BASE = 984;
    private static final int FULL = 1460;
    private static Conversation established(MtuProbing mode, boolean sack) {
        var c = listening(x -> x.withBuffers(1 << 20, 64 << 10));
        c.peer.window(60_000);
        c.peer.sends(sack ? syn().mss(FULL).sackPermitted() : syn().mss(FULL));
        c.stack.connection().mtuProbing(mode);
        c.stack.answers(synAck());
        c.peer.sends(ack());
        c.stack.isSilent();
        return c;
    }

    private static int mss(Conversation c) {
        return c.stack.connection().info().sendMss();
    }

    private static int pathMtu(Conversation c) {
        return c.stack.connection().info().pathMtu();
    }

    /** Waits until the retransmission timer fires. */
    private static void timesOut(Conversation c) {
        int before = c.stack.connection().info().timeouts();
        do {
            c.stack.waits((c.stack.connection().deadline() - c.stack.now()) / Conversation.MILLISECOND + 1);
        } while (c.stack.connection().info().timeouts() == before);
    }

    /** Nothing of so much arrives, until three time-outs have passed. */
    private static Conversation inBlackHole(boolean sack) {
        var c = established(MtuProbing.ON_BLACK_HOLE, sack);
        c.stack.writes(4 * FULL);
        assertThat(c.stack.says()).isEqualTo(4);
        timesOut(c);
        timesOut(c);
        c.stack.says();
        assertThat(mss(c)).isEqualTo(FULL);
        timesOut(c);
        c.stack.answers(data(BASE).seq(1001));
        return c;
    }

    /** The peer acknowledges whatever it has seen until the search would send a probe, which is then in flight. */
    private static TcpSegment untilProbe(Conversation c) {
        c.stack.writes(200_000);
        for (int i = 0; i < 100; i++) {
            var out = new TcpSegment();
            while (c.stack.connection().poll(c.stack.now(), out)) {
                c.peer.seen = out.end();
                if (out.payload.length() > mss(c)) {
                    return out;
                }
                out = new TcpSegment();
            }
            c.stack.waits(1);
            c.peer.sends(ack());
        }
        throw new AssertionError("no probe leaves");
    }

    // ---- black holes

    @ParameterizedTest(name = "selective acknowledgements: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 4821 §7.7: after three time-outs of full segments shorter ones leave, those in flight in pieces")
    void sendsShorterSegmentsIntoABlackHole(boolean sack) {
        var c = inBlackHole(sack);
        assertThat(pathMtu(c)).isEqualTo(1024);
        assertThat(c.tally.of(TcpEvent.BLACK_HOLE)).isEqualTo(1);
        c.peer.sends(ack().ack(1001 + BASE));
        c.stack.answers(data(BASE).seq(1001 + BASE), data(BASE).seq(1001 + 2 * BASE));
        c.peer.sends(ack().ack(1001 + 3 * BASE));
        c.stack.says();
        c.peer.sends(ack().ack(1001 + 4 * FULL));
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    @Test
    @DisplayName("RFC 4821 §7.7: further time-outs halve them, down to 48 bytes of text")
    void halvesThemWithEachFurtherTimeout() {
        var c = inBlackHole(true);
        for (int expected : new int[] {472, 216, 88, 48, 48}) {
            timesOut(c);
            c.stack.says();
            assertThat(mss(c)).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("RFC 4821 §7.7: time-outs of short segments say nothing about the path MTU")
    void keepsTheSizeWhenShortSegmentsAreLost() {
        var c = established(MtuProbing.ON_BLACK_HOLE, true);
        c.stack.writes(BASE);
        c.stack.waits(60_000);
        c.stack.says();
        assertThat(mss(c)).isEqualTo(FULL);
        assertThat(c.tally.of(TcpEvent.BLACK_HOLE)).isZero();
    }

    @Test
    void doesNotProbeWhereThatIsOff() {
        var c = established(MtuProbing.OFF, true);
        c.stack.writes(4 * FULL);
        c.stack.waits(60_000);
        c.stack.says();
        assertThat(mss(c)).isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 8200 §5: over IPv6 each path takes 1280 bytes, and segments are not shorter")
    void goesNoLowerThanIpv6Guarantees() {
        var search = new MtuSearch(40, 1500);
        assertThat(search.timedOut(true, 1500)).isTrue();
        assertThat(search.mtu()).isEqualTo(1280);
        assertThat(search.timedOut(true, 1280)).isFalse();
        assertThat(search.mtu()).isEqualTo(1280);
    }

    @Test
    @DisplayName("a link of less than the first size to be tried: half of it")
    void halvesWhatAShortLinkTakes() {
        var search = new MtuSearch(20, 576);
        assertThat(search.timedOut(true, 576)).isTrue();
        assertThat(search.mtu()).isEqualTo(288);
        var tiny = new MtuSearch(20, 68);
        assertThat(tiny.timedOut(true, 68)).isFalse();
        assertThat(tiny.mtu()).isEqualTo(68);
    }

    // ---- probes

    @ParameterizedTest(name = "selective acknowledgements: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 4821 §7.6.1: a probe that arrives makes segments as long, and cwnd hears nothing of it")
    void growsWithAProbeThatArrives(boolean sack) {
        // RFC 4821 §7.5
        var c = inBlackHole(sack);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        assertThat(probe.payload.length()).as("what the link takes is tried first").isEqualTo(FULL);
        int cwnd = c.stack.connection().info().cwnd();
        c.peer.sends(ack().ack(probe.end()));
        assertThat(mss(c)).isEqualTo(FULL);
        assertThat(pathMtu(c)).isEqualTo(1500);
        assertThat(c.stack.connection().info().cwnd()).isBetween(cwnd, cwnd + 2 * FULL);
        assertThat(c.tally.of(TcpEvent.MTU_PROBE)).isEqualTo(1);
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_ARRIVED)).isEqualTo(1);
    }

    @ParameterizedTest(name = "selective acknowledgements: {0}")
    @ValueSource(booleans = {true, false})
    @DisplayName("RFC 4821 §7.6.2: a probe that alone is lost was too long: it leaves again in pieces, and cwnd is not reduced")
    void loseOnlyTheProbe(boolean sack) {
        var c = inBlackHole(sack);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        int before = (int) c.tally.of(TcpEvent.FAST_RECOVERY);
        int from = probe.seq;
        int end = probe.end();
        assertThat(c.stack.says()).as("what follows it").isGreaterThanOrEqualTo(3);
        int cwnd = c.stack.connection().info().cwnd();
        int ssthresh = c.stack.connection().info().ssthresh();
        c.stack.waits(1);
        for (int i = 1; i <= 3; i++) {
            c.peer.sends(sack ? ack().ack(from).sack(end, end + i * BASE) : ack().ack(from));
        }
        c.stack.poll();
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_LOST)).isEqualTo(1);
        assertThat(c.stack.connection().info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(ssthresh);
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY)).isEqualTo(before);
        assertThat(mss(c)).isEqualTo(BASE);
        c.peer.sends(ack());
        assertThat(untilProbe(c).payload.length()).as("then the middle of 1024 and 1499").isEqualTo(1262 - 40);
    }

    @Test
    @DisplayName("RFC 4821 §7.6.4: a probe that is lost among others says nothing, and the loss is congestion")
    void reducesCwndWhenMoreThanTheProbeIsLost() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        int end = probe.end();
        c.stack.says();
        c.stack.waits(1);
        // The segment behind the probe is missing as well.
        c.peer.sends(ack().ack(probe.seq).sack(end + BASE, end + 2 * BASE));
        c.peer.sends(ack().ack(probe.seq).sack(end + BASE, end + 3 * BASE));
        c.stack.waits(1);
        c.stack.poll();
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY)).isEqualTo(1);
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_LOST)).isZero();
        c.peer.sends(ack());
        c.stack.waits(1_000);
        c.peer.sends(ack());
        assertThat(untilProbe(c).payload.length()).as("the same once more").isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 4821 §7.6.3: a probe for which the timer has to fire was too long, and the next one waits")
    void pausesAfterAProbeThatTookATimeout() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        c.peer.sends(ack().ack(probe.seq));
        timesOut(c);
        c.stack.says();
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_LOST)).isEqualTo(1);
        for (int i = 0; i < 50; i++) {
            c.peer.sends(ack());
            c.stack.waits(20);
        }
        assertThat(c.tally.of(TcpEvent.MTU_PROBE)).isEqualTo(1);
        c.stack.waits(10_000);
        c.peer.sends(ack());
        assertThat(untilProbe(c).payload.length()).isEqualTo(1262 - 40);
    }

    @Test
    @DisplayName("RFC 4821 §7.4: without enough behind it to find its loss no probe leaves")
    void probesOnlyWithEnoughBehindIt() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        for (int i = 0; i < 50; i++) {
            c.stack.writes(FULL + 2 * BASE);
            c.stack.says();
            c.stack.waits(1);
            c.peer.sends(ack());
        }
        assertThat(c.tally.of(TcpEvent.MTU_PROBE)).isZero();
    }

    @Test
    @DisplayName("RFC 4821 §7.6.2: what a router says about a probe bounds the search")
    void believesARouterThatRefusesTheProbe() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        int from = probe.seq;
        c.stack.says();
        c.stack.waits(1);
        assertThat(c.stack.connection().isInFlight(from)).isTrue();
        c.stack.connection().packetTooBig(c.stack.now(), 1400);
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_LOST)).isEqualTo(1);
        c.peer.sends(ack().ack(from));
        c.stack.says();
        c.peer.sends(ack());
        assertThat(untilProbe(c).payload.length()).as("the ceiling").isEqualTo(1360);
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY)).isZero();
    }

    @Test
    @DisplayName("RFC 4821 §7.4: no probe leaves beside options that may turn out shorter than the room left for them")
    void probesOnlyWithoutOtherOptions() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        c.peer.sends(data("behind a hole").seq(c.peer.nxt + 1));
        c.stack.says();
        assertThatThrownBy(() -> untilProbe(c)).hasMessage("no probe leaves");
        assertThat(c.tally.of(TcpEvent.MTU_PROBE)).isZero();
        c.peer.sends(data("!"));
        assertThat(untilProbe(c).payload.length()).isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 4821 §7.6.1: what a closed window refused and short segments brought again shows nothing about the probe")
    void doesNotBelieveInAProbeThatLeftAgain() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        int from = probe.seq;
        c.stack.says();
        c.peer.window(0);
        c.peer.sends(ack().ack(from));
        c.stack.waits(10_000);
        c.stack.says();
        c.peer.window(60_000);
        c.peer.sends(ack().ack(from));
        c.stack.says();
        c.peer.sends(ack().ack(probe.end()));
        assertThat(pathMtu(c)).isEqualTo(1024);
        assertThat(c.tally.of(TcpEvent.MTU_PROBE_ARRIVED)).isZero();
        c.stack.waits(2_000);
        c.peer.sends(ack());
        assertThat(untilProbe(c).payload.length()).as("asked anew").isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 4821 §7.8: a size that a probe has shown and the segments after it disprove is given up at their first time-out")
    void verifiesANewSize() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        c.peer.sends(ack().ack(probe.end()));
        assertThat(mss(c)).isEqualTo(FULL);
        c.stack.says();
        timesOut(c);
        assertThat(mss(c)).isEqualTo(BASE);
    }

    @Test
    @DisplayName("RFC 4821 §7.8: once ten segments of the new size have arrived a single time-out is an ordinary loss")
    void trustsASizeThatWasVerified() {
        var c = inBlackHole(true);
        c.peer.sends(ack());
        var probe = untilProbe(c);
        c.peer.sends(ack().ack(probe.end()));
        for (int i = 0; i < 20; i++) {
            c.stack.says();
            c.stack.waits(1);
            c.peer.sends(ack());
        }
        c.stack.writes(4 * FULL);
        c.stack.says();
        timesOut(c);
        assertThat(mss(c)).isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 4821 §7.2: where probing is on from the beginning, packets of 1024 bytes leave first, and grow")
    void beginsSmallWhereProbingIsAlwaysOn() {
        var c = established(MtuProbing.ALWAYS, true);
        assertThat(mss(c)).isEqualTo(BASE);
        var probe = untilProbe(c);
        assertThat(probe.payload.length()).isEqualTo(FULL);
        c.peer.sends(ack().ack(probe.end()));
        assertThat(mss(c)).isEqualTo(FULL);
    }

    @Test
    @DisplayName("RFC 4821 §7.3: the search ends within 8 bytes of the truth and begins again after ten minutes")
    void findsThePathMtuAndLooksAgainLater() {
        var search = new MtuSearch(20, 9000);
        search.mode(MtuProbing.ALWAYS);
        search.begin();
        long now = 5;
        assertThat(search(search, now, 1400)).isLessThanOrEqualTo(14);
        assertThat(search.mtu()).isBetween(1400 - MtuSearch.THRESHOLD, 1400);
        assertThat(search.next(now + MtuSearch.INTERVAL - 1)).isZero();
        assertThat(search.next(now + MtuSearch.INTERVAL)).isEqualTo(9000);
        search.sent(9000, 0, 9000);
        search.acknowledged(9000, 9000);
        assertThat(search.mtu()).isEqualTo(9000);
        assertThat(search.next(now + 2 * MtuSearch.INTERVAL)).as("nothing is left to be found").isZero();
    }

    /** Probes a path that takes so much; how many probes it needs. */
    private static int search(MtuSearch search, long now, int truth) {
        int probes = 0;
        for (int size = search.next(now); size > 0; size = search.next(now)) {
            assertThat(size).isGreaterThan(search.mtu());
            search.sent(size, 0, size);
            if (size <= truth) {
                search.acknowledged(size, size);
            } else {
                search.failed();
            }
            probes++;
        }
        return probes;
    }
}
