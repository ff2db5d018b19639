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
    private int filled;

    /**
     * Says where to put what comes.
     *
     * @param memory of any thread, and for as long as the request is queued: memory of an array is
     * @param at where the first byte goes
     * @param bytes how many it may become
     */
    public ReceiveRequest into(MemorySegment memory, long at, int bytes) {
        target = memory;
        offset = at;
        length = bytes;
        filled = 0;
        return this;
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
    void end() {
        target = null;
    }
}
