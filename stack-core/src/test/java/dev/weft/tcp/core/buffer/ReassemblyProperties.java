package dev.weft.tcp.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.counter.TcpCounters;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** {@link Reassembly} against a set of bits, {@link ReceiveBuffer} against an array that remembers the first copy of each byte. */
class ReassemblyProperties {

    record Range(int from, int length) {
    }

    @Property(tries = 500)
    void remembersExactlyWhatWasAdded(@ForAll("ranges") List<Range> ranges) {
        var reassembly = new Reassembly();
        var model = new BitSet();
        for (Range range : ranges) {
            boolean room = reassembly.hasRoomFor(range.from(), range.from() + range.length());
            assertThat(reassembly.add(range.from(), range.from() + range.length())).isEqualTo(room || range.length() == 0);
            if (room) {
                model.set(range.from(), range.from() + range.length());
            }
            check(reassembly, model);
        }
    }

    private static void check(Reassembly reassembly, BitSet model) {
        assertThat(reassembly.count()).isLessThanOrEqualTo(Reassembly.FEW_RANGES);
        int count = 0;
        for (int left = model.nextSetBit(0); left >= 0; left = model.nextSetBit(model.nextClearBit(left))) {
            int range = reassembly.find(left);
            assertThat(reassembly.left(range)).isEqualTo(left);
            assertThat(reassembly.right(range)).isEqualTo(model.nextClearBit(left));
            count++;
        }
        assertThat(reassembly.count()).isEqualTo(count);
        assertThat(reassembly.end(-1)).isEqualTo(model.length() == 0 ? -1 : model.length());
        for (int i = 0; i < 400; i++) {
            assertThat(reassembly.nextMissing(i)).isEqualTo(model.nextClearBit(i));
            int present = model.nextSetBit(i);
            assertThat(reassembly.nextPresent(i, 400)).isEqualTo(present < 0 ? 400 : Math.min(400, present));
        }
    }

    @Property(tries = 500)
    void takesOutWhatIsInOrder(@ForAll("ranges") List<Range> ranges) {
        var reassembly = new Reassembly();
        var model = new BitSet();
        for (Range range : ranges) {
            if (range.from() > 0 && reassembly.add(range.from(), range.from() + range.length())) {
                model.set(range.from(), range.from() + range.length());
            }
        }
        int end = model.nextClearBit(5);
        assertThat(reassembly.advance(5)).isEqualTo(Math.max(5, end));
        model.clear(0, end);
        check(reassembly, model);
    }

    @Property(tries = 500)
    void forgetsWhatLiesBehind(@ForAll("ranges") List<Range> ranges, @ForAll @IntRange(max = 340) int position) {
        var reassembly = new Reassembly();
        var model = new BitSet();
        for (Range range : ranges) {
            if (reassembly.add(range.from(), range.from() + range.length())) {
                model.set(range.from(), range.from() + range.length());
            }
        }
        reassembly.cutOff(position);
        model.clear(position, 400);
        check(reassembly, model);
    }

    @Property(tries = 500)
    void keepsTheFirstCopyOfEachByteWhateverOverlaps(@ForAll("ranges") List<Range> ranges) {
        try (var pool = new ChunkPool("reassembly", 256, 1 << 16)) {
            var buffer = new ReceiveBuffer(new TcpMemory(pool, new ByteBudget(1 << 16)), 1_000);
            var model = new int[1_000];
            byte version = 0;
            int next = 0;
            int read = 0;
            for (Range range : ranges) {
                version++;
                next = put(buffer, model, next, range, version);
                read += readHalf(buffer, model, read);
                assertThat(pool.lent()).isEqualTo(buffer.chunks());
            }
            buffer.discard();
            buffer.noMore();
            assertThat(pool.lent()).isZero();
        }
    }

    /** Ten thousand segments with holes between them, in any order, then what fills the holes. */
    @Property(tries = 50)
    void takesThousandsOfHolesInAnyOrder(@ForAll Random random) {
        var reassembly = new Reassembly();
        reassembly.limit(Reassembly.MAX_RANGES);
        var model = new TreeMap<Long, Long>();
        for (int i = 0; i < 5_000; i++) {
            long from = 10L * switch (i / 1_000) {
                case 0 -> 10_000 + i;
                case 1 -> 10_000 - i;
                default -> random.nextInt(20_000);
            };
            assertThat(reassembly.add(from, from + 5)).isTrue();
            model.put(from, from + 5);
        }
        assertThat(reassembly.count()).isEqualTo(model.size());
        for (var range : model.entrySet()) {
            int found = reassembly.find(range.getKey() + 4);
            assertThat(reassembly.left(found)).isEqualTo(range.getKey());
            assertThat(reassembly.right(found)).isEqualTo(range.getValue());
            assertThat(reassembly.find(range.getValue())).isEqualTo(RangeTree.NONE);
        }
        for (long from : List.copyOf(model.keySet())) {
            if (random.nextInt(3) > 0) {
                assertThat(reassembly.add(from + 5, from + 10)).isTrue();
                model.put(from, from + 10);
            }
        }
        for (var range : model.entrySet()) {
            assertThat(reassembly.right(reassembly.find(range.getKey()))).isGreaterThanOrEqualTo(range.getValue());
            assertThat(reassembly.nextPresent(range.getValue(), Long.MAX_VALUE))
                    .isEqualTo(model.higherKey(range.getKey()) == null ? Long.MAX_VALUE : model.higherKey(range.getKey()));
        }
        long end = model.lastEntry().getValue();
        assertThat(reassembly.advance(end)).isEqualTo(end);
        assertThat(reassembly.isEmpty()).isTrue();
    }

    private static int put(ReceiveBuffer buffer, int[] model, int next, Range range, byte version) {
        int from = Math.max(next, range.from());
        int to = range.from() + range.length();
        if (from >= to) {
            return next;
        }
        var pieces = new Pieces();
        byte[] bytes = new byte[range.length()];
        java.util.Arrays.fill(bytes, version);
        pieces.add(MemorySegment.ofArray(bytes), 0, bytes.length);
        boolean room = from == next || buffer.ranges().hasRoomFor(from, to);
        int advance = buffer.put(from - next, pieces, from - range.from(), to - from, TcpCounters.NONE);
        for (int i = from; room && i < to; i++) {
            model[i] = model[i] == 0 ? version : model[i];
        }
        int end = next;
        while (end < model.length && model[end] != 0) {
            end++;
        }
        assertThat(advance).isEqualTo(from == next ? end - next : 0);
        return next + advance;
    }

    private static int readHalf(ReceiveBuffer buffer, int[] model, int read) {
        var pieces = new Pieces();
        int n = buffer.lend(pieces, Math.max(1, buffer.readable() / 2));
        var bytes = new byte[n];
        pieces.copyTo(0, MemorySegment.ofArray(bytes), 0, n);
        for (int i = 0; i < n; i++) {
            assertThat((int) bytes[i]).isEqualTo(model[read + i]);
        }
        buffer.consumed(n);
        return n;
    }

    @Provide
    Arbitrary<List<Range>> ranges() {
        return Combinators.combine(Arbitraries.integers().between(0, 300), Arbitraries.integers().between(0, 40))
                .as(Range::new).list().ofMaxSize(60);
    }
}
