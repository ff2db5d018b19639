package dev.weft.tcp.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.LentMemory;
import dev.weft.resource.OffHeap;
import dev.weft.tcp.core.counter.TcpCounters;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.statistics.Statistics;

/**
 * A {@link ReceiveBuffer} some of whose text stays where it came in (D3): whatever comes how, what is read is the stream, and all
 * memory goes back. Memory that goes back is freed here, so that whoever looks at it later fails.
 */
class KeptTextProperties {

    private static final String OWNER = "kepttext";
    private static final int LONGEST = 40;

    enum Kind { KEEP, PUT, PUT_BEHIND_A_HOLE, READ, LEND, END_LOAN, SKIP, DISCARD }

    @Property(tries = 3000)
    void whatIsReadIsTheStream(@ForAll("steps") List<Tuple2<Kind, Integer>> steps) {
        var run = new Run();
        steps.forEach(step -> run.step(step.get1(), step.get2()));
        run.end();
        Statistics.label("kept").coverage(coverage -> coverage.check(true).percentage(part -> part > 10));
    }

    /** One buffer and what is known of it. */
    private static final class Run {

        private final ChunkPool pool = new ChunkPool(OWNER + ".chunks", 256, 1 << 16);
        private final ByteBudget budget = new ByteBudget(1 << 16);
        private final TcpMemory memory = new TcpMemory(pool, budget);
        private final ReceiveBuffer buffer = new ReceiveBuffer(memory, 1 << 15);
        private final Pieces loan = new Pieces();
        /** Positions of the stream. */
        private int read;
        private int next;
        private int behind;
        private boolean discarded;

        void step(Kind kind, int n) {
            switch (kind) {
                case KEEP -> keep(n);
                case PUT -> put(0, n);
                case PUT_BEHIND_A_HOLE -> {
                    if (put(LONGEST, n) && !discarded) {
                        behind = Math.max(behind, next + LONGEST + n);
                    }
                }
                case READ -> {
                    if (loan.length() == 0) {
                        read(n);
                    }
                }
                case LEND -> {
                    if (loan.length() == 0) {
                        buffer.lend(loan, n);
                    }
                }
                case END_LOAN -> endLoan(n);
                case SKIP -> {
                    if (loan.length() == 0 && buffer.readable() > 0) {
                        buffer.skip();
                        read++;
                    }
                }
                case DISCARD -> {
                    if (n == 1) {
                        buffer.discard();
                        discarded = true;
                    }
                }
            }
            assertThat(buffer.readable()).isEqualTo(discarded ? 0 : next - read);
        }

        void end() {
            endLoan(0);
            if (!discarded) {
                while (buffer.readable() > 0) {
                    read(LONGEST);
                }
                buffer.noMore();
            }
            assertThat(OffHeap.liveByOwner()).as("kept texts go back when they have been read").doesNotContainKey(OWNER);
            assertThat(buffer.chunks()).isZero();
            assertThat(budget.used()).isZero();
            pool.close();
        }

        private void keep(int length) {
            var text = new LentMemory(OWNER, 3 + length);
            var payload = new Pieces();
            fill(text.segment(), 3, next, length);
            payload.add(text.segment(), 1, 2 + length);
            boolean kept = buffer.keepInFrame(payload, 2, length, text);
            Statistics.label("kept").collect(kept);
            assertThat(text.isFree()).isEqualTo(!kept);
            if (kept) {
                assertThat(behind).as("nothing out of order lies behind it").isLessThanOrEqualTo(next);
                next += length;
            }
            text.close();
        }

        private boolean put(int distance, int length) {
            var bytes = new byte[length];
            var payload = new Pieces();
            fill(MemorySegment.ofArray(bytes), 0, next + distance, length);
            payload.add(MemorySegment.ofArray(bytes), 0, length);
            boolean room = buffer.ranges().hasRoomFor(next + distance, next + distance + length);
            next += buffer.put(distance, payload, 0, length, TcpCounters.NONE);
            return room;
        }

        private void read(int n) {
            buffer.lend(loan, n);
            endLoan(n);
        }

        /** Ends the loan with up to {@code n} bytes of it read. */
        private void endLoan(int n) {
            int length = Math.min(n, loan.length());
            var bytes = new byte[length];
            loan.copyTo(0, MemorySegment.ofArray(bytes), 0, length);
            for (int i = 0; i < length; i++) {
                assertThat(bytes[i]).as("byte %d", read + i).isEqualTo(pattern(read + i));
            }
            Statistics.label("pieces").collect(Math.min(3, loan.count()));
            loan.clear();
            buffer.consumed(length);
            read += length;
        }
    }

    private static void fill(MemorySegment target, long at, int position, int length) {
        for (int i = 0; i < length; i++) {
            target.set(ValueLayout.JAVA_BYTE, at + i, pattern(position + i));
        }
    }

    private static byte pattern(int position) {
        return (byte) (position * 31 + (position >>> 8) * 7);
    }

    @Provide
    Arbitrary<List<Tuple2<Kind, Integer>>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(Tuple.of(8, Kind.KEEP), Tuple.of(3, Kind.PUT), Tuple.of(1, Kind.PUT_BEHIND_A_HOLE),
                Tuple.of(5, Kind.READ), Tuple.of(2, Kind.LEND), Tuple.of(3, Kind.END_LOAN), Tuple.of(1, Kind.SKIP), Tuple.of(1, Kind.DISCARD));
        return Combinators.combine(kinds, Arbitraries.integers().between(1, LONGEST)).as(Tuple::of).list().ofMaxSize(150);
    }
}
