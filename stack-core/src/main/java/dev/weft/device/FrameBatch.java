package dev.weft.device;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The frames of one turn of a reader, and what is to be done once all of them have been handled: TCP merges the ACKs that
 * a batch has earned and sends them at its end, because the kernel on the other side of a TAP sends its next burst from
 * within our write of an ACK.
 *
 * <p>Belongs to one reader; nothing here is safe for a second thread.
 */
public final class FrameBatch {

    /** How many frames a reader takes in one turn before it flushes. */
    public static final int DEFAULT_CAPACITY = 64;

    private final Frame[] frames;
    private final int queue;
    private int count;
    private long now;
    private AfterBatch[] tasks = new AfterBatch[16];
    private int taskCount;

    /** A batch of {@link #DEFAULT_CAPACITY} frames. */
    public FrameBatch() {
        this(DEFAULT_CAPACITY);
    }

    /** A batch of at most {@code capacity} frames, at least 1. */
    public FrameBatch(int capacity) {
        this(capacity, 0);
    }

    /** The same, of the reader of one of a device's queues. */
    public FrameBatch(int capacity, int queue) {
        this.queue = queue;
        frames = new Frame[capacity];
        for (int i = 0; i < capacity; i++) {
            frames[i] = new Frame(this);
        }
    }

    /** Which queue of its device they came from. */
    public int queue() {
        return queue;
    }

    /** How many frames fit. */
    public int capacity() {
        return frames.length;
    }

    /** How many frames are in it. */
    public int count() {
        return count;
    }

    /** The i-th frame of this turn. */
    public Frame frame(int i) {
        if (i >= count) {
            throw new IndexOutOfBoundsException("frame " + i + " of " + count);
        }
        return frames[i];
    }

    /** Whether a device may {@link #add} one more. */
    public boolean isFull() {
        return count == frames.length;
    }

    /** For readers: forgets the frames of the last turn. */
    public void begin(long nanoTime) {
        count = 0;
        now = nanoTime;
    }

    /**
     * For devices: adds a frame.
     *
     * @param bytes the device's native memory, valid until the device's next {@code receive} or {@code awaitFrames}
     * @throws IllegalStateException when the batch is full
     */
    public Frame add(MemorySegment bytes, long offset, int length) {
        if (isFull()) {
            throw new IllegalStateException("batch of " + frames.length + " frames is full");
        }
        Frame frame = frames[count++];
        frame.set(bytes, offset, length);
        return frame;
    }

    /** The time at which this turn began, nanoseconds of the stack's clock. */
    public long now() {
        return now;
    }

    /** Has {@code task} run once after the last frame of this turn; a caller that may ask twice keeps a flag of its own. */
    public void atEnd(AfterBatch task) {
        if (taskCount == tasks.length) {
            tasks = Arrays.copyOf(tasks, taskCount * 2);
        }
        tasks[taskCount++] = task;
    }

    /** For readers: takes the next task off in the order they were put in, or null; tasks may add tasks. */
    public AfterBatch nextTask(int index) {
        return index < taskCount ? tasks[index] : null;
    }

    /** For readers: forgets the tasks once all have run. */
    public void end() {
        Arrays.fill(tasks, 0, taskCount, null);
        taskCount = 0;
    }
}
