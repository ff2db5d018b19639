package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.rstAck;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** What is dropped, or done, is counted under the rule that says so, and only there: one count for each segment. */
class DiscardsTest {

    private static void counts(Conversation c, TcpDiscard why, int times) {
        assertThat(c.tally.of(why)).as(why + " in " + c.tally).isEqualTo(times);
    }

    private static void counts(Conversation c, TcpEvent what, int times) {
        assertThat(c.tally.of(what)).as(what + " in " + c.tally).isEqualTo(times);
    }

    /** RFC 9293 §3.10.7.1. */
    @Test
    void countsWhatComesAfterTheEnd() {
        var c = established();
        c.stack.aborts();
        c.stack.answers(rstAck());
        counts(c, TcpEvent.RESET_SENT, 1);
        c.peer.sends(data("late"));
        counts(c, TcpDiscard.CLOSED, 1);
    }

    /** RFC 9293 §3.10.7.3, each check. */
    @Test
    void countsWhatDoesNotFitInSynSent() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(ack().ack(5_000));
        c.stack.answers(rst().seq(5_000));
        counts(c, TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE, 1);
        c.peer.sends(flags(0));
        counts(c, TcpDiscard.NOT_A_SYN, 1);
        c.peer.sends(rst());
        counts(c, TcpDiscard.RESET_UNACCEPTABLE, 1);
        c.peer.sends(rstAck().ack(1001));
        counts(c, TcpEvent.RESET_RECEIVED, 1);
        counts(c, TcpDiscard.RESET_UNACCEPTABLE, 1);
    }

    /** RFC 9293 §3.10.7.3, fourth check: the SYN of a simultaneous open, with text that has to come again. */
    @Test
    void countsASimultaneousOpenAndTheTextOfItsSyn() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(syn().seq(100).text("early"));
        counts(c, TcpEvent.SIMULTANEOUS_OPEN, 1);
        counts(c, TcpDiscard.TEXT_WITH_SYN, 1);
        var plain = connecting();
        plain.stack.answers(syn());
        plain.peer.sends(syn());
        counts(plain, TcpDiscard.TEXT_WITH_SYN, 0);
    }

    /** RFC 9293 §3.10.7.4, fifth check, SYN-RECEIVED. */
    @Test
    void countsAHandshakeAndAnAckThatDoesNotFitIt() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        assertThat(c.stack.connection().isHandshakeComplete()).isFalse();
        assertThat(c.stack.connection().isHalfOpen()).isTrue();
        c.peer.sends(ack().ack(7));
        counts(c, TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE, 1);
        c.stack.answers(rst().seq(7));
        c.peer.sends(ack());
        counts(c, TcpEvent.ESTABLISHED, 1);
        assertThat(c.stack.connection().isHandshakeComplete()).isTrue();
        assertThat(c.stack.connection().isHalfOpen()).isFalse();
    }

    /** RFC 5961 §3.2, §4.2, §5.2, §7. */
    @Test
    void countsWhatEarnsAChallenge() {
        var c = established();
        c.peer.sends(rst().seq(102));
        counts(c, TcpDiscard.RESET_NOT_EXACT, 1);
        counts(c, TcpEvent.CHALLENGE_ACK, 1);
        c.peer.sends(syn().seq(101));
        counts(c, TcpDiscard.UNEXPECTED_SYN, 1);
        counts(c, TcpEvent.CHALLENGE_ACK, 2);
        c.peer.sends(ack().seq(101).ack(1002));
        counts(c, TcpDiscard.ACK_OF_UNSENT, 1);
        counts(c, TcpEvent.CHALLENGE_ACK, 3);
        c.peer.sends(rst().seq(101));
        counts(c, TcpEvent.RESET_RECEIVED, 1);
    }

    /** RFC 9293 §3.10.7.4, seventh check; §3.6.1; a shut input takes no more. */
    @Test
    void countsTextThatNobodyWillRead() {
        var after = established();
        after.peer.sends(fin());
        after.peer.sends(data("ghost").seq(102));
        counts(after, TcpDiscard.TEXT_AFTER_FIN, 1);
        var shut = established();
        shut.stack.shutsInput();
        shut.peer.sends(data("unheard"));
        counts(shut, TcpDiscard.DATA_AFTER_SHUTDOWN, 1);
        shut.peer.sends(data("unheard").seq(101));
        counts(shut, TcpDiscard.DATA_AFTER_SHUTDOWN, 1);
        assertThat(shut.stack.connection().takeEvents() & TcpConnection.READABLE).isNotZero();
        var read = established();
        read.peer.sends(data("heard"));
        counts(read, TcpDiscard.DATA_AFTER_SHUTDOWN, 0);
        assertThat(read.stack.connection().takeEvents() & TcpConnection.READABLE).isNotZero();
        read.peer.sends(data("heard").seq(101));
        assertThat(read.stack.connection().takeEvents() & TcpConnection.READABLE).as("nothing new").isZero();
    }

    /** RFC 5681 §4.2, RFC 2018 §3. */
    @Test
    void countsHolesAndWhatFillsThem() {
        var c = established();
        c.peer.sends(data("b").seq(102));
        counts(c, TcpEvent.OUT_OF_ORDER, 1);
        counts(c, TcpEvent.HOLE_FILLED, 0);
        c.peer.sends(data("a").seq(101));
        counts(c, TcpEvent.HOLE_FILLED, 1);
        counts(c, TcpEvent.OUT_OF_ORDER, 1);
        c.peer.sends(data("a").seq(101));
        counts(c, TcpDiscard.DUPLICATE_DATA, 0);
        counts(c, TcpDiscard.OUTSIDE_WINDOW, 1);
        c.peer.sends(data("bc").seq(102));
        counts(c, TcpDiscard.DUPLICATE_DATA, 1);
    }

    /** RFC 9293 §3.8.6.3. */
    @Test
    void countsDelayedAcks() {
        var c = talking(x -> x);
        c.peer.sends(data("?"));
        counts(c, TcpEvent.DELAYED_ACK, 0);
        c.stack.waits(40);
        counts(c, TcpEvent.DELAYED_ACK, 1);
    }

    @Test
    void countsWhatIsSelectivelyAcknowledged() {
        var c = modern();
        c.peer.sends(data("b").seq(102));
        c.stack.says();
        counts(c, TcpEvent.SACK_SENT, 1);
        c.peer.sends(data("b").seq(102));
        c.stack.says();
        counts(c, TcpEvent.DSACK_SENT, 1);
    }

    /** RFC 9293 §3.6, figure 13. */
    @Test
    void countsASimultaneousClose() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1001));
        counts(c, TcpEvent.SIMULTANEOUS_CLOSE, 1);
        var inTurn = established();
        inTurn.stack.closes();
        inTurn.stack.answers(fin());
        inTurn.peer.sends(ack());
        inTurn.peer.sends(fin());
        counts(inTurn, TcpEvent.SIMULTANEOUS_CLOSE, 0);
    }

    @Test
    void countsLossesAndWhatRepairsThem() {
        var c = modern(100, x -> x);
        c.stack.writes(6_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.answers(data(1000).seq(1001));
        counts(c, TcpEvent.FAST_RECOVERY, 1);
        counts(c, TcpEvent.RACK_LOSS, 1);
        counts(c, TcpEvent.RETRANSMITTED, 1);
        assertThat(c.stack.connection().info().retransmits()).isEqualTo(1);
        assertThat(c.stack.connection().info().retransmittedBytes()).isEqualTo(1000);
        c.stack.waits(100);
        c.peer.sends(ack());
        var late = established();
        late.stack.writes(6_000);
        late.stack.says();
        late.stack.waits(250);
        counts(late, TcpEvent.RETRANSMISSION_TIMEOUT, 1);
        counts(late, TcpEvent.FAST_RECOVERY, 0);
    }

    /** RFC 6582 §3.2, partial acknowledgements; RFC 3042. */
    @Test
    void countsPartialAcksAndLimitedTransmits() {
        var c = established();
        c.stack.writes(20_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001));
        c.stack.says();
        counts(c, TcpEvent.LIMITED_TRANSMIT, 1);
        counts(c, TcpEvent.DUPLICATE_ACK_IN, 1);
        c.peer.sends(ack().ack(1001));
        c.peer.sends(ack().ack(1001));
        c.stack.says();
        c.peer.sends(ack().ack(4001));
        counts(c, TcpEvent.PARTIAL_ACK, 1);
        c.peer.sends(ack().ack(20_001).seq(101));
        counts(c, TcpEvent.PARTIAL_ACK, 1);
    }

    /** RFC 9293 §3.8.6.1. */
    @Test
    void countsClosedWindowsAndProbes() {
        var c = established();
        c.peer.sends(ack().window(0));
        counts(c, TcpEvent.ZERO_WINDOW, 1);
        c.peer.sends(ack().window(0));
        counts(c, TcpEvent.ZERO_WINDOW, 1);
        c.stack.writes("waiting");
        c.stack.waits(201);
        counts(c, TcpEvent.WINDOW_PROBE, 1);
        counts(c, TcpEvent.RETRANSMITTED, 0);
    }

    /** RFC 5681 §4.1. */
    @Test
    void countsRestartsAfterAPause() {
        var c = established();
        c.stack.writes(1_000);
        c.stack.says();
        c.peer.sends(ack());
        c.stack.waits(100);
        c.stack.writes(1_000);
        c.stack.says();
        c.peer.sends(ack());
        counts(c, TcpEvent.IDLE_RESTART, 0);
        c.stack.waits(1_000);
        c.stack.writes(1_000);
        c.stack.says();
        counts(c, TcpEvent.IDLE_RESTART, 1);
    }

    @Test
    void countsWhatTheDeviceHadNoRoomFor() {
        var c = established();
        c.stack.writes(500);
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        c.stack.connection().localDrop(c.stack.now(), out);
        counts(c, TcpEvent.LOCAL_DROP, 1);
        counts(c, TcpEvent.RETRANSMITTED, 0);
    }

    /** RFC 9293 §3.8.4. */
    @Test
    void countsWhomItGaveUpBecauseNobodyAnswered() {
        var c = established();
        c.stack.connection().keepAlive(c.stack.now(), 1_000_000_000L, 1_000_000_000L, 1);
        c.stack.waits(2_000);
        counts(c, TcpEvent.GIVEN_UP, 1);
        c.stack.answers(ack(), rstAck());
    }

    /** RFC 9293 §3.10.7.4: a flag on top makes no other segment of it. */
    @Test
    void takesPushForWhatItIs() {
        var c = established();
        c.peer.sends(flags(TcpFlags.ACK | TcpFlags.PSH).text("pushed"));
        c.stack.reads("pushed");
        c.stack.answers(ack().ack(107));
    }
}
