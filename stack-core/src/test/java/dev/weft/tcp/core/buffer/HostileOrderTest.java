package dev.weft.tcp.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.Tally;
import dev.weft.tcp.core.counter.TcpDiscard;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What reassembly costs when the peer wants it to: counted in nodes of the tree, so that no clock is asked. Linear lists took
 * as many steps for a segment as there are ranges.
 */
class HostileOrderTest {

    /** Some 2·log₂({@value #RANGES}) for each of the few searches of a segment. */
    private static final int STEPS = 20 * 7;
    private static final int RANGES = 1024;

    private enum Pattern {
        EVERY_SECOND_BYTE {
            @Override
            int position(int i, Random random) {
                return 2 * i + 1;
            }
        },
        BACKWARDS {
            @Override
            int position(int i, Random random) {
                return 3 * (40_000 - i);
            }
        },
        FROM_BOTH_ENDS {
            @Override
            int position(int i, Random random) {
                return i % 2 == 0 ? i + 1 : 120_000 - 2 * i;
            }
        },
        AT_RANDOM {
            @Override
            int position(int i, Random random) {
                return 1 + random.nextInt(200_000);
            }
        },
        AGAIN_AND_AGAIN {
            @Override
            int position(int i, Random random) {
                return 2 * (i % RANGES) + 1;
            }
        };

        abstract int position(int i, Random random);
    }

    @ParameterizedTest
    @EnumSource(Pattern.class)
    void costsAFewSearchesWhateverIsSent(Pattern pattern) {
        try (var pool = new ChunkPool("hostile", 16 << 10, 1 << 20)) {
            var buffer = new ReceiveBuffer(new TcpMemory(pool, new ByteBudget(1 << 20)), 512 * RANGES);
            var byteOfText = new Pieces();
            byteOfText.add(MemorySegment.ofArray(new byte[1]), 0, 1);
            var random = new Random(5);
            var tally = new Tally();
            for (int i = 0; i < 20_000; i++) {
                long before = buffer.ranges().steps();
                buffer.put(pattern.position(i, random), byteOfText, 0, 1, tally);
                assertThat(buffer.ranges().steps() - before).as("steps of segment " + i).isLessThanOrEqualTo(STEPS);
                assertThat(buffer.ranges().count()).isLessThanOrEqualTo(RANGES);
            }
            assertThat(tally.of(TcpDiscard.TOO_MANY_HOLES)).as(pattern.name())
                    .isGreaterThan(pattern == Pattern.AGAIN_AND_AGAIN ? -1 : 0);
            buffer.discard();
        }
    }

    @Test
    void paysForJoiningManyRangesOnlyOnceEach() {
        var reassembly = new Reassembly();
        reassembly.limit(RANGES);
        for (int round = 1; round <= 5; round++) {
            long before = reassembly.steps();
            for (int i = 0; i < RANGES; i++) {
                assertThat(reassembly.add(10 + 2 * i, 11 + 2 * i)).isTrue();
            }
            assertThat(reassembly.add(10, 10 + 2 * RANGES)).isTrue();
            assertThat(reassembly.count()).isEqualTo(1);
            assertThat(reassembly.advance(10)).isEqualTo(10 + 2 * RANGES);
            assertThat(reassembly.steps() - before).isLessThan((long) RANGES * STEPS);
        }
    }

    @Property(tries = 200)
    void findsWhatAModelFinds(@ForAll long seed) {
        var random = new Random(seed);
        var tree = new RangeTree();
        var model = new TreeMap<Long, Long>();
        int span = 10 + random.nextInt(2_000);
        for (int i = 0; i < 2_000; i++) {
            long position = random.nextInt(span);
            if (random.nextInt(5) < 3 && !model.containsKey(position)) {
                tree.insert(position, position + 1);
                model.put(position, position + 1);
            } else if (model.containsKey(position)) {
                tree.remove(position);
                model.remove(position);
            }
            long asked = random.nextInt(span + 2) - 1;
            long before = tree.steps();
            assertThat(at(tree, tree.floor(asked))).isEqualTo(model.floorKey(asked));
            assertThat(at(tree, tree.higher(asked))).isEqualTo(model.higherKey(asked));
            assertThat(tree.steps() - before).as("both").isLessThanOrEqualTo(4 * (1 + Integer.SIZE
                    - Integer.numberOfLeadingZeros(model.size() + 1)));
            assertThat(tree.count()).isEqualTo(model.size());
        }
        assertThat(at(tree, tree.first())).isEqualTo(model.isEmpty() ? null : model.firstKey());
        assertThat(at(tree, tree.last())).isEqualTo(model.isEmpty() ? null : model.lastKey());
        tree.clear();
        assertThat(tree.first()).isEqualTo(RangeTree.NONE);
    }

    private static Long at(RangeTree tree, int slot) {
        return slot == RangeTree.NONE ? null : (Long) tree.start(slot);
    }
}
