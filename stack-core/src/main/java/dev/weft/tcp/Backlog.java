package dev.weft.tcp;

import dev.weft.runtime.ShortLock;
import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.foreign.MemorySegment;

/**
 * Segments that came while a user thread held the connection's lock, copied off their frames, for the holder to handle:
 * bounded in bytes, newest dropped, as the network would. Linux keeps the same queue ({@code sk_backlog}).
 *
 * <p>Copies lie on the heap: this is the rare way, and nothing has to be given back where a connection ends.
 */
final class Backlog {

    /** A segment without payload counts as this many bytes, so that empty ones are bounded too. */
    private static final int OVERHEAD = 256;

    private static final class Deferred {
        final TcpSegment segment = new TcpSegment();
        final int charge;
        Deferred next;

        Deferred(int charge) {
            this.charge = charge;
        }
    }

    private final int limit;
    private final Runnable onOverflow;
    /** Guards the queue; held for a few field accesses, nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private Deferred first; // guarded by lock
    private Deferred last;  // guarded by lock
    private int bytes;      // guarded by lock

    /**
     * An empty backlog.
     *
     * @param limit bytes of payload and overhead that it takes
     * @param onOverflow counts a segment that was dropped because it is full
     */
    Backlog(int limit, Runnable onOverflow) {
        this.limit = limit;
        this.onOverflow = onOverflow;
    }

    /** Copies a segment; false when it is full: the segment is dropped and counted. */
    boolean offer(TcpSegment in) {
        int length = in.payload.length();
        var deferred = new Deferred(length + OVERHEAD);
        copy(in, deferred.segment, length);
        lock.lock();
        try {
            if (bytes + deferred.charge <= limit) {
                bytes += deferred.charge;
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
        onOverflow.run();
        return false;
    }

    /** The next segment, or null. */
    TcpSegment poll() {
        lock.lock();
        try {
            Deferred deferred = first;
            if (deferred == null) {
                return null;
            }
            first = deferred.next;
            if (first == null) {
                last = null;
            }
            bytes -= deferred.charge;
            return deferred.segment;
        } finally {
            lock.unlock();
        }
    }

    private static void copy(TcpSegment from, TcpSegment to, int length) {
        to.copyHeader(from);
        if (length > 0) {
            var bytes = MemorySegment.ofArray(new byte[length]);
            from.payload.copyTo(0, bytes, 0, length);
            to.payload.add(bytes, 0, length);
        }
    }
}
