package dev.weft.device;

import dev.weft.resource.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Frames to send, reused. A frame is out only while a thread fills and transmits it, so that as many exist as threads
 * transmit at once, times their batch. Memory is taken for {@value #SLAB_FRAMES} frames at a time, as they are needed.
 */
public final class OutFramePool implements AutoCloseable {

    static final int SLAB_FRAMES = 32;

    private final String owner;

    /** Held to move a frame in or out; memory may be allocated under it, which never parks. */
    private final ReentrantLock lock = new ReentrantLock();
    private final int limit;
    private final OutFrame[] free; // guarded by lock
    private int freeCount;         // guarded by lock
    private int made;              // guarded by lock
    private boolean closed;        // guarded by lock
    private final List<OffHeap.Region> slabs = new ArrayList<>(); // guarded by lock

    /**
     * A pool of at most {@code limit} frames, made as they are needed.
     *
     * @param owner who the memory belongs to in the ledger of {@link OffHeap}: {@code link.eth0}
     */
    public OutFramePool(String owner, int limit) {
        this.owner = owner;
        this.limit = limit;
        free = new OutFrame[limit];
    }

    /** An empty frame, or null when all are out (the caller counts a local drop) or the pool is closed. */
    public OutFrame tryAcquire() {
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            if (freeCount > 0) {
                OutFrame frame = free[--freeCount];
                free[freeCount] = null;
                return frame;
            }
            if (made == limit) {
                return null;
            }
            return makeLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a frame back; its sender must not touch it any more. */
    public void release(OutFrame frame) {
        frame.reset();
        boolean last;
        lock.lock();
        try {
            free[freeCount++] = frame;
            last = closed && freeCount == made;
        } finally {
            lock.unlock();
        }
        if (last) {
            freeMemory();
        }
    }

    /**
     * Gives no frame out any more and frees the memory, at once when no frame is out, else when the last one comes back:
     * a thread that is inside a native write keeps its memory.
     */
    @Override
    public void close() {
        boolean idle;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            idle = freeCount == made;
        } finally {
            lock.unlock();
        }
        if (idle) {
            freeMemory();
        }
    }

    private OutFrame makeLocked() {
        assert lock.isHeldByCurrentThread();
        int index = made % SLAB_FRAMES;
        if (index == 0) {
            long frames = Math.min(SLAB_FRAMES, limit - made);
            slabs.add(OffHeap.allocate(owner, frames * OutFrame.HEAD_BYTES));
        }
        MemorySegment slab = slabs.getLast().segment();
        made++;
        return new OutFrame(slab.asSlice((long) index * OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
    }

    /** Once, by whoever finds the pool closed and no frame out: nothing changes the list any more. */
    private void freeMemory() {
        slabs.forEach(OffHeap.Region::close);
    }
}
