package dev.weft.tcp;

import dev.weft.runtime.ShortLock;

/**
 * Segments that came while a user thread held the connection's lock, copied off their frames, for the holder to handle:
 * bounded in bytes, newest dropped, as the network would. Linux keeps the same queue ({@code sk_backlog}).
 *
 * <p>Copies lie on the heap: this is the rare way. A connection has a backlog from the first time that it needs one.
 */
final class Backlog {

    private final int limit;
    private final DeferredSegments copies;
    /** Guards the queue; held for a few field accesses, nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private DeferredSegment first; // guarded by lock
    private DeferredSegment last;  // guarded by lock
    private int bytes;             // guarded by lock

    /**
     * An empty backlog.
     *
     * @param limit bytes of payload and overhead that it takes
     * @param copies where those that {@link #poll} yields go back to
     */
    Backlog(int limit, DeferredSegments copies) {
        this.limit = limit;
        this.copies = copies;
    }

    /** Takes a copy of a segment; false when it is full: then the copy has been given back. */
    boolean offer(DeferredSegment deferred) {
        int charge = deferred.charge();
        lock.lock();
        try {
            if (bytes + charge <= limit) {
                bytes += charge;
                if (last == null) {
                    first = deferred;
                } else {
                    last.next = deferred;
                }
                last = deferred;
                return true;
            }
        } finally {
            lock.unlock();
        }
        copies.give(deferred);
        return false;
    }

    /** The next segment, or null. */
    DeferredSegment poll() {
        lock.lock();
        try {
            DeferredSegment deferred = first;
            if (deferred == null) {
                return null;
            }
            first = deferred.next;
            if (first == null) {
                last = null;
            }
            deferred.next = null;
            bytes -= deferred.charge();
            return deferred;
        } finally {
            lock.unlock();
        }
    }
}
