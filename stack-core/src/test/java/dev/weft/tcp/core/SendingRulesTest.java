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
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** What a sender makes of windows, and what stands on its segments (RFC 9293 §3.8.6, §3.10.7.4). The peer's MSS is 1000. */
class SendingRulesTest {

    /** The peer's window has never been larger than this. */
    private static Conversation withSmallWindow(int window) {
        var c = listening(x -> x);
        c.peer.window(window);
        c.peer.sends(syn().mss(1000));
        c.stack.answers(synAck());
        c.peer.sends(ack());
        return c;
    }

    // ---- RFC 9293 §3.8.6.2.1: Fs = 1/2, and the override

    @Test
    void sendsWhatTheWindowCutsFromHalfOfTheLargestWindowOn() {
        var half = withSmallWindow(999);
        half.peer.sends(ack().window(500));
        half.stack.writes(600);
        half.stack.answers(data(500));
        var less = withSmallWindow(999);
        less.peer.sends(ack().window(499));
        less.stack.writes(600);
        less.stack.isSilent();
        less.stack.waits(250);
        less.stack.answers(data(499));
    }

    @Test
    void setsNoOverrideWhereAllThatWaitsFits() {
        var c = withSmallWindow(999);
        c.peer.sends(ack().window(300));
        c.stack.writes(300);
        c.stack.answers(data(300));
        c.peer.sends(ack().window(300));
        c.stack.waits(3_000);
        assertThat(c.tally.of(TcpEvent.WINDOW_PROBE)).isZero();
    }

    @Test
    void stopsTheOverrideWhenTheWindowOpens() {
        var c = established();
        c.peer.sends(ack().window(300));
        c.stack.writes(1_000);
        c.stack.waits(100);
        c.peer.sends(ack().window(5_000));
        c.stack.answers(data(1000));
        c.peer.sends(ack().window(5_000));
        c.stack.waits(3_000);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.WINDOW_PROBE)).isZero();
    }

    // ---- RFC 9293 §3.8.6.1

    @Test
    void stopsProbingWhenTheWindowOpens() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes(1_000);
        c.stack.waits(201);
        assertThat(c.stack.says()).isEqualTo(1);
        c.peer.sends(ack().ack(1001).window(5_000));
        c.stack.answers(data(1000).seq(1001));
        c.peer.sends(ack().window(5_000));
        c.stack.waits(10_000);
        c.stack.isSilent();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }

    /** Fifteen probes without an answer are as many as retransmissions, and one more ends it. */
    @Test
    void givesUpAfterAsManyUnansweredProbesAsRetransmissions() {
        var c = established(x -> x.withRetries(6, 5, 3));
        c.peer.sends(ack().window(0));
        c.stack.writes(1_000);
        c.stack.waits(201 + 402 + 804 + 1_608);
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.stack.says()).isEqualTo(4);
        c.stack.waits(3_300);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void sendsNothingAgainIntoAClosedWindow() {
        var c = modern();
        c.stack.writes(4_000);
        c.stack.says();
        c.peer.sends(ack().ack(2001).window(0));
        c.stack.waits(190);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isZero();
        c.stack.waits(1_000);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).as("it is probed").isZero();
        assertThat(c.tally.of(TcpEvent.WINDOW_PROBE)).isPositive();
    }

    // ---- RFC 9293 §3.10.7.4, SND.WL1 and SND.WL2

    @Test
    void takesNoWindowFromASegmentOlderThanTheOneThatSetIt() {
        var c = established();
        c.stack.writes(1_000);
        c.stack.says();
        c.peer.sends(data("abc").ack(2001).window(9_000));
        assertThat(c.stack.connection().info().peerWindow()).isEqualTo(9_000);
        c.peer.sends(data("bcd").seq(102).ack(2001).window(5_000));
        assertThat(c.stack.connection().info().peerWindow()).as("newer by its number").isEqualTo(5_000);
        c.peer.sends(data("abcde").seq(101).ack(2001).window(3_000));
        assertThat(c.stack.connection().info().peerWindow()).as("older by its number").isEqualTo(5_000);
        c.peer.sends(data("bcdef").seq(102).ack(2001).window(7_000));
        assertThat(c.stack.connection().info().peerWindow()).as("the same number").isEqualTo(7_000);
    }

    @Test
    void takesNoWindowFromAnOlderAckOfTheSameNumber() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.says();
        c.peer.sends(ack().ack(2001).window(9_000));
        c.peer.sends(ack().ack(1001).window(4_000));
        assertThat(c.stack.connection().info().peerWindow()).isEqualTo(9_000);
        c.peer.sends(ack().ack(2001).window(4_000));
        assertThat(c.stack.connection().info().peerWindow()).isEqualTo(4_000);
    }

    // ---- RFC 5681 §3.1: FlightSize at a time-out

    @Test
    void countsWhatHasArrivedOutOfTheFlightOfATimeout() {
        var c = modern(100, x -> x);
        c.stack.writes(10_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack().ack(1001).sack(9001, 11_001));
        c.stack.waits(20);
        int reduced = c.stack.connection().info().ssthresh();
        assertThat(reduced).as("nothing is known to be lost yet").isEqualTo(Integer.MAX_VALUE);
        c.stack.connection().sender().recovery.cancelTimers();
        c.stack.waits(400);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(1);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(4_000);
    }

    // ---- flags

    private static int flagsOfNext(Conversation c) {
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        return out.flags;
    }

    /** RFC 9293 §3.8.6.2.1: the last of what is queued is pushed, what is before it is not. */
    @Test
    void pushesTheLastOfWhatIsQueued() {
        var c = established();
        c.stack.writes(1_500);
        assertThat(flagsOfNext(c)).isEqualTo(TcpFlags.ACK);
        assertThat(flagsOfNext(c)).isEqualTo(TcpFlags.ACK | TcpFlags.PSH);
        var closing = established();
        closing.stack.writes(500);
        closing.stack.closes();
        assertThat(flagsOfNext(closing)).isEqualTo(TcpFlags.ACK | TcpFlags.PSH | TcpFlags.FIN);
    }

    /** RFC 9293 §3.9.1: FIN comes after all text, also where the window lets only a part of it out. */
    @Test
    void sendsNoFinBeforeTheTextThatTheWindowHoldsBack() {
        var c = established();
        c.peer.sends(ack().window(1_000));
        c.stack.writes(1_500);
        c.stack.closes();
        c.stack.answers(data(1000));
        c.peer.sends(ack().window(1_000));
        c.stack.answers(fin().text("\0".repeat(500)));
    }

    // ---- RFC 9293 §3.4.2 and RFC 7323 §2.4: the number of a bare ACK

    @Test
    void acknowledgesWithSndNxtWhereTheWindowIsShortOfItByItsRounding() {
        var c = listening(x -> x);
        c.peer.window(60_000);
        c.peer.sends(syn().mss(1000).windowScale(4));
        c.stack.answers(synAck());
        c.peer.sends(ack().window(1_000));
        c.stack.writes(2_005);
        c.stack.says();
        c.peer.sends(data("a").ack(1001).window(125));   // 2,000 of the 2,005
        c.stack.answers(ack().seq(3006));
        c.peer.sends(data("b").ack(1001).window(124));   // 1,984, short by more than 16
        c.stack.answers(ack().seq(2985));
    }

    /** RFC 1191 §6.4: nothing is sent again for an MTU that is no smaller for this connection. */
    @Test
    void sendsNothingAgainForALargerMtu() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.connection().mtuChanged(c.stack.now(), 1_400);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.MTU_LOWERED)).isZero();
    }
}
