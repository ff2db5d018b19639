package dev.weft.arp;

import dev.weft.device.ChecksumMark;
import dev.weft.device.OutFrame;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Copies of frames that wait for a link address (RFC 1122 §2.3.2.2), bounded for each address and in all; the oldest goes.
 *
 * <p>Any thread may {@link #copy}; the daemon owns the list of those that wait. The pool has room for somewhat more than
 * the list may hold: for copies on their way to the daemon, which alone can drop the oldest.
 */
final class ParkedFrames implements AutoCloseable {

    /** Holds an Ethernet packet of the usual MTU whole. */
    static final int CHUNK_BYTES = 2048;

    /** A copy that waits, in one or more chunks. */
    static final class Parked {
        final int nextHop;
        final int etherType;
        final ParkedFrameListener listener;
        private final Chunk first;
        private final int length;
        private final int chunks;
        private final ChecksumMark checksum;
        private final int segmentSize;

        private Parked(int nextHop, int etherType, ParkedFrameListener listener, Chunk first, OutFrame frame) {
            this.nextHop = nextHop;
            this.etherType = etherType;
            this.listener = listener;
            this.first = first;
            length = frame.length();
            chunks = chunksFor(length);
            checksum = frame.checksum();
            segmentSize = frame.segmentSize();
        }

        /** Makes {@code frame}, an empty one, the frame that was copied; its pieces refer to this copy. */
        void restore(OutFrame frame) {
            int inHead = Math.min(length, Math.min(first.end, frame.tailroom()));
            int at = frame.append(inHead);
            MemorySegment.copy(first.segment(), 0, frame.head(), at, inHead);
            int from = inHead;
            for (Chunk chunk = first; chunk != null; chunk = chunk.next) {
                if (chunk.end > from) {
                    frame.addPiece(chunk.segment(), from, chunk.end - from);
                }
                from = 0;
            }
            frame.mark(checksum, segmentSize);
        }

        /** Tells its listener that nobody answers. */
        void tellUnreachable() {
            if (listener != null) {
                listener.unreachable(nextHop, etherType, first.segment(), 0, Math.min(length, first.end));
            }
        }
    }

    private final ChunkPool pool;
    private final int limitPerEntry;
    private final int limitChunks;
    private final ArrayDeque<Parked> waiting = new ArrayDeque<>();
    private int waitingChunks;

    ParkedFrames(String owner, int perEntry, int bytes) {
        limitPerEntry = perEntry;
        limitChunks = bytes / CHUNK_BYTES;
        pool = new ChunkPool(owner, CHUNK_BYTES, bytes + bytes / 4L);
    }

    /** A copy of the frame, or null when there is no room for it. Any thread. */
    Parked copy(int nextHop, OutFrame frame, int etherType, ParkedFrameListener listener) {
        int needed = chunksFor(frame.length());
        // The first chunk goes into the head of the frame that leaves, the others become its pieces.
        if (needed > OutFrame.MAX_PIECES) {
            return null;
        }
        Chunk first = null;
        for (int i = 0; i < needed; i++) {
            Chunk chunk = pool.tryAcquire();
            if (chunk == null) {
                releaseAll(first);
                return null;
            }
            chunk.next = first;
            first = chunk;
        }
        Chunk end = fill(first, frame.head(), frame.start(), frame.headLength());
        for (int i = 0; i < frame.pieceCount(); i++) {
            end = fill(end, frame.pieceSegment(i), frame.pieceOffset(i), frame.pieceLength(i));
        }
        return new Parked(nextHop, etherType, listener, first, frame);
    }

    /** Keeps it until {@link #take}; returns those that must go for it, to be {@linkplain #release released}. */
    List<Parked> add(Parked parked) {
        List<Parked> dropped = new ArrayList<>(1);
        waiting.add(parked);
        waitingChunks += parked.chunks;
        int forEntry = 0;
        Parked oldest = null;
        for (Parked each : waiting) {
            if (each.nextHop == parked.nextHop) {
                oldest = oldest == null ? each : oldest;
                forEntry++;
            }
        }
        if (forEntry > limitPerEntry) {
            waiting.remove(oldest);
            waitingChunks -= oldest.chunks;
            dropped.add(oldest);
        }
        while (waitingChunks > limitChunks) {
            Parked first = waiting.remove();
            waitingChunks -= first.chunks;
            dropped.add(first);
        }
        return dropped;
    }

    /** Takes out those that wait for this address, oldest first; each is to be released. */
    List<Parked> take(int nextHop) {
        List<Parked> taken = new ArrayList<>();
        for (Iterator<Parked> all = waiting.iterator(); all.hasNext();) {
            Parked each = all.next();
            if (each.nextHop == nextHop) {
                all.remove();
                waitingChunks -= each.chunks;
                taken.add(each);
            }
        }
        return taken;
    }

    /** How many wait. */
    int size() {
        return waiting.size();
    }

    /** Gives the memory of a copy back. Any thread. */
    void release(Parked parked) {
        releaseAll(parked.first);
    }

    /** Frees the memory. */
    @Override
    public void close() {
        pool.close();
    }

    /** Appends bytes to the chain; returns the chunk that takes the next ones. */
    private static Chunk fill(Chunk chunk, MemorySegment from, long offset, int length) {
        Chunk at = chunk;
        int done = 0;
        while (done < length) {
            if (at.end == CHUNK_BYTES) {
                at = at.next;
            }
            int count = Math.min(length - done, CHUNK_BYTES - at.end);
            MemorySegment.copy(from, offset + done, at.segment(), at.end, count);
            at.end += count;
            done += count;
        }
        return at;
    }

    private void releaseAll(Chunk first) {
        for (Chunk chunk = first; chunk != null;) {
            Chunk next = chunk.next;
            pool.release(chunk);
            chunk = next;
        }
    }

    private static int chunksFor(int length) {
        return Math.max(1, (length + CHUNK_BYTES - 1) / CHUNK_BYTES);
    }
}
