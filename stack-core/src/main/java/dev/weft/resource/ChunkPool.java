package dev.weft.resource;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded pool of chunks of one size. Memory is taken from {@link OffHeap} in slabs as it is needed and kept until
 * {@link #close()}. Acquiring and releasing take no lock unless a slab must be added, so a reader and the threads of an
 * application may do both at once.
 *
 * <p>The free chunks are a stack (Treiber's). A chunk that is popped and pushed back while another thread pops would fool
 * a stack of plain references (the ABA problem); here the head is an index and a tag that counts changes, so the slow
 * thread's compare-and-set fails. The tag wraps after 2³² changes, all of which would have to happen within one pop.
 *
 * <p>Order at shutdown: every thread that holds chunks ends, then the pool is closed (D3).
 */
public final class ChunkPool implements AutoCloseable {

    private static final long SLAB_BYTES = 256 * 1024;
    private static final long INDEX_MASK = 0xffff_ffffL;
    private static final long TAG_ONE = 1L << 32;

    private final String owner;
    private final int chunkBytes;
    private final int chunksPerSlab;
    private final int maxChunks;

    /** Index + 1 of the topmost free chunk in the low half (0: none), the tag in the high half. */
    private final AtomicLong head = new AtomicLong();
    private final LongAdder lent = new LongAdder();

    /** Guards growth and closing. Memory is allocated under it, which never parks; nothing calls back under it. */
    private final ReentrantLock growth = new ReentrantLock();
    private final Chunk[][] slabs;               // an element is written under growth, before head first names its chunks
    private final OffHeap.Region[] regions;      // guarded by growth
    private int slabCount;                       // guarded by growth
    private volatile boolean closed;             // written under growth

    /**
     * An empty pool: nothing is allocated yet.
     *
     * @param owner the name in the {@link OffHeap} ledger
     * @param chunkBytes size of each chunk, at least 1
     * @param maxBytes what all chunks together may take, rounded down to whole chunks, at least one chunk
     * @throws IllegalArgumentException if a size is out of range
     */
    public ChunkPool(String owner, int chunkBytes, long maxBytes) {
        if (chunkBytes < 1 || maxBytes < chunkBytes || maxBytes / chunkBytes > Integer.MAX_VALUE - 1) {
            throw new IllegalArgumentException(
                    "a pool of " + maxBytes + " bytes in chunks of " + chunkBytes + " is not possible");
        }
        this.owner = owner;
        this.chunkBytes = chunkBytes;
        this.maxChunks = (int) (maxBytes / chunkBytes);
        this.chunksPerSlab = Math.clamp(SLAB_BYTES / chunkBytes, 1, maxChunks);
        int maxSlabs = (maxChunks + chunksPerSlab - 1) / chunksPerSlab;
        this.slabs = new Chunk[maxSlabs][];
        this.regions = new OffHeap.Region[maxSlabs];
    }

    /** The size of each chunk in bytes. */
    public int chunkBytes() {
        return chunkBytes;
    }

    /** How many chunks are acquired and not released; exact when nobody is at it. */
    public int lent() {
        return lent.intValue();
    }

    /** How many chunks there can be at once. */
    public int capacity() {
        return maxChunks;
    }

    /** A chunk of the caller's own with {@code start} and {@code end} 0, or null when all are lent or the pool is closed. */
    public Chunk tryAcquire() {
        while (!closed) {
            long top = top();
            if ((top & INDEX_MASK) == 0) {
                if (!grow()) {
                    return null;
                }
                continue;
            }
            Chunk chunk = popIfStill(top);
            if (chunk != null) {
                return chunk;
            }
        }
        return null;
    }

    /** The head as it is at present. */
    long top() {
        return head.get();
    }

    /** Takes the topmost chunk if nothing at all has happened to the stack since {@code top} was read, else null. */
    Chunk popIfStill(long top) {
        Chunk chunk = chunkAt((int) (top & INDEX_MASK) - 1);
        if (!head.compareAndSet(top, (top & ~INDEX_MASK) + TAG_ONE | chunk.nextFree)) {
            return null;
        }
        chunk.free = false;
        lent.increment();
        return chunk;
    }

    /**
     * Takes a chunk back; the caller must not touch it again. Harmless after {@link #close()}.
     *
     * @throws IllegalStateException if it was released already (as far as that can be seen) or is another pool's
     */
    public void release(Chunk chunk) {
        if (chunk.pool != this || chunk.free) {
            throw new IllegalStateException(
                    chunk.free ? "chunk released twice to " + owner : "chunk of " + chunk.pool.owner + " released to " + owner);
        }
        chunk.next = null;
        chunk.start = 0;
        chunk.end = 0;
        chunk.free = true;
        lent.decrement();
        push(chunk, chunk);
    }

    /** Frees the memory of all chunks, lent ones included, whose use then throws; again is no harm. */
    @Override
    public void close() {
        growth.lock();
        try {
            closed = true;
            while (slabCount > 0) {
                regions[slabCount - 1].close();
                slabCount--;
            }
        } finally {
            growth.unlock();
        }
    }

    /** Pushes the chain that begins at {@code first} and ends at {@code last}. */
    private void push(Chunk first, Chunk last) {
        long top;
        do {
            top = top();
            last.nextFree = (int) (top & INDEX_MASK);
        } while (!head.compareAndSet(top, (top & ~INDEX_MASK) + TAG_ONE | first.index + 1));
    }

    private Chunk chunkAt(int index) {
        return slabs[index / chunksPerSlab][index % chunksPerSlab];
    }

    /** Adds a slab unless somebody else just did; false when the pool is at its limit or closed. */
    private boolean grow() {
        // Nobody queues for it: a reader would wait behind a virtual thread that has no carrier (D4). Who has it is at work.
        while (!growth.tryLock()) {
            if ((top() & INDEX_MASK) != 0) {
                return true;
            }
            Thread.onSpinWait();
        }
        try {
            if ((top() & INDEX_MASK) != 0) {
                return true;
            }
            if (closed || slabCount == slabs.length) {
                return false;
            }
            int firstIndex = slabCount * chunksPerSlab;
            int count = Math.min(chunksPerSlab, maxChunks - firstIndex);
            OffHeap.Region region = OffHeap.allocate(owner, (long) count * chunkBytes);
            var slab = new Chunk[count];
            for (int i = 0; i < count; i++) {
                MemorySegment memory = region.segment().asSlice((long) i * chunkBytes, chunkBytes);
                slab[i] = new Chunk(this, firstIndex + i, memory);
                slab[i].nextFree = i + 1 < count ? firstIndex + i + 2 : 0;
            }
            regions[slabCount] = region;
            slabs[slabCount] = slab;
            slabCount++;
            push(slab[0], slab[count - 1]);
            return true;
        } finally {
            growth.unlock();
        }
    }
}
