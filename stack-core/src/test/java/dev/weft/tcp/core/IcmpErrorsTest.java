package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.STACK_ISS;
import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpDiscard;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ICMP errors do to a connection: RFC 1122 §4.2.3.9, RFC 5461, RFC 5927. */
class IcmpErrorsTest {

    private static void comes(Conversation c, TcpError error, int quotedSeq) {
        c.stack.connection().error(c.stack.now(), error, quotedSeq);
    }

    @ParameterizedTest
    @EnumSource(TcpError.class)
    @DisplayName("RFC 5461 §4.1: an error about our SYN ends the attempt to connect, with its reason")
    void endsAnAttemptToConnect(TcpError error) {
        var c = connecting();
        c.stack.answers(syn().seq(STACK_ISS));
        comes(c, error, STACK_ISS);
        c.stack.hasFailed(error.failure());
        c.stack.isSilent();
    }

    @ParameterizedTest
    @EnumSource(TcpError.class)
    @DisplayName("RFC 5927 §4.1: an error about something else than our SYN does not")
    void isNoReasonToStopConnectingIfItIsAboutSomethingElse(TcpError error) {
        var c = connecting();
        c.stack.answers(syn().seq(STACK_ISS));
        comes(c, error, STACK_ISS - 1);
        comes(c, error, STACK_ISS + 1);
        c.stack.is(TcpState.SYN_SENT);
        assertThat(c.tally.of(TcpDiscard.ICMP_NOT_IN_FLIGHT)).isEqualTo(2);
        c.peer.sends(synAck());
        c.stack.is(TcpState.ESTABLISHED);
    }

    @ParameterizedTest
    @EnumSource(TcpError.class)
    @DisplayName("RFC 5461 §4.1: a half-open connection that a peer has opened is not ended by one")
    void doesNotEndAPassiveOpen(TcpError error) {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck().seq(STACK_ISS));
        comes(c, error, STACK_ISS);
        c.stack.is(TcpState.SYN_RECEIVED);
        c.peer.sends(ack());
        c.stack.is(TcpState.ESTABLISHED);
    }

    @ParameterizedTest
    @EnumSource(TcpError.class)
    @DisplayName("RFC 1122 §4.2.3.9, RFC 5927 §5.2: on an established connection all are soft: it goes on, and gives the reason if it fails")
    void isSoftOnceEstablished(TcpError error) {
        var c = established();
        c.stack.writes("text");
        c.stack.answers(data("text"));
        comes(c, error, 1001);
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.stack.connection().softError()).isEqualTo(error);
        c.stack.waits(1_000_000);
        c.stack.hasFailed(error.failure());
    }

    @ParameterizedTest
    @EnumSource(TcpError.class)
    @DisplayName("RFC 5927 §4.1: one that quotes nothing in flight is not even remembered")
    void isForgottenIfNothingOfItIsInFlight(TcpError error) {
        var c = established();
        c.stack.writes("text");
        c.stack.answers(data("text"));
        comes(c, error, 1000);
        comes(c, error, 1005);
        assertThat(c.stack.connection().softError()).isNull();
        c.stack.waits(1_000_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    @DisplayName("RFC 5461 §2.2: a soft error that was overcome is no reason for a failure later on")
    void isForgottenWhenSomethingArrives() {
        var c = established();
        c.stack.writes("text");
        c.stack.answers(data("text"));
        comes(c, TcpError.HOST_UNREACHABLE, 1001);
        c.peer.sends(ack());
        assertThat(c.stack.connection().softError()).isNull();
        c.stack.writes("more");
        c.stack.waits(1_000_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }
}
