package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Segments that wait for the holder of a connection's lock. */
class BacklogTest {

    private final DeferredSegments copies = new DeferredSegments();

    private static TcpSegment segment(int seq, byte[] text) {
        var segment = new TcpSegment();
        segment.seq = seq;
        segment.payload.add(MemorySegment.ofArray(text), 0, text.length);
        return segment;
    }

    private DeferredSegment copy(int seq, byte... text) {
        DeferredSegment copy = copies.take(text.length);
        copy.copy(segment(seq, text));
        return copy;
    }

    @Test
    void keepsTheOrderAndTheBytes() {
        var backlog = new Backlog(10_000, copies);
        assertThat(backlog.offer(copy(1, (byte) 7, (byte) 8))).isTrue();
        assertThat(backlog.offer(copy(2))).isTrue();
        DeferredSegment first = backlog.poll();
        var text = new byte[2];
        first.segment.payload.copyTo(0, MemorySegment.ofArray(text), 0, 2);
        assertThat(first.segment.seq).isEqualTo(1);
        assertThat(text).containsExactly(7, 8);
        DeferredSegment second = backlog.poll();
        assertThat(second.segment.seq).isEqualTo(2);
        assertThat(second.segment.payload.length()).isZero();
        assertThat(backlog.poll()).isNull();
    }

    @Test
    void takesNoMoreThanItsLimitAlsoOfEmptySegments() {
        var backlog = new Backlog(600, copies);
        assertThat(backlog.offer(copy(1))).isTrue();
        assertThat(backlog.offer(copy(2))).isTrue();
        assertThat(backlog.offer(copy(3))).isFalse();
        backlog.poll();
        assertThat(backlog.offer(copy(4))).isTrue();
    }

    @Test
    void usesACopyAgain() {
        DeferredSegment small = copy(1, (byte) 1);
        copies.give(small);
        assertThat(copies.take(DeferredSegments.SMALL)).isSameAs(small);
        DeferredSegment large = copy(2, new byte[DeferredSegments.SMALL + 1]);
        copies.give(large);
        assertThat(copies.take(1)).as("not for a little").isNotSameAs(large);
        assertThat(copies.take(DeferredSegments.LARGE)).isSameAs(large);
    }

    @Test
    void keepsNoMoreCopiesThanItsLimit() {
        var many = new DeferredSegment[DeferredSegments.LARGE_KEPT + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = copies.take(DeferredSegments.LARGE);
        }
        for (DeferredSegment copy : many) {
            copies.give(copy);
        }
        for (int i = 0; i < DeferredSegments.LARGE_KEPT; i++) {
            assertThat(many).contains(copies.take(DeferredSegments.LARGE));
        }
        assertThat(many).doesNotContain(copies.take(DeferredSegments.LARGE));
    }
}
