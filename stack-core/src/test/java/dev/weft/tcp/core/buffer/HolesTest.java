package dev.weft.tcp.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.Tally;
import dev.weft.tcp.core.buffer.ReassemblyProperties.Range;
import dev.weft.tcp.core.counter.TcpDiscard;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What lies out of order (RFC 9293 §3.10.7.4, RFC 2018 §8), rule by rule, and a few cases of what the properties beside this try at
 * random, always the same and quick. D8: what is held for nothing goes back.
 */
class HolesTest {

    private static final int CHUNK = 256;

    private final ChunkPool pool = new ChunkPool("holes", CHUNK, 1 << 16);
    private final ReceiveBuffer buffer = new ReceiveBuffer(new TcpMemory(pool, new ByteBudget(1 << 16)), 16_384);
    private final Reassembly holes = new Reassembly();

    @AfterEach
    void givesEverythingBack() {
        buffer.discard();
        buffer.noMore();
        assertThat(pool.lent()).isZero();
        pool.close();
    }

    private int put(int distance, int length) {
        var text = new Pieces();
        text.add(MemorySegment.ofArray(new byte[length]), 0, length);
        return buffer.put(distance, text, 0, length, new Tally());
    }

    private void consume(int length) {
        var pieces = new Pieces();
        assertThat(buffer.lend(pieces, length)).isEqualTo(length);
        buffer.consumed(length);
    }

    // ---- which ranges

    @Test
    void joinsWhatTouches() {
        assertThat(holes.add(10, 20)).isTrue();
        assertThat(holes.add(20, 30)).isTrue();
        assertThat(holes.add(5, 10)).isTrue();
        assertThat(holes.count()).isEqualTo(1);
        assertThat(holes.left(holes.find(15))).isEqualTo(5);
        assertThat(holes.right(holes.find(15))).isEqualTo(30);
        assertThat(holes.find(30)).isEqualTo(RangeTree.NONE);
    }

    @Test
    void keepsWhatIsApartApart() {
        holes.add(10, 20);
        holes.add(21, 30);
        assertThat(holes.count()).isEqualTo(2);
        assertThat(holes.nextMissing(10)).isEqualTo(20);
        assertThat(holes.nextPresent(20, 100)).isEqualTo(21);
        assertThat(holes.end(0)).isEqualTo(30);
    }

    @Test
    void refusesOneRangeTooManyButNothingThatJoinsAnotherAndNothingEmpty() {
        for (int i = 0; i < Reassembly.FEW_RANGES; i++) {
            assertThat(holes.add(10 * i + 1, 10 * i + 2)).isTrue();
        }
        assertThat(holes.add(1_005, 1_006)).isFalse();
        assertThat(holes.add(1_005, 1_005)).as("nothing").isTrue();
        assertThat(holes.add(2, 3)).as("joins").isTrue();
        assertThat(holes.count()).isEqualTo(Reassembly.FEW_RANGES);
        assertThat(holes.end(0)).isLessThan(1_000);
    }

    /** RFC 2018 §8: what was reported may be taken back. */
    @Test
    void forgetsWhatLiesBehindAPosition() {
        holes.add(10, 20);
        holes.add(30, 40);
        holes.add(50, 60);
        holes.cutOff(35);
        assertThat(holes.count()).isEqualTo(2);
        assertThat(holes.end(0)).isEqualTo(35);
        holes.cutOff(30);
        assertThat(holes.end(0)).isEqualTo(20);
        holes.cutOff(25);
        assertThat(holes.end(0)).isEqualTo(20);
        holes.cutOff(0);
        assertThat(holes.isEmpty()).isTrue();
    }

    @Test
    void forgetsAll() {
        holes.add(10, 20);
        holes.add(30, 40);
        holes.clear();
        assertThat(holes.isEmpty()).isTrue();
        assertThat(holes.find(10)).isEqualTo(RangeTree.NONE);
    }

    @Test
    void findsTheRangeThatBeginsHereAndTheNextOneAfterIt() {
        var tree = new RangeTree();
        tree.insert(10, 20);
        tree.insert(30, 40);
        assertThat(tree.start(tree.floor(10))).isEqualTo(10);
        assertThat(tree.floor(9)).isEqualTo(RangeTree.NONE);
        assertThat(tree.start(tree.higher(10))).isEqualTo(30);
        assertThat(tree.higher(30)).isEqualTo(RangeTree.NONE);
    }

    /** So that the bounds of {@link HostileOrderTest} mean something. */
    @Test
    void countsTheRangesThatItLooksAt() {
        var tree = new RangeTree();
        tree.insert(10, 11);
        assertThat(tree.steps()).isZero();
        tree.insert(20, 21);
        assertThat(tree.steps()).isEqualTo(1);
        tree.insert(30, 31);                         // 20 is on top now
        assertThat(tree.steps()).isEqualTo(3);
        tree.floor(15);
        assertThat(tree.steps()).isEqualTo(5);
        tree.higher(25);
        assertThat(tree.steps()).isEqualTo(7);
        tree.remove(30);
        assertThat(tree.steps()).isEqualTo(9);
        holes.add(10, 20);
        holes.add(30, 40);
        assertThat(holes.steps()).isPositive();
        tree.insert(30, 31);
        tree.insert(25, 26);
        long before = tree.steps();
        tree.remove(20);                             // 25 takes its place
        assertThat(tree.steps() - before).as("three ranges, and the way down again").isBetween(3L, 5L);
    }

    @Test
    void findsWhatAModelFinds() {
        for (long seed = 0; seed < 6; seed++) {
            new HostileOrderTest().findsWhatAModelFinds(seed);
        }
    }

    @Test
    void remembersWhatAModelRemembers() {
        var properties = new ReassemblyProperties();
        var random = new Random(3);
        for (int i = 0; i < 10; i++) {
            List<Range> ranges = new ArrayList<>();
            for (int j = 0; j < 40; j++) {
                ranges.add(new Range(random.nextInt(300), random.nextInt(40)));
            }
            properties.remembersExactlyWhatWasAdded(ranges);
            properties.takesOutWhatIsInOrder(ranges);
            properties.forgetsWhatLiesBehind(ranges, random.nextInt(340));
            properties.keepsTheFirstCopyOfEachByteWhateverOverlaps(ranges);
        }
    }

    // ---- which memory (D8)

    @Test
    void givesBackWhatLiesBehindAHoleWhenNothingMoreComes() {
        put(0, 10);
        put(4 * CHUNK, 10);
        assertThat(buffer.chunks()).isEqualTo(2);
        buffer.noMore();
        assertThat(buffer.chunks()).as("what can be read stays").isEqualTo(1);
        assertThat(buffer.ranges().isEmpty()).isTrue();
        consume(10);
        assertThat(buffer.chunks()).isZero();
    }

    @Test
    void givesAllBackWhenNothingMoreComesAndAllIsRead() {
        put(CHUNK, 10);
        buffer.noMore();
        assertThat(buffer.chunks()).isZero();
    }

    @Test
    void givesChunksBackAsTheyAreRead() {
        put(0, 2 * CHUNK + 10);
        assertThat(buffer.chunks()).isEqualTo(3);
        consume(CHUNK - 1);
        assertThat(buffer.chunks()).isEqualTo(3);
        buffer.skip();
        assertThat(buffer.chunks()).as("the last byte of the chunk was taken out").isEqualTo(2);
        consume(CHUNK);
        assertThat(buffer.chunks()).isEqualTo(1);
    }

    @Test
    void doesNotTakeOutWhatIsLent() {
        put(0, 10);
        var pieces = new Pieces();
        buffer.lend(pieces, 1);
        buffer.skip();
        assertThat(buffer.read()).isZero();
        buffer.consumed(0);
    }

    @Test
    void takesABackwardStreamOfManyChunks() {
        for (int i = 20; i >= 0; i--) {
            put(i * CHUNK, CHUNK);
        }
        assertThat(buffer.readable()).isEqualTo(21 * CHUNK);
        consume(5 * CHUNK);
        assertThat(buffer.chunks()).isEqualTo(16);
    }

    @Test
    void reservesForAWriterNoMoreThanItUses() {
        var out = new SendBuffer(new TcpMemory(pool, new ByteBudget(1 << 16)), 8_192);
        var pieces = new Pieces();
        for (int[] step : new int[][] {{10, 1}, {CHUNK - 10, 1}, {1, 2}, {2 * CHUNK, 4}, {0, 4}}) {
            out.reserve(pieces, 1_500);
            out.commit(step[0], false);
            assertThat(out.chunks()).isEqualTo(step[1]);
        }
        out.acknowledge(CHUNK + 5);
        assertThat(out.chunks()).isEqualTo(3);
        out.reserve(pieces, 1_500);
        out.commit(3, false);
        assertThat(out.chunks()).isEqualTo(3);
        out.reserve(pieces, 10);
        assertThatThrownBy(() -> out.commit(11, false)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reserved are 10");
        assertThatThrownBy(() -> out.reserve(pieces, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a reservation of 10 bytes");
        out.commit(0, true);
        out.releaseHeld();
        out.discard();
    }

    @Test
    void countsWhatItHasNoRoomFor() {
        var tally = new Tally();
        var text = new Pieces();
        text.add(MemorySegment.ofArray(new byte[1]), 0, 1);
        for (int i = 0; i < Reassembly.FEW_RANGES; i++) {
            buffer.put(1 + 2 * i, text, 0, 1, tally);
        }
        assertThat(tally.of(TcpDiscard.TOO_MANY_HOLES)).isZero();
        buffer.put(10_001, text, 0, 1, tally);
        assertThat(tally.of(TcpDiscard.TOO_MANY_HOLES)).isEqualTo(1);
        assertThat(tally.of(TcpDiscard.NO_MEMORY)).isZero();
    }

    @Test
    void growsWhereThereIsRoomToGrow() {
        assertThat(TcpBuffers.fixed(8_192, 8_192).tunesSend()).isFalse();
        assertThat(TcpBuffers.fixed(8_192, 8_192).tunesReceive()).isFalse();
        assertThat(new TcpBuffers(8_192, 8_193, 8_192, 8_192).tunesSend()).isTrue();
        assertThat(new TcpBuffers(8_192, 8_192, 8_192, 8_193).tunesReceive()).isTrue();
    }
}
