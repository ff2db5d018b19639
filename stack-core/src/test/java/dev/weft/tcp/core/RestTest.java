package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** D8: a connection that has been idle for a while keeps nothing that only a flight needs. */
class RestTest {

    private static int room(Conversation c) {
        return c.stack.connection().sender().recovery.board.room();
    }

    @Test
    void givesUpWhatOnlyAFlightNeedsASecondAfterTheLastSegment() {
        var c = established();
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.peer.sends(ack().ack(1002));
        assertThat(room(c)).as("an exchange that goes on would need it again").isPositive();
        c.stack.waits(999);
        assertThat(room(c)).isPositive();
        c.stack.waits(1);
        assertThat(room(c)).isZero();
        assertThat(c.stack.connection().deadline()).as("once").isEqualTo(Long.MAX_VALUE);
        c.stack.writes("b");
        c.stack.answers(data("b").seq(1002));
        c.peer.sends(ack().ack(1003));
        c.stack.isSilent();
        assertThat(c.stack.connection().isOutputDelivered()).isFalse();
    }

    @Test
    void keepsWhatIsInFlightAndRestsWhenItIsAcknowledged() {
        var c = established();
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.waits(1_500);
        assertThat(c.stack.says()).as("sent again").isPositive();
        assertThat(room(c)).isPositive();
        c.peer.sends(ack().ack(1002));
        c.stack.waits(1_000);
        assertThat(room(c)).isZero();
    }

    /** RFC 9293 §3.4.2: the rest has no part in how long TIME-WAIT is. */
    @Test
    void doesNotShortenTimeWait() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack().ack(102).seq(1002));
        c.stack.is(TcpState.TIME_WAIT);
        assertThat(c.stack.connection().deadline()).isEqualTo(c.stack.now() + 60_000_000_000L);
    }
}
