package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpFailure;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * The receiving direction of a socket. What is readable is lent by the core under the flow's lock, copied to the caller
 * without it, and given back.
 *
 * <p>A caller that has to wait with an array leaves that with the connection ({@link ReceiveRequest}): whoever has the flow's lock
 * and handles a segment copies its text there, and this thread takes it back under the same lock before it looks at what it
 * has got, and however the call ends. What has been put there is returned before anything else is said, a close or an interrupt
 * included: it is off the connection, and the peer has been told that it has come.
 */
final class SocketReader extends SocketHalf {

    private static final int MUST_WAIT = 0;
    private static final int END = -1;

    private volatile Duration timeout;
    /** What has been lent; made with the first read, of the thread inside. */
    private Pieces pieces;
    /** Where what comes may go while it waits; made with {@link #pieces}. */
    private ReceiveRequest request;
    /** Whether the connection has it. */
    private boolean queued;
    /** How many bytes it has got in the call at hand. */
    private int handed;

    SocketReader(TcpSocket socket, Flow flow, NanoClock clock, Duration timeout) {
        super(socket, flow, clock);
        this.timeout = timeout;
    }

    void timeout(Duration limit) {
        timeout = limit;
    }

    /** Reads 1 to {@code length} bytes, or −1 at the end. */
    int read(MemorySegment target, long offset, int length) throws IOException {
        enter("TcpSocket.read");
        try {
            if (pieces == null) {
                pieces = new Pieces();
                request = new ReceiveRequest();
            }
            int found = await(target, offset, length);
            if (found == END) {
                return -1;
            }
            if (handed > 0) {
                return handed;
            }
            int copied = 0;
            try {
                pieces.copyTo(0, target, offset, found);
                copied = found;
            } finally {
                giveBack(copied);
            }
            return found;
        } finally {
            leave();
        }
    }

    /** Waits until something can be read; false at the end of the input. No buffer is held meanwhile. */
    boolean awaitReadable() throws IOException {
        enter("TcpSocket.read");
        try {
            return await(null, 0, 0) != END;
        } finally {
            leave();
        }
    }

    /** Bytes that can be read without waiting. */
    int available() throws IOException {
        flow.lock();
        try {
            if (socket.isClosed()) {
                throw flow.closedException();
            }
            return flow.core().readable();
        } finally {
            flow.unlockUnchanged();
        }
    }

    /**
     * Waits until there is something, and lends up to {@code length} bytes of it, none for 0; or has {@link #handed} them over while
     * it waited. END, or how many.
     */
    private int await(MemorySegment target, long offset, int length) throws IOException {
        Duration limit = timeout;
        long deadline = NanoClock.FOREVER;
        boolean first = true;
        handed = 0;
        // An array is the only memory that the reader of the link may write to: any other can be another thread's, or be gone.
        MemorySegment array = target == null || target.isNative() ? null : target;
        try {
            while (true) {
                if (!first && Thread.currentThread().isInterrupted()) {
                    handed = withdraw();
                    if (handed > 0) {
                        return handed;               // they are off the connection; the next call finds the status
                    }
                    throw socket.closeByInterrupt();
                }
                boolean late = !first && deadline != NanoClock.FOREVER && clock.nanoTime() >= deadline;
                int found = look(array, offset, length, late);
                if (found != MUST_WAIT) {
                    return found;
                }
                if (late) {
                    throw Failures.timedOut("Read", limit);
                }
                if (first) {
                    first = false;
                    deadline = limit.isZero() ? NanoClock.FOREVER : NanoClock.deadline(clock.nanoTime(), limit);
                }
                parkPatiently(deadline);
            }
        } finally {
            if (queued) {
                withdraw();                          // whatever has happened: who returns has its memory for itself
            }
        }
    }

    /** One look at what is there; without anything the thread is marked as one that waits, but for the {@code last} look. */
    private int look(MemorySegment array, long offset, int length, boolean last) throws IOException {
        flow.lock();
        try {
            handed = withdrawLocked();
            if (handed > 0) {
                return handed;                       // also after a close: they have been taken off the connection
            }
            int found = lendLocked(length);
            if (found == MUST_WAIT && !last) {
                if (array != null) {
                    flow.core().request(request.into(array, offset, length));
                    queued = true;
                }
                waitsLocked();
            }
            return found;
        } finally {
            if (handed > 0) {
                flow.unlock();
            } else {
                flow.unlockUnchanged();
            }
        }
    }

    private int withdrawLocked() {
        if (!queued) {
            return 0;
        }
        queued = false;
        return flow.core().withdraw(clock.nanoTime());
    }

    private int withdraw() {
        flow.lock();
        try {
            return withdrawLocked();
        } finally {
            flow.unlock();
        }
    }

    private int lendLocked(int length) throws IOException {
        if (socket.isClosed()) {
            throw flow.closedException();
        }
        TcpConnection core = flow.core();
        int readable = core.readable();
        if (readable > 0) {
            if (length == 0) {
                return readable;
            }
            flow.loanBegins();
            return core.peek(pieces, length);
        }
        // The end that came in order stays the end, whatever the peer does after it, as in Linux.
        TcpFailure failure = core.failure();
        if (core.isInputComplete() && failure != TcpFailure.ABORTED) {
            return END;
        }
        if (failure != TcpFailure.NONE) {
            throw Failures.broken(failure, flow.key);
        }
        return core.isInputEnded() ? END : MUST_WAIT;
    }

    private void giveBack(int length) {
        flow.loanEnds();
        flow.lock();
        try {
            flow.core().consumed(clock.nanoTime(), length);
        } finally {
            pieces.clear();
            flow.unlock();
        }
    }
}
