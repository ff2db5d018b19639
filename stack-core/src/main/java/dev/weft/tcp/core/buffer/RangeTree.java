package dev.weft.tcp.core.buffer;

import java.util.Arrays;

/**
 * Ranges of positions that do not overlap, sorted by where they begin, in a balanced tree: Andersson's, a red-black tree with
 * one rule less (A. Andersson, <i>Balanced Search Trees Made Simple</i>, 1993). Finding, adding and removing take at most
 * some 2·log₂(n) steps, whatever a peer chooses to send. Ranges are slots of arrays of numbers; nothing is allocated for one
 * unless the arrays must double.
 *
 * <p>A slot that a method returns is good until the next {@link #insert} or {@link #remove}.
 */
public final class RangeTree {

    /** No range. Also the leaf below all others, of level 0, which spares the algorithms their special cases. */
    public static final int NONE = 0;

    private static final int FEW = 16;
    /** Slots kept while there is no range. */
    private static final int KEPT = 64;

    private long[] start = new long[FEW];
    private long[] end = new long[FEW];
    private int[] left = new int[FEW];
    /** Also links free slots. */
    private int[] right = new int[FEW];
    private byte[] level = new byte[FEW];

    private int root = NONE;
    private int free = NONE;
    private int slots = 1;
    private int count;
    private long steps;

    int count() {
        return count;
    }

    /** Nodes looked at since the beginning, for those who ask how much work it was. */
    long steps() {
        return steps;
    }

    long start(int slot) {
        return start[slot];
    }

    /** Where the range ends, exclusive. */
    long end(int slot) {
        return end[slot];
    }

    /** Moves the end of a range; it must not reach the next one. */
    void end(int slot, long position) {
        end[slot] = position;
    }

    /** The last range that begins at or before {@code position}. */
    int floor(long position) {
        int found = NONE;
        int node = root;
        while (node != NONE) {
            steps++;
            if (start[node] <= position) {
                found = node;
                node = right[node];
            } else {
                node = left[node];
            }
        }
        return found;
    }

    /** The first range that begins after {@code position}. */
    int higher(long position) {
        int found = NONE;
        int node = root;
        while (node != NONE) {
            steps++;
            if (start[node] > position) {
                found = node;
                node = left[node];
            } else {
                node = right[node];
            }
        }
        return found;
    }

    int first() {
        return higher(Long.MIN_VALUE);
    }

    int last() {
        return floor(Long.MAX_VALUE);
    }

    /** Adds {@code [from, to)}, which overlaps no other range. */
    void insert(long from, long to) {
        int slot = take();
        start[slot] = from;
        end[slot] = to;
        left[slot] = NONE;
        right[slot] = NONE;
        level[slot] = 1;
        root = insertBelow(root, slot);
        count++;
    }

    /** Removes the range that begins at {@code from}. */
    void remove(long from) {
        root = removeBelow(root, from);
        count--;
        if (count == 0 && start.length > KEPT) {
            resize(FEW);
            free = NONE;
            slots = 1;
        }
    }

    void clear() {
        while (count > 0) {
            remove(start[root]);
        }
    }

    private int insertBelow(int node, int slot) {
        if (node == NONE) {
            return slot;
        }
        steps++;
        if (start[slot] < start[node]) {
            left[node] = insertBelow(left[node], slot);
        } else {
            right[node] = insertBelow(right[node], slot);
        }
        return split(skew(node));
    }

    private int removeBelow(int node, long from) {
        if (node == NONE) {
            throw new IllegalStateException("no range begins at " + from);
        }
        steps++;
        if (from < start[node]) {
            left[node] = removeBelow(left[node], from);
        } else if (from > start[node]) {
            right[node] = removeBelow(right[node], from);
        } else if (right[node] == NONE) {            // a leaf: on the lowest level nobody has a left child
            right[node] = free;
            free = node;
            return NONE;
        } else {
            replaceByNext(node);
        }
        return rebalanced(node);
    }

    /** The range of {@code node} goes, the next one takes its place: a node that has a child has one after it. */
    private void replaceByNext(int node) {
        int next = right[node];
        while (left[next] != NONE) {
            steps++;
            next = left[next];
        }
        long from = start[next];
        long to = end[next];
        right[node] = removeBelow(right[node], from);
        start[node] = from;
        end[node] = to;
    }

    /** After a removal below {@code node}: its level comes down with its children's, and what leans is set straight. */
    private int rebalanced(int node) {
        int most = Math.min(level[left[node]], level[right[node]]) + 1;
        if (most < level[node]) {
            level[node] = (byte) most;
            if (most < level[right[node]]) {
                level[right[node]] = (byte) most;
            }
        }
        int top = skew(node);
        right[top] = skew(right[top]);
        if (right[top] != NONE) {
            right[right[top]] = skew(right[right[top]]);
        }
        top = split(top);
        right[top] = split(right[top]);
        return top;
    }

    /** A left child of the same level becomes the parent. */
    private int skew(int node) {
        if (node == NONE || level[left[node]] != level[node]) {
            return node;
        }
        int up = left[node];
        left[node] = right[up];
        right[up] = node;
        return up;
    }

    /** Of three in a row on one level the middle one goes up. */
    private int split(int node) {
        if (node == NONE || level[right[right[node]]] != level[node]) {
            return node;
        }
        int up = right[node];
        right[node] = left[up];
        left[up] = node;
        level[up]++;
        return up;
    }

    private int take() {
        if (free != NONE) {
            int slot = free;
            free = right[slot];
            return slot;
        }
        if (slots == start.length) {
            resize(2 * start.length);
        }
        return slots++;
    }

    private void resize(int size) {
        start = Arrays.copyOf(start, size);
        end = Arrays.copyOf(end, size);
        left = Arrays.copyOf(left, size);
        right = Arrays.copyOf(right, size);
        level = Arrays.copyOf(level, size);
    }
}
