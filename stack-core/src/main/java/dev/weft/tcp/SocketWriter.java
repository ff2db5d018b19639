package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpFailure;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.buffer.Pieces;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.time.Duration;

/**
 * The sending direction of a socket: memory of the send buffer is reserved under the flow's lock, filled without it, and
 * committed. Here also wait the thread that connects, before there can be a writer, and the one that closes and lingers,
 * after.
 */
final class SocketWriter extends SocketHalf {

    /** How soon a writer looks again when the stack's memory for buffers is used up; nobody tells when some is free. */
    private static final long MEMORY_RETRY = 5_000_000L;

    /** What has been reserved; made with the first write, of the thread inside. */
    private Pieces pieces;
    private volatile boolean shut;

    SocketWriter(TcpSocket socket, Flow flow, NanoClock clock) {
        super(socket, flow, clock);
    }

    /** Writes all of it into the send buffer. */
    void write(MemorySegment source, long offset, int length) throws IOException {
        write(source, offset, length, false);
    }

    /** Writes all of it into the send buffer; {@code urgent}: and the last byte is urgent. */
    void write(MemorySegment source, long offset, int length, boolean urgent) throws IOException {
        enter("TcpSocket.write");
        try {
            if (pieces == null) {
                pieces = new Pieces();
            }
            long at = offset;
            int left = length;
            do {
                int room = reserve(left);
                if (room > 0) {
                    fill(source, at, room, urgent && room == left);
                    at += room;
                    left -= room;
                }
            } while (left > 0);
        } finally {
            leave();
        }
    }

    /** Waits for room in the send buffer and fills it once from the file, with up to {@code most} bytes; 0 where the file ends. */
    int write(FileChannel file, long position, int most) throws IOException {
        enter("TcpSocket.write");
        try {
            if (pieces == null) {
                pieces = new Pieces();
            }
            while (reserve(most) == 0) {
                // it has waited, and there may be room now
            }
            int filled = 0;
            try {
                filled = FileTransfer.read(file, position, pieces);
            } finally {
                commit(filled, false);
            }
            return filled;
        } finally {
            leave();
        }
    }

    /** Reserves room in the send buffer, or waits until there may be some and returns 0. */
    private int reserve(int length) throws IOException {
        boolean outOfMemory;
        flow.lock();
        try {
            checkOpenLocked();
            if (length == 0) {
                return 0;
            }
            pieces.clear();
            TcpConnection core = flow.core();
            flow.loanBegins();
            int room = core.reserve(pieces, length);
            if (room > 0) {
                return room;
            }
            flow.loanEnds();
            outOfMemory = core.writable() > 0;
            waitsLocked();
        } finally {
            flow.unlockUnchanged();
        }
        if (outOfMemory) {
            flow.memoryShort();
        }
        park(outOfMemory ? clock.nanoTime() + MEMORY_RETRY : NanoClock.FOREVER);
        return 0;
    }

    private void fill(MemorySegment source, long offset, int room, boolean urgent) throws IOException {
        int filled = 0;
        try {
            pieces.copyFrom(source, offset, room);
            filled = room;
        } finally {
            commit(filled, urgent);
        }
    }

    private void commit(int filled, boolean urgent) throws IOException {
        flow.loanEnds();
        flow.lock();
        try {
            TcpConnection core = flow.core();
            long now = clock.nanoTime();
            if (!(urgent ? core.commitUrgent(now, filled) : core.commit(now, filled))) {
                checkOpenLocked();
                throw new SocketException("Broken pipe (" + flow.key + "): the connection has ended");
            }
        } finally {
            pieces.clear();
            flow.unlock();
        }
    }

    private void checkOpenLocked() throws IOException {
        if (socket.isClosed()) {
            throw flow.closedException();
        }
        if (shut) {
            throw new SocketException("Socket output is shutdown");
        }
        TcpFailure failure = flow.core().failure();
        if (failure != TcpFailure.NONE) {
            throw Failures.broken(failure, flow.key);
        }
    }

    /** Writes nothing more. */
    void shutdown() throws IOException {
        flow.lock();
        try {
            if (socket.isClosed()) {
                throw flow.closedException();
            }
            shut = true;
            flow.core().shutdownOutput(clock.nanoTime());
        } finally {
            flow.unlock();
        }
        wake();
    }

    /** Waits until the handshake is done. */
    void awaitConnected(Duration limit) throws IOException {
        long deadline = limit.isZero() ? NanoClock.FOREVER : NanoClock.deadline(clock.nanoTime(), limit);
        while (true) {
            flow.lock();
            try {
                if (socket.isClosed()) {
                    throw flow.closedException();
                }
                TcpState state = flow.core().state();
                TcpFailure failure = flow.core().failure();
                if (failure != TcpFailure.NONE || state == TcpState.CLOSED) {
                    throw Failures.connecting(failure, flow.key);
                }
                if (state != TcpState.SYN_SENT && state != TcpState.SYN_RECEIVED) {
                    return;
                }
                if (clock.nanoTime() >= deadline) {
                    throw Failures.connectTimedOut(limit, flow.key);
                }
                waitsLocked();
            } finally {
                flow.unlockUnchanged();
            }
            park(deadline);
        }
    }

    /** Waits until our FIN has been acknowledged; resets the connection at the deadline, or when the thread is interrupted. */
    void awaitDelivery(long deadline) {
        while (true) {
            flow.lock();
            try {
                if (flow.isDelivered()) {
                    return;
                }
                if (clock.nanoTime() >= deadline || Thread.currentThread().isInterrupted()) {
                    flow.core().abort(clock.nanoTime());
                    return;
                }
                waitsLocked();
            } finally {
                flow.unlock();
            }
            parkPatiently(deadline);
        }
    }
}
