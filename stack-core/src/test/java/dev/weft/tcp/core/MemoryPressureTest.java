package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.ChunkRing;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/** What gives way when the memory of all connections is used up, and in which order. Chunks have 1,024 bytes here. */
class MemoryPressureTest {

    private static final int FIRST_BYTE = 101;

    @Test
    void pressureBeginsAtTwoThirdsAndEndsBelowHalf() {
        try (var pool = new ChunkPool("pressure", 256, 12 * 256)) {
            var tally = new Tally();
            var memory = new TcpMemory(pool, new ByteBudget(12 * 256), tally);
            var chunks = new ArrayDeque<Chunk>();
            for (int i = 0; i < 8; i++) {
                chunks.add(memory.tryAcquire());
            }
            assertThat(memory.isUnderPressure()).isFalse();
            chunks.add(memory.tryAcquire());
            assertThat(memory.isUnderPressure()).isTrue();
            while (chunks.size() > 6) {
                memory.release(chunks.poll());
            }
            assertThat(memory.isUnderPressure()).as("half is still in use").isTrue();
            memory.release(chunks.poll());
            assertThat(memory.isUnderPressure()).isFalse();
            assertThat(tally.of(TcpEvent.MEMORY_PRESSURE)).isEqualTo(1);
            chunks.forEach(memory::release);
        }
    }

    @Test
    void theLastEighthIsForBuffersThatHoldNothing() {
        try (var pool = new ChunkPool("reserve", 256, 16 * 256)) {
            var memory = new TcpMemory(pool, new ByteBudget(16 * 256));
            var greedy = new ChunkRing(memory);
            int got = 0;
            while (greedy.ensure(got * 256L, 0)) {
                got++;
            }
            assertThat(got).isEqualTo(14);
            var modest = new ChunkRing(memory);
            assertThat(modest.ensure(0, 0)).isTrue();
            assertThat(modest.ensure(256, 0)).as("one is what it needs to go on").isFalse();
            greedy.clear();
            assertThat(modest.ensure(256, 0)).isTrue();
            modest.clear();
            assertThat(pool.lent()).isZero();
        }
    }

    @Test
    void dropsWhatIsOutOfOrderForWhatIsInOrderAndSaysSo() {              // RFC 2018 §8
        var c = modern();
        c.leavesChunks(1);
        c.peer.sends(data(500).seq(FIRST_BYTE + 4_096));
        c.stack.answers(ack().ack(FIRST_BYTE).sack(FIRST_BYTE + 4_096, FIRST_BYTE + 4_596));
        c.peer.sends(data(500).seq(FIRST_BYTE));
        c.stack.answers(ack().ack(FIRST_BYTE + 500).sack());             // the block is not named again
        assertThat(c.stack.connection().readable()).isEqualTo(500);
        assertThat(c.tally.of(TcpEvent.OUT_OF_ORDER_PRUNED)).isEqualTo(1);
        assertThat(c.tally.of(TcpDiscard.NO_MEMORY)).isZero();
        c.peer.sends(data(500).seq(FIRST_BYTE + 4_096));
        assertThat(c.tally.of(TcpDiscard.NO_MEMORY)).as("nothing is dropped for what is out of order").isEqualTo(1);
        assertThat(c.stack.connection().readable()).isEqualTo(500);
    }

    @Test
    void dropsTheLastFirstAndNoMoreThanItMust() {
        var c = modern();
        for (int i = 1; i <= 3; i++) {
            c.peer.sends(data(400).seq(FIRST_BYTE + 2_048 * i));
        }
        c.stack.says();
        c.leavesChunks(0);
        c.peer.sends(data(400).seq(FIRST_BYTE));
        assertThat(c.stack.connection().readable()).isEqualTo(400);
        c.stack.answers(ack().ack(FIRST_BYTE + 400)
                .sack(FIRST_BYTE + 4_096, FIRST_BYTE + 4_496, FIRST_BYTE + 2_048, FIRST_BYTE + 2_448));
    }

    @Test
    void tellsWhenWhatIsInOrderFindsNoMemory() {
        var c = established();
        c.leavesChunks(1);
        c.peer.sends(data(500));
        assertThat(c.stack.connection().takeEvents() & TcpConnection.MEMORY_SHORT).isZero();
        c.peer.sends(data(500).seq(FIRST_BYTE + 5_000));
        assertThat(c.stack.connection().takeEvents() & TcpConnection.MEMORY_SHORT).as("out of order").isZero();
        c.peer.sends(data(1_000));
        assertThat(c.stack.connection().takeEvents() & TcpConnection.MEMORY_SHORT).isNotZero();
        assertThat(c.tally.of(TcpEvent.OUT_OF_ORDER_PRUNED)).isZero();
    }

    @Test
    void streamsAreWholeAfterPruning() {
        var c = modern();
        c.leavesChunks(2);
        c.peer.sends(data("tail").seq(FIRST_BYTE + 1_024 * 3));
        c.peer.sends(data("mid").seq(FIRST_BYTE + 3));
        c.peer.sends(data("abc").seq(FIRST_BYTE));
        c.stack.reads("abc");                                            // of all others only the first finds memory
        c.leavesChunks(8_000);
        c.peer.sends(data("tail").seq(FIRST_BYTE + 1_024 * 3));
        c.peer.sends(data(3_069).seq(FIRST_BYTE + 3));
        assertThat(new String(c.stack.read(10_000), StandardCharsets.US_ASCII)).hasSize(3_073).endsWith("tail");
    }
}
