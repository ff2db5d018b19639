package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.Test;

/** What we say of what came out of order, or twice: RFC 2018 §2 to §4, RFC 2883 §4. The peer's data begins at 101. */
class SackReportTest {

    private static Conversation withoutTimestamps() {
        var c = listening(x -> x);
        c.peer.sends(syn().mss(1000).sackPermitted());
        c.stack.says();
        c.peer.sends(ack());
        return c;
    }

    @Test
    void permitsInItsSynAndInAnAnswerToOneThatPermits() {
        var active = connecting();
        active.stack.poll();
        assertThat(firstOf(connecting()).sackPermitted).isTrue();
        assertThat(firstOf(connecting(x -> x.withExtensions(TcpExtensions.NONE))).sackPermitted).isFalse();
        var passive = listening(x -> x);
        passive.peer.sends(syn().sackPermitted());
        assertThat(firstOf(passive).sackPermitted).isTrue();
        var plain = listening(x -> x);
        plain.peer.sends(syn());
        assertThat(firstOf(plain).sackPermitted).isFalse();
    }

    private static TcpSegment firstOf(Conversation c) {
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        return out;
    }

    @Test
    void namesNothingToAPeerThatDidNotPermitIt() {
        var c = established();
        c.peer.sends(data("d").seq(104));
        c.stack.answers(ack().ack(101).sack());
        c.peer.sends(data("d").seq(104));
        c.stack.answers(ack().ack(101).sack());
    }

    @Test
    void namesTheRangeBehindAHole() {
        var c = modern();
        c.peer.sends(data("hello").seq(106));
        c.stack.answers(ack().ack(101).sack(106, 111));
    }

    @Test
    void namesTheRangeThatHasChangedLastFirst() {
        var c = modern();
        c.peer.sends(data("b").seq(103));
        c.stack.answers(ack().sack(103, 104));
        c.peer.sends(data("d").seq(107));
        c.stack.answers(ack().sack(107, 108, 103, 104));
        c.peer.sends(data("c").seq(104));
        c.stack.answers(ack().sack(103, 105, 107, 108));
    }

    @Test
    void namesThreeRangesBesideTimestampsAndFourWithout() {
        var c = modern();
        var d = withoutTimestamps();
        for (int seq = 103; seq <= 111; seq += 2) {
            c.peer.sends(data("x").seq(seq));
            d.peer.sends(data("x").seq(seq));
        }
        c.stack.says();
        d.stack.says();
        c.peer.sends(data("x").seq(113));
        c.stack.answers(ack().ack(101).sack(113, 114, 111, 112, 109, 110));
        d.peer.sends(data("x").seq(113));
        d.stack.answers(ack().ack(101).sack(113, 114, 111, 112, 109, 110, 107, 108));
    }

    @Test
    void namesEachInTheAckOfItsSegmentThoughBothCameInOneBatch() {
        var c = modern();
        c.peer.sends(data("b").seq(103));
        c.peer.sends(data("d").seq(107));
        c.stack.answers(ack().sack(103, 104, 107, 108), ack().sack(107, 108, 103, 104));
    }

    @Test
    void namesWhatIsLeftWhenAHoleIsFilledAndNothingInTheEnd() {
        var c = modern();
        c.peer.sends(data("b").seq(103));
        c.peer.sends(data("d").seq(107));
        c.stack.says();
        c.peer.sends(data("ab").seq(101));
        c.stack.answers(ack().ack(104).sack(107, 108));
        c.peer.sends(data("bcd").seq(104));
        c.stack.answers(ack().ack(108).sack());
    }

    @Test
    void namesRangesBesideTextAndMakesThatShorter() {
        var c = modern();
        c.peer.sends(data("b").seq(103));
        c.stack.says();
        c.stack.writes(1500);
        c.stack.answers(data(988).sack(103, 104), data(512).sack(103, 104));
    }

    // ---- D-SACK

    @Test
    void namesADuplicateOfWhatWasAcknowledgedOnce() {
        var c = modern();
        c.peer.sends(data("hello").seq(101));
        c.stack.says();
        c.peer.sends(data("hello").seq(101));
        c.stack.answers(ack().ack(106).sack(101, 106));
        c.peer.sends(data("more").seq(106));
        c.stack.answers(ack().ack(110).sack());
        assertThat(c.tally.of(TcpEvent.DSACK_SENT)).isEqualTo(1);
    }

    @Test
    void namesTheOldPartOfASegmentThatBringsNewBytes() {
        var c = modern();
        c.peer.sends(data("hello").seq(101));
        c.stack.says();
        c.peer.sends(data("lo!").seq(104));
        c.stack.answers(ack().ack(107).sack(104, 106));
    }

    @Test
    void namesADuplicateBehindAHoleAndThenTheRangeItLiesIn() {
        var c = modern();
        c.peer.sends(data("efgh").seq(105));
        c.stack.says();
        c.peer.sends(data("fg").seq(106));
        c.stack.answers(ack().ack(101).sack(106, 108, 105, 109));
    }

    @Test
    void namesADuplicateInFrontOfOtherRanges() {
        var c = modern();
        c.peer.sends(data("hello").seq(101));
        c.stack.says();
        c.peer.sends(data("x").seq(110));
        c.stack.says();
        c.peer.sends(data("hello").seq(101));
        c.stack.answers(ack().ack(106).sack(101, 106, 110, 111));
    }
}
