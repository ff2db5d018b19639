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

    /** The pieces after the first. There is one of these for each direction of a socket, and most never need them. */
    private static final class Rest {
        final MemorySegment[] segments = new MemorySegment[CAPACITY - 1];
        final long[] offsets = new long[CAPACITY - 1];
        final int[] lengths = new int[CAPACITY - 1];
    }

    private MemorySegment firstSegment;
    private long firstOffset;
    private int firstLength;
    /** Made when there are two pieces for the first time. */
    private Rest rest;
    private int count;
    private int total;

    /** Forgets all pieces. */
    public void clear() {
        firstSegment = null;
        for (int i = 0; i < count - 1; i++) {
            rest.segments[i] = null;
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
        if (count == 0) {
            firstSegment = segment;
            firstOffset = offset;
            firstLength = length;
        } else {
            if (rest == null) {
                rest = new Rest();
            }
            rest.segments[count - 1] = segment;
            rest.offsets[count - 1] = offset;
            rest.lengths[count - 1] = length;
        }
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
        return i == 0 ? firstSegment : rest.segments[i - 1];
    }

    /** Where piece {@code i} begins in {@link #segment(int)}. */
    public long offset(int i) {
        return i == 0 ? firstOffset : rest.offsets[i - 1];
    }

    /** The number of bytes of piece {@code i}, at least 1. */
    public int length(int i) {
        return i == 0 ? firstLength : rest.lengths[i - 1];
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
            if (skip >= length(i)) {
                skip -= length(i);
                continue;
            }
            int n = Math.min(left, length(i) - skip);
            MemorySegment.copy(segment(i), offset(i) + skip, target, at, n);
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
            int n = Math.min(left, length(i));
            MemorySegment.copy(source, at, segment(i), offset(i), n);
            at += n;
            left -= n;
        }
        if (left > 0) {
            throw new IndexOutOfBoundsException("pieces of " + total + " bytes cannot hold " + length);
        }
    }
}
