package dev.weft.tcp.core.buffer;

import dev.weft.tcp.core.memo.Memo;

/**
 * What the application has written and the peer has not acknowledged, sent or not.
 * <pre>
 *      acked            end           reserved
 *   ─────┼───────────────┼───────────────┼────
 *   gone │ to be sent or │ being filled  │
 *        │ sent again    │ by the writer │
 * </pre>
 * The writer fills memory outside the connection's lock: what lies between {@code end} and {@code reserved} is its own
 * until {@link #commit}. Writes of any size go on where the last one ended, so a thousand writes of one byte take one
 * chunk. A transmitter reads memory outside the lock as well: between {@link #hold} and {@link #releaseHeld} chunks that
 * are acknowledged stay. Both survive the end of the connection, which only marks the bytes as done with.
 */
public final class SendBuffer {

    private final ChunkRing ring;
    private int capacity;

    private long acked;
    private long end;
    private long reserved;
    private boolean held;

    public SendBuffer(TcpMemory memory, int capacity) {
        this.ring = new ChunkRing(memory);
        this.capacity = capacity;
    }

    /** Position of the first byte that is not acknowledged. */
    public long acked() {
        return acked;
    }

    /** Position after the last byte queued. */
    long end() {
        return end;
    }

    /** Bytes queued and not acknowledged. */
    public int length() {
        return (int) (end - acked);
    }

    public int writable() {
        return Math.max(0, capacity - length());
    }

    public int capacity() {
        return capacity;
    }

    /** Changes how much there is room for; what is queued stays, if it is less. */
    public void capacity(int bytes) {
        capacity = bytes;
    }

    public int chunks() {
        return ring.chunks();
    }

    /** Lends memory for up to {@code max} further bytes, see {@code TcpConnection.reserve}. */
    public int reserve(Pieces out, int max) {
        if (reserved != end) {
            throw new IllegalStateException("one writer at a time: a reservation of " + (reserved - end) + " bytes is open");
        }
        out.clear();
        int want = Math.min(max, writable());
        long at = end;
        while (at - end < want && !out.isFull() && ring.ensure(at, acked)) {
            int n = ring.run(at, (int) (want - (at - end)));
            out.add(ring.segment(at), ring.offset(at), n);
            at += n;
        }
        reserved = at;
        return out.length();
    }

    /** Ends the reservation; its first {@code length} bytes are queued unless {@code discard}. */
    public void commit(int length, boolean discard) {
        if (length < 0 || length > reserved - end) {
            throw new IllegalArgumentException("commit of " + length + " bytes, reserved are " + (reserved - end));
        }
        if (!discard) {
            end += length;
        }
        reserved = end;
        ring.releaseFrom(end);                       // reserved and not used
        trim();
    }

    /** The first {@code bytes} queued bytes are acknowledged. */
    public void acknowledge(int bytes) {
        if (bytes > length()) {
            throw new IllegalStateException("acknowledged " + bytes + " of " + length() + " bytes");
        }
        acked += bytes;
        trim();
    }

    /** Adds the memory of {@code length} queued bytes from {@code position} to {@code out}, fewer if they lie in too many pieces. */
    public void describe(long position, int length, Pieces out) {
        ring.describe(position, length, out);
    }

    /** How many of {@code length} queued bytes from {@code position} {@link #describe} can name. */
    public int describable(long position, int length) {
        return ring.describable(position, length);
    }

    /** Nothing of this will ever be sent (again). */
    public void discard() {
        acked = end;
        trim();
    }

    public void hold() {
        held = true;
    }

    public void releaseHeld() {
        held = false;
        trim();
    }

    /** Nothing has come or gone for a while: what is not needed now is not kept. */
    public void rest() {
        ring.rest();
    }

    private void trim() {
        if (held) {
            return;
        }
        if (acked == end && reserved == end) {
            ring.clear();                            // also the last chunk: an idle connection holds none (D8)
        } else {
            ring.releaseBefore(acked);
        }
    }

    /** Whether it is empty, and nobody fills it or sends from it. */
    public boolean isAtRest() {
        return acked == end && reserved == end && !held;
    }

    /** Keeps what outlives a sleep; {@code usualAcked} and {@code first} may be its position and its size. */
    public void keep(Memo memo, long usualAcked, int first) {
        acked = memo.number(acked, usualAcked);
        end = acked;
        reserved = acked;
        capacity = memo.number(capacity, first);
    }
}
