package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Large segments, which the device cuts (D5). Whatever holds of segments holds of those that it is cut into. The peer's MSS is
 * 1000; memory comes in chunks of 1024 bytes, of which a segment refers to eight.
 */
class LargeSegmentsOutTest {

    private static TcpConfig large(TcpConfig config) {
        return config.withLargestSegment(65_000);
    }

    @Test
    void severalSegmentsLeaveAsOneForTheDeviceToCut() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        c.stack.answers(data(5_000).seq(1001).in(1000));
        assertThat(c.tally.of(TcpEvent.LARGE_SEGMENT_OUT)).isEqualTo(1);
        var plain = established();
        plain.stack.writes(2_000);
        plain.stack.answers(data(1_000).in(0), data(1_000).in(0));
    }

    @Test
    void whatFitsOneSegmentIsNotLarge() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(1_000);
        c.stack.answers(data(1_000).in(0));
    }

    @Test
    void theDeviceSaysHowLargeAndAllButTheLastAreFull() {
        var c = established(x -> x.withLargestSegment(4_500));
        c.stack.writes(8_000);
        c.stack.answers(data(4_000).in(1000), data(4_000).in(1000));
    }

    @Test
    void aDeviceThatCutsLessThanASegmentGetsPlainOnes() {
        var c = established(x -> x.withLargestSegment(1_000));
        c.stack.writes(2_000);
        c.stack.answers(data(1_000).in(0), data(1_000).in(0));
    }

    // ---- windows

    /** RFC 5681 §3.1, RFC 6928 §2: ten segments, however many of them leave as one. */
    @Test
    void isNoLargerThanTheCongestionWindow() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(30_000);
        c.stack.answers(data(8_000).in(1000), data(2_000).in(1000));
        c.peer.sends(ack().ack(4001));
        c.stack.answers(data(5_000).in(1000));
    }

    /** RFC 9293 §3.8.6: nothing beyond the window; what is left of it is no segment and waits (§3.8.6.2.1). */
    @Test
    void isNoLargerThanThePeersWindow() {
        var c = established(LargeSegmentsOutTest::large);
        c.peer.sends(ack().window(4_300));
        c.stack.writes(8_000);
        c.stack.answers(data(4_000).in(1000));
    }

    @Test
    void isNoLargerThanHalfOfThePeersLargestWindow() {
        var c = listening(LargeSegmentsOutTest::large);
        c.peer.window(5_000);
        c.peer.sends(syn().mss(1000));
        c.stack.answers(synAck());
        c.peer.sends(ack());
        c.stack.writes(8_000);
        c.stack.answers(data(2_000).in(1000), data(2_000).in(1000), data(1_000).in(0));
    }

    /** draft-ietf-ccwg-bbr §5.6.3, as in Linux: a quantum is 1 ms at the rate, at least two segments. */
    @Test
    void isNoLargerThanThePacersQuantum() {
        var c = modern(100, LargeSegmentsOutTest::large);
        c.stack.writes(40_000);
        c.stack.answers(data(8_000).in(1000), data(2_000).in(1000));
        c.stack.waits(100);
        c.peer.sends(ack());
        c.stack.waits(1);
        c.stack.poll();
        int sent = 0;
        for (int millis = 0; millis < 90; millis++) {
            c.stack.waits(1);
            for (TcpSegment seg : c.stack.said()) {
                assertThat(seg.payload.length()).isLessThanOrEqualTo(2_000);
                sent += seg.payload.length();
            }
        }
        assertThat(sent).isGreaterThan(10_000);
    }

    // ---- waiting to become larger

    /** Ten segments have left a millisecond ago, and more waits. */
    private static Conversation tenInFlight(UnaryOperator<TcpConfig> config) {
        var c = established(config);
        c.stack.writes(100_000);
        c.stack.says();
        c.stack.waits(1);
        return c;
    }

    @Test
    void waitsForAThirdOfTheWindowInsteadOfFollowingEachAck() {
        var c = tenInFlight(LargeSegmentsOutTest::large);
        c.peer.sends(ack().ack(2001));
        c.stack.isSilent();
        c.peer.sends(ack().ack(4001));
        c.stack.answers(data(6_000).in(1000));
    }

    @Test
    void doesNotWaitForWhatIsNoLargeSegment() {
        var c = tenInFlight(x -> x);
        c.peer.sends(ack().ack(2001));
        c.stack.answers(data(1_000), data(1_000));
    }

    @Test
    void doesNotWaitWhereTheClockTicksSlowly() {
        var c = tenInFlight(LargeSegmentsOutTest::large);
        c.stack.waits(1);
        c.peer.sends(ack().ack(2001));
        c.stack.answers(data(2_000).in(1000));
    }

    @Test
    void doesNotWaitWhereTheNextAckIsFar() {
        var c = modern(100, LargeSegmentsOutTest::large);
        c.stack.writes(40_000);
        c.stack.says();
        c.stack.waits(1);
        c.peer.sends(ack().ack(2001));
        assertThat(c.stack.says()).as("half a round trip has not passed").isPositive();
    }

    @Test
    void theEndOfTheTextDoesNotWait() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(12_000);
        c.stack.says();
        c.stack.waits(1);
        c.peer.sends(ack().ack(2001));
        c.stack.answers(data(2_000).in(1000));
    }

    // ---- small segments

    /** RFC 9293 §3.7.4 in Minshall's form: the short end goes along unless another short one is unacknowledged. */
    @Test
    void theShortEndGoesAlongIfItMayLeaveByItself() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(3_500);
        c.stack.answers(data(3_500).in(1000));
        c.stack.writes(2_500);
        c.stack.answers(data(2_000).in(1000));
        c.peer.sends(ack().ack(4501));
        c.stack.answers(data(500).in(0));
    }

    @Test
    void theShortEndGoesAlongWithoutNaglesAlgorithm() {
        var c = established(x -> large(x).withNoDelay(true));
        c.stack.writes(2_500);
        c.stack.answers(data(2_500));
        c.stack.writes(2_500);
        c.stack.answers(data(2_500).in(1000));
    }

    @Test
    void theShortEndWaitsForTheCork() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.connection().cork(true);
        c.stack.writes(3_500);
        c.stack.answers(data(3_000).in(1000));
        c.stack.connection().cork(false);
        c.stack.answers(data(500).in(0));
    }

    /** RFC 9293 §3.9.1.2, §3.10.4: the end is pushed, and FIN is behind the last byte; who cuts it keeps both for the last segment. */
    @Test
    void carriesPushAndFinOfItsLastSegment() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(10_500);
        c.stack.shutsOutput();
        var first = c.stack.said().getFirst();
        assertThat(first.flags).isEqualTo(TcpFlags.ACK);
        assertThat(first.payload.length()).isEqualTo(8_000);
        c.peer.sends(ack());
        var last = c.stack.said().getFirst();
        assertThat(last.flags).isEqualTo(TcpFlags.ACK | TcpFlags.PSH | TcpFlags.FIN);
    }

    @Test
    void finFollowsAFullEnd() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(3_000);
        c.stack.shutsOutput();
        c.stack.answers(fin().text("\0".repeat(3_000)).in(1000));
    }

    // ---- what is never large

    /** RFC 9293 §3.8.5: an urgent pointer is right for one segment only. */
    @Test
    void doesNotReachAcrossUrgentData() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(2_000);
        c.stack.writesUrgently("!");
        c.stack.answers(data(1_000).urgent(2_001).in(0), data(1_000).urgent(1_001).in(0), data("!").urgent(1));
        c.peer.sends(ack());
        c.stack.writes(2_000);
        c.stack.answers(data(2_000).in(1000));
    }

    /** RFC 8985 §7.3: the probe of the tail is one segment, new or old. */
    @Test
    void aProbeOfTheTailIsOneSegment() {
        var c = modern(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        c.stack.answers(data(5_000).in(1000));
        for (int millis = 0; c.tally.of(TcpEvent.TAIL_LOSS_PROBE) == 0; millis++) {
            assertThat(millis).isLessThan(1_500);
            c.stack.waits(1);
        }
        c.stack.answers(data(1_000).seq(5001).in(0));
    }

    /** RFC 9293 §3.8.6.1: a closed window is probed with one octet. */
    @Test
    void aProbeOfAClosedWindowIsOneOctet() {
        var c = established(LargeSegmentsOutTest::large);
        c.peer.sends(ack().window(0));
        c.stack.writes(5_000);
        for (int millis = 0; c.tally.of(TcpEvent.WINDOW_PROBE) == 0; millis++) {
            assertThat(millis).isLessThan(1_500);
            c.stack.waits(1);
        }
        c.stack.answers(data(1).in(0));
    }

    // ---- loss: ranges, not large segments

    /** RFC 2018 §5, RFC 8985 §6.2: of a large segment only what is missing is sent again. */
    @Test
    void ofALargeSegmentOnlyWhatIsLostIsSentAgain() {
        var c = modern(20, LargeSegmentsOutTest::large);
        c.stack.writes(8_000);
        c.stack.answers(data(8_000).seq(1001).in(1000));
        c.stack.waits(20);
        c.peer.sends(ack().ack(2001).sack(5001, 9001));
        int next = 2001;
        for (int round = 0; round < 3 && next != 5001; round++) {
            c.stack.waits(20);
            for (TcpSegment again : c.stack.said()) {
                assertThat(again.seq).isEqualTo(next);
                next += again.payload.length();
            }
            c.peer.sends(ack().ack(next).sack(5001, 9001));
        }
        assertThat(next).as("the hole, and nothing else").isEqualTo(5001);
    }

    /** RFC 6298 §5.4 and RFC 5681 §3.1: one segment after a time-out, though a large one was lost. */
    @Test
    void oneSegmentFollowsATimeOut() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        c.stack.answers(data(5_000).in(1000));
        for (int millis = 0; c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT) == 0; millis++) {
            assertThat(millis).isLessThan(1_500);
            c.stack.waits(1);
        }
        c.stack.answers(data(1_000).seq(1001).in(0));
        c.peer.sends(ack().ack(2001));
        c.stack.answers(data(2_000).seq(2001).in(1000));
    }

    /** RFC 9293 §3.10.7.4: an ACK may lie anywhere in a large segment. */
    @Test
    void anAckInItsMiddleCountsAndMeasures() {
        var c = modern(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        c.stack.answers(data(5_000).in(1000));
        c.stack.waits(30);
        c.peer.sends(ack().ack(3001));
        assertThat(c.stack.connection().info().inFlight()).isEqualTo(3_000);
        assertThat(c.stack.connection().info().srttNanos()).isPositive();
    }

    @Test
    void countsSegmentsSentAgain() {
        var c = modern(20, LargeSegmentsOutTest::large);
        c.stack.writes(8_000);
        c.stack.answers(data(8_000));
        c.stack.waits(20);
        c.peer.sends(ack().ack(1001).sack(5001, 9001));
        c.stack.waits(20);
        c.stack.says();
        assertThat(c.tally.of(TcpEvent.RETRANSMITTED)).isEqualTo(4);
        assertThat(c.stack.connection().info().retransmits()).isEqualTo(4);
    }

    /** The device had no room: all of it counts as never sent. */
    @Test
    void aLocalDropTakesAllOfIt() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        var out = c.stack.said().getFirst();
        c.stack.connection().localDrop(c.stack.now(), out);
        assertThat(c.stack.connection().sndNxt()).isEqualTo(1001);
        c.stack.connection().deviceReady(c.stack.now());
        c.stack.answers(data(5_000).seq(1001).in(1000));
    }

    // ---- ECN, path MTU

    private static UnaryOperator<TcpConfig> withEcn() {
        return x -> large(x).withExtensions(new TcpExtensions(true, 0, true, EcnMode.ACCEPT));
    }

    /** RFC 3168 §6.1.2: CWR goes with the first new data; of a large segment it is the device that keeps it for the first piece. */
    @Test
    void carriesTheReductionOfTheWindow() {
        var c = listening(withEcn());
        c.peer.sends(Seg.flags(TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR).mss(1012).timestamps().sackPermitted());
        c.stack.says();
        c.peer.sends(ack());
        c.stack.writes(10_000);
        c.stack.says();
        c.peer.sends(Seg.flags(TcpFlags.ACK | TcpFlags.ECE));
        c.stack.writes(4_000);
        TcpSegment first = c.stack.said().getFirst();
        assertThat(first.has(TcpFlags.CWR)).isTrue();
        assertThat(first.ecn).isEqualTo(Ecn.ECT_0);
        assertThat(first.segmentSize).isEqualTo(1000);
    }

    /** RFC 1191 §6.5: what was too long leaves again in shorter segments, one of them first. */
    @Test
    void aSmallerPathIsTriedWithOneSegment() {
        var c = established(LargeSegmentsOutTest::large);
        c.stack.writes(5_000);
        c.stack.answers(data(5_000).in(1000));
        c.stack.connection().packetTooBig(c.stack.now(), 640);
        c.stack.answers(data(600).seq(1001).in(0));
        c.peer.sends(ack().ack(1601));
        c.stack.answers(data(4_400).seq(1601).in(600));
    }
}
