package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When the retransmission timer starts, and how a round trip is smoothed (RFC 6298, RFC 7323); what ICMP says of a failure. */
class RetransmissionTimerTest {

    private static final long MS = 1_000_000L;

    /** RFC 6298 §5.3: with each ACK of new data the timer starts anew. */
    @Test
    void startsAnewWhenNewDataIsAcknowledged() {
        var c = established();
        c.stack.writes(3_000);
        c.stack.says();
        c.stack.waits(150);
        c.peer.sends(ack().ack(2001));
        c.stack.waits(190);
        c.stack.isSilent();
        c.stack.waits(100);
        c.stack.answers(data(1000).seq(2001));
    }

    /** RFC 6298 §5.3: and not with an ACK of nothing new. */
    @Test
    void goesOnWhenNothingNewIsAcknowledged() {
        var c = established();
        c.stack.writes(3_000);
        c.stack.says();
        c.stack.waits(150);
        c.peer.sends(ack().ack(1001));
        c.stack.waits(55);
        c.stack.answers(data(1000).seq(1001));
    }

    /** RFC 7323 §4.2, and why it is not followed: each sample counts in full, and a round trip varies by the most it has shown. */
    @Test
    void countsEachSampleOfARoundTripInFull() {
        var c = modern(100, x -> x);
        c.stack.writes(10_000);
        c.stack.says();
        c.stack.waits(180);
        c.peer.sends(ack().ack(2001));
        assertThat(c.stack.connection().info().srttNanos()).as("1/8 of 80 ms more").isEqualTo(110 * MS);
    }

    /** RFC 1812 §5.2.7.1: a filter's prohibition, in each of the two ways a connection can meet it. */
    @Test
    void namesAProhibition() {
        var attempt = connecting();
        attempt.stack.answers(syn());
        attempt.stack.connection().error(attempt.stack.now(), TcpError.PROHIBITED, 1000);
        attempt.stack.hasFailed(TcpFailure.PROHIBITED);
        var later = established();
        later.stack.writes("lost");
        later.stack.says();
        later.stack.connection().error(later.stack.now(), TcpError.PROHIBITED, 1001);
        later.stack.is(TcpState.ESTABLISHED);
        later.stack.waits(925_000);
        later.stack.hasFailed(TcpFailure.PROHIBITED);
    }
}
