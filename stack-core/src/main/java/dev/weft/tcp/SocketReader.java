package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpFailure;
import dev.weft.tcp.core.buffer.Pieces;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * The receiving direction of a socket. What is readable is lent by the core under the flow's lock, copied to the caller
 * without it, and given back.
 */
final class SocketReader extends SocketHalf {

    private static final int MUST_WAIT = 0;
    private static final int END = -1;

    private volatile Duration timeout;
    /** What has been lent; made with the first read, of the thread inside. */
    private Pieces pieces;

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
            }
            int lent = await(length);
            if (lent == END) {
                return -1;
            }
            int copied = 0;
            try {
                pieces.copyTo(0, target, offset, lent);
                copied = lent;
            } finally {
                giveBack(copied);
            }
            return lent;
        } finally {
            leave();
        }
    }

    /** Waits until something can be read; false at the end of the input. No buffer is held meanwhile. */
    boolean awaitReadable() throws IOException {
        enter("TcpSocket.read");
        try {
            return await(0) != END;
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

    /** Waits until there is something; lends up to {@code length} bytes of it, none for 0. END, or how many. */
    private int await(int length) throws IOException {
        long deadline = NanoClock.FOREVER;
        boolean first = true;
        while (true) {
            int found;
            flow.lock();
            try {
                found = lendLocked(length);
                if (found == MUST_WAIT) {
                    waitsLocked();
                }
            } finally {
                flow.unlockUnchanged();
            }
            if (found != MUST_WAIT) {
                return found;
            }
            Duration limit = timeout;
            if (first) {
                first = false;
                deadline = limit.isZero() ? NanoClock.FOREVER : NanoClock.deadline(clock.nanoTime(), limit);
            } else if (deadline != NanoClock.FOREVER && clock.nanoTime() >= deadline) {
                throw Failures.timedOut("Read", limit);
            }
            park(deadline);
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
