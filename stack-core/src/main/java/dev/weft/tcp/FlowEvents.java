package dev.weft.tcp;

import dev.weft.tcp.core.TcpObserver;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.WindowCause;
import dev.weft.tcp.core.recovery.RetransmitCause;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The events of one connection to which somebody listens: noted under its lock, told after that is free (D4). Whoever unlocks
 * calls {@link #tell}; one thread at a time tells, and it tells what others note meanwhile as well, so a listener sees
 * each connection's events in order and never two at once.
 */
final class FlowEvents implements TcpObserver {

    /** Notes that may wait for a listener (D8). */
    static final int LIMIT = 4_096;

    private final EventDesk desk;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    /** Who listens to this connection alone, or null. */
    private final TcpEventListener own;
    private final ConcurrentLinkedQueue<TcpSocketEvent> notes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    /** How often {@link #tell} has been called since a thread began to tell; 0 when none does. */
    private final AtomicInteger calls = new AtomicInteger();

    FlowEvents(EventDesk desk, FlowKey key, TcpEventListener own) {
        this.desk = desk;
        this.local = key.local();
        this.remote = key.remote();
        this.own = own;
    }

    @Override
    public void stateChanged(TcpState from, TcpState to) {
        note(new TcpSocketEvent.StateChanged(local, remote, desk.clock.nanoTime(), from.name(), to.name()));
    }

    @Override
    public void retransmitted(RetransmitCause why, int seq, int bytes) {
        note(new TcpSocketEvent.Retransmitted(local, remote, desk.clock.nanoTime(), TcpRetransmitCause.valueOf(why.name()),
                Integer.toUnsignedLong(seq), bytes));
    }

    @Override
    public void urgentReceived(int bytes) {
        note(new TcpSocketEvent.UrgentReceived(local, remote, desk.clock.nanoTime(), bytes));
    }

    @Override
    public void windowChanged(WindowCause why, int cwnd, int ssthresh) {
        note(new TcpSocketEvent.WindowChanged(local, remote, desk.clock.nanoTime(), TcpWindowCause.valueOf(why.name()), cwnd,
                ssthresh));
    }

    private void note(TcpSocketEvent event) {
        if (waiting.get() >= LIMIT) {
            desk.dropped();
            return;
        }
        waiting.incrementAndGet();
        notes.add(event);
    }

    /** Tells what has been noted, or leaves that to the thread that is telling. Without locks. */
    void tell() {
        if (notes.isEmpty() || calls.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        while (seen != 0) {
            for (TcpSocketEvent event = notes.poll(); event != null; event = notes.poll()) {
                waiting.decrementAndGet();
                desk.tell(event, own);
            }
            seen = calls.addAndGet(-seen);
        }
    }
}
