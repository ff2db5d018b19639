package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.ChallengeAcks;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Pieces, memory, configuration, the limit on challenge ACKs, the window shift. */
class SmallPartsTest {

    @Test
    void copiesOutOfAndIntoAnyPartOfARun() {
        var pieces = new Pieces();
        pieces.add(MemorySegment.ofArray(new byte[] {0, 1, 2}), 1, 2);
        pieces.add(MemorySegment.ofArray(new byte[0]), 0, 0);
        pieces.add(MemorySegment.ofArray(new byte[] {3, 4, 5}), 0, 3);
        assertThat(pieces.count()).as("an empty piece is none").isEqualTo(2);
        assertThat(pieces.length()).isEqualTo(5);
        var target = new byte[3];
        pieces.copyTo(1, MemorySegment.ofArray(target), 0, 3);
        assertThat(target).containsExactly(2, 3, 4);
        pieces.copyFrom(MemorySegment.ofArray(new byte[] {9, 8, 7}), 0, 3);
        pieces.copyTo(0, MemorySegment.ofArray(target), 0, 3);
        assertThat(target).containsExactly(9, 8, 7);
        assertThatThrownBy(() -> pieces.copyTo(3, MemorySegment.ofArray(target), 0, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pieces.copyFrom(MemorySegment.ofArray(new byte[9]), 0, 6))
                .isInstanceOf(IndexOutOfBoundsException.class);
        pieces.clear();
        assertThat(pieces.length()).isZero();
    }

    @Test
    void holdsSoManyPiecesAndNoMore() {
        var pieces = new Pieces();
        var memory = MemorySegment.ofArray(new byte[1]);
        for (int i = 0; i < Pieces.CAPACITY; i++) {
            assertThat(pieces.isFull()).isFalse();
            pieces.add(memory, 0, 1);
        }
        assertThat(pieces.isFull()).isTrue();
        assertThatThrownBy(() -> pieces.add(memory, 0, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void paysForChunksOutOfTheBudgetAndGivesBackBoth() {
        try (var pool = new ChunkPool("memory", 256, 512)) {
            var budget = new ByteBudget(10_000);
            var memory = new TcpMemory(pool, budget);
            var one = memory.tryAcquire();
            memory.tryAcquire();
            assertThat(memory.tryAcquire()).as("the pool is empty").isNull();
            assertThat(budget.used()).isEqualTo(512);
            memory.release(one);
            assertThat(budget.used()).isEqualTo(256);
            assertThat(pool.lent()).isEqualTo(1);
            var poor = new TcpMemory(pool, new ByteBudget(255));
            assertThat(poor.tryAcquire()).as("the budget is spent").isNull();
            assertThat(pool.lent()).isEqualTo(1);
        }
    }

    @Test
    void refusesConfigurationsOutOfRange() {
        try (var pool = new ChunkPool("config", 256, 512)) {
            var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(512)), TcpCounters.NONE);
            assertThatThrownBy(() -> config.withBuffers(0, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("send: 0");
            assertThatThrownBy(() -> config.withPath(67, 20)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> config.withPath(1500, 24)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> config.withTimes(1, 1, 500_000_000)).as("RFC 9293 §3.8.6.3: less than 0.5 s")
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(config.withBuffers(1, 8 << 20).buffers().largestReceive()).isEqualTo(8 << 20);
        }
    }

    /** RFC 5961 §7. */
    @Test
    void challengesInABurstAndThenAtAPace() {
        var challenges = new ChallengeAcks();
        for (int i = 0; i < ChallengeAcks.BURST; i++) {
            assertThat(challenges.tryTake(7)).isTrue();
        }
        assertThat(challenges.tryTake(7)).isFalse();
        long interval = ChallengeAcks.INTERVAL_MILLIS * 1_000_000L;
        assertThat(challenges.tryTake(6 + interval)).isFalse();
        assertThat(challenges.tryTake(7 + interval)).isTrue();
        assertThat(challenges.tryTake(7 + interval)).isFalse();
        for (int i = 0; i < ChallengeAcks.BURST; i++) {
            assertThat(challenges.tryTake(1_000 * interval)).isTrue();
        }
        assertThat(challenges.tryTake(1_000 * interval)).as("it saves no more than a burst").isFalse();
    }

    /** RFC 7323 §2.3. */
    @Test
    void choosesTheSmallestShiftThatTellsTheLargestBuffer() {
        assertThat(Receiver.windowShiftFor(65_535)).isZero();
        assertThat(Receiver.windowShiftFor(65_536)).isEqualTo(1);
        assertThat(Receiver.windowShiftFor(4 << 20)).isEqualTo(7);
        assertThat(Receiver.windowShiftFor(1 << 30)).isEqualTo(14);
    }
}
