package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.rstAck;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.Test;

/** What the application is told when a connection changes its state, and what an abort does in each (RFC 9293 §3.10.5). */
class EndingsTest {

    private static int events(Conversation c) {
        return c.stack.connection().takeEvents();
    }

    private static boolean told(int events, int event) {
        return (events & event) != 0;
    }

    private static Conversation inLastAck(boolean withText) {
        var c = established();
        c.peer.sends(fin());
        c.stack.answers(ack());
        if (withText) {
            c.stack.writes("last");
        }
        c.stack.closes();
        c.stack.says();
        c.stack.is(TcpState.LAST_ACK);
        return c;
    }

    // ---- events

    @Test
    void tellsThatAllIsDeliveredWhenItsFinIsAcknowledged() {
        var c = established();
        c.stack.shutsOutput();
        c.stack.says();
        events(c);
        c.peer.sends(ack());
        assertThat(told(events(c), TcpConnection.DELIVERED)).isTrue();
        c.peer.sends(data("x"));
        assertThat(told(events(c), TcpConnection.DELIVERED)).as("once").isFalse();
    }

    @Test
    void tellsThatAllIsDeliveredAfterASimultaneousClose() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1001));
        assertThat(told(events(c), TcpConnection.DELIVERED)).isFalse();
        c.peer.sends(ack().ack(1002));
        assertThat(told(events(c), TcpConnection.DELIVERED)).isTrue();
    }

    @Test
    void tellsOfThePeersFin() {
        var c = established();
        c.peer.sends(fin());
        int events = events(c);
        assertThat(told(events, TcpConnection.INPUT_ENDED)).isTrue();
        assertThat(told(events, TcpConnection.READABLE)).as("who reads has to see the end").isTrue();
        assertThat(told(events, TcpConnection.CLOSED)).isFalse();
    }

    @Test
    void tellsOfTheEndAndWhetherItIsAFailure() {
        var failed = established();
        failed.peer.sends(rst());
        int events = events(failed);
        assertThat(told(events, TcpConnection.CLOSED)).isTrue();
        assertThat(told(events, TcpConnection.FAILED)).isTrue();
        assertThat(told(events, TcpConnection.READABLE)).isTrue();
        assertThat(told(events, TcpConnection.WRITABLE)).isTrue();
        var orderly = inLastAck(false);
        events(orderly);
        orderly.peer.sends(ack());
        events = events(orderly);
        assertThat(told(events, TcpConnection.CLOSED)).isTrue();
        assertThat(told(events, TcpConnection.FAILED)).isFalse();
    }

    @Test
    void keepsTheFirstCauseOfAnEnd() {
        var c = established();
        c.stack.writes("x");
        c.stack.says();
        c.peer.sends(rst());
        c.stack.hasFailed(TcpFailure.RESET);
        events(c);
        c.stack.aborts();
        c.stack.hasFailed(TcpFailure.RESET);
        c.stack.isSilent();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void hasNoTimerAndNoAckLeftAfterTheEnd() {
        var c = established();
        c.stack.connection().quickAck(false);
        c.peer.sends(data("x"));
        c.stack.writes("y");
        c.stack.says();
        c.peer.sends(data("z"));
        c.peer.sends(rst());
        c.stack.isSilent();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    // ---- ABORT, state by state

    @Test
    void abortsAnAttemptToConnectWithoutAWord() {
        var c = connecting();
        c.stack.answers(syn());
        c.stack.aborts();
        c.stack.isSilent();
        c.stack.hasFailed(TcpFailure.ABORTED);
    }

    @Test
    void abortsAHandshakeWithAReset() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.stack.aborts();
        c.stack.answers(rstAck().seq(1001).ack(101));
        c.stack.hasFailed(TcpFailure.ABORTED);
    }

    /** RFC 9293 §3.10.5 sends nothing in LAST-ACK; where text is missing the peer learns it. */
    @Test
    void abortsInLastAckWithAResetOnlyWhereTextIsMissing() {
        var missing = inLastAck(true);
        missing.stack.aborts();
        missing.stack.answers(rstAck());
        missing.stack.hasFailed(TcpFailure.ABORTED);
        var whole = inLastAck(false);
        whole.stack.aborts();
        whole.stack.isSilent();
        whole.stack.hasFailed(TcpFailure.NONE);
        assertThat(told(events(whole), TcpConnection.CLOSED)).isTrue();
    }

    @Test
    void discardsWhatWasNotReadWhenItAborts() {
        var c = established();
        c.peer.sends(data("unread"));
        c.stack.says();
        c.stack.aborts();
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.stack.connection().isInputEnded()).isTrue();
    }

    /** A reset for a stray segment and one of its own: both leave, and both come back from a full device. */
    @Test
    void sendsAResetAgainThatTheDeviceHadNoRoomFor() {
        var c = established();
        c.stack.aborts();
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        c.stack.connection().localDrop(c.stack.now(), out);
        c.stack.connection().deviceReady(c.stack.now());
        c.stack.answers(rstAck().seq(1001).ack(101));
        var stray = connecting();
        stray.stack.answers(syn());
        stray.peer.sends(ack().ack(5_000));
        out = new TcpSegment();
        assertThat(stray.stack.connection().poll(stray.stack.now(), out)).isTrue();
        stray.stack.connection().localDrop(stray.stack.now(), out);
        stray.stack.connection().deviceReady(stray.stack.now());
        stray.stack.answers(rst().seq(5_000));
        stray.stack.is(TcpState.SYN_SENT);
    }

    /** RFC 5461 §4.1: SYN-RECEIVED of a simultaneous open ends by ICMP, that of a listener does not. */
    @Test
    void endsAnOpenOfItsOwnByIcmpButNotThatOfAListener() {
        var own = connecting();
        own.stack.answers(syn());
        own.peer.sends(syn());
        own.stack.answers(synAck());
        own.stack.connection().error(own.stack.now(), TcpError.HOST_UNREACHABLE, 1000);
        own.stack.hasFailed(TcpFailure.HOST_UNREACHABLE);
        var listener = listening(x -> x);
        listener.peer.sends(syn());
        listener.stack.answers(synAck());
        listener.stack.connection().error(listener.stack.now(), TcpError.HOST_UNREACHABLE, 1000);
        listener.stack.is(TcpState.SYN_RECEIVED);
        assertThat(listener.stack.connection().softError()).isEqualTo(TcpError.HOST_UNREACHABLE);
    }

    /** RFC 9293 §3.10.4: nothing is sent any more in TIME-WAIT, whatever was under way. */
    @Test
    void hasOneDeadlineInTimeWait() {
        var c = established();
        c.stack.connection().keepAlive(c.stack.now(), 1_000_000_000L, 1_000_000_000L, 2);
        c.stack.connection().userTimeout(c.stack.now(), 5_000_000_000L);
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack());
        c.stack.is(TcpState.TIME_WAIT);
        assertThat(c.stack.connection().deadline()).isEqualTo(c.stack.now() + 60_000_000_000L);
    }
}
