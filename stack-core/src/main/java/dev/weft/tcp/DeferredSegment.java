package dev.weft.tcp;

import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.foreign.MemorySegment;

/** A segment that waits in a {@link Backlog}, with a copy of its payload; used again and again, see {@link DeferredSegments}. */
final class DeferredSegment {

    /** A segment without payload counts as this many bytes, so that empty ones are bounded too. */
    private static final int OVERHEAD = 256;

    final TcpSegment segment = new TcpSegment();
    private final MemorySegment bytes;
    /** The next one in a backlog, or among those that are free; guarded by the lock of either. */
    DeferredSegment next;

    /** @param capacity the most payload that it takes, in bytes */
    DeferredSegment(int capacity) {
        bytes = MemorySegment.ofArray(new byte[capacity]);
    }

    int capacity() {
        return (int) bytes.byteSize();
    }

    /** What it counts against the limit of a backlog. */
    int charge() {
        return segment.payload.length() + OVERHEAD;
    }

    /** Becomes a copy of {@code from}. */
    void copy(TcpSegment from) {
        int length = from.payload.length();
        segment.copyHeader(from);
        segment.payload.clear();
        from.payload.copyTo(0, bytes, 0, length);
        segment.payload.add(bytes, 0, length);
    }
}
