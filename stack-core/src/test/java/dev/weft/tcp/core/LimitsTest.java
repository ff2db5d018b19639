package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** R1 and R2 of RFC 9293 §3.8.3, for each state in which something is sent again: how often, how long, and what is told. */
class LimitsTest {

    private static boolean isSuspect(Conversation c) {
        return (c.stack.connection().takeEvents() & TcpConnection.PATH_SUSPECT) != 0;
    }

    @Test
    void repeatsASynAsOftenAsItMayAndGivesUpThen() {                  // MUST-23: R2 of a SYN
        var c = connecting(x -> x.withRetries(2, 5, 15));
        c.stack.waits(6_999);                                         // 1 + 2 + 4 s
        assertThat(c.stack.says()).isEqualTo(3);
        c.stack.is(TcpState.SYN_SENT);
        c.stack.waits(1);
        c.stack.isSilent();
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void triesToConnectForThreeMinutesAtLeastByDefault() {            // MUST-23
        var c = connecting();
        c.stack.waits(180_000);
        c.stack.is(TcpState.SYN_SENT);
        c.peer.sends(synAck().ack(1001).mss(1000));
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void repeatsASynAckAsOftenAsItMayAndForgetsThePeerThen() {
        var c = listening(x -> x.withRetries(7, 1, 15));
        c.peer.sends(syn());
        c.stack.waits(2_999);                                         // 1 + 2 s
        assertThat(c.stack.says()).isEqualTo(2);
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.waits(1);
        c.stack.isSilent();
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void takesTheAckThatComesAfterTheLastSynAck() {
        var c = listening(x -> x.withRetries(7, 1, 15));
        c.peer.sends(syn());
        c.stack.waits(2_999);
        assertThat(c.stack.says()).isEqualTo(2);
        c.peer.sends(ack());
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void suspectsThePathWithTheThirdTimeOutAndWithEachAfterIt() {     // MUST-20 a, SHLD-9; asks the neighbour again
        var c = established();
        c.stack.writes("x");
        c.stack.waits(700);                                           // 0.2 + 0.4 s
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(2);
        assertThat(isSuspect(c)).isFalse();
        c.stack.waits(800);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(3);
        assertThat(isSuspect(c)).isTrue();
        c.stack.waits(100);
        assertThat(isSuspect(c)).isFalse();
        c.stack.waits(1_600);
        assertThat(c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isEqualTo(4);
        assertThat(isSuspect(c)).isTrue();
    }

    @Test
    void countsFromTheStartWhenThePeerHasAcknowledgedSomething() {
        var c = established();
        c.stack.writes(1_500);
        c.stack.waits(700);
        c.peer.sends(ack().ack(2001));
        c.stack.waits(500);
        assertThat(isSuspect(c)).isFalse();
    }

    @Test
    void deliversForOneHundredSecondsAtLeast() {                      // SHLD-11
        var c = established();
        c.stack.writes("x");
        c.stack.waits(100_000);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(2_000_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void limitsAnOrphanInClosing() {                                  // RFC 6429 §3
        var c = established();
        c.stack.closes();
        c.stack.says();
        c.peer.sends(fin().ack(1001));
        c.stack.is(TcpState.CLOSING);
        c.stack.waits(299_000);
        c.stack.is(TcpState.CLOSING);
        c.stack.waits(1_001);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    void setsAHalfClosedConnectionInFinWait2NoLimit() {               // §3.6: the application may still read
        var c = established();
        c.stack.shutsOutput();
        c.stack.says();
        c.peer.sends(ack());
        c.stack.waits(86_400_000);
        c.stack.is(TcpState.FIN_WAIT_2);
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }
}
