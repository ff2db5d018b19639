package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpFailure;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

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
    private volatile int lowWater;
    /** What has been lent; made with the first read, of the thread inside. */
    private Pieces pieces;
    /** Where what comes may go while it waits; made when it does for the first time. */
    private ReceiveRequest request;
    /** Whether the connection has it. */
    private boolean queued;
    /** How many bytes it has got in the call at hand. */
    private int handed;

    SocketReader(TcpSocket socket, Flow flow, NanoClock clock, Duration timeout, int lowWater) {
        super(socket, flow, clock);
        this.timeout = timeout;
        this.lowWater = lowWater;
    }

    void timeout(Duration limit) {
        timeout = limit;
    }

    /** How many bytes a read waits for from now on, one that waits already included. */
    void lowWater(int bytes) {
        lowWater = bytes;
        wake();
    }

    /** Reads 1 to {@code length} bytes, or −1 at the end. */
    int read(MemorySegment target, long offset, int length) throws IOException {
        enter("TcpSocket.read");
        try {
            if (pieces == null) {
                pieces = new Pieces();
            }
            int found = await(target, offset, length, 0);
            if (found == END) {
                return -1;
            }
            if (found > handed) {
                int copied = 0;
                try {
                    pieces.copyTo(0, target, offset + handed, found - handed);
                    copied = found - handed;
                } finally {
                    giveBack(copied);
                }
            }
            return found;
        } finally {
            leave();
        }
    }

    /**
     * Has {@code consumer} look at what is there when it is at least {@code least} bytes, up to {@code most}; 0: the low-water mark.
     * Returns what it took, or −1.
     */
    int read(int least, int most, TcpConsumer consumer) throws IOException {
        enter("TcpSocket.read");
        try {
            if (pieces == null) {
                pieces = new Pieces();
            }
            int found = await(null, 0, most, least);
            if (found == END) {
                return -1;
            }
            int consumed = 0;
            try {
                int wanted = consumer.consume(views());
                consumed = Objects.checkIndex(wanted, found + 1);
            } finally {
                giveBack(consumed);
            }
            return consumed;
        } finally {
            leave();
        }
    }

    /** What is lent, for others to look at. */
    private List<MemorySegment> views() {
        var views = new MemorySegment[pieces.count()];
        for (int i = 0; i < views.length; i++) {
            views[i] = pieces.segment(i).asSlice(pieces.offset(i), pieces.length(i)).asReadOnly();
        }
        return List.of(views);
    }

    /** Waits until something can be read; false at the end of the input. No buffer is held meanwhile. */
    boolean awaitReadable() throws IOException {
        enter("TcpSocket.read");
        try {
            return await(null, 0, 0, 0) != END;
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
     * Waits until there is enough, and lends up to {@code length} bytes of it, none for 0, but for those that have been {@link
     * #handed} over while it waited, which come first. Enough is {@code atLeast}, or the low-water mark where that is 0. END, or how many in all.
     */
    private int await(MemorySegment target, long offset, int length, int atLeast) throws IOException {
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
                int found = look(array, offset, length, late ? 1 : atLeast, late);
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

    /**
     * One look at what is there; without enough of it the thread is marked as one that waits, but for the {@code last} look.
     */
    private int look(MemorySegment array, long offset, int length, int atLeast, boolean last) throws IOException {
        int least = atLeast > 0 ? atLeast : leastOf(length);
        flow.lock();
        try {
            if (queued && !last && !socket.isClosed()) {
                request.wants(least);
                if (flow.core().isTooLittle()) {
                    waitsLocked();                   // woken for nothing: its array stays where it is
                    return MUST_WAIT;
                }
            }
            handed = withdrawLocked();
            if (handed > 0) {
                return handed + lendRestLocked(length - handed);     // also after a close: they are off the connection
            }
            int found = lendLocked(length, least);
            if (found == MUST_WAIT && !last) {
                if (array != null || least > 1) {
                    if (request == null) {
                        request = new ReceiveRequest();
                    }
                    flow.core().request(request.into(array, offset, length, least));
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

    /** How many bytes a call waits for that can take {@code length}; 0: any number. */
    private int leastOf(int length) {
        return length == 0 ? lowWater : Math.min(lowWater, length);
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

    private int lendLocked(int length, int least) throws IOException {
        if (socket.isClosed()) {
            throw flow.closedException();
        }
        TcpConnection core = flow.core();
        int readable = core.readable();
        if (readable > 0) {
            if (!core.isEnough(least)) {
                return MUST_WAIT;
            }
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

    /** What is in the buffer behind the bytes that were handed over, up to {@code length} of it; 0 if it cannot be lent. */
    private int lendRestLocked(int length) {
        boolean more = length > 0 && !socket.isClosed() && flow.core().readable() > 0;
        return more && flow.tryLoan() ? flow.core().peek(pieces, length) : 0;
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
