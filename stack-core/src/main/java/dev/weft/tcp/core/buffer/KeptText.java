package dev.weft.tcp.core.buffer;

import dev.weft.resource.LentMemory;
import java.lang.foreign.MemorySegment;

/**
 * Text in the memory that it came in, which is kept until it has been read: runs in the order of the stream, each of which begins
 * where the one before it ends.
 */
final class KeptText {

    /** How many runs there can be; a power of two. */
    static final int CAPACITY = 64;

    private final LentMemory[] memories = new LentMemory[CAPACITY];
    private final long[] offsets = new long[CAPACITY];
    /** Where each run ends, a position of the stream. */
    private final long[] ends = new long[CAPACITY];
    private int head;
    private int count;
    /** Where the first run begins. */
    private long start;

    boolean isEmpty() {
        return count == 0;
    }

    boolean isFull() {
        return count == CAPACITY;
    }

    /** Where the last run ends; there is one. */
    long end() {
        return ends[slot(count - 1)];
    }

    /** How many bytes there are, those that have been read of the first run included. */
    int length() {
        return count == 0 ? 0 : (int) (end() - start);
    }

    /**
     * Keeps {@code memory}, in which a run lies; there is room for it.
     *
     * @param from its position in the stream: where the last run ends, if there is one
     * @param offset where it begins in the memory
     */
    void add(LentMemory memory, long offset, long from, int length) {
        memory.keep();
        if (count == 0) {
            start = from;
        }
        int slot = slot(count++);
        memories[slot] = memory;
        offsets[slot] = offset;
        ends[slot] = from + length;
    }

    /**
     * Adds to {@code out} what of {@code length} bytes is here, which are from {@code position} on, that of the first run or behind it,
     * as far as pieces are left; returns how many.
     */
    int describe(long position, int length, Pieces out) {
        long at = position;
        long to = position + length;
        long from = start;
        for (int i = 0; i < count && at < to && !out.isFull(); i++) {
            int slot = slot(i);
            int n = (int) (Math.min(to, ends[slot]) - at);
            if (n > 0) {
                out.add(memories[slot].segment(), offsets[slot] + at - from, n);
                at += n;
            }
            from = ends[slot];
        }
        return (int) (at - position);
    }

    /** Gives back the runs that end at {@code position} or before it; returns how many bytes they were. */
    int releaseBefore(long position) {
        long before = start;
        while (count > 0 && ends[head] <= position) {
            start = ends[head];
            memories[head].giveBack();
            memories[head] = null;
            head = slot(1);
            count--;
        }
        return (int) (start - before);
    }

    private int slot(int index) {
        return head + index & CAPACITY - 1;
    }
}
