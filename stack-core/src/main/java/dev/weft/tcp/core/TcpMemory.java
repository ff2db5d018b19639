package dev.weft.tcp.core;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;

/**
 * Where connections get the memory of their buffers: chunks of one pool, charged to a budget that all sockets share.
 * Safe for use by any thread. The pool and the budget stay the caller's, who closes the pool when no connection is left.
 */
public final class TcpMemory {

    private final ChunkPool pool;
    private final ByteBudget budget;

    /**
     * Memory out of {@code pool}, as far as {@code budget} allows.
     *
     * @param pool chunks of any size from 256 bytes; 16 KiB suits well: a segment then lies in at most two
     * @throws IllegalArgumentException if the chunks are smaller
     */
    public TcpMemory(ChunkPool pool, ByteBudget budget) {
        if (pool.chunkBytes() < 256) {
            throw new IllegalArgumentException("chunks of " + pool.chunkBytes() + " bytes; TCP wants at least 256");
        }
        this.pool = pool;
        this.budget = budget;
    }

    /** Bytes in each chunk. */
    public int chunkBytes() {
        return pool.chunkBytes();
    }

    /** A chunk, or null when the budget or the pool is exhausted. */
    Chunk tryAcquire() {
        if (!budget.tryReserve(pool.chunkBytes())) {
            return null;
        }
        Chunk chunk = pool.tryAcquire();
        if (chunk == null) {
            budget.release(pool.chunkBytes());
        }
        return chunk;
    }

    void release(Chunk chunk) {
        pool.release(chunk);
        budget.release(pool.chunkBytes());
    }
}
