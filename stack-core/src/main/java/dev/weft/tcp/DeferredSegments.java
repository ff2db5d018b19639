package dev.weft.tcp;

import dev.weft.runtime.ShortLock;

/**
 * The copies for the backlogs of all connections that are free at the moment, so that a reader makes no garbage where it keeps
 * finding connections locked. Of two sizes, for a segment of a usual MTU and for the largest; 8 MiB of those, a window of the
 * largest size, and 1 MiB of these are kept at most.
 */
final class DeferredSegments {

    static final int SMALL = 2 << 10;
    static final int LARGE = 64 << 10;
    static final int SMALL_KEPT = 4096;
    static final int LARGE_KEPT = 16;

    /** Guards the lists; held for a few field accesses, nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private DeferredSegment small;  // guarded by lock
    private DeferredSegment large;  // guarded by lock
    private int smallCount;         // guarded by lock
    private int largeCount;         // guarded by lock

    /** One that takes {@code length} bytes of payload, the caller's until {@link #give}. */
    DeferredSegment take(int length) {
        boolean isSmall = length <= SMALL;
        DeferredSegment found;
        lock.lock();
        try {
            found = isSmall ? small : large;
            if (found != null && isSmall) {
                small = found.next;
                smallCount--;
            } else if (found != null) {
                large = found.next;
                largeCount--;
            }
        } finally {
            lock.unlock();
        }
        if (found == null) {
            return new DeferredSegment(isSmall ? SMALL : Math.max(LARGE, length));
        }
        found.next = null;
        return found;
    }

    /** The caller does not use it any more; one too many is left to the collector. */
    void give(DeferredSegment free) {
        lock.lock();
        try {
            if (free.capacity() == SMALL && smallCount < SMALL_KEPT) {
                free.next = small;
                small = free;
                smallCount++;
            } else if (free.capacity() == LARGE && largeCount < LARGE_KEPT) {
                free.next = large;
                large = free;
                largeCount++;
            }
        } finally {
            lock.unlock();
        }
    }
}
