package dev.weft.tcp.core.buffer;

import java.lang.foreign.MemorySegment;

/**
 * A RECEIVE call that waits (RFC 9293 §3.10.3: "queue the request"): the memory of a reader that found nothing to read, into
 * which what comes next is copied straight from its frame (D3). Its reader makes it once, and queues it with each call that has
 * to wait; between {@link ReceiveBuffer#request} and {@link ReceiveBuffer#withdraw} the connection fills it, under its lock.
 */
public final class ReceiveRequest {

    private MemorySegment target;
    private long offset;
    private int length;
    private int least;
    private int filled;

    /**
     * Says where to put what comes.
     *
     * @param memory of any thread, and for as long as the request is queued: memory of an array is. Null: nowhere
     * @param at where the first byte goes
     * @param bytes how many it may become
     * @param wanted from how many bytes on the reader wants to be woken, those in the buffer included; at least 1
     */
    public ReceiveRequest into(MemorySegment memory, long at, int bytes, int wanted) {
        target = memory;
        offset = at;
        length = memory == null ? 0 : bytes;
        least = wanted;
        filled = 0;
        return this;
    }

    /** The reader has changed its mind about how many bytes it wants; with the connection's lock. */
    public void wants(int bytes) {
        least = bytes;
    }

    /** From how many bytes on its reader wants to be woken. */
    int least() {
        return least;
    }

    /** How many bytes have been put there. */
    int filled() {
        return filled;
    }

    /** Takes as much of the payload as there is room for; returns how much. */
    int take(Pieces payload, int skip, int max) {
        int n = Math.min(max, length - filled);
        if (n > 0) {
            payload.copyTo(skip, target, offset + filled, n);
            filled += n;
        }
        return n;
    }

    /** Lets go of the memory. */
    public void end() {
        target = null;
    }
}
