package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameKit;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The queue against a sorted list. */
class FrameQueueProperties {

    private static final int MAX_FRAME = 120;

    private record Waiting(long due, int number, byte[] bytes) {
    }

    /** Frames that the model says are waiting or lent may not be more than what the queue allows, and it is never idle-full. */
    @Property(tries = 300)
    void givesWhatIsDueInOrderOfDueTimeAndThenOfArrival(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int maxFrames,
            @ForAll @IntRange(min = MAX_FRAME, max = 600) int maxBytes, @ForAll @IntRange(max = 20) int spread) {
        var random = Randomness.seeded(seed);
        var waiting = new ArrayList<Waiting>();
        List<Waiting> lent = List.of();
        var batch = new FrameBatch(4);
        long now = 0;
        try (var queue = new FrameQueue("test.queue", NanoClock.system(), maxFrames, maxBytes)) {
            for (int number = 0; number < 200; number++) {
                if (random.nextInt(3) > 0) {
                    byte[] bytes = new byte[1 + random.nextInt(MAX_FRAME)];
                    random.nextBytes(bytes);
                    long due = spread == 0 ? 0 : now + random.nextInt(spread);
                    boolean taken = put(queue, bytes, due);
                    if (taken) {
                        waiting.add(new Waiting(due, number, bytes));
                    }
                    int held = waiting.size() + lent.size();
                    assertThat(held).isLessThanOrEqualTo(maxFrames);
                    assertThat(sum(waiting) + sum(lent)).isLessThanOrEqualTo(maxBytes);
                    assertThat(taken || held > 0).as("an empty queue takes a frame").isTrue();
                } else {
                    now += random.nextInt(10);
                    batch.begin(now);
                    queue.take(batch, now);
                    lent = takeFromModel(waiting, batch.capacity(), now);
                    assertThat(batch.count()).isEqualTo(lent.size());
                }
                for (int i = 0; i < lent.size(); i++) {
                    assertThat(FrameKit.bytes(batch.frame(i))).isEqualTo(lent.get(i).bytes);
                }
                assertThat(queue.nextDue()).isEqualTo(
                        waiting.stream().mapToLong(Waiting::due).min().orElse(NanoClock.FOREVER));
            }
        }
    }

    private static boolean put(FrameQueue queue, byte[] bytes, long due) {
        int slot = queue.reserve(bytes.length, due, ChecksumMark.COMPLETE, 0);
        if (slot < 0) {
            return false;
        }
        MemorySegment.copy(MemorySegment.ofArray(bytes), 0, queue.memory(), queue.positionOf(slot), bytes.length);
        queue.publish(slot, bytes.length);
        return true;
    }

    private static List<Waiting> takeFromModel(List<Waiting> waiting, int most, long now) {
        waiting.sort(Comparator.comparingLong(Waiting::due).thenComparingInt(Waiting::number));
        List<Waiting> due = waiting.stream().filter(frame -> frame.due <= now).limit(most).toList();
        waiting.removeAll(due);
        return due;
    }

    private static long sum(List<Waiting> frames) {
        return frames.stream().mapToLong(frame -> frame.bytes.length).sum();
    }
}
