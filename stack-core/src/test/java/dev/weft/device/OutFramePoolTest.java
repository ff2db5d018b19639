package dev.weft.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.OffHeap;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class OutFramePoolTest {

    private static final String OWNER = "test.pool";

    @Test
    void givesNoMoreFramesThanItsLimitAndTakesMemoryAsTheyAreNeeded() {
        var pool = new OutFramePool(OWNER, OutFramePool.SLAB_FRAMES + 2);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
        var frames = new ArrayList<OutFrame>();
        for (int i = 0; i < OutFramePool.SLAB_FRAMES + 2; i++) {
            OutFrame frame = pool.tryAcquire();
            frame.head().fill((byte) i);
            frames.add(frame);
        }
        assertThat(pool.tryAcquire()).isNull();
        assertThat(OffHeap.liveByOwner()).containsEntry(OWNER, (OutFramePool.SLAB_FRAMES + 2L) * OutFrame.HEAD_BYTES);
        frames.getFirst().append(10);
        pool.release(frames.getFirst());
        OutFrame again = pool.tryAcquire();
        assertThat(again.length()).isZero();
        pool.close();
        assertThat(OffHeap.liveByOwner()).as("frames are out").containsKey(OWNER);
        frames.forEach(pool::release);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
        assertThat(pool.tryAcquire()).isNull();
    }

    @Test
    void freesItsMemoryAtOnceWhenNoFrameIsOut() {
        var pool = new OutFramePool(OWNER, 4);
        pool.release(pool.tryAcquire());
        pool.close();
        pool.close();
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
    }
}
