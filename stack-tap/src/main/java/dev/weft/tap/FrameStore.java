package dev.weft.tap;

import dev.weft.resource.LentMemory;
import java.lang.foreign.MemorySegment;

/**
 * The memory that the frames of a queue are read into: blocks, of which one is filled at a time. A block that somebody keeps frames
 * of (D3) rests until it is given back, and another one takes its place. When all but one are kept, that one is not lent any more,
 * so that there always is one to read into.
 *
 * <p>The reader's, but for {@link #close}, which comes after it has ended.
 */
final class FrameStore implements AutoCloseable {

    /** How many blocks there are at most; those after the first are made when they are needed. */
    static final int BLOCKS = 5;

    private final String owner;
    private final long bytes;
    private final LentMemory[] blocks = new LentMemory[BLOCKS];
    private int current;
    private boolean lends;

    /** A store of blocks of so many bytes, the first of which is there. */
    FrameStore(String owner, long bytes) {
        this.owner = owner;
        this.bytes = bytes;
        blocks[0] = new LentMemory(owner, bytes);
    }

    /** The block to fill next: the one before, which is in the processor's cache, unless it is kept. */
    MemorySegment next() {
        int free = 0;
        int first = -1;
        for (int i = 0; i < BLOCKS && free < 2; i++) {
            int at = (current + i) % BLOCKS;
            if (blocks[at] == null || blocks[at].isFree()) {
                free++;
                first = first < 0 ? at : first;
            }
        }
        current = first;
        lends = free > 1;
        if (blocks[current] == null) {
            blocks[current] = new LentMemory(owner, bytes);
        }
        return blocks[current].segment();
    }

    /** What {@link #next} has given, if it may be kept; or null. */
    LentMemory lent() {
        return lends ? blocks[current] : null;
    }

    @Override
    public void close() {
        for (LentMemory block : blocks) {
            if (block != null) {
                block.close();
            }
        }
    }
}
