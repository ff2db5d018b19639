package dev.weft.tcp.core.buffer;

/**
 * Which bytes have come out of order: ranges of stream positions, sorted, apart from each other. The bytes themselves lie in
 * the {@link ReceiveBuffer} at their place already.
 *
 * <p>How many are kept follows the buffer, see {@link #limitFor}, for that is what a peer can make this end remember (D8). A
 * range that is refused must be sent again, so the limit must not be near what honest senders need: where slow start
 * overshoots a queue, every second segment of a window is missing, thousands on a long path.
 *
 * <p>A segment costs a few searches of a balanced tree and, over time, one removal for each range that was added, so a
 * peer that sends every second byte, backwards, again and again, costs no more than one that has losses.
 */
public final class Reassembly {

    /** How many separate ranges are kept at most, whatever the buffer. */
    static final int MAX_RANGES = 8192;
    /** And how many always. */
    static final int FEW_RANGES = 32;
    /** Bytes of buffer for each: a segment and a hole of a segment for all MSS from 256 on. */
    private static final int BYTES_FOR_EACH = 512;

    private int limit = FEW_RANGES;
    /** Made at the first hole: most connections never see one. */
    private RangeTree tree;

    /** How many ranges a buffer of so many bytes is good for. */
    public static int limitFor(int capacity) {
        return Math.clamp(capacity / BYTES_FOR_EACH, FEW_RANGES, MAX_RANGES);
    }

    /** From now on so many are kept; those that are here stay. */
    void limit(int ranges) {
        limit = ranges;
    }

    public int count() {
        return tree == null ? 0 : tree.count();
    }

    public boolean isEmpty() {
        return count() == 0;
    }

    /** Nothing has come for a while: without holes there is no tree. */
    void rest() {
        if (isEmpty()) {
            tree = null;
        }
    }

    /** How many nodes have been looked at so far. */
    long steps() {
        return tree == null ? 0 : tree.steps();
    }

    /** The range that {@code position} is in, or {@link RangeTree#NONE}. */
    public int find(long position) {
        if (isEmpty()) {
            return RangeTree.NONE;
        }
        int range = tree.floor(position);
        return range != RangeTree.NONE && position < tree.end(range) ? range : RangeTree.NONE;
    }

    /** Where a range begins. */
    public long left(int range) {
        return tree.start(range);
    }

    /** Where a range ends, exclusive. */
    public long right(int range) {
        return tree.end(range);
    }

    /** The first position from {@code position} on that is in no range. */
    public long nextMissing(long position) {
        int range = find(position);
        return range == RangeTree.NONE ? position : tree.end(range);     // ranges do not touch: what follows one is missing
    }

    /** The first position from {@code position} on that is in a range, or {@code limit} if that comes first. */
    public long nextPresent(long position, long limit) {
        if (isEmpty()) {
            return limit;
        }
        if (find(position) != RangeTree.NONE) {
            return Math.min(limit, position);
        }
        int range = tree.higher(position);
        return range == RangeTree.NONE ? limit : Math.min(limit, tree.start(range));
    }

    /** The position after the last range, or {@code otherwise} if there is none. */
    public long end(long otherwise) {
        return isEmpty() ? otherwise : tree.end(tree.last());
    }

    /** Whether {@link #add} would take this range: it joins another one, or there is room for one more. */
    boolean hasRoomFor(long from, long to) {
        return count() < limit || joined(from, to) != RangeTree.NONE;
    }

    /** The last range that {@code [from, to)} overlaps or touches. */
    private int joined(long from, long to) {
        int range = tree.floor(to);
        return range != RangeTree.NONE && tree.end(range) >= from ? range : RangeTree.NONE;
    }

    /** Adds {@code [from, to)} and joins what it overlaps or touches; false if that would be one range too many. */
    boolean add(long from, long to) {
        if (from >= to || !hasRoomFor(from, to)) {
            return from >= to;
        }
        if (tree == null) {
            tree = new RangeTree();
        }
        long right = to;
        for (int range = joined(from, to); range != RangeTree.NONE; range = joined(from, to)) {
            right = Math.max(right, tree.end(range));
            if (tree.start(range) <= from) {
                tree.end(range, right);              // nothing before it is touched
                return true;
            }
            tree.remove(tree.start(range));
        }
        tree.insert(from, right);
        return true;
    }

    /** Takes out what is in order when everything before {@code position} has come, and returns where the order ends now. */
    long advance(long position) {
        long end = position;
        while (!isEmpty()) {
            int range = tree.first();
            if (tree.start(range) > end) {
                return end;
            }
            end = Math.max(end, tree.end(range));
            tree.remove(tree.start(range));
        }
        return end;
    }

    /** Forgets what lies at and after {@code position}. */
    void cutOff(long position) {
        while (!isEmpty()) {
            int range = tree.last();
            if (tree.start(range) < position) {
                tree.end(range, Math.min(position, tree.end(range)));
                return;
            }
            tree.remove(tree.start(range));
        }
    }

    void clear() {
        if (tree != null) {
            tree.clear();
        }
    }
}
