package dev.weft.resource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The ledger of Weft's off-heap memory. Every native byte of the stack is allocated here and stands in the ledger under
 * the name of its owner until its region is closed, since neither the platform's beans nor a heap dump would show it.
 * The ledger is one for the whole JVM, as its memory is. Safe for use by any thread.
 *
 * <p>Regions are shared arenas: readable and writable by every thread, and closing one costs some 30 µs because all
 * threads must agree. They are for pools and rings, not for packets.
 */
public final class OffHeap {

    /** Cache lines do not straddle two regions, and a page-sized region starts on a cache line. */
    private static final long ALIGNMENT = 64;

    /** Guards {@link #LIVE}; held for one map operation, never while allocating or closing. */
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final Map<String, Long> LIVE = new TreeMap<>();       // guarded by LOCK

    private OffHeap() {
    }

    /**
     * Allocates {@code bytes} of zeroed native memory.
     *
     * @param owner who it stands under in the ledger, such as {@code tcp.send}
     * @param bytes at least 1
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     * @throws OutOfMemoryError if the operating system has none left
     */
    public static Region allocate(String owner, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("cannot allocate " + bytes + " bytes off the heap for " + owner);
        }
        Arena arena = Arena.ofShared();
        MemorySegment segment;
        try {
            segment = arena.allocate(bytes, ALIGNMENT);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
        record(owner, bytes);
        return new Region(owner, arena, segment);
    }

    /** Bytes allocated and not closed yet, of all owners. */
    public static long liveBytes() {
        LOCK.lock();
        try {
            long sum = 0;
            for (long bytes : LIVE.values()) {
                sum += bytes;
            }
            return sum;
        } finally {
            LOCK.unlock();
        }
    }

    /** Bytes allocated and not closed yet by owner, sorted by name; owners that hold nothing are not in it. A copy. */
    public static Map<String, Long> liveByOwner() {
        LOCK.lock();
        try {
            return new TreeMap<>(LIVE);
        } finally {
            LOCK.unlock();
        }
    }

    private static void record(String owner, long change) {
        LOCK.lock();
        try {
            LIVE.merge(owner, change, (held, added) -> held + added == 0 ? null : held + added);
        } finally {
            LOCK.unlock();
        }
    }

    /** One piece of native memory that its owner closes when every thread that may touch it has ended. */
    public static final class Region implements AutoCloseable {

        private final String owner;
        private final Arena arena;
        private final MemorySegment segment;
        private final ReentrantLock closing = new ReentrantLock();
        private boolean closed;                                           // guarded by closing

        private Region(String owner, Arena arena, MemorySegment segment) {
            this.owner = owner;
            this.arena = arena;
            this.segment = segment;
        }

        /** The memory. Access after {@link #close()} throws {@link IllegalStateException}. */
        public MemorySegment segment() {
            return segment;
        }

        /**
         * Gives the memory back; again is no harm.
         *
         * @throws IllegalStateException if a native call uses the memory at this moment; the region then stays open and
         *         in the ledger, and may be closed later
         */
        @Override
        public void close() {
            closing.lock();
            try {
                if (closed) {
                    return;
                }
                arena.close();
                closed = true;
            } finally {
                closing.unlock();
            }
            record(owner, -segment.byteSize());
        }
    }
}
