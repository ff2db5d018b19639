package dev.weft.resource;

import java.lang.foreign.MemorySegment;

/**
 * A piece of native memory of a {@link ChunkPool}. From {@link ChunkPool#tryAcquire()} until
 * {@link ChunkPool#release(Chunk)} it belongs to one holder, who may link it into a list of its own through {@link #next}
 * and mark the bytes in use by {@link #start} and {@link #end}; all three are reset by the pool and never read by it.
 * Handing a chunk to another thread needs a lock or another happens-before edge, as any plain field does.
 */
public final class Chunk {

    /** The holder's link to its next chunk. */
    public Chunk next;
    /** Where the holder's bytes begin, an offset into {@link #segment()}. */
    public int start;
    /** Where the holder's bytes end, exclusive. */
    public int end;

    final ChunkPool pool;
    final int index;
    private final MemorySegment segment;

    /** The pool's link between free chunks: index + 1, or 0 for none. Read racily, checked by the head's tag. */
    int nextFree;
    boolean free = true;

    Chunk(ChunkPool pool, int index, MemorySegment segment) {
        this.pool = pool;
        this.index = index;
        this.segment = segment;
    }

    /** The memory, as long as the pool's chunks are; what an earlier holder wrote is still there. */
    public MemorySegment segment() {
        return segment;
    }
}
