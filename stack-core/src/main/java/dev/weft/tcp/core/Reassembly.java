package dev.weft.tcp.core;

import java.util.Arrays;

/**
 * Which bytes have come out of order: ranges of stream positions, sorted, apart from each other. The bytes themselves lie in
 * the {@link ReceiveBuffer} at their place already.
 *
 * <p>How many are kept follows the buffer, see {@link #limitFor}, for that is what a peer can make this end remember and
 * search (D8). A range that is refused must be sent again, so the limit must not be near what honest senders need: where slow
 * start overshoots a queue, every second segment of a window is missing, thousands on a long path. All questions are answered
 * by binary search. The arrays have room at both ends, so ranges come behind the last one and go before the first one at no
 * cost; one in between moves the smaller part of the others, 64 KiB at most, which costs less than following the nodes of a
 * tree would, until far more ranges than there may be.
 */
final class Reassembly {

    /** How many separate ranges are kept at most, whatever the buffer. */
    static final int MAX_RANGES = 8192;
    /** And how many always. */
    static final int FEW_RANGES = 32;
    /** Bytes of buffer for each: a segment and a hole of a segment for all MSS from 256 on. */
    private static final int BYTES_FOR_EACH = 512;

    private static final long[] NONE = new long[0];

    /** Ends of ranges, made at the first hole: most connections never see one. Those in use begin at {@code head}. */
    private long[] left = NONE;
    private long[] right = NONE;
    private int head;
    private int count;
    private int limit = FEW_RANGES;

    /** How many ranges a buffer of so many bytes is good for. */
    static int limitFor(int capacity) {
        return Math.clamp(capacity / BYTES_FOR_EACH, FEW_RANGES, MAX_RANGES);
    }

    /** From now on so many are kept; those that are here stay. */
    void limit(int ranges) {
        limit = ranges;
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Where range {@code i} begins. */
    long left(int i) {
        return left[head + i];
    }

    /** Where range {@code i} ends, exclusive. */
    long right(int i) {
        return right[head + i];
    }

    /** Bytes in all ranges. */
    int bytes() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += right(i) - left(i);
        }
        return (int) sum;
    }

    /** The first range that ends at {@code position} or after it, {@code count} if there is none. */
    private int firstEndingFrom(long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (right(middle) < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The range that {@code position} is in, or -1. */
    int find(long position) {
        int i = firstEndingFrom(position + 1);
        return i < count && left(i) <= position ? i : -1;
    }

    /** The first position from {@code position} on that is in no range. */
    long nextMissing(long position) {
        int i = find(position);
        return i < 0 ? position : right(i);          // ranges do not touch: what follows one is missing
    }

    /** The first position from {@code position} on that is in a range, or {@code limit} if that comes first. */
    long nextPresent(long position, long limit) {
        int i = firstEndingFrom(position + 1);
        return i == count ? limit : Math.min(limit, Math.max(position, left(i)));
    }

    /** Whether {@link #add} would take this range: it joins another one, or there is room for one more. */
    boolean hasRoomFor(long from, long to) {
        if (count < limit) {
            return true;
        }
        int i = firstEndingFrom(from);
        return i < count && left(i) <= to;
    }

    /** Adds {@code [from, to)} and joins what it overlaps or touches; false if that would be one range too many. */
    boolean add(long from, long to) {
        if (from >= to || !hasRoomFor(from, to)) {
            return from >= to;
        }
        int at = firstEndingFrom(from);
        if (at == count || left(at) > to) {
            insert(at, from, to);
            return true;
        }
        int last = at;
        while (last + 1 < count && left(last + 1) <= to) {
            last++;
        }
        left[head + at] = Math.min(from, left(at));
        right[head + at] = Math.max(to, right(last));
        remove(at + 1, last + 1);
        return true;
    }

    private void insert(int at, long from, long to) {
        boolean before = at < count / 2;
        if (before ? head == 0 : head + count == left.length) {
            makeRoom();
        }
        if (before) {
            move(head, head - 1, at);
            head--;
        } else {
            move(head + at, head + at + 1, count - at);
        }
        left[head + at] = from;
        right[head + at] = to;
        count++;
    }

    /** Ranges {@code from} to {@code to}, exclusive, go. */
    private void remove(int from, int to) {
        if (from < count - to) {
            move(head, head + to - from, from);
            head += to - from;
        } else {
            move(head + to, head + from, count - to);
        }
        count -= to - from;
    }

    private void move(int from, int to, int ranges) {
        System.arraycopy(left, from, left, to, ranges);
        System.arraycopy(right, from, right, to, ranges);
    }

    /** Puts the ranges into the middle of arrays at least twice as long, so the next time is as many ranges away. */
    private void makeRoom() {
        int size = left.length;
        if (2 * count >= size) {
            size = Math.max(FEW_RANGES, 2 * size);
            left = Arrays.copyOf(left, size);
            right = Arrays.copyOf(right, size);
        }
        int middle = (size - count) / 2;
        move(head, middle, count);
        head = middle;
    }

    /** Takes out what is in order when everything before {@code position} has come, and returns where the order ends now. */
    long advance(long position) {
        long end = position;
        int taken = 0;
        while (taken < count && left(taken) <= end) {
            end = Math.max(end, right(taken));
            taken++;
        }
        head += taken;
        count -= taken;
        if (count == 0) {
            clear();
        }
        return end;
    }

    void clear() {
        count = 0;
        head = 0;
        if (left.length > FEW_RANGES) {
            left = NONE;                             // what a bad moment needed is not kept for good (D8)
            right = NONE;
        }
    }
}
