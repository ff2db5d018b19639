package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.segment.ChallengeAcks;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** Which segments count: RFC 9293 §3.10.7.4, first to seventh check, and RFC 5961. */
class AcceptanceTest {

    /** RFC 5961 §3.2, first case. */
    @Test
    void isResetByTheExactNumberOnly() {
        var c = established();
        c.peer.sends(rst().seq(101));
        c.stack.hasFailed(TcpFailure.RESET);
        c.stack.isSilent();
    }

    /** RFC 5961 §3.2, third case. */
    @Test
    void answersInWindowResetWithChallengeAck() {
        var c = established();
        c.peer.sends(rst().seq(102));
        c.stack.answers(ack().seq(1001).ack(101));
        c.stack.is(TcpState.ESTABLISHED);
    }

    /** RFC 5961 §3.2, second case. */
    @Test
    void ignoresResetOutsideTheWindow() {
        var c = established();
        c.peer.sends(rst().seq(100));
        c.peer.sends(rst().seq(101 + 65_535));
        c.stack.isSilent();
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.tally.of(TcpDiscard.RESET_OUTSIDE_WINDOW)).isEqualTo(2);
    }

    /** RFC 5961 §4.2. */
    @Test
    void answersSynInAnySynchronizedStateWithChallengeAck() {
        var c = established();
        c.peer.sends(syn().seq(101));
        c.stack.answers(ack().ack(101));
        c.peer.sends(syn().seq(-5_000));
        c.stack.answers(ack().ack(101));
        c.peer.sends(synAck().seq(300));
        c.stack.answers(ack().ack(101));
        c.stack.is(TcpState.ESTABLISHED);
    }

    /** RFC 5961 §7. */
    @Test
    void limitsAnswersToSegmentsWithoutTextPerConnection() {
        var c = established();
        for (int i = 0; i < 50; i++) {
            c.peer.sends(rst().seq(200));
        }
        assertThat(c.stack.says()).isEqualTo(ChallengeAcks.BURST);
        assertThat(c.tally.of(TcpDiscard.CHALLENGE_LIMIT)).isEqualTo(50 - ChallengeAcks.BURST);
        c.stack.waits(ChallengeAcks.INTERVAL_MILLIS);
        c.peer.sends(rst().seq(200));
        assertThat(c.stack.says()).isEqualTo(1);
        var other = established();
        other.peer.sends(rst().seq(200));
        assertThat(other.stack.says()).isEqualTo(1);
    }

    /** RFC 9293 §3.10.7.4, eighth check: the stream ends with its FIN. What had come of later numbers is none of it. */
    @Test
    void takesAFinBelowWhatCameBeforeIt() {
        var c = established();
        c.peer.sends(data("ghost").seq(110));
        c.stack.answers(ack().ack(101));
        c.peer.sends(flags(TcpFlags.ACK | TcpFlags.FIN).seq(101).text("whole"));
        c.stack.answers(ack().ack(107));
        c.stack.reads("whole");
        c.stack.is(TcpState.CLOSE_WAIT);
        assertThat(c.tally.of(TcpDiscard.TEXT_AFTER_FIN)).isEqualTo(1);
    }

    /** The same where the FIN comes first, too: its number lies within a range, and the hole is filled last. */
    @Test
    void takesAFinInTheMiddleOfWhatCameBeforeIt() {
        var c = established();
        c.peer.sends(data("leghost").seq(104));
        c.stack.answers(ack().ack(101));
        c.peer.sends(flags(TcpFlags.ACK | TcpFlags.FIN).seq(104).text("le"));
        c.stack.answers(ack().ack(101));
        c.peer.sends(data("more").seq(108));
        c.stack.answers(ack().ack(101));
        c.peer.sends(data("who").seq(101));
        c.stack.answers(ack().ack(107));
        c.stack.reads("whole");
        c.stack.is(TcpState.CLOSE_WAIT);
    }

    /** And of a FIN that is where the stream ends nothing is thrown away. */
    @Test
    void keepsWhatCameBeforeTheFinOutOfOrder() {
        var c = established();
        c.peer.sends(flags(TcpFlags.ACK | TcpFlags.FIN).seq(104).text("le"));
        c.stack.answers(ack().ack(101));
        c.peer.sends(data("who").seq(101));
        c.stack.answers(ack().ack(107));
        c.stack.reads("whole");
        assertThat(c.tally.of(TcpDiscard.TEXT_AFTER_FIN)).isZero();
    }

    /**
     * RFC 9293 §3.10.7.4, first check, with the number behind the window allowed: that is what the ACKs of a peer bear that has used the
     * window up. Where both have, and lost an ACK, neither would ever hear the other.
     */
    @Test
    void takesAnAckOfAPeerThatHasUsedUpTheWindow() {
        var c = established();
        c.stack.writes("lost");
        c.stack.answers(data("lost"));
        c.peer.sends(ack().seq(101 + 65_535).ack(1005));
        c.stack.isSilent();
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    /** And not the one behind that. */
    @Test
    void takesNoAckFromFartherBehindTheWindow() {
        var c = established();
        c.stack.writes("lost");
        c.stack.answers(data("lost"));
        c.peer.sends(ack().seq(101 + 65_536).ack(1005));
        c.stack.answers(ack().ack(101));
        assertThat(c.stack.connection().unacknowledged()).isEqualTo(4);
        assertThat(c.tally.of(TcpDiscard.OUTSIDE_WINDOW)).isEqualTo(1);
    }

    /** RFC 9293 §3.10.7.4, first check; §3.4. */
    @Test
    void answersSegmentOutsideTheWindow() {
        var c = established();
        c.peer.sends(data("old").seq(90));
        c.stack.answers(ack().seq(1001).ack(101));
        c.peer.sends(data("far").seq(101 + 65_535));
        c.stack.answers(ack().ack(101));
        assertThat(c.tally.of(TcpDiscard.OUTSIDE_WINDOW)).isEqualTo(2);
        assertThat(c.stack.connection().readable()).isZero();
    }

    /** RFC 9293 §3.10.7.4, first check: portions outside the window are trimmed. */
    @Test
    void takesThePartOfASegmentThatIsNew() {
        var c = established();
        c.peer.sends(data("hello"));
        c.stack.answers(ack().ack(106));
        c.peer.sends(data("lo world").seq(104));
        c.stack.answers(ack().ack(112));
        c.stack.reads("hello world");
        assertThat(c.tally.of(TcpDiscard.DUPLICATE_DATA)).isEqualTo(1);
    }

    /** RFC 9293 §3.10.7.4, first check: portions outside the window are trimmed. */
    @Test
    void takesThePartOfASegmentThatLiesInTheWindow() {
        var c = established(x -> x.withBuffers(1000, 8));
        c.peer.sends(data("0123456789"));
        c.stack.answers(ack().ack(109).window(0));
        c.stack.reads("01234567");
        assertThat(c.tally.of(TcpDiscard.BEYOND_WINDOW)).isEqualTo(1);
    }

    /** RFC 9293 §3.10.7.4, fifth check. */
    @Test
    void dropsSegmentWithoutAck() {
        var c = established();
        c.peer.sends(flags(0).text("no ack"));
        c.stack.isSilent();
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.tally.of(TcpDiscard.NO_ACK_FLAG)).isEqualTo(1);
    }

    /** RFC 9293 §3.10.7.4, fifth check; RFC 5961 §5.2. */
    @Test
    void answersAndDropsAckOfWhatWasNeverSent() {
        var c = established();
        c.peer.sends(data("x").seq(101).ack(1002));
        c.stack.answers(ack().seq(1001).ack(101));
        assertThat(c.stack.connection().readable()).isZero();
    }

    /** RFC 5961 §5.2: MAX.SND.WND. */
    @Test
    void answersAndDropsTextWithAnAckOlderThanAWindow() {
        var c = established();
        c.peer.sends(data("y").seq(101).ack(1001 - 60_001));
        c.stack.answers(ack().ack(101));
        assertThat(c.tally.of(TcpDiscard.ACK_TOO_OLD)).isEqualTo(1);
        c.peer.sends(data("y").seq(101).ack(1001 - 60_000));
        c.stack.reads("y");
    }

    /** RFC 9293 §3.10.7.4: with a window of zero ACKs, resets and urgent pointers are processed (MUST-66). */
    @Test
    void processesAckOfSegmentThatAClosedWindowRefuses() {
        var c = established(x -> x.withBuffers(1000, 8));
        c.stack.writes("abc");
        c.stack.answers(data("abc"));
        c.peer.sends(data("01234567").ack(1001));
        c.stack.answers(ack().window(0));
        c.peer.sends(data("8").seq(109).ack(1004));
        c.stack.answers(ack().ack(109).window(0));
        assertThat(c.stack.connection().unacknowledged()).isZero();
        c.stack.reads("01234567");
    }

    /** RFC 6093 §4. */
    @Test
    void leavesUrgentDataInTheStream() {
        var c = established();
        c.peer.sends(flags(TcpFlags.ACK | TcpFlags.URG).text("urgent"));
        c.stack.reads("urgent");
    }
}
