package dev.weft.tcp;

import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Suspension;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One direction of a socket: the one thread that may be in it, and how that waits.
 *
 * <p><b>Waiting.</b> Who finds under the flow's lock that it cannot go on sets {@link #waitsLocked}, unlocks, and parks; who has
 * changed something under that lock calls {@link #wake} after. So a change comes either before the look or after the mark.
 * A thread that is woken for nothing looks again.
 *
 * <p>The mark, not the permit of {@code unpark}, says whether to park: on its way out of the lock a thread may send, which
 * may make it wait for the lock once more, and that wait takes the permit of a {@link #wake} that came meanwhile.
 */
abstract class SocketHalf {

    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(SocketHalf.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final TcpSocket socket;
    final Flow flow;
    final NanoClock clock;

    /** The thread inside a call of this direction, or null. */
    private volatile Thread owner;
    /** The thread that is parked or about to be. */
    private volatile Thread waiter;

    SocketHalf(TcpSocket socket, Flow flow, NanoClock clock) {
        this.socket = socket;
        this.flow = flow;
        this.clock = clock;
    }

    /**
     * Begins a call, which {@link #leave} must end.
     *
     * @throws IllegalStateException when another thread is inside, or on a reader
     */
    final void enter(String call) throws IOException {
        Suspension.check(call);
        if (socket.isClosed() || flow.stackIsClosing()) {
            throw flow.closedException();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw socket.closeByInterrupt();
        }
        if (!OWNER.compareAndSet(this, null, Thread.currentThread())) {
            throw new IllegalStateException("another thread is inside " + call + " of " + flow.key
                    + ": one thread at a time may read, and one may write");
        }
    }

    final void leave() {
        owner = null;
    }

    /** With the flow's lock: the calling thread is going to park. */
    final void waitsLocked() {
        waiter = Thread.currentThread();
    }

    /** Parks until {@link #wake} or the deadline, or for no reason; an interrupt closes the socket. */
    final void park(long deadline) throws IOException {
        if (!Thread.currentThread().isInterrupted()) {
            parkPatiently(deadline);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw socket.closeByInterrupt();
        }
    }

    /** Parks as {@link #park} does, but an interrupt only ends the wait. */
    final void parkPatiently(long deadline) {
        if (waiter == Thread.currentThread()) {
            clock.parkUntil(socket, deadline);
        }
    }

    /** Wakes the thread that waits, if there is one. Any thread, without locks. */
    final void wake() {
        Thread waiting = waiter;
        if (waiting != null) {
            waiter = null; // first: it need not have parked yet; it marks itself anew, under the lock, before it does again
            clock.unpark(waiting);
        }
    }
}
