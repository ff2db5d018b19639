package dev.weft.tcp.core.buffer;

import java.lang.foreign.MemorySegment;

/**
 * Up to {@value #CAPACITY} pieces of memory that are one run of bytes in this order: what a segment carries, what a
 * reader may read, what a writer may fill. Reusable; refers to memory and never owns it: each method that fills a
 * {@code Pieces} says how long the memory behind it stays.
 */
public final class Pieces {

    /** How many pieces there can be; a run that lies in more memory than that is cut short. */
    public static final int CAPACITY = 8;

    private final MemorySegment[] segments = new MemorySegment[CAPACITY];
    private final long[] offsets = new long[CAPACITY];
    private final int[] lengths = new int[CAPACITY];
    private int count;
    private int total;

    /** Forgets all pieces. */
    public void clear() {
        for (int i = 0; i < count; i++) {
            segments[i] = null;
        }
        count = 0;
        total = 0;
    }

    /**
     * Adds a piece at the end. A piece without bytes is not added.
     *
     * @throws IllegalStateException if there are {@value #CAPACITY} already
     */
    public void add(MemorySegment segment, long offset, int length) {
        if (length == 0) {
            return;
        }
        if (count == CAPACITY) {
            throw new IllegalStateException("more than " + CAPACITY + " pieces");
        }
        segments[count] = segment;
        offsets[count] = offset;
        lengths[count] = length;
        count++;
        total += length;
    }

    /** Whether no further piece fits. */
    public boolean isFull() {
        return count == CAPACITY;
    }

    /** The number of pieces. */
    public int count() {
        return count;
    }

    /** The number of bytes in all pieces. */
    public int length() {
        return total;
    }

    /** The memory that piece {@code i} lies in. */
    public MemorySegment segment(int i) {
        return segments[i];
    }

    /** Where piece {@code i} begins in {@link #segment(int)}. */
    public long offset(int i) {
        return offsets[i];
    }

    /** The number of bytes of piece {@code i}, at least 1. */
    public int length(int i) {
        return lengths[i];
    }

    /**
     * Copies {@code length} bytes of the run, from position {@code from} of it, to {@code target}.
     *
     * @throws IndexOutOfBoundsException if the run or the target is too short; nothing is promised about the target then
     */
    public void copyTo(int from, MemorySegment target, long targetOffset, int length) {
        int skip = from;
        long at = targetOffset;
        int left = length;
        for (int i = 0; i < count && left > 0; i++) {
            if (skip >= lengths[i]) {
                skip -= lengths[i];
                continue;
            }
            int n = Math.min(left, lengths[i] - skip);
            MemorySegment.copy(segments[i], offsets[i] + skip, target, at, n);
            skip = 0;
            at += n;
            left -= n;
        }
        if (left > 0) {
            throw new IndexOutOfBoundsException("pieces of " + total + " bytes end before " + from + " + " + length);
        }
    }

    /**
     * Copies {@code length} bytes from {@code source} into the run, from its beginning.
     *
     * @throws IndexOutOfBoundsException if the run or the source is too short; nothing is promised about the run then
     */
    public void copyFrom(MemorySegment source, long sourceOffset, int length) {
        long at = sourceOffset;
        int left = length;
        for (int i = 0; i < count && left > 0; i++) {
            int n = Math.min(left, lengths[i]);
            MemorySegment.copy(source, at, segments[i], offsets[i], n);
            at += n;
            left -= n;
        }
        if (left > 0) {
            throw new IndexOutOfBoundsException("pieces of " + total + " bytes cannot hold " + length);
        }
    }
}
