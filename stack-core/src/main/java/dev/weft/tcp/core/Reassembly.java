package dev.weft.tcp.core;

/**
 * Which bytes have come out of order: ranges of stream positions, sorted, apart from each other, at most
 * {@value #MAX_RANGES}. The bytes themselves lie in the {@link ReceiveBuffer} at their place already.
 *
 * <p>The limit is what a peer can make this end remember and search (D8). RFC 2018 lets an ACK name three or four ranges,
 * so ranges that are forgotten cost a retransmission and nothing else.
 */
final class Reassembly {

    /** How many separate ranges are kept. */
    static final int MAX_RANGES = 32;

    private static final long[] NONE = new long[0];

    /** Ends of ranges, made at the first hole: most connections never see one. */
    private long[] left = NONE;
    private long[] right = NONE;
    private int count;

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Where range {@code i} begins. */
    long left(int i) {
        return left[i];
    }

    /** Where range {@code i} ends, exclusive. */
    long right(int i) {
        return right[i];
    }

    /** Bytes in all ranges. */
    int bytes() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += right[i] - left[i];
        }
        return (int) sum;
    }

    /** The range that {@code position} is in, or -1. */
    int find(long position) {
        for (int i = 0; i < count; i++) {
            if (left[i] <= position && position < right[i]) {
                return i;
            }
        }
        return -1;
    }

    /** The first position from {@code position} on that is in no range. */
    long nextMissing(long position) {
        for (int i = 0; i < count; i++) {
            if (left[i] <= position && position < right[i]) {
                return right[i];                     // ranges do not touch: what follows one is missing
            }
        }
        return position;
    }

    /** The first position from {@code position} on that is in a range, or {@code limit} if that comes first. */
    long nextPresent(long position, long limit) {
        for (int i = 0; i < count; i++) {
            if (right[i] > position) {
                return Math.min(limit, Math.max(position, left[i]));
            }
        }
        return limit;
    }

    /** Whether {@link #add} would take this range: it joins another one, or there is room for one more. */
    boolean hasRoomFor(long from, long to) {
        if (count < MAX_RANGES) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            if (left[i] <= to && from <= right[i]) {
                return true;
            }
        }
        return false;
    }

    /** Adds {@code [from, to)} and joins what it overlaps or touches; false if that would be one range too many. */
    boolean add(long from, long to) {
        if (from >= to || !hasRoomFor(from, to)) {
            return from >= to;
        }
        if (left.length == 0) {
            left = new long[MAX_RANGES];
            right = new long[MAX_RANGES];
        }
        int at = 0;
        while (at < count && right[at] < from) {
            at++;
        }
        int after = at;
        long newLeft = from;
        long newRight = to;
        while (after < count && left[after] <= to) {
            newLeft = Math.min(newLeft, left[after]);
            newRight = Math.max(newRight, right[after]);
            after++;
        }
        int moved = count - after;
        System.arraycopy(left, after, left, at + 1, moved);
        System.arraycopy(right, after, right, at + 1, moved);
        left[at] = newLeft;
        right[at] = newRight;
        count = at + 1 + moved;
        return true;
    }

    /** Takes out what is in order when everything before {@code position} has come, and returns where the order ends now. */
    long advance(long position) {
        long end = position;
        int taken = 0;
        while (taken < count && left[taken] <= end) {
            end = Math.max(end, right[taken]);
            taken++;
        }
        if (taken > 0) {
            count -= taken;
            System.arraycopy(left, taken, left, 0, count);
            System.arraycopy(right, taken, right, 0, count);
        }
        return end;
    }

    void clear() {
        count = 0;
    }
}
