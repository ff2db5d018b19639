package dev.weft.tcp.core.buffer;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;

/**
 * Where connections get the memory of their buffers: chunks of one pool, charged to a budget that all sockets share.
 * Safe for use by any thread. The pool and the budget stay the caller's, who closes the pool when no connection is left.
 *
 * <p>What happens as it is used up, in this order:
 * <ol>
 *   <li>from two thirds on it is under pressure, until less than half is in use: no buffer grows, and those that have grown
 *       go back to their first size (Linux has the same thresholds, {@code tcp_mem});
 *   <li>the last eighth is for buffers that hold nothing: one that already has a chunk gets no other. So whoever fills the
 *       memory, each other connection still moves, chunk by chunk. Writers wait, segments that came are dropped;
 *   <li>a connection drops what came out of order, last first, when what is in order finds no room
 *       (see {@link ReceiveBuffer});
 *   <li>connections are reset that their applications have closed, the oldest first (see {@code TcpConnection.MEMORY_SHORT}).
 * </ol>
 */
public final class TcpMemory {

    private final ChunkPool pool;
    private final ByteBudget budget;
    private final TcpCounters counters;
    private volatile boolean underPressure;

    /**
     * Memory out of {@code pool}, as far as {@code budget} allows.
     *
     * @param pool chunks of any size from 256 bytes; 16 KiB suits well: a segment then lies in at most two
     * @throws IllegalArgumentException if the chunks are smaller
     */
    public TcpMemory(ChunkPool pool, ByteBudget budget) {
        this(pool, budget, TcpCounters.NONE);
    }

    /**
     * The same, and counts in {@code counters} when pressure begins.
     *
     * @throws IllegalArgumentException if the chunks are smaller than 256 bytes
     */
    public TcpMemory(ChunkPool pool, ByteBudget budget, TcpCounters counters) {
        if (pool.chunkBytes() < 256) {
            throw new IllegalArgumentException("chunks of " + pool.chunkBytes() + " bytes; TCP wants at least 256");
        }
        this.pool = pool;
        this.budget = budget;
        this.counters = counters;
    }

    /** Bytes in each chunk. */
    public int chunkBytes() {
        return pool.chunkBytes();
    }

    /** Whether buffers must not grow. */
    public boolean isUnderPressure() {
        return underPressure;
    }

    /** A chunk for a buffer that has none, or null when the budget or the pool is exhausted. */
    public Chunk tryAcquire() {
        if (!budget.tryReserve(pool.chunkBytes())) {
            return null;
        }
        Chunk chunk = pool.tryAcquire();
        if (chunk == null) {
            budget.release(pool.chunkBytes());
            return null;
        }
        if (!underPressure && budget.used() > budget.limit() / 3 * 2) {
            underPressure = true;                    // seen by two threads at once it counts twice: no harm
            counters.count(TcpEvent.MEMORY_PRESSURE);
        }
        return chunk;
    }

    /** A chunk for a buffer that has some; null also when only the reserve for those that have none is left. */
    Chunk tryAcquireMore() {
        return budget.used() + pool.chunkBytes() > budget.limit() - budget.limit() / 8 ? null : tryAcquire();
    }

    public void release(Chunk chunk) {
        pool.release(chunk);
        uncharge(pool.chunkBytes());
    }

    /** Charges for bytes that a buffer holds in memory of somebody else's; false under pressure, or if the budget is exhausted. */
    boolean tryCharge(int bytes) {
        return !underPressure && budget.used() + bytes <= budget.limit() / 3 * 2 && budget.tryReserve(bytes);
    }

    /** It holds them no more. */
    void uncharge(int bytes) {
        budget.release(bytes);
        if (underPressure && budget.used() < budget.limit() / 2) {
            underPressure = false;
        }
    }
}
