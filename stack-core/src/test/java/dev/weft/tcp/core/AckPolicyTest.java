package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpCounters;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.8.6.3, RFC 5681 §4.2, D6. What the whole connection makes of it is in {@link FlowControlTest}. */
class AckPolicyTest {

    private final AckPolicy acks = new AckPolicy(40, TcpCounters.NONE);

    private int next = 1_000;

    private void arrives(int bytes) {
        arrivesJoined(bytes, bytes);
    }

    /** The device has joined segments of {@code size} bytes. */
    private void arrivesJoined(int bytes, int size) {
        next += bytes;
        acks.inOrder(5, bytes, size, next);
    }

    private void becomesSlow() {
        arrives(1000);
        acks.takeQueued();
        acks.talking();
    }

    @Test
    void isQuickUntilBothSidesTalk() {
        acks.talking();
        arrives(1000);
        assertThat(acks.hasQueued()).as("sending alone, as for a request, is no talk").isTrue();
        acks.takeQueued();
        acks.talking();
        arrives(1000);
        assertThat(acks.hasQueued()).isFalse();
        assertThat(acks.deadline()).isEqualTo(45);
    }

    @Test
    void isDueWithTwoFullSegmentsAsLargeAsThePeerSendsThem() {
        becomesSlow();
        arrives(1000);
        arrives(999);
        assertThat(acks.isDue()).isFalse();
        arrives(1);
        assertThat(acks.isDue()).isTrue();
        acks.sent();
        assertThat(acks.isDue()).isFalse();
        assertThat(acks.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void countsALargeSegmentForSeveral() {
        becomesSlow();
        arrives(1000);
        arrives(3000);
        assertThat(acks.isDue()).isFalse();
        arrives(3000);
        assertThat(acks.isDue()).as("two of the largest").isTrue();
    }

    @Test
    void queuesAnAckInTheMiddleOfALongBatch() {
        becomesSlow();
        for (int i = 0; i < AckPolicy.MERGE_LIMIT; i++) {
            arrives(1000);
        }
        assertThat(acks.hasQueued()).isTrue();
        assertThat(acks.takeQueued()).isEqualTo(next);
        assertThat(acks.isDue()).isFalse();
    }

    @Test
    void keepsTheNumberEachQueuedAckMustBear() {
        becomesSlow();
        acks.immediately(7, true);
        acks.immediately(7, true);
        acks.immediately(9, false);
        assertThat(acks.takeQueued()).isEqualTo(7);
        assertThat(acks.takeQueued()).isEqualTo(7);
        assertThat(acks.takeQueued()).isEqualTo(9);
        assertThat(acks.hasQueued()).isFalse();
    }

    @Test
    void dropsTheOldestOfTooMany() {
        for (int i = 0; i < AckPolicy.QUEUE + 10; i++) {
            acks.immediately(i, true);
        }
        assertThat(acks.takeQueued()).isEqualTo(10);
        int left = 1;
        while (acks.hasQueued()) {
            acks.takeQueued();
            left++;
        }
        assertThat(left).isEqualTo(AckPolicy.QUEUE);
    }

    @Test
    void isDueWhenTheDelayHasPassed() {
        becomesSlow();
        arrives(10);
        acks.delayPassed();
        assertThat(acks.isDue()).isTrue();
        acks.clear();
        assertThat(acks.isDue()).isFalse();
    }
}
