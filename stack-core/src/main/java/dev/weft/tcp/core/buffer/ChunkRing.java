package dev.weft.tcp.core.buffer;

import dev.weft.resource.Chunk;
import java.lang.foreign.MemorySegment;

/**
 * Memory for a range of positions of a byte stream, in chunks that come when a position is first needed and go when
 * everything in them is done with.
 *
 * <p>Positions are counted in {@code long} from the beginning of the stream, so they never wrap; sequence numbers are
 * turned into them at the border ({@code Sender}, {@code Receiver}). The chunk of a position is found by division, so a
 * range may be filled in any order and with gaps, which is what makes reassembly a matter of bookkeeping alone.
 * <pre>
 *   origin                                    positions →
 *   ├── chunk 0 ──┼── chunk 1 ──┼── (none) ──┼── chunk 3 ──┤
 *                 ▲ first                        the ring holds slots from first on
 * </pre>
 * A ring without chunks holds no memory but a few references, and begins anew at any position.
 */
public final class ChunkRing {

    private static final Chunk[] NONE = new Chunk[0];

    private final TcpMemory memory;
    private final int chunkBytes;

    /** A power of two in length, used round and round; null where no chunk is. */
    private Chunk[] slots = NONE;
    /** Where chunk 0 begins. */
    private long origin;
    /** Which chunk, counted from {@link #origin}, has its place in {@code slots[head]}. */
    private long first;
    private int head;
    private int held;

    public ChunkRing(TcpMemory memory) {
        this.memory = memory;
        this.chunkBytes = memory.chunkBytes();
    }

    /** How many chunks are held. */
    int chunks() {
        return held;
    }

    /**
     * Makes sure that there is memory at {@code position}.
     *
     * @param lowest the lowest position that will be asked for from now on, not before what was released
     * @return false if no memory is left
     */
    public boolean ensure(long position, long lowest) {
        if (held == 0) {
            origin = lowest;
            first = 0;
            head = 0;
        }
        long index = (position - origin) / chunkBytes;
        int distance = (int) (index - first);
        if (distance >= slots.length) {
            grow(distance + 1);
        }
        int slot = head + distance & slots.length - 1;
        if (slots[slot] == null) {
            slots[slot] = held == 0 ? memory.tryAcquire() : memory.tryAcquireMore();
            if (slots[slot] == null) {
                return false;
            }
            held++;
        }
        return true;
    }

    /** The memory at {@code position}, which was ensured. */
    MemorySegment segment(long position) {
        return slots[slot(position)].segment();
    }

    /** Where {@code position} lies in {@link #segment}. */
    int offset(long position) {
        return (int) ((position - origin) % chunkBytes);
    }

    /** How many bytes from {@code position} on lie in the same chunk, at most {@code limit}. */
    int run(long position, int limit) {
        return Math.min(limit, chunkBytes - offset(position));
    }

    /** Gives back the chunks that lie wholly before {@code position}. */
    void releaseBefore(long position) {
        if (held == 0) {
            return;
        }
        long keep = (position - origin) / chunkBytes;
        while (first < keep && held > 0) {
            release(head);
            head = head + 1 & slots.length - 1;
            first++;
        }
    }

    /** Gives back the chunks in which no byte lies before {@code position}. */
    void releaseFrom(long position) {
        if (held == 0) {
            return;
        }
        int keep = (int) ((position - origin + chunkBytes - 1) / chunkBytes - first);
        for (int i = Math.max(0, keep); i < slots.length && held > 0; i++) {
            release(head + i & slots.length - 1);
        }
    }

    /** Gives back everything. */
    public void clear() {
        for (int i = head; held > 0; i++) {
            release(i & slots.length - 1);           // chunks lie close behind head, in a ring that may once have been large
        }
    }

    /** Nothing has come or gone for a while: a ring without chunks has no slots either (D8). */
    void rest() {
        if (held == 0) {
            slots = NONE;
        }
    }

    /** Makes the chunk at {@code from} the memory at {@code to}, which is before it, was not ensured for want of memory, and has none. */
    void move(long from, long to) {
        int source = slot(from);
        slots[slot(to)] = slots[source];
        slots[source] = null;
    }

    /** Where the chunk begins that {@code position} lies in. */
    long chunkStart(long position) {
        return position - offset(position);
    }

    /** Adds the memory of {@code length} ensured bytes from {@code position} to {@code out}, as far as pieces are left. */
    void describe(long position, int length, Pieces out) {
        long at = position;
        int left = length;
        while (left > 0 && !out.isFull()) {
            int n = run(at, left);
            out.add(segment(at), offset(at), n);
            at += n;
            left -= n;
        }
    }

    /** How many of {@code length} ensured bytes from {@code position} lie in as many chunks as there can be pieces. */
    int describable(long position, int length) {
        return Math.min(length, chunkBytes - offset(position) + (Pieces.CAPACITY - 1) * chunkBytes);
    }

    private int slot(long position) {
        return head + (int) ((position - origin) / chunkBytes - first) & slots.length - 1;
    }

    private void release(int slot) {
        if (slots[slot] != null) {
            memory.release(slots[slot]);
            slots[slot] = null;
            held--;
        }
    }

    private void grow(int needed) {
        var larger = new Chunk[Integer.highestOneBit(Math.max(4, needed) * 2 - 1)];
        for (int i = 0; i < slots.length; i++) {
            larger[i] = slots[head + i & slots.length - 1];
        }
        slots = larger;
        head = 0;
    }
}
