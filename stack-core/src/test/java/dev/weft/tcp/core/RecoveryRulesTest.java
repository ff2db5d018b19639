package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.recovery.Recovery;
import org.junit.jupiter.api.Test;

/** The small print of loss recovery: RFC 8985, RFC 2883, RFC 6582, RFC 9937, RFC 4015. Segments carry 1000 bytes, from 1001 on. */
class RecoveryRulesTest {

    private static Conversation onSlowPath() {
        return modern(100, x -> x);
    }

    /** Ten segments are out, for a round trip. */
    private static Conversation tenOut() {
        var c = onSlowPath();
        c.stack.writes(10_000);
        assertThat(c.stack.says()).isEqualTo(10);
        c.stack.waits(100);
        return c;
    }

    private static Recovery recovery(Conversation c) {
        return c.stack.connection().sender().recovery;
    }

    private static long duplicates(Conversation c) {
        return c.tally.of(TcpEvent.DSACK_RECEIVED);
    }

    // ---- RFC 2883 §4 and §5: which block reports a duplicate

    @Test
    void takesAFirstBlockBelowTheAckForADuplicate() {
        var c = tenOut();
        c.peer.sends(ack().ack(3001).sack(2001, 3001));
        assertThat(duplicates(c)).isEqualTo(1);
        assertThat(recovery(c).rack.multiplier()).as("RFC 8985 §6.2: the window for reordering grows").isEqualTo(2);
        c.peer.sends(ack().ack(3001).sack(2001, 2001));
        assertThat(duplicates(c)).as("an empty one says nothing").isEqualTo(1);
        c.peer.sends(ack().ack(3001).sack(2001, 3002));
        assertThat(duplicates(c)).as("it reaches beyond the ACK").isEqualTo(1);
    }

    @Test
    void takesAFirstBlockWithinTheSecondForADuplicate() {
        var c = tenOut();
        c.peer.sends(ack().ack(1001).sack(3001, 4001, 2001, 5001));
        assertThat(duplicates(c)).isEqualTo(1);
        var before = tenOut();
        before.peer.sends(ack().ack(1001).sack(2001, 4001, 3001, 5001));
        assertThat(duplicates(before)).as("begins before the second").isZero();
        var behind = tenOut();
        behind.peer.sends(ack().ack(1001).sack(4001, 6001, 3001, 5001));
        assertThat(duplicates(behind)).as("ends behind it").isZero();
        var second = tenOut();
        second.peer.sends(ack().ack(3001).sack(4001, 5001, 2001, 3001));
        assertThat(duplicates(second)).as("it is not the first").isZero();
    }

    // ---- RFC 8985 §7.4.2

    @Test
    void reducesTheWindowOnceForALossThatTheProbeRepaired() {
        var c = onSlowPath();
        c.stack.writes(1_000);
        c.stack.says();
        c.stack.waits(305);
        c.stack.says();
        c.stack.writes(1_000);
        c.stack.says();
        c.peer.sends(ack());
        assertThat(c.tally.of(TcpEvent.PROBE_REPAIRED_LOSS)).isEqualTo(1);
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
        int ssthresh = c.stack.connection().info().ssthresh();
        assertThat(c.stack.connection().info().cwnd()).as("the recovery is over at once").isLessThanOrEqualTo(ssthresh);
    }

    // ---- RFC 8985 §7.2: no probe where RACK has its own timer, or nothing is out

    @Test
    void setsNoProbeWhileSomethingIsSelectivelyAcknowledged() {
        var c = tenOut();
        c.peer.sends(ack().ack(2001).sack(3001, 4001));
        c.stack.waits(20);
        assertThat(c.tally.of(TcpEvent.TAIL_LOSS_PROBE)).isZero();
        c.stack.waits(600);
        assertThat(c.tally.of(TcpEvent.TAIL_LOSS_PROBE)).isZero();
    }

    @Test
    void setsNoProbeWhenAllIsAcknowledgedOrTheWindowCloses() {
        var all = tenOut();
        all.peer.sends(ack());
        all.stack.waits(3_000);
        assertThat(all.tally.of(TcpEvent.TAIL_LOSS_PROBE)).isZero();
        var closed = tenOut();
        closed.peer.sends(ack().ack(5001).window(0));
        closed.stack.waits(250);
        assertThat(closed.tally.of(TcpEvent.TAIL_LOSS_PROBE)).as("a closed window is probed by persist").isZero();
    }

    // ---- RFC 8985 §6.2: the reordering timer

    @Test
    void beginsARecoveryWhenTheTimerOfReorderingFires() {
        var c = onSlowPath();
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(2001, 3001));
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
        c.stack.waits(26);
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.FAST);
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY)).isEqualTo(1);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(2_000);
        c.stack.says();
        c.peer.sends(ack());
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
    }

    @Test
    void stopsTheTimerOfReorderingWhenTheHoleIsFilled() {
        var c = onSlowPath();
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(2001, 3001));
        c.stack.waits(10);
        c.peer.sends(ack());
        c.stack.waits(1_000);
        assertThat(c.tally.of(TcpEvent.REORDERING_TIMER)).isZero();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }

    // ---- RFC 6675 §4, IsLost: bytes or ranges behind a hole

    @Test
    void takesThreeSmallRangesBehindAHoleForThreeSegments() {
        var c = modern(100, x -> x.withNoDelay(true));
        for (int i = 0; i < 8; i++) {
            c.stack.writes(100);
            c.stack.says();
        }
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(1101, 1201));
        c.peer.sends(ack().ack(1001).sack(1301, 1401, 1101, 1201));
        c.stack.isSilent();
        c.peer.sends(ack().ack(1001).sack(1501, 1601, 1301, 1401, 1101, 1201));
        assertThat(c.tally.of(TcpEvent.RACK_LOSS)).isEqualTo(1);
    }

    @Test
    void takesTwoFullSegmentsAndAByteForThree() {
        var two = tenOut();
        two.peer.sends(ack().ack(1001).sack(2001, 4001));
        two.stack.isSilent();
        var more = tenOut();
        more.peer.sends(ack().ack(1001).sack(2001, 4002));
        assertThat(more.tally.of(TcpEvent.RACK_LOSS)).isEqualTo(1);
    }

    // ---- RFC 6582: without SACK

    private static Conversation inRecoveryWithoutSack() {
        var c = established();
        c.stack.writes(20_000);
        assertThat(c.stack.says()).isEqualTo(10);
        for (int i = 0; i < 3; i++) {
            c.peer.sends(ack().ack(1001));
            assertThat(c.stack.says()).as("two by limited transmit, and the first one again").isEqualTo(1);
        }
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.FAST);
        return c;
    }

    /** RFC 6582 §4, the Impatient variant: the first partial ACK starts the timer anew, the next do not. */
    @Test
    void startsTheTimerAnewForTheFirstPartialAckOnly() {
        var c = inRecoveryWithoutSack();
        c.stack.waits(150);
        c.peer.sends(ack().ack(2001));
        c.stack.says();
        c.stack.waits(190);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isZero();
        c.peer.sends(ack().ack(3001));
        c.stack.says();
        c.stack.waits(20);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(1);
    }

    /** RFC 9937 §6.2: a duplicate ACK stands for a segment that has arrived, so half as many leave. */
    @Test
    void sendsASegmentForTwoDuplicateAcks() {
        var c = inRecoveryWithoutSack();
        assertThat(c.stack.connection().info().inFlight()).isEqualTo(9_000);
        int sent = 0;
        for (int i = 4; i <= 8; i++) {
            c.peer.sends(ack().ack(1001));
            sent += c.stack.says();
        }
        assertThat(sent).isEqualTo(1);
        for (int i = 9; i <= 11; i++) {
            c.peer.sends(ack().ack(1001));
            assertThat(c.stack.says()).as("at ssthresh one leaves for one that arrives").isEqualTo(1);
            assertThat(c.stack.connection().info().inFlight()).isEqualTo(5_000);
        }
    }

    /** RFC 6582 §3.2, step 3 and the end: the window is what ssthresh allows, and nothing counts as arrived twice. */
    @Test
    void countsNothingOfTheDuplicatesOnceAllIsAcknowledged() {
        var c = inRecoveryWithoutSack();
        for (int i = 0; i < 6; i++) {
            c.peer.sends(ack().ack(1001));
        }
        c.stack.says();
        c.peer.sends(ack());
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
        c.stack.says();
        assertThat(c.stack.connection().info().inFlight()).isEqualTo(c.stack.connection().sender().outstanding());
        assertThat(recovery(c).duplicateAcks()).isZero();
    }

    /** RFC 6582 §3.2, step 2: the third duplicate, no other one, and only above what the last recovery covered. */
    @Test
    void entersARecoveryOnceForAWindow() {
        var c = inRecoveryWithoutSack();
        c.peer.sends(ack().ack(1001));
        c.peer.sends(ack().ack(1001));
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY)).isEqualTo(1);
        assertThat(c.tally.of(TcpEvent.FAST_RETRANSMIT)).isEqualTo(1);
    }

    /** RFC 9937 §6.2: what duplicates have told already does not count again with the ACK that covers it. */
    @Test
    void countsWhatDuplicatesHaveToldOnce() {
        var c = inRecoveryWithoutSack();
        c.peer.sends(ack().ack(4001));
        c.stack.answers(data(1000).seq(4001));
        c.stack.isSilent();
    }

    /** RFC 9937 §6.2: of five segments three were told by duplicates, two are news, and half a segment leaves for each. */
    @Test
    void countsWhatDuplicatesHaveNotTold() {
        var c = inRecoveryWithoutSack();
        c.peer.sends(ack().ack(6001));
        c.stack.says();
        assertThat(c.stack.connection().info().inFlight()).isBetween(6_000, 7_000);
        assertThat(c.tally.of(TcpEvent.PARTIAL_ACK)).isEqualTo(1);
    }

    /** RFC 6582 §4: duplicates after a time-out answer what was sent again for nothing, and let nothing out. */
    @Test
    void letsNothingOutForDuplicatesAfterATimeout() {
        var c = established();
        c.stack.writes(20_000);
        assertThat(c.stack.says()).isEqualTo(10);
        c.stack.waits(250);
        assertThat(c.stack.says()).isEqualTo(1);
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.TIMEOUT);
        for (int i = 0; i < 5; i++) {
            c.peer.sends(ack().ack(1001));
        }
        assertThat(c.stack.says()).isZero();
        assertThat(c.tally.of(TcpEvent.FAST_RETRANSMIT)).isZero();
        assertThat(recovery(c).duplicateAcks()).isZero();
    }

    /** RFC 6582 §3.2, step 4: each partial ACK tells of the next hole, and the last full one ends the recovery. */
    @Test
    void sendsTheNextHoleForEachPartialAck() {
        var c = inRecoveryWithoutSack();
        for (int i = 2; i <= 4; i++) {
            c.peer.sends(ack().ack(i * 1000 + 1));
            c.stack.answers(data(1000).seq(i * 1000 + 1));
            c.stack.says();
        }
        assertThat(c.tally.of(TcpEvent.PARTIAL_ACK)).isEqualTo(3);
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.FAST);
        c.peer.sends(ack());
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
    }

    // ---- RFC 4015 §3.2, RFC 3522

    @Test
    void learnsTheSlowPathFromASpuriousTimeout() {
        var c = onSlowPath();
        c.stack.writes(4_000);
        c.stack.says();
        int first = c.peer.tsSeen;
        c.stack.waits(700);
        c.stack.says();
        c.peer.sends(ack().ack(2001).timestamps(null, first));
        assertThat(c.tally.of(TcpEvent.UNDO_BY_TIMESTAMP)).isEqualTo(1);
        assertThat(c.stack.connection().info().srttNanos()).as("an eighth of the way from 100 to 700 ms, or more")
                .isGreaterThanOrEqualTo(170_000_000L);
        c.peer.sends(ack().ack(3001).timestamps(null, first));
        assertThat(c.tally.of(TcpEvent.UNDO_BY_TIMESTAMP)).as("once").isEqualTo(1);
    }

    // ---- RFC 8985 §6.3, RFC 2018 §8: the time-out

    @Test
    void takesTheFirstSegmentForLostAfterATimeoutThoughItIsRecent() {
        var c = onSlowPath();
        c.stack.writes(1_000);
        c.stack.waits(280);
        c.stack.writes(1_000);
        c.stack.says();
        c.stack.waits(700);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isPositive();
        assertThat(c.tally.of(TcpEvent.SACK_RENEGED)).as("nothing was named").isZero();
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.TIMEOUT);
        c.peer.sends(ack());
        assertThat(recovery(c).phase()).isEqualTo(Recovery.Phase.OPEN);
        c.stack.says();
        c.stack.waits(5_000);
        c.stack.isSilent();
    }

    /** RFC 5681 §3.1: the time-out of what was sent again leaves ssthresh as it is. */
    @Test
    void reducesOnceForTimeoutsInARow() {
        var c = onSlowPath();
        c.stack.writes(8_000);
        c.stack.says();
        c.stack.waits(600);
        c.stack.says();
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(1);
        int ssthresh = c.stack.connection().info().ssthresh();
        assertThat(ssthresh).isEqualTo(4_000);
        c.stack.waits(2_000);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isGreaterThan(1);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(ssthresh);
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(c.stack.connection().info().sendMss());
    }

    /** RFC 2018 §5: what is named and what is lost is shown. */
    @Test
    void knowsHowManyRangesWereNamed() {
        var c = tenOut();
        c.peer.sends(ack().ack(1001).sack(7001, 8001, 3001, 4001));
        assertThat(recovery(c).board.sackedRanges()).isEqualTo(2);
        c.peer.sends(ack().ack(1001).sack(3001, 8001));
        assertThat(recovery(c).board.sackedRanges()).isEqualTo(1);
        assertThat(recovery(c).board.sacked()).isEqualTo(5_000);
    }

    /** RFC 6298 §5.3 with data of which a part is acknowledged: nothing is sent in the time of a time-out. */
    @Test
    void isSilentWhileAcksComeInTime() {
        var c = tenOut();
        for (int i = 1; i <= 9; i++) {
            c.peer.sends(ack().ack(1001 + i * 1000));
            c.stack.waits(150);
        }
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.RETRANSMITTED)).isZero();
        c.peer.sends(ack());
        c.stack.writes(1_000);
        c.stack.answers(data(1000).seq(11_001));
    }
}
