package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.rstAck;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.segment.TcpReset;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.5 and §3.10.7.2 to §3.10.7.4 up to ESTABLISHED; RFC 7323 §2; RFC 6298 §5.7. */
class HandshakeTest {

    /** RFC 9293 §3.10.7.2, third check; §3.4.2: the numbers begin where the listener says. */
    @Test
    void answersSynWithSynAckAndIsEstablishedByItsAck() {
        var c = listening(x -> x);
        c.peer.sends(syn().mss(1460).windowScale(7));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.answers(synAck().seq(1000).ack(101).mss(1460).windowScale(3).window(65_535));
        c.peer.sends(ack());
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.stack.connection().takeEvents() & TcpConnection.CONNECTED).isNotZero();
        c.stack.isSilent();
    }

    /** RFC 9293 §3.3.1, §3.10.1 and §3.10.7.3; RFC 6528: the caller chooses the ISS. */
    @Test
    void connectsAndAcknowledgesSynAck() {
        var c = connecting();
        c.stack.answers(syn().seq(1000).mss(1460).windowScale(3).window(65_535));
        c.peer.sends(synAck().mss(1460));
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.answers(ack().seq(1001).ack(101));
    }

    /** RFC 7323 §2.2 and §7.1. */
    @Test
    void scalesWindowsOnlyIfBothOffer() {
        var without = listening(x -> x);
        without.peer.sends(syn().mss(1460));
        without.stack.answers(synAck().windowScale(TcpSegment.ABSENT));
        without.peer.sends(ack().window(100));
        assertThat(without.stack.connection().info().peerWindow()).isEqualTo(100);

        var with = listening(x -> x);
        with.peer.sends(syn().mss(1460).windowScale(2).window(500));
        with.stack.answers(synAck().windowScale(3));
        assertThat(with.stack.connection().info().peerWindow()).as("that of a SYN is never scaled").isEqualTo(500);
        with.peer.sends(ack().window(100));
        assertThat(with.stack.connection().info().peerWindow()).isEqualTo(400);
    }

    /** RFC 7323 §2.3. */
    @Test
    void takesShiftAbove14For14() {
        var c = listening(x -> x);
        c.peer.sends(syn().windowScale(255));
        c.stack.says();
        c.peer.sends(ack().window(1));
        assertThat(c.stack.connection().info().peerWindow()).isEqualTo(1 << 14);
    }

    /** RFC 9293 §3.7.1, MUST-15. */
    @Test
    void sends536BytesToPeerWithoutMss() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.says();
        c.peer.sends(ack());
        c.stack.writes(600);
        c.stack.answers(data(536), data(64));
    }

    /** RFC 9293 §3.7.1, MUST-15. */
    @Test
    void sends1220BytesToPeerWithoutMssOverIpv6() {
        var c = listening(x -> x.withPath(1500, 40));
        c.peer.sends(syn());
        c.stack.answers(synAck().mss(1440));
        assertThat(c.stack.connection().info().sendMss()).isEqualTo(1220);
    }

    /** RFC 9293 §3.7.1, RFC 6691 §2. */
    @Test
    void sendsNoMoreThanPathTakesWhateverPeerOffers() {
        var c = listening(x -> x.withPath(1400, 20));
        c.peer.sends(syn().mss(9000));
        c.stack.answers(synAck().mss(1360));
        assertThat(c.stack.connection().info().sendMss()).isEqualTo(1360);
    }

    @Test
    void doesNotLetPeerForceTinySegments() {
        var c = listening(x -> x);
        c.peer.sends(syn().mss(0));
        assertThat(c.stack.connection().info().sendMss()).isEqualTo(48);
    }

    /** RFC 6298 §2.1, §5.5 and §5.6. */
    @Test
    void repeatsSynAfterOneTwoFourSecondsAndGivesUpAfterThreeMinutesAndMore() {
        var c = connecting();
        c.stack.answers(syn());
        c.stack.waits(999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(syn().seq(1000));
        c.stack.waits(1_999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(syn());
        c.stack.waits(180_000);                      // RFC 9293 §3.8.3 (MUST-23): at least three minutes
        c.stack.is(TcpState.SYN_SENT);
        assertThat(c.stack.says()).isEqualTo(5);
        c.stack.waits(64_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
        c.stack.isSilent();
    }

    @Test
    void repeatsSynAckFiveTimes() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.waits(62_000);
        assertThat(c.stack.says()).isEqualTo(6);
        c.stack.waits(2_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    /** RFC 9293 §3.10.7.4, fifth check, only where the listener can hand the connection out. */
    @Test
    void doesNotCompleteTheHandshakeWhileTheAcceptQueueIsFull() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.stack.connection().acceptQueueFull(true);
        c.peer.sends(data("early"));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.isSilent();
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.tally.of(TcpDiscard.ACCEPT_QUEUE_FULL)).isEqualTo(1);
        c.stack.waits(1_000);
        c.stack.answers(synAck().seq(1000).ack(101));
        c.stack.connection().acceptQueueFull(false);
        c.peer.sends(data("early").seq(101));
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.reads("early");
    }

    @Test
    void resetsHalfOpenConnectionsAlsoWhileTheAcceptQueueIsFull() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.stack.connection().acceptQueueFull(true);
        c.peer.sends(ack().seq(101).ack(7));
        c.stack.answers(rst().seq(7));
        assertThat(c.tally.of(TcpDiscard.ACCEPT_QUEUE_FULL)).isZero();
        c.peer.sends(rst().seq(101));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    @Test
    void givesUpAHandshakeThatTheAcceptQueueNeverLetIn() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.connection().acceptQueueFull(true);
        c.stack.answers(synAck());
        c.peer.sends(ack());
        c.stack.waits(64_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    /** RFC 9293 §3.10.7.4, fourth check, SYN-RECEIVED. */
    @Test
    void repeatsSynAckAtOnceWhenSynComesAgain() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(syn().seq(100));
        c.stack.answers(synAck().seq(1000).ack(101));
    }

    /** RFC 6298 §5.7; RFC 5681 §3.1: one segment after the loss of a SYN. */
    @Test
    void beginsWithOneSegmentAndThreeSecondsAfterLostSyn() {
        var c = connecting();
        c.stack.answers(syn());
        c.stack.waits(1_000);
        c.stack.answers(syn());
        c.peer.sends(synAck().mss(1000));
        c.stack.answers(ack());
        c.stack.writes(5_000);
        c.stack.answers(data(1000));
        c.stack.waits(2_999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(data(1000).seq(1001));
    }

    /** RFC 9293 §3.5, figure 7, and §3.10.7.3, fourth check. */
    @Test
    void opensWhenBothOpen() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(syn().mss(1000));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.answers(synAck().seq(1000).ack(101));
        c.peer.sends(synAck().seq(100).ack(1001).window(700));
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.stack.connection().info().peerWindow()).isEqualTo(700);
    }

    /** RFC 9293 §3.5, figure 7. */
    @Test
    void opensWhenBothOpenAndOnlyAnAckComesBack() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(ack().ack(1001));
        c.stack.is(TcpState.ESTABLISHED);
    }

    /** RFC 9293 §3.10.7.3, second check, and §3.5.3; RFC 5461 §2. */
    @Test
    void isRefusedByResetThatAcknowledgesSyn() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(rstAck().seq(0).ack(1001));
        c.stack.hasFailed(TcpFailure.REFUSED);
        c.stack.isSilent();
    }

    /** RFC 9293 §3.10.7.3, first and second check. */
    @Test
    void ignoresResetInSynSentThatDoesNotAcknowledgeSyn() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(rst().seq(0));
        c.peer.sends(rstAck().seq(0).ack(1000));
        c.peer.sends(rstAck().seq(0).ack(1002));
        c.stack.is(TcpState.SYN_SENT);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpDiscard.RESET_UNACCEPTABLE)).isEqualTo(3);
    }

    @Test
    void resetsHalfOpenConnectionDiscoveredInSynSent() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(ack().seq(300).ack(5_000));     // RFC 9293 §3.5.1, figure 9
        c.stack.answers(rst().seq(5_000));
        c.stack.is(TcpState.SYN_SENT);
    }

    /** RFC 9293 §3.10.7.3, fifth check. */
    @Test
    void ignoresAckAloneInSynSent() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(ack().ack(1001));
        c.stack.isSilent();
        c.stack.is(TcpState.SYN_SENT);
    }

    /** RFC 9293 §3.10.7.4, fifth check, SYN-RECEIVED; §3.5.2, group 2. */
    @Test
    void resetsAckThatDoesNotFitInSynReceived() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(ack().ack(1002));
        c.stack.answers(rst().seq(1002));
        c.peer.sends(ack().ack(1000));
        c.stack.answers(rst().seq(1000));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.peer.sends(ack().ack(1001));
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void endsSynReceivedByExactReset() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(rst().seq(102));
        c.stack.answers(ack());                      // RFC 5961 §3.2: in the window, not exact
        c.stack.is(TcpState.SYN_RECEIVED);
        c.peer.sends(rst().seq(101));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    /** RFC 9293 §3.10.7.4, second check, SYN-RECEIVED. */
    @Test
    void isRefusedByResetAfterSimultaneousOpen() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(rst());
        c.stack.hasFailed(TcpFailure.REFUSED);
    }

    /** RFC 9293 §3.10.7.2 would queue it. */
    @Test
    void leavesTextOfSynToItsRetransmission() {
        var c = listening(x -> x);
        c.peer.sends(syn().text("early"));
        c.stack.answers(synAck().ack(101));
        assertThat(c.tally.of(TcpDiscard.TEXT_WITH_SYN)).isEqualTo(1);
        c.peer.sends(data("early").seq(101));
        c.stack.reads("early");
    }

    /** RFC 9293 §3.10.7.3: data of a SYN,ACK is processed as §3.10.7.4 says; §3.4: SYN and FIN take a number each. */
    @Test
    void takesTextAndFinOfSynAck() {
        var c = connecting();
        c.stack.answers(syn());
        c.peer.sends(flags(TcpFlags.SYN | TcpFlags.ACK | TcpFlags.FIN).text("hello"));
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.reads("hello");
        c.stack.answers(ack().ack(107));
        assertThat(c.stack.connection().isInputEnded()).isTrue();
    }

    @Test
    void takesTextThatComesWithTheLastAck() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(data("hello").ack(1001));
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.reads("hello");
        c.stack.answers(ack().ack(106));
    }

    /** RFC 9293 §3.10.4, CLOSE in SYN-RECEIVED. */
    @Test
    void sendsFinAfterHandshakeWhenOutputWasClosedDuringIt() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.stack.shutsOutput();
        c.stack.isSilent();
        c.peer.sends(ack());
        c.stack.is(TcpState.FIN_WAIT_1);
        c.stack.answers(fin().seq(1001));
    }

    /** RFC 9293 §3.10.4, CLOSE in SYN-SENT. */
    @Test
    void forgetsConnectionAttemptThatIsClosed() {
        var c = connecting();
        c.stack.answers(syn());
        c.stack.closes();
        c.stack.hasFailed(TcpFailure.NONE);
        c.stack.isSilent();
    }

    /** RFC 9293 §3.10.1: error, connection already exists. */
    @Test
    void isMadeOfSynsOnlyAndOpenedOnce() {
        assertThatThrownBy(() -> listening(x -> x).peer.sends(synAck())).isInstanceOf(IllegalArgumentException.class);
        var c = connecting();
        assertThatThrownBy(() -> c.stack.connection().connect(9)).isInstanceOf(IllegalStateException.class);
    }

    /** RFC 9293 §3.10.7.1; §3.5.2, group 1. */
    @Test
    void answersSegmentsWithoutConnectionAsTheRfcSays() {
        var in = new TcpSegment();
        var out = new TcpSegment();
        in.flags = TcpFlags.ACK;
        in.ack = 77;
        assertThat(TcpReset.answerTo(in, out)).isTrue();
        assertThat(out.toString()).isEqualTo("RST seq=77 win=0 len=0");
        in.clear();
        in.flags = TcpFlags.SYN;
        in.seq = -1;
        assertThat(TcpReset.answerTo(in, out)).isTrue();
        assertThat(out.toString()).isEqualTo("RST|ACK seq=0 ack=0 win=0 len=0");
        in.flags = TcpFlags.RST;
        assertThat(TcpReset.answerTo(in, out)).isFalse();
    }
}
