package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** The receive buffer follows what the application reads in a round trip, and takes nothing back that the peer was told. */
class ReceiveTuningTest {

    private static final int FIRST = 20_000;
    private static final int LARGEST = 60_000;       // what a window without scaling tells
    private static final int ROUND_TRIP = 10;
    private static final long MILLISECOND = 1_000_000L;

    private static TcpConfig tuned(TcpConfig config) {
        return config.withBuffers(new TcpBuffers(10_000, 10_000, FIRST, LARGEST));
    }

    private static int capacity(Conversation c) {
        return c.stack.connection().info().receiveBuffer();
    }

    private static int rightEdge(Conversation c) {
        return c.stack.connection().receiver().rcvAdv;
    }

    /** A round trip in which the peer sends so many segments of 1,000 bytes. */
    private static void round(Conversation c, int segments, boolean reads) {
        for (int i = 0; i < segments; i++) {
            c.peer.sends(data(1000));
            if (reads) {
                c.stack.read(Integer.MAX_VALUE);
            }
        }
        c.stack.waits(ROUND_TRIP);
        c.stack.says();
    }

    private static void slowStart(Conversation c, boolean reads) {
        round(c, 5, reads);
        round(c, 10, reads);
        round(c, 18, reads);
        round(c, 1, reads);
    }

    @Test
    void growsWithWhatIsReadInARoundTrip() {
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        round(c, 5, true);
        round(c, 5, true);
        assertThat(capacity(c)).as("the first window of a sender is expected").isEqualTo(FIRST);
        slowStart(c, true);
        assertThat(capacity(c)).isBetween(2 * 18_000, LARGEST);
        assertThat(c.tally.of(TcpEvent.RECEIVE_BUFFER_GROWN)).isPositive();
        c.peer.sends(data(1000));
        c.peer.sends(data(1000));
        c.stack.answers(ack().window(capacity(c) - 2_000));          // and the peer is told
    }

    @Test
    void neverGrowsPastItsLimit() {
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        slowStart(c, true);
        for (int i = 0; i < 5; i++) {
            round(c, 40, true);
        }
        assertThat(capacity(c)).isEqualTo(LARGEST);
    }

    @Test
    void doesNotGrowForAnApplicationThatDoesNotRead() {
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        round(c, 5, false);
        round(c, 10, false);
        assertThat(capacity(c)).isEqualTo(FIRST);
        c.stack.read(1_000);
        assertThat(capacity(c)).isEqualTo(FIRST);
    }

    @Test
    void staysAtASizeThatWasAskedFor() {
        var c = modern(ROUND_TRIP, x -> x.withBuffers(10_000, FIRST));
        slowStart(c, true);
        assertThat(capacity(c)).isEqualTo(FIRST);
    }

    @Test
    void choosesTheWindowScaleForTheLargestSize() {                      // RFC 7323 §2.3
        var c = listening(x -> x.withBuffers(new TcpBuffers(1, 1, FIRST, 6 << 20)));
        c.peer.sends(syn().windowScale(3));
        c.stack.answers(synAck().windowScale(7).window(FIRST));
    }

    @Test
    void doesNotGrowWhileMemoryIsShort() {
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        c.leavesChunks(2_000);                                           // of 8,192
        slowStart(c, true);
        assertThat(capacity(c)).isEqualTo(FIRST);
        assertThat(c.tally.of(TcpEvent.MEMORY_PRESSURE)).isEqualTo(1);
        c.leavesChunks(8_000);
        slowStart(c, true);
        slowStart(c, true);
        assertThat(capacity(c)).isGreaterThan(FIRST);
    }

    @Test
    void shrinksAfterIdlenessAndLeavesTheRightEdgeWhereItIs() {          // RFC 9293 §3.8.6, SHLD-14
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        slowStart(c, true);
        round(c, 40, true);
        c.peer.sends(data(1000));
        c.peer.sends(data(1000));
        c.stack.says();
        int edge = rightEdge(c);
        c.stack.read(Integer.MAX_VALUE);
        c.stack.waits(ReceiveTuning.IDLE / MILLISECOND);
        c.peer.sends(data(1000));
        assertThat(capacity(c)).as("not yet").isEqualTo(LARGEST);
        c.stack.read(Integer.MAX_VALUE);
        c.stack.waits(ReceiveTuning.IDLE / MILLISECOND + 1);
        c.stack.says();
        edge = Math.max(edge, rightEdge(c));
        c.peer.sends(data(1000));
        c.peer.sends(data(1000));
        c.stack.says();
        assertThat(capacity(c)).isEqualTo(FIRST);
        assertThat(c.tally.of(TcpEvent.RECEIVE_BUFFER_SHRUNK)).isEqualTo(1);
        assertThat(rightEdge(c)).isEqualTo(edge);
        int readable = 2_000;
        for (; dev.weft.wire.Seq.lt(c.peer.nxt, edge); readable += 500) {
            c.peer.sends(data(Math.min(500, dev.weft.wire.Seq.diff(edge, c.peer.nxt))));
        }
        assertThat(c.stack.connection().readable()).as("what it was told it may send is taken").isGreaterThan(LARGEST - 2_000);
        c.stack.says();
        assertThat(c.stack.connection().info().receiveWindow()).isZero();
        c.stack.read(c.stack.connection().readable() - FIRST);
        c.stack.isSilent();                                              // nothing to tell as long as it is more than it takes now
        c.stack.read(FIRST);
        c.stack.answers(ack().window(capacity(c)));
    }

    @Test
    void measuresTheRoundTripByTheEchoesOfFullSegments() {
        var c = modern(ROUND_TRIP, ReceiveTuningTest::tuned);
        ReceiveTuning tuning = c.stack.connection().receiver().tuning;
        assertThat(tuning.roundTrip()).as("of the handshake").isEqualTo(ROUND_TRIP * MILLISECOND);
        c.peer.sends(data(1000));
        c.stack.poll();
        c.stack.waits(4);
        c.peer.sends(data(1000));
        assertThat(tuning.roundTrip()).as("less").isEqualTo(4 * MILLISECOND);
        c.stack.poll();
        c.stack.waits(6);
        c.peer.sends(data(1000));
        assertThat(tuning.roundTrip()).as("more, an eighth of it").isEqualTo(4 * MILLISECOND + MILLISECOND / 4);
        c.stack.poll();
        c.stack.waits(400);
        c.peer.sends(data(10));
        assertThat(tuning.roundTrip()).as("a short segment").isEqualTo(4 * MILLISECOND + MILLISECOND / 4);
        c.peer.sends(data(1000));
        assertThat(tuning.roundTrip()).as("the peer had nothing to send").isLessThan(5 * MILLISECOND);
    }

    @Test
    void measuresTheRoundTripByTheTimeOfAWindowWithoutTimestamps() {
        var c = listening(x -> x.withBuffers(new TcpBuffers(10_000, 10_000, 4_000, LARGEST)));
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.stack.waits(20);
        c.peer.sends(ack());
        ReceiveTuning tuning = c.stack.connection().receiver().tuning;
        for (int i = 0; i < 5; i++) {
            assertThat(tuning.roundTrip()).as("of the handshake").isEqualTo(20 * MILLISECOND);
            c.peer.sends(data(1000));
            c.stack.read(Integer.MAX_VALUE);
            c.stack.waits(2);
            c.stack.says();
        }
        assertThat(tuning.roundTrip()).as("a window of 4,000").isEqualTo(8 * MILLISECOND);
    }
}
