package dev.weft.tcp;

import dev.weft.runtime.ShortLock;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Connections of one listener whose data was taken before their handshake is complete. Anybody on the path of one client can
 * replay its SYN, or send SYNs with stolen cookies; so their number is limited (RFC 7413 §5.1), and one that ended without
 * completing, as by a reset of the host whose address was used, counts for a while longer.
 */
final class PendingFastOpens {

    /** RFC 7413 §5.1: as long as it would count if no reset had come. As in Linux. */
    static final long AFTERLIFE = 60_000_000_000L;

    private final int limit;
    /** Guards what follows; nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private int pending;                                              // guarded by lock
    /** Until when each of those counts that ended too early, the earliest first. */
    private final ArrayDeque<Long> ended = new ArrayDeque<>();        // guarded by lock

    PendingFastOpens(int limit) {
        this.limit = limit;
    }

    /** A place for one more, or null where there is none at {@code now}. */
    Ticket take(long now) {
        lock.lock();
        try {
            while (!ended.isEmpty() && ended.peek() <= now) {
                ended.remove();
            }
            if (pending + ended.size() >= limit) {
                return null;
            }
            pending++;
            return new Ticket();
        } finally {
            lock.unlock();
        }
    }

    private void give(long now, boolean completed) {
        lock.lock();
        try {
            pending--;
            if (!completed) {
                ended.add(now + AFTERLIFE);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The place of one connection. */
    final class Ticket {

        private final AtomicBoolean held = new AtomicBoolean(true);

        /** The handshake is complete, or the connection has ended before; only the first call counts. */
        void end(long now, boolean completed) {
            if (held.getAndSet(false)) {
                give(now, completed);
            }
        }
    }
}
