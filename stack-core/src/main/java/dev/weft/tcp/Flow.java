package dev.weft.tcp;

import dev.weft.ip.IpPath;
import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import java.net.SocketException;

/**
 * One connection at work: the pure {@link TcpConnection} with its lock, its timer, its way to the peer and whoever sends
 * for it at the moment, all of which is {@link FlowWork}. Here is what its socket asks of it, and who hears what happens.
 */
final class Flow extends FlowWork implements FlowEntry {

    /** What the core does, for those who listen; null: nobody does. */
    private final FlowEvents told;

    /** What the table of connections keeps here. */
    private int tableHash;

    /** Set before anybody else knows of it, where the peer's data came before the end of the handshake. */
    private PendingFastOpens.Ticket fastOpen;

    /** Who is told of readiness. */
    private volatile FlowListener listener = FlowListener.NONE;

    /**
     * A connection that nobody listens to yet.
     *
     * @param told what the core tells; null where nobody listens
     * @param backlogLimit see {@link Backlog}
     */
    Flow(FlowKey key, IpPath path, TcpConnection core, FlowEvents told, FlowHome home, NanoClock clock, int backlogLimit) {
        super(key, path, core, home, clock, backlogLimit);
        this.told = told;
    }

    @Override
    public FlowKey key() {
        return key;
    }

    @Override
    public int tableHash() {
        return tableHash;
    }

    @Override
    public void tableHash(int hash) {
        tableHash = hash;
    }

    /** Its data has been taken before the handshake is complete: says when that changes. */
    void openedFast(PendingFastOpens.Ticket ticket) {
        fastOpen = ticket;
    }

    /** Sets who is told of what happens from now on. */
    void listener(FlowListener readiness) {
        listener = readiness;
    }

    @Override
    FlowListener listener() {
        return listener;
    }

    @Override
    boolean isWatched() {
        return told != null;
    }

    @Override
    Flow self() {
        return this;
    }

    /** Resets the connection. */
    void abort() {
        lock();
        try {
            core().abort(clock.nanoTime());
        } finally {
            unlock();
        }
    }

    /**
     * A thread is going to copy to or from a buffer without the lock; {@link #loanEnds} must follow. The stack says that it
     * closes before it looks for loans, and this is the other way round: so no loan is overlooked.
     *
     * @throws SocketException when the stack closes
     */
    void loanBegins() throws SocketException {
        if (!tryLoan()) {
            throw closedException();
        }
    }

    /** The same; false when the stack closes, and nothing is lent. */
    boolean tryLoan() {
        home.loans().increment();
        if (home.isClosing()) {
            home.loans().decrement();
            return false;
        }
        return true;
    }

    /** The thread has copied, or found nothing to copy. */
    void loanEnds() {
        home.loans().decrement();
    }

    /** What a call on a closed socket throws. */
    SocketException closedException() {
        return Failures.closed(home.failure());
    }

    /** Whether calls must not begin any more. */
    boolean stackIsClosing() {
        return home.isClosing();
    }

    /** The stack closes: has whoever holds the connection close it. */
    void stackCloses() {
        listener.stackCloses();
    }

    /** {@link #isDelivered()} for who does not have the lock. */
    boolean checkDelivered() {
        lock();
        try {
            return isDelivered();
        } finally {
            unlockUnchanged();
        }
    }

    /** The application has closed it and waits for nothing. */
    void orphaned() {
        home.orphaned(this);
        // Looked at after it has been added: one that has been delivered before is told to nobody again.
        if (checkDelivered()) {
            home.delivered(this);
        }
    }

    /** No memory for buffers is left: has those give theirs back that nobody waits for. Any thread, without locks. */
    void memoryShort() {
        home.memoryShort();
    }

    /** What can be seen of it at this moment. */
    TcpSocketInfo info() {
        lock();
        try {
            return TcpSocketInfo.of(key, core());
        } finally {
            unlockUnchanged();
        }
    }

    @Override
    void tell(int changes) {
        if (told != null) {
            told.tell();
        }
        if (changes == 0) {
            return;
        }
        if ((changes & TcpConnection.PATH_CONFIRMED) != 0) {
            path.confirm();
        }
        if ((changes & TcpConnection.PATH_SUSPECT) != 0) {
            path.suspect();
        }
        if (fastOpen != null && (changes & (TcpConnection.CONNECTED | TcpConnection.FAILED | TcpConnection.CLOSED)) != 0) {
            fastOpen.end(clock.nanoTime(), (changes & TcpConnection.CONNECTED) != 0);
        }
        if ((changes & TcpConnection.MEMORY_SHORT) != 0) {
            memoryShort();
        }
        listener.ready(this, changes);
        if ((changes & (TcpConnection.DELIVERED | TcpConnection.FAILED | TcpConnection.CLOSED)) != 0) {
            home.delivered(this);
        }
    }
}
