package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** The send buffer has room for two congestion windows, and wakes its writer when there is room for much. */
class SendTuningTest {

    private static final int FIRST = 20_000;
    private static final int LARGEST = 80_000;

    private static Conversation tuned() {
        return established(x -> x.withBuffers(new TcpBuffers(FIRST, LARGEST, 10_000, 10_000)));
    }

    private static int capacity(Conversation c) {
        return c.stack.connection().info().sendBuffer();
    }

    private static void fill(Conversation c) {
        c.stack.writes(c.stack.connection().writable());
        c.stack.says();
    }

    private static void acknowledge(Conversation c) {
        c.peer.sends(ack());
        c.stack.says();
    }

    @Test
    void hasRoomForTwoCongestionWindowsBesidesItsFirstSize() {
        var c = tuned();
        int cwnd = c.stack.connection().info().cwnd();
        assertThat(capacity(c)).isEqualTo(FIRST + 2 * cwnd);
        fill(c);
        acknowledge(c);
        assertThat(c.stack.connection().info().cwnd()).isGreaterThan(cwnd);
        assertThat(capacity(c)).isEqualTo(FIRST + 2 * c.stack.connection().info().cwnd()).isLessThan(LARGEST);
        for (int i = 0; i < 20; i++) {
            fill(c);
            c.stack.waits(1);
            acknowledge(c);
        }
        assertThat(capacity(c)).as("the limit").isEqualTo(LARGEST);
        assertThat(c.tally.of(TcpEvent.SEND_BUFFER_GROWN)).isPositive();
    }

    @Test
    void staysAtASizeThatWasAskedFor() {
        var c = established(x -> x.withBuffers(FIRST, 10_000));
        fill(c);
        acknowledge(c);
        assertThat(capacity(c)).isEqualTo(FIRST);
    }

    @Test
    void goesBackToItsFirstSizeWhileMemoryIsShort() {
        var c = tuned();
        fill(c);
        acknowledge(c);
        assertThat(capacity(c)).isGreaterThan(FIRST);
        while (c.stack.connection().unacknowledged() > 0) {
            acknowledge(c);
        }
        c.leavesChunks(2_000);                                           // of 8,192
        c.stack.writes(1_000);                                           // takes one: now it is known
        c.stack.says();
        acknowledge(c);
        assertThat(capacity(c)).isEqualTo(FIRST);
    }

    @Test
    void keepsWhatIsQueuedWhenItBecomesSmaller() {
        var c = tuned();
        fill(c);
        acknowledge(c);
        fill(c);
        int queued = c.stack.connection().unacknowledged();
        assertThat(queued).isGreaterThan(2 * FIRST);
        c.stack.connection().sender().buffer.capacity(FIRST);
        assertThat(c.stack.connection().writable()).isZero();
        assertThat(c.stack.connection().unacknowledged()).isEqualTo(queued);
        assertThat(c.stack.connection().reserve(new Pieces(), 10)).isZero();
    }

    @Test
    void wakesTheWriterWhenAThirdIsFree() {
        var c = tuned();
        assertThat(c.stack.connection().writeLowWater()).isEqualTo(capacity(c) / 3);
        fill(c);
        acknowledge(c);
        assertThat(c.stack.connection().writeLowWater()).isEqualTo(capacity(c) / 3);
    }
}
