package dev.weft.tcp;

import dev.weft.runtime.ShortLock;
import java.util.LinkedHashSet;

/**
 * Connections that their application has closed and whose peer has not acknowledged everything yet: FIN-WAIT-1, CLOSING,
 * LAST-ACK. Nobody waits for them any more, and a peer that acknowledges nothing, or keeps its window closed, makes us keep
 * their buffers; so their number is limited (D8). One too many resets the oldest: it has had the most time. The core limits
 * the time of each.
 */
final class Orphans {

    private final int limit;
    /** Guards the set; nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private final LinkedHashSet<Flow> oldestFirst = new LinkedHashSet<>();      // guarded by lock

    Orphans(int limit) {
        this.limit = limit;
    }

    /** Adds one; returns the one that is too many and has been taken out, or null. */
    Flow add(Flow flow) {
        lock.lock();
        try {
            oldestFirst.add(flow);
            return oldestFirst.size() > limit ? oldestFirst.removeFirst() : null;
        } finally {
            lock.unlock();
        }
    }

    /** The oldest, taken out, or null if there is none. */
    Flow takeOldest() {
        lock.lock();
        try {
            return oldestFirst.isEmpty() ? null : oldestFirst.removeFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Everything is delivered, or the connection over; no harm if it is not in. */
    void remove(Flow flow) {
        lock.lock();
        try {
            oldestFirst.remove(flow);
        } finally {
            lock.unlock();
        }
    }
}
