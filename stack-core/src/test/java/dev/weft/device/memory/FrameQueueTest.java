package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FrameBatch;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.NanoClock;
import org.junit.jupiter.api.Test;

class FrameQueueTest {

    private final FrameQueue queue = new FrameQueue("test.queue", NanoClock.system(), 4, 100);
    private final FrameBatch batch = new FrameBatch();

    @Test
    void givesNothingThatIsStillBeingCopied() {
        int first = queue.reserve(10, 0, ChecksumMark.COMPLETE, 0);
        int second = queue.reserve(10, 0, ChecksumMark.COMPLETE, 0);
        queue.publish(second, 10);
        assertThat(queue.take(batch, 0)).isEqualTo(1);
        queue.publish(first, 10);
        batch.begin(0);
        assertThat(queue.take(batch, 0)).isEqualTo(1);
        queue.close();
    }

    @Test
    void carriesTheOffloadMarks() {
        queue.publish(queue.reserve(10, 0, ChecksumMark.PARTIAL, 7), 10);
        queue.take(batch, 0);
        assertThat(batch.frame(0).checksum()).isEqualTo(ChecksumMark.PARTIAL);
        assertThat(batch.frame(0).segmentSize()).isEqualTo(7);
        queue.close();
    }

    @Test
    void givesLentFramesBackBeforeItWaitsSoThatAFullQueueTakesFramesAgain() {
        for (int i = 0; i < 4; i++) {
            queue.publish(queue.reserve(10, 0, ChecksumMark.COMPLETE, 0), 10);
        }
        queue.take(batch, 0);
        assertThat(queue.reserve(10, 0, ChecksumMark.COMPLETE, 0)).as("lent frames take room").isNegative();
        queue.wake();
        queue.awaitDue(NanoClock.FOREVER);
        queue.publish(queue.reserve(10, 0, ChecksumMark.COMPLETE, 0), 10);
        assertThat(queue.nextDue()).isZero();
        queue.close();
    }

    @Test
    void leavesItsMemoryToTheLastThreadThatCopiesIntoIt() {
        int slot = queue.reserve(10, 0, ChecksumMark.COMPLETE, 0);
        queue.close();
        queue.memory().fill((byte) 1);
        assertThat(OffHeap.liveByOwner()).containsKey("test.queue");
        queue.publish(slot, 10);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey("test.queue");
        assertThat(queue.reserve(10, 0, ChecksumMark.COMPLETE, 0)).isNegative();
        assertThat(queue.take(batch, 0)).isZero();
        queue.close();
    }
}
