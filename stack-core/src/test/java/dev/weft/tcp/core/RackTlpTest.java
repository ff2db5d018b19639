package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.recovery.Rack;
import dev.weft.tcp.core.recovery.RateReduction;
import dev.weft.tcp.core.recovery.Recovery;
import org.junit.jupiter.api.Test;

/**
 * RACK-TLP (RFC 8985), with what follows of a loss: PRR (RFC 9937), undo (RFC 3522, RFC 3708), reneging (RFC 2018 §8). Segments
 * carry 1000 bytes; data begins at 1001.
 */
class RackTlpTest {

    /** A connection on a path of 100 ms: SRTT and RACK's least round trip are that, the time-out is 300 ms. */
    private static Conversation onSlowPath() {
        return modern(100, x -> x.withCongestionControl(CongestionAlgorithm.NEW_RENO));
    }

    private static long of(Conversation c, TcpEvent event) {
        return c.tally.of(event);
    }

    private static Recovery.Phase phase(Conversation c) {
        return c.stack.connection().sender().recovery.phase();
    }

    // ---- RFC 8985 §6.2: loss by time

    /** RFC 8985 §6.2, step 4: no window once three are behind it; RFC 6675 §4, IsLost; §3. */
    @Test
    void takesForLostWhatWasSentBeforeThreeSegmentsThatArrived() {
        var c = onSlowPath();
        c.stack.writes(6_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(2001, 3001));
        c.peer.sends(ack().ack(1001).sack(2001, 4001));
        c.stack.isSilent();
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        assertThat(of(c, TcpEvent.RACK_LOSS)).isEqualTo(1);
        assertThat(phase(c)).isEqualTo(Recovery.Phase.FAST);
    }

    /** RFC 8985 §6.2, step 4. */
    @Test
    void waitsAQuarterOfTheLeastRoundTripForFewerThanThree() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(2_000);
        c.stack.answers(data(1000), data(1000));
        c.stack.waits(100);
        c.peer.sends(ack().ack(una).sack(una + 1000, una + 2000));
        c.stack.isSilent();
        c.stack.waits(24);
        c.stack.isSilent();
        c.stack.waits(2);
        c.stack.answers(data(1000).seq(una));
        assertThat(of(c, TcpEvent.REORDERING_TIMER)).isEqualTo(1);
    }

    @Test
    void sendsNothingAgainWhenTheLateSegmentComesInTime() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(una).sack(una + 1000, una + 2000));
        c.stack.waits(20);
        c.peer.sends(ack().ack(una + 2000));
        c.stack.waits(1_000);
        c.stack.isSilent();
        assertThat(of(c, TcpEvent.RACK_LOSS)).isZero();
        assertThat(c.stack.connection().sender().recovery.rack.reorderingSeen()).isTrue();
    }

    @Test
    void waitsBehindThreeSegmentsAsWellOnceItHasSeenReordering() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(una).sack(una + 1000, una + 2000));
        c.peer.sends(ack().ack(una + 2000));
        c.stack.writes(4_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(una + 2000).sack(una + 3000, una + 6000));
        c.stack.isSilent();
        c.stack.waits(26);
        c.stack.answers(data(1000).seq(una + 2000));
    }

    @Test
    void widensTheWindowOncePerRoundTripWhenDuplicatesAreReported() {
        var rack = new Rack();
        rack.duplicateSeen(1000, 2000);
        rack.duplicateSeen(1500, 2500);
        assertThat(rack.multiplier()).isEqualTo(2);
        rack.duplicateSeen(2000, 3000);
        assertThat(rack.multiplier()).isEqualTo(3);
        for (int i = 0; i < Rack.PERSIST - 1; i++) {
            rack.recovered();
        }
        assertThat(rack.multiplier()).isEqualTo(3);
        rack.recovered();
        assertThat(rack.multiplier()).as("shrinks after 16 recoveries").isEqualTo(1);
    }

    /** RFC 8985 §6.2, step 4: the end of a round trip that is long gone must not seem to lie ahead. */
    @Test
    void widensTheWindowAlsoWhenTheLastDuplicateWasMoreThanHalfTheSpaceAgo() {
        var rack = new Rack();
        rack.duplicateSeen(1000, 2000);
        rack.acknowledged(1999);
        rack.duplicateSeen(1999, 2500);
        assertThat(rack.multiplier()).isEqualTo(2);
        rack.acknowledged(2000);
        rack.acknowledged(1 << 30);
        rack.acknowledged(Integer.MIN_VALUE + 3000);
        rack.duplicateSeen(Integer.MIN_VALUE + 3000, Integer.MIN_VALUE + 4000);
        assertThat(rack.multiplier()).isEqualTo(3);
    }

    /** RFC 8985 §5.2, RACK_sent_after. */
    @Test
    void takesARetransmissionForLostOnceWhatWasSentAfterItArrives() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(6_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(una).sack(una + 2000, una + 6000));
        c.stack.answers(data(1000).seq(una), data(1000).seq(una + 1000));
        c.stack.waits(50);
        c.stack.writes(1_000);
        c.stack.answers(data(1000).seq(una + 6000));
        c.stack.waits(100);
        c.peer.sends(ack().ack(una + 1000).sack(una + 2000, una + 7000));
        c.stack.answers(data(1000).seq(una + 1000));
    }

    /** RFC 2018 §5; RFC 8985 §5. */
    @Test
    void doesNotBelieveBlocksOfWhatWasNeverSent() {
        var c = modern();
        c.stack.writes(3_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 9001, 5001, 4001, 1001 - 500, 1501));
        assertThat(c.stack.connection().sender().recovery.board.sacked()).isZero();
        assertThat(c.stack.connection().sender().flight()).isEqualTo(3_000);
    }

    // ---- RFC 8985 §7: tail loss probe

    /** RFC 8985 §7.2 and §7.3. */
    @Test
    void probesTheTailAfterTwoRoundTripsWithTheLastSegment() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(3_000);
        c.stack.says();
        c.stack.waits(195);
        c.stack.isSilent();
        c.stack.waits(10);
        c.stack.answers(data(1000).seq(una + 2000));
        assertThat(of(c, TcpEvent.TAIL_LOSS_PROBE)).isEqualTo(1);
        c.stack.waits(200);
        c.stack.isSilent();
        assertThat(of(c, TcpEvent.RETRANSMISSION_TIMEOUT)).as("the probe put it off").isZero();
        c.peer.sends(ack().ack(una + 3000));
        c.stack.waits(5_000);
        c.stack.isSilent();
    }

    /** RFC 8985 §7.3. */
    @Test
    void probesWithNewDataWhereThereIsSome() {
        var c = onSlowPath();
        int nxt = c.stack.connection().sndNxt();
        int cwnd = c.stack.connection().info().cwnd();
        c.stack.writes(cwnd + 1_000);
        c.stack.waits(195);
        c.stack.says();
        c.stack.waits(10);
        c.stack.answers(data(1000).seq(nxt + cwnd));
        assertThat(of(c, TcpEvent.RETRANSMITTED)).isZero();
    }

    /** RFC 8985 §7.4. */
    @Test
    void findsTheLossesBeforeItByTheAckOfTheProbe() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(3_000);
        c.stack.says();
        c.stack.waits(205);
        c.stack.answers(data(1000).seq(una + 2000));
        c.stack.waits(100);
        c.peer.sends(ack().ack(una).sack(una + 2000, una + 3000));
        c.stack.answers(data(1000).seq(una));
        c.stack.waits(100);
        c.peer.sends(ack().ack(una + 1000).sack(una + 2000, una + 3000));
        c.stack.answers(data(1000).seq(una + 1000));
        assertThat(of(c, TcpEvent.RETRANSMISSION_TIMEOUT)).isZero();
    }

    /** RFC 8985 §7.4.2. */
    @Test
    void tellsCongestionControlOfALossThatTheProbeRepaired() {
        var c = onSlowPath();
        c.stack.writes(1_000);
        c.stack.says();
        c.stack.waits(305);
        assertThat(of(c, TcpEvent.TAIL_LOSS_PROBE)).isEqualTo(1);
        c.stack.says();
        c.stack.writes(1_000);
        c.stack.answers(data(1000));
        c.peer.sends(ack());
        assertThat(of(c, TcpEvent.PROBE_REPAIRED_LOSS)).isEqualTo(1);
        assertThat(c.stack.connection().info().ssthresh()).isLessThan(Integer.MAX_VALUE);
    }

    /** RFC 8985 §7.4.2; RFC 2883 §5. */
    @Test
    void tellsItNothingWhenTheProbeCameTwice() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(1_000);
        c.stack.says();
        c.stack.waits(305);
        c.stack.says();
        c.peer.sends(ack().ack(una + 1000));
        c.peer.sends(ack().ack(una + 1000).sack(una, una + 1000));
        assertThat(of(c, TcpEvent.PROBE_REPAIRED_LOSS)).isZero();
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    // ---- RFC 9937

    @Test
    void reducesTheFlightEvenlyInsteadOfWaitingForHalfAWindow() {
        var c = onSlowPath();
        c.stack.writes(30_000);
        c.stack.waits(100);
        assertThat(c.stack.says()).isEqualTo(10);
        for (int i = 1; i <= 2; i++) {
            c.peer.sends(ack().ack(1001).sack(2001, 2001 + 1000 * i));
            assertThat(c.stack.says()).as("limited transmit").isEqualTo(1);
        }
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        int sent = 0;
        for (int i = 4; i <= 9; i++) {
            c.peer.sends(ack().ack(1001).sack(2001, 2001 + 1000 * i));
            c.stack.waits(20);                       // as the pacer likes it
            sent += c.stack.says();
        }
        assertThat(sent).as("about one for two that arrive").isBetween(2, 3);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(5_000);
    }

    /** RFC 9937 §6.2. */
    @Test
    void followsTheFormulaOfRfc9937() {
        var prr = new RateReduction();
        prr.begin(10_000, 7_000);
        prr.acknowledged(1_000, 9_000, false, 1_000);
        assertThat(prr.cwnd()).as("the lost segment leaves at once").isEqualTo(10_000);
        prr.sent(1_000);
        prr.acknowledged(1_000, 9_000, false, 1_000);
        assertThat(prr.cwnd()).as("ceil(2000 · 7/10) − 1000").isEqualTo(9_400);
        prr.acknowledged(4_000, 3_000, false, 1_000);
        assertThat(prr.cwnd()).as("below ssthresh: as much as has arrived").isEqualTo(7_000);
        var safe = new RateReduction();
        safe.begin(10_000, 7_000);
        safe.sent(2_000);
        safe.acknowledged(2_000, 3_000, true, 1_000);
        assertThat(safe.cwnd()).as("and a segment more when it is safe").isEqualTo(6_000);
    }

    // ---- undo

    /** RFC 3522 §3.2, RFC 4015 §3.2. */
    @Test
    void undoesATimeoutWhenTheEchoIsOfTheFirstTransmission() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        int cwnd = c.stack.connection().info().cwnd();
        c.stack.writes(4_000);
        c.stack.says();
        int first = c.peer.tsSeen;
        c.stack.waits(600);
        c.stack.says();
        assertThat(phase(c)).isEqualTo(Recovery.Phase.TIMEOUT);
        c.peer.sends(ack().ack(una + 1000).timestamps(null, first));
        assertThat(of(c, TcpEvent.UNDO_BY_TIMESTAMP)).isEqualTo(1);
        assertThat(phase(c)).isEqualTo(Recovery.Phase.OPEN);
        assertThat(c.stack.connection().info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        c.stack.isSilent();
    }

    /** RFC 3522 §3.2; RFC 8985 §6.3. */
    @Test
    void undoesNothingWhenTheEchoIsOfTheRetransmission() {
        var c = onSlowPath();
        int una = c.stack.connection().sender().sndUna;
        c.stack.writes(4_000);
        c.stack.waits(600);
        c.stack.says();
        c.peer.sends(ack().ack(una + 1000));
        assertThat(of(c, TcpEvent.UNDO_BY_TIMESTAMP)).isZero();
        assertThat(phase(c)).isEqualTo(Recovery.Phase.TIMEOUT);
        assertThat(c.stack.says()).as("what is lost goes out again").isPositive();
    }

    /** RFC 3708 §2. */
    @Test
    void undoesARecoveryWhenAllThatWasSentAgainCameTwice() {
        var c = modern(x -> x.withCongestionControl(CongestionAlgorithm.NEW_RENO));
        c.stack.writes(6_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(3_000);
        c.peer.sends(ack().ack(5001).sack(1001, 2001));
        assertThat(of(c, TcpEvent.UNDO_BY_DSACK)).isEqualTo(1);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(Integer.MAX_VALUE);
        assertThat(c.stack.connection().info().cwnd()).isGreaterThanOrEqualTo(10_000);
    }

    /** RFC 3708 §2. */
    @Test
    void undoesNothingWhenOnlyPartOfItCameTwice() {
        var c = modern(x -> x.withCongestionControl(CongestionAlgorithm.NEW_RENO));
        c.stack.writes(6_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(3001, 6001));
        c.stack.says();
        c.peer.sends(ack().ack(2001).sack(3001, 6001));
        c.stack.says();
        c.peer.sends(ack().ack(6001).sack(1001, 2001));
        assertThat(of(c, TcpEvent.DSACK_RECEIVED)).isEqualTo(1);
        assertThat(of(c, TcpEvent.UNDO_BY_DSACK)).isZero();
    }

    // ---- RFC 2018 §8

    @Test
    void sendsEverythingAgainWhenThePeerHasDroppedWhatItNamed() {
        var c = modern();
        c.stack.writes(4_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        c.peer.sends(ack().ack(2001));
        c.stack.isSilent();
        c.stack.waits(1_000);
        assertThat(of(c, TcpEvent.SACK_RENEGED)).isEqualTo(1);
        c.stack.says();
        c.peer.sends(ack().ack(3001));
        assertThat(c.stack.says()).isPositive();
        c.peer.sends(ack().ack(5001));
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    /** RFC 2018 §8: all that was named counts as lost, also what comes before something that has just been sent. */
    @Test
    void sendsAgainWhatWasForgottenBeforeWhatHasJustBeenSent() {
        var c = modern(100, x -> x);
        c.stack.writes(4_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        c.stack.waits(100);
        c.peer.sends(ack().ack(2001));
        c.stack.waits(280);
        c.stack.writes(1_000);
        c.stack.answers(data(1000).seq(5001));
        c.stack.waits(200);
        assertThat(of(c, TcpEvent.SACK_RENEGED)).isEqualTo(1);
        c.stack.answers(data(1000).seq(2001));
        Sender snd = c.stack.connection().sender();
        assertThat(snd.recovery.board.isConsistent(snd.sndUna, snd.sndNxt)).isTrue();
        assertThat(c.stack.connection().info().lost()).isGreaterThanOrEqualTo(2_000);
    }

    // ---- what can be seen

    @Test
    void showsWhatWasAgreedAndWhatHasArrivedOrIsLost() {
        var c = onSlowPath();
        c.stack.writes(8_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(4001, 8001));
        c.stack.poll();
        TcpInfo info = c.stack.connection().info();
        assertThat(info.timestamps()).isTrue();
        assertThat(info.selectiveAcks()).isTrue();
        assertThat(info.windowScaling()).isFalse();
        assertThat(info.sacked()).isEqualTo(4_000);
        assertThat(info.lost() + info.retransmittedBytes()).isEqualTo(3_000);
        assertThat(info.retransmittedBytes()).isPositive();
        assertThat(info.inFlight()).isEqualTo((int) (1_000 + info.retransmittedBytes()));
        assertThat(info.reorderingSeen()).isFalse();
        assertThat(Conversation.established().stack.connection().info().selectiveAcks()).isFalse();
    }
}
