package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkPoolTest {

    private static final String OWNER = "chunkpooltest";

    private ChunkPool pool;

    @AfterEach
    void allMemoryIsBack() {
        pool.close();
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
    }

    @Test
    void allocatesNothingBeforeTheFirstChunk() {
        pool = new ChunkPool(OWNER, 2048, 1 << 20);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
        assertThat(pool.capacity()).isEqualTo(512);
        assertThat(pool.chunkBytes()).isEqualTo(2048);
        pool.tryAcquire();
        assertThat(OffHeap.liveByOwner().get(OWNER)).isPositive().isLessThan(1 << 20);
    }

    @Test
    void lendsAsManyDisjointChunksAsItsLimitAllowsThenNone() {
        pool = new ChunkPool(OWNER, 1000, 1_000_999);
        List<Chunk> chunks = new ArrayList<>();
        for (Chunk chunk = pool.tryAcquire(); chunk != null; chunk = pool.tryAcquire()) {
            assertThat(chunk.segment().byteSize()).isEqualTo(1000);
            chunk.segment().fill((byte) chunks.size());
            chunks.add(chunk);
        }
        assertThat(chunks).hasSize(1000);
        assertThat(pool.lent()).isEqualTo(1000);
        assertThat(OffHeap.liveByOwner()).containsEntry(OWNER, 1_000_000L);
        for (int i = 0; i < chunks.size(); i++) {
            assertThat(chunks.get(i).segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) i);
        }
        pool.release(chunks.getFirst());
        assertThat(pool.tryAcquire()).isSameAs(chunks.getFirst());
    }

    @Test
    void aChunkComesBackWithoutTheMarksOfItsLastHolder() {
        pool = new ChunkPool(OWNER, 64, 64);
        Chunk chunk = pool.tryAcquire();
        chunk.start = 3;
        chunk.end = 9;
        chunk.next = chunk;
        pool.release(chunk);

        Chunk again = pool.tryAcquire();
        assertThat(again).isSameAs(chunk);
        assertThat(again.start).isZero();
        assertThat(again.end).isZero();
        assertThat(again.next).isNull();
    }

    @Test
    void aSecondReleaseAndAForeignChunkAreRefused() {
        pool = new ChunkPool(OWNER, 64, 1024);
        Chunk chunk = pool.tryAcquire();
        pool.release(chunk);
        assertThatThrownBy(() -> pool.release(chunk)).isInstanceOf(IllegalStateException.class).hasMessageContaining("twice");
        try (var other = new ChunkPool("chunkpooltest.other", 64, 64)) {
            Chunk foreign = other.tryAcquire();
            assertThatThrownBy(() -> pool.release(foreign)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("chunkpooltest.other");
        }
    }

    @Test
    void aClosedPoolLendsNothingAndItsMemoryFailsAtOnce() {
        pool = new ChunkPool(OWNER, 64, 1024);
        Chunk chunk = pool.tryAcquire();
        pool.close();
        pool.close();
        assertThat(pool.tryAcquire()).isNull();
        assertThatThrownBy(() -> chunk.segment().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        pool.release(chunk);
        assertThat(pool.tryAcquire()).isNull();
    }

    @Test
    void sizesThatMakeNoPoolAreRefused() {
        pool = new ChunkPool(OWNER, 64, 64);
        assertThatThrownBy(() -> new ChunkPool(OWNER, 0, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkPool(OWNER, 10, 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ChunkPool(OWNER, 1, 1L << 40)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The ABA problem: the chunk that a slow thread saw on top is there again, but what was below it is lent. */
    @Test
    void aSlowThreadDoesNotTakeAStackThatHasChangedAndChangedBack() {
        pool = new ChunkPool(OWNER, 8, 8 * 3);
        pool.release(pool.tryAcquire());
        long seen = pool.top();
        Chunk top = pool.tryAcquire();
        Chunk below = pool.tryAcquire();
        pool.release(top);

        assertThat(pool.popIfStill(seen)).isNull();
        assertThat(pool.tryAcquire()).isSameAs(top);
        assertThat(pool.tryAcquire()).isNotSameAs(below).isNotNull();
        assertThat(pool.tryAcquire()).isNull();
    }

    /** Threads that take few chunks from few there are: each writes its mark and must find it untouched. */
    @Test
    void noChunkIsEverLentTwice() throws Exception {
        pool = new ChunkPool(OWNER, 8, 8 * 5);
        var clashes = new AtomicInteger();
        var lent = new AtomicInteger();
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            long mark = t + 1;
            threads[t] = new Thread(() -> {
                for (int i = 0; i < 100_000; i++) {
                    Chunk one = pool.tryAcquire();
                    Chunk two = pool.tryAcquire();
                    mark(one, mark);
                    mark(two, -mark);
                    lent.addAndGet((one == null ? 0 : 1) + (two == null ? 0 : 1));
                    // Released in the order acquired: the top of the stack is exchanged under whoever pops it (ABA).
                    clashes.addAndGet(release(one, mark) + release(two, -mark));
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(clashes).hasValue(0);
        assertThat(lent.get()).isGreaterThan(100_000);
        assertThat(pool.lent()).isZero();
        int left = 0;
        while (pool.tryAcquire() != null) {
            left++;
        }
        assertThat(left).isEqualTo(5);
    }

    private static void mark(Chunk chunk, long mark) {
        if (chunk != null) {
            chunk.segment().set(ValueLayout.JAVA_LONG, 0, mark);
        }
    }

    private int release(Chunk chunk, long mark) {
        if (chunk == null) {
            return 0;
        }
        int clash = chunk.segment().get(ValueLayout.JAVA_LONG, 0) == mark ? 0 : 1;
        pool.release(chunk);
        return clash;
    }
}
