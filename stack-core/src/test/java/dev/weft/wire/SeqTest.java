package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Sequence numbers, above all around the wrap. */
class SeqTest {

    private static final long SPACE = 1L << 32;

    @Property
    void whatIsLessThanHalfTheSpaceAheadLiesAfter(@ForAll int start, @ForAll @IntRange(min = 1) int ahead) {
        int later = start + ahead;
        assertThat(Seq.lt(start, later)).isTrue();
        assertThat(Seq.le(start, later)).isTrue();
        assertThat(Seq.gt(later, start)).isTrue();
        assertThat(Seq.ge(later, start)).isTrue();
        assertThat(Seq.lt(later, start)).isFalse();
        assertThat(Seq.ge(start, later)).isFalse();
        assertThat(Seq.max(start, later)).isEqualTo(Seq.max(later, start)).isEqualTo(later);
        assertThat(Seq.min(start, later)).isEqualTo(Seq.min(later, start)).isEqualTo(start);
        assertThat(Seq.diff(later, start)).isEqualTo(ahead);
        assertThat(Seq.diff(start, later)).isEqualTo(-ahead);
    }

    @Property
    void numberIsNeitherBeforeNorAfterItself(@ForAll int seq) {
        assertThat(Seq.lt(seq, seq)).isFalse();
        assertThat(Seq.gt(seq, seq)).isFalse();
        assertThat(Seq.le(seq, seq)).isTrue();
        assertThat(Seq.ge(seq, seq)).isTrue();
        assertThat(Seq.max(seq, seq)).isEqualTo(seq);
        assertThat(Seq.diff(seq, seq)).isZero();
    }

    @Property
    void windowHoldsItsNumbersAndNoOther(@ForAll int start, @ForAll @IntRange(max = 1 << 30) int size,
            @ForAll @LongRange(min = -3, max = (1L << 30) + 3) long at) {
        assertThat(Seq.inWindow((int) (start + at), start, size)).isEqualTo(at >= 0 && at < size);
        assertThat(Seq.inWindow(start, start, 0)).isFalse();
        assertThat(Seq.inWindow(start + size, start, size)).isFalse();
    }

    @Example
    void comparisonGoesOnAcrossTheWrap() {
        int last = (int) (SPACE - 1);
        assertThat(Seq.lt(last, 0)).isTrue();
        assertThat(Seq.gt(5, last - 5)).isTrue();
        assertThat(Seq.max(last, 3)).isEqualTo(3);
        assertThat(Seq.diff(3, last)).isEqualTo(4);
        assertThat(Seq.inWindow(1, last - 1, 4)).isTrue();
        assertThat(Seq.inWindow(2, last - 1, 4)).isFalse();
        assertThat(Seq.lt(Integer.MAX_VALUE, Integer.MIN_VALUE)).isTrue();
    }
}
