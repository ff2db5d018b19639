package dev.weft.udp;

import dev.weft.ip.IpPacket;
import dev.weft.resource.ByteBudget;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.wire.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The datagrams that wait in one socket, bounded in bytes.
 *
 * <pre>
 *   a datagram:  [source, destination, port, length | payload …] → [payload …] → [payload …]     chunks, by next
 *   arrivals:    newest → … → oldest                                 a stack: the last chunk of each links to the next
 *   waiting:     oldest → … → newest                                 a queue, refilled by turning the stack round
 * </pre>
 *
 * Readers push without a lock and make no garbage. The threads of the application take turns by a lock that no reader ever
 * wants.
 */
final class DatagramQueue {

    static final int CHUNK_BYTES = 512;
    /** What stands before the payload in the first chunk. */
    static final int META_BYTES = 40;
    private static final int SRC_HI = 0;
    private static final int SRC_LO = 8;
    private static final int DST_HI = 16;
    private static final int DST_LO = 24;
    private static final int SRC_PORT = 32;
    private static final int LENGTH = 36;

    private final ChunkPool pool;
    private final ByteBudget budget;
    /** The stack of arrivals; nobody takes single datagrams off it, so a compare-and-set cannot mistake one for another. */
    private final AtomicReference<Chunk> arrivals = new AtomicReference<>();
    /** Held to turn the stack round and to take from the queue; nothing is called back and nothing copied under it. */
    private final ReentrantLock lock = new ReentrantLock();
    private Chunk oldest;                                    // guarded by lock
    private volatile boolean closed;

    DatagramQueue(ChunkPool pool, int limit) {
        this.pool = pool;
        budget = new ByteBudget(limit);
    }

    /**
     * Copies a received datagram and keeps it. On a reader; takes no lock.
     *
     * @return null when it was kept (or the queue is closed), else why not
     */
    UdpDiscard push(IpPacket packet, int sourcePort, long payloadOffset, int payloadLength) {
        if (closed) {
            return null;
        }
        int count = chunksFor(payloadLength);
        if (!budget.tryReserve((long) count * CHUNK_BYTES)) {
            return UdpDiscard.QUEUE_FULL;
        }
        Chunk last = pool.tryAcquire();
        Chunk first = last;
        for (int i = 1; first != null && i < count; i++) {
            Chunk chunk = pool.tryAcquire();
            if (chunk == null) {
                release(first, i);
                budget.release((long) (count - i) * CHUNK_BYTES);
                return UdpDiscard.NO_MEMORY;
            }
            chunk.next = first;
            first = chunk;
        }
        if (first == null) {
            budget.release((long) count * CHUNK_BYTES);
            return UdpDiscard.NO_MEMORY;
        }
        MemorySegment meta = first.segment();
        Bytes.set64(meta, SRC_HI, packet.srcHi());
        Bytes.set64(meta, SRC_LO, packet.srcLo());
        Bytes.set64(meta, DST_HI, packet.dstHi());
        Bytes.set64(meta, DST_LO, packet.dstLo());
        Bytes.set32(meta, SRC_PORT, sourcePort);
        Bytes.set32(meta, LENGTH, payloadLength);
        int done = 0;
        for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
            int at = chunk == first ? META_BYTES : 0;
            int bytes = Math.min(payloadLength - done, CHUNK_BYTES - at);
            Bytes.copy(packet.payload(), payloadOffset + done, chunk.segment(), at, bytes);
            done += bytes;
        }
        Chunk newest;
        do {
            newest = arrivals.get();
            last.next = newest;
        } while (!arrivals.compareAndSet(newest, first));
        if (closed) {
            discardArrivals();   // close has emptied the queue before this came into it
        }
        return null;
    }

    /** Takes the oldest datagram, which is then the caller's to {@link #read} and {@link #free}; null when there is none. */
    Chunk poll() {
        lock.lock();
        try {
            if (oldest == null) {
                oldest = turned(arrivals.getAndSet(null));
            }
            Chunk taken = oldest;
            if (taken != null) {
                Chunk last = lastOf(taken);
                oldest = last.next;
                last.next = null;
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing waits; not exact while others push and poll. */
    boolean isEmpty() {
        if (arrivals.get() != null) {
            return false;
        }
        lock.lock();
        try {
            return oldest == null;
        } finally {
            lock.unlock();
        }
    }

    /** Upper half of the source address of a datagram that was taken. */
    static long srcHi(Chunk datagram) {
        return Bytes.u64(datagram.segment(), SRC_HI);
    }

    /** Lower half of the source address. */
    static long srcLo(Chunk datagram) {
        return Bytes.u64(datagram.segment(), SRC_LO);
    }

    /** Upper half of the destination address. */
    static long dstHi(Chunk datagram) {
        return Bytes.u64(datagram.segment(), DST_HI);
    }

    /** Lower half of the destination address. */
    static long dstLo(Chunk datagram) {
        return Bytes.u64(datagram.segment(), DST_LO);
    }

    /** The source port. */
    static int sourcePort(Chunk datagram) {
        return Bytes.i32(datagram.segment(), SRC_PORT);
    }

    /** How many bytes of payload it has. */
    static int length(Chunk datagram) {
        return Bytes.i32(datagram.segment(), LENGTH);
    }

    /** Copies the first {@code count} bytes of the payload. */
    static void read(Chunk datagram, MemorySegment target, long offset, int count) {
        int done = 0;
        for (Chunk chunk = datagram; done < count; chunk = chunk.next) {
            int at = chunk == datagram ? META_BYTES : 0;
            int bytes = Math.min(count - done, CHUNK_BYTES - at);
            Bytes.copy(chunk.segment(), at, target, offset + done, bytes);
            done += bytes;
        }
    }

    /** Gives the memory of a datagram that was taken back. */
    void free(Chunk datagram) {
        release(datagram, chunksFor(length(datagram)));
    }

    /** Drops what waits, and keeps no more. */
    void close() {
        closed = true;
        clear();
    }

    /** Drops what waits. */
    void clear() {
        for (Chunk datagram = poll(); datagram != null; datagram = poll()) {
            free(datagram);
        }
    }

    private void discardArrivals() {
        Chunk datagram = arrivals.getAndSet(null);
        while (datagram != null) {
            Chunk next = lastOf(datagram).next;
            free(datagram);
            datagram = next;
        }
    }

    /** Turns a stack of datagrams into a queue; the chunks of each stay in their order. */
    private static Chunk turned(Chunk stack) {
        Chunk queue = null;
        Chunk datagram = stack;
        while (datagram != null) {
            Chunk last = lastOf(datagram);
            Chunk older = last.next;
            last.next = queue;
            queue = datagram;
            datagram = older;
        }
        return queue;
    }

    private static Chunk lastOf(Chunk datagram) {
        Chunk last = datagram;
        for (int i = chunksFor(length(datagram)); i > 1; i--) {
            last = last.next;
        }
        return last;
    }

    /** Releases the first {@code count} chunks of a chain, and what they were counted with. */
    private void release(Chunk first, int count) {
        Chunk chunk = first;
        for (int i = 0; i < count; i++) {
            Chunk next = chunk.next;
            pool.release(chunk);
            chunk = next;
        }
        budget.release((long) count * CHUNK_BYTES);
    }

    private static int chunksFor(int payloadLength) {
        return (META_BYTES + payloadLength + CHUNK_BYTES - 1) / CHUNK_BYTES;
    }
}
