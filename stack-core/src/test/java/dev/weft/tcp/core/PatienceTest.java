package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.rstAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** Keep-alives (RFC 9293 §3.8.4) and the user timeout (RFC 9293 §3.8.3 and §3.10.8, RFC 5482). */
class PatienceTest {

    private static final long SECOND = 1_000_000_000L;

    /** Keep-alives after 60 s, every 10 s, three of them. */
    private static Conversation keptAlive() {
        var c = established();
        c.stack.connection().keepAlive(c.stack.now(), 60 * SECOND, 10 * SECOND, 3);
        return c;
    }

    private static Conversation withUserTimeout(long seconds) {
        var c = established();
        c.stack.connection().userTimeout(c.stack.now(), seconds * SECOND);
        return c;
    }

    @Test
    void sendsNoKeepAliveUnlessAsked() {                              // RFC 9293 §3.8.4, MUST-25
        var c = established();
        c.stack.waits(86_400_000);
        c.stack.isSilent();
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void asksASilentPeerWithASegmentBeforeItsWindowAndWithoutText() { // SHLD-12
        var c = keptAlive();
        c.stack.waits(59_999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(ack().seq(1000).ack(101));
        assertThat(c.tally.of(TcpEvent.KEEPALIVE_PROBE)).isEqualTo(1);
    }

    @Test
    void startsToWaitAnewWithEachSegmentOfThePeers() {                // MUST-26
        var c = keptAlive();
        c.stack.waits(50_000);
        c.peer.sends(data("x"));
        c.stack.answers(ack());
        c.stack.waits(59_999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(ack().seq(1000));
    }

    @Test
    void staysForAPeerThatAnswersTheLastProbe() {                     // MUST-29
        var c = keptAlive();
        c.stack.waits(80_000);
        assertThat(c.stack.says()).isEqualTo(3);
        c.peer.sends(ack());
        c.stack.waits(59_999);
        c.stack.isSilent();
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void resetsWhenNoProbeIsAnswered() {
        var c = keptAlive();
        c.stack.waits(89_999);
        assertThat(c.stack.says()).isEqualTo(3);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(1);
        c.stack.answers(rstAck().seq(1001));
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void sendsNoKeepAliveWhileDataIsOutstanding() {                   // MUST-26
        var c = keptAlive();
        c.stack.writes("x");
        c.stack.waits(300_000);
        assertThat(c.tally.of(TcpEvent.KEEPALIVE_PROBE)).isZero();
        assertThat(c.tally.of(TcpEvent.RETRANSMITTED)).isPositive();
    }

    @Test
    void stopsKeepAlivesWhenTurnedOff() {
        var c = keptAlive();
        c.stack.waits(60_000);
        assertThat(c.stack.says()).isEqualTo(1);
        c.stack.connection().keepAlive(c.stack.now(), 0, 0, 0);
        c.stack.waits(3_600_000);
        c.stack.isSilent();
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void sendsNoKeepAliveInTimeWait() {
        var c = keptAlive();
        c.stack.connection().keepAlive(c.stack.now(), SECOND, SECOND, 2);
        c.stack.closes();
        c.stack.says();
        c.peer.sends(Seg.fin().ack(1002));
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.says();
        c.stack.waits(59_000);
        c.stack.isSilent();
        c.stack.is(TcpState.TIME_WAIT);
    }

    @Test
    void answersTheKeepAlivesOfThePeer() {
        var c = established();
        c.peer.sends(ack().seq(100));
        c.stack.answers(ack().ack(101));
        c.peer.sends(flags(dev.weft.wire.TcpFlags.ACK).seq(100).text("?")); // MAY-6: with one byte that has come before
        c.stack.answers(ack().ack(101));
    }

    /** RFC 5482 §2. */
    @Test
    void endsWhenNothingIsAcknowledgedForTheUserTimeout() {           // RFC 9293 §3.10.8
        var c = withUserTimeout(5);
        c.stack.writes("x");
        c.stack.waits(4_999);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void countsTheUserTimeoutFromTheLastProgress() {
        var c = withUserTimeout(5);
        c.stack.writes(3_000);
        c.stack.waits(4_000);
        c.peer.sends(ack().ack(2001));
        c.stack.waits(4_999);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void hasNoUserTimeoutWhereNothingWaits() {
        var c = withUserTimeout(5);
        c.stack.writes("x");
        c.stack.waits(100);
        c.peer.sends(ack().ack(1002));
        c.stack.waits(86_400_000);
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void outlastsTheLimitOfRetransmissionsWithALongUserTimeout() {    // RFC 9293 §3.8.3, MUST-21
        var c = withUserTimeout(86_400);
        c.stack.writes("x");
        c.stack.waits(7_200_000);
        c.stack.is(TcpState.ESTABLISHED);
        c.peer.sends(ack().ack(1002));
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void endsAnAttemptToConnectByTheUserTimeout() {
        var c = connecting();
        c.stack.connection().userTimeout(c.stack.now(), 4 * SECOND);
        c.stack.waits(3_999);
        c.stack.is(TcpState.SYN_SENT);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void endsAClosedWindowByTheUserTimeoutThoughProbesAreAnswered() {
        var c = withUserTimeout(30);
        c.peer.window(0);
        c.peer.sends(ack());
        c.stack.writes("x");
        for (int i = 0; i < 29; i++) {
            c.stack.waits(1_000);
            c.peer.sends(ack().ack(1001));
        }
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(1_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void goesOnAskingUntilTheUserTimeoutWhereThereAreBoth() {         // RFC 5482 §4.2
        var c = keptAlive();
        c.stack.connection().userTimeout(c.stack.now(), 100 * SECOND);
        c.stack.waits(99_999);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
        assertThat(c.tally.of(TcpEvent.KEEPALIVE_PROBE)).isEqualTo(4);
    }

    @Test
    void resetsAnOrphanThatNobodyAcknowledgesForFiveMinutes() {       // RFC 6429 §3: FIN-WAIT-1
        var c = established();
        c.stack.writes("x");
        c.stack.closes();
        c.stack.waits(299_999);
        c.stack.is(TcpState.FIN_WAIT_1);
        c.stack.says();
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
        c.stack.answers(rstAck());
    }

    @Test
    void resetsAnOrphanWhoseWindowStaysClosedInLastAck() {
        var c = established();
        c.peer.window(0);
        c.peer.sends(Seg.fin());
        c.stack.writes("x");
        c.stack.closes();
        c.stack.is(TcpState.LAST_ACK);
        for (int i = 0; i < 299; i++) {
            c.stack.waits(1_000);
            c.peer.sends(ack().ack(1001));
        }
        c.stack.is(TcpState.LAST_ACK);
        c.stack.waits(1_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void lastsAsLongAsAnOrphanMakesProgress() {
        var c = established();
        c.stack.writes(3_000);
        c.stack.closes();
        for (int acked = 1; acked <= 3; acked++) {
            c.stack.waits(250_000);
            c.peer.sends(ack().ack(1001 + acked * 1000));
            c.stack.is(TcpState.FIN_WAIT_1);
        }
    }

    @Test
    void setsAHalfClosedConnectionNoLimitOfTimeWhileProbesAreAnswered() { // RFC 9293 §3.8.6.1, MUST-37
        var c = established();
        c.peer.window(0);
        c.peer.sends(ack());
        c.stack.writes("x");
        c.stack.shutsOutput();
        for (int i = 0; i < 600; i++) {
            c.stack.waits(1_000);
            c.peer.sends(ack().ack(1001));
        }
        c.stack.is(TcpState.FIN_WAIT_1);
    }
}
