package dev.weft.tcp.core.buffer;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.resource.LentMemory;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;

/**
 * What the peer has sent and the application has not consumed, each byte at its place from the moment it comes.
 * <pre>
 *      read             next
 *   ─────┼───────────────┼─────░░░░░─────░░░──── positions →
 *   gone │ readable      │   out of order, see Reassembly
 * </pre>
 * Segments may overlap in any way: of a byte that comes twice the first copy is kept. (Linux and gVisor differ from each
 * other where it matters, for ranges out of order. The first copy is the safe choice here because a reader may be copying
 * readable bytes at this moment, without the lock; a peer that sends two versions of its data gets what it deserves.)
 *
 * <p>A reader that waits leaves its own memory here, a {@link ReceiveRequest}: what comes in order, and with nothing before it,
 * goes there by {@link #hand} and is read with that. {@link #put} is for the rest, which is copied once more by whoever reads
 * it. Both copy out of the borrowed frame, under the connection's lock.
 *
 * <p>A long text in order need not be copied here at all, where its device lends what it received it in: {@link #keepInFrame} leaves it there
 * until it has been read. What lies in such memory precedes what lies in the ring.
 */
public final class ReceiveBuffer {

    private final TcpMemory memory;
    private final ChunkRing ring;
    /** What was not copied; null without any. */
    private KeptText kept;
    private int capacity;
    private final Reassembly ranges = new Reassembly();

    private long read;
    private long next;
    private int lent;
    private boolean discarding;
    private boolean starved;
    /** The same, until something has been read. */
    private boolean squeezed;
    /** Of the reader that waits, or null. */
    private ReceiveRequest request;

    public ReceiveBuffer(TcpMemory memory, int capacity) {
        this.memory = memory;
        this.ring = new ChunkRing(memory);
        this.capacity = capacity;
    }

    public int capacity() {
        return capacity;
    }

    /** Changes how much there is room for; what is here and what the peer was told stays, if it is less. */
    public void capacity(int bytes) {
        capacity = bytes;
    }

    public int readable() {
        return discarding ? 0 : (int) (next - read);
    }

    /** Bytes that may still come before the application consumes any; negative when the buffer has become smaller. */
    public int free() {
        return capacity - readable();
    }

    /** The position of the next byte that the application will read. */
    public long read() {
        return read;
    }

    /** Takes out the next byte to be read, if it is here and not lent. */
    public void skip() {
        if (lent == 0 && readable() > 0) {
            read++;
            trim();
        }
    }

    /** The position of the next byte in order. */
    public long next() {
        return next;
    }

    public Reassembly ranges() {
        return ranges;
    }

    public int chunks() {
        return ring.chunks();
    }

    /** How many bytes lie in memory that is the devices'. */
    public int kept() {
        return kept == null ? 0 : kept.length();
    }

    /**
     * Stores {@code length} bytes that lie {@code distance} bytes after the next one in order; the caller has cut them to
     * the window.
     *
     * @param skip where in {@code payload} they begin
     * @return how many bytes have become readable (with what lay out of order behind them); 0 when they leave a hole
     */
    public int put(int distance, Pieces payload, int skip, int length, TcpCounters counters) {
        long from = next + distance;
        long to = from + length;
        ranges.limit(Reassembly.limitFor(capacity));
        if (distance > 0 && !ranges.hasRoomFor(from, to)) {
            counters.count(TcpDiscard.TOO_MANY_HOLES);
            return 0;
        }
        long stored = discarding ? to : copy(from, to, payload, skip, counters);
        if (stored < to) {
            counters.count(TcpDiscard.NO_MEMORY);
            starved |= distance == 0;
            squeezed |= distance == 0;
        }
        if (distance > 0) {
            ranges.add(from, stored);
            return 0;
        }
        long before = next;
        next = ranges.advance(Math.max(next, stored));
        if (discarding) {
            read = next;
        }
        return (int) (next - before);
    }

    /** A reader waits: what comes may be put in its memory until {@link #withdraw}. One at a time. */
    public void request(ReceiveRequest waiting) {
        if (request != null) {
            throw new IllegalStateException("one reader at a time: a request is queued");
        }
        request = waiting;
    }

    /** Ends the request, if there is one: from now on its memory is the reader's own. Returns how many bytes it has got, which are read. */
    public int withdraw() {
        if (request == null) {
            return 0;
        }
        int filled = request.filled();
        squeezed &= filled == 0;
        request.end();
        request = null;
        return filled;
    }

    /** Whether somebody waits, and for more than has come. */
    public boolean isTooLittle() {
        return request != null && request.filled() + readable() < request.least();
    }

    /**
     * Hands the next bytes in order to the reader that waits, as far as it has room and nothing else comes before or after them
     * in here; returns how many, the rest is for {@link #put}.
     */
    public int hand(Pieces payload, int skip, int length) {
        if (request == null || discarding || lent != 0 || readable() > 0 || !ranges.isEmpty()) {
            return 0;
        }
        int taken = request.take(payload, skip, length);
        next += taken;
        read = next;
        return taken;
    }

    /**
     * Leaves the next {@code length} bytes in order, all of them, in the memory that they came in. Not behind bytes that were copied
     * and are not read, or before ranges out of order, and not while memory is short: then growth ends first, and this is some.
     *
     * @param memory what {@code payload} lies in
     * @return whether it has; if not, they are for {@link #put}
     */
    public boolean keepInFrame(Pieces payload, int skip, int length, LentMemory memory) {
        boolean follows = readable() == 0 || hasKept() && kept.end() == next;
        if (discarding || payload.count() != 1 || !follows || !ranges.isEmpty() || hasKept() && kept.isFull()
                || !this.memory.tryCharge(length)) {
            return false;
        }
        if (kept == null) {
            kept = new KeptText();
        }
        kept.add(memory, payload.offset(0) + skip, next, length);
        next += length;
        return true;
    }

    private boolean hasKept() {
        return kept != null && !kept.isEmpty();
    }

    /** Where what lies in the ring begins. */
    private long copied() {
        return hasKept() ? kept.end() : read;
    }

    /** Copies what is missing of {@code [from, to)}, and returns where memory ran out, {@code to} if it did not. */
    private long copy(long from, long to, Pieces payload, int skip, TcpCounters counters) {
        long at = ranges.nextMissing(from);
        while (at < to) {
            if (!ring.ensure(at, copied()) && !(from == next && prune(at, counters))) {
                return at;
            }
            int gap = (int) (ranges.nextPresent(at, to) - at);
            int n = ring.run(at, gap);
            payload.copyTo(skip + (int) (at - from), ring.segment(at), ring.offset(at), n);
            at = ranges.nextMissing(at + n);
        }
        return to;
    }

    /**
     * Without memory for what is in order, what is not gives its own, the last chunk first; the peer sends it again. It may
     * have been told that this has come, which RFC 2018 §8 allows to take back, as a last resort: here the alternative is to
     * drop what the reader waits for.
     */
    private boolean prune(long at, TcpCounters counters) {
        if (ranges.end(at) <= at) {
            return false;
        }
        long start = ring.chunkStart(ranges.end(at) - 1);
        ranges.cutOff(start);
        ring.move(start, at);
        counters.count(TcpEvent.OUT_OF_ORDER_PRUNED);
        return true;
    }

    /** Whether something in order was dropped for want of memory; asking forgets it. */
    public boolean takeStarved() {
        boolean taken = starved;
        starved = false;
        return taken;
    }

    /** Whether something in order was dropped for want of memory, and nothing has been read since. */
    public boolean isSqueezed() {
        return squeezed;
    }

    /** Lends up to {@code max} readable bytes, see {@code TcpConnection.peek}. */
    public int lend(Pieces out, int max) {
        if (lent != 0) {
            throw new IllegalStateException("one reader at a time: a loan of " + lent + " bytes is open");
        }
        out.clear();
        int wanted = Math.min(max, readable());
        int first = hasKept() ? kept.describe(read, wanted, out) : 0;
        ring.describe(read + first, wanted - first, out);
        lent = out.length();
        return lent;
    }

    /** Ends the loan; its first {@code length} bytes are consumed. */
    public void consumed(int length) {
        if (length < 0 || length > lent) {
            throw new IllegalArgumentException("consumed " + length + " bytes, lent are " + lent);
        }
        lent = 0;
        squeezed &= length == 0;
        if (!discarding) {
            read += length;
        }
        trim();
    }

    /** Throws away what is here and what will come; positions go on. */
    public void discard() {
        discarding = true;
        read = next;
        trim();
    }

    /**
     * Nothing lies {@code distance} bytes after the next one in order, or later: the stream ends there. What has come of it out of
     * order is thrown away, as in Linux: a peer that sends text behind its FIN must not keep its FIN from being taken.
     *
     * @return whether there was any
     */
    public boolean endsAt(int distance) {
        long end = next + distance;
        boolean beyond = ranges.end(end) > end;
        ranges.cutOff(end);
        return beyond;
    }

    /** Nothing more will come: ranges out of order will never be readable. */
    public void noMore() {
        ranges.clear();
        ring.releaseFrom(next);
        trim();
    }

    /** Nothing has come or gone for a while: what is not needed now is not kept. */
    public void rest() {
        ring.rest();
        ranges.rest();
        if (!hasKept()) {
            kept = null;
        }
    }

    private void trim() {
        if (lent != 0) {
            return;
        }
        if (hasKept()) {
            memory.uncharge(kept.releaseBefore(read));
        }
        if (discarding || read == next && ranges.isEmpty()) {
            ring.clear();                            // an idle connection holds no chunk (D8)
            return;
        }
        ring.releaseBefore(read);
    }

    /** Whether there is nothing in it, and nobody reads; a reader that waits and has got nothing is none. */
    public boolean isAtRest() {
        return read == next && lent == 0 && ranges.isEmpty() && !discarding && !starved && !squeezed
                && (request == null || request.filled() == 0);
    }

    /** Keeps what outlives a sleep, but for the reader that waits; {@code usualNext} and {@code first} may be its position and its size. */
    public void keep(Memo memo, long usualNext, int first) {
        next = memo.number(next, usualNext);
        read = next;
        capacity = memo.number(capacity, first);
    }

    /** The reader that waits, or null. */
    public ReceiveRequest waiting() {
        return request;
    }
}
