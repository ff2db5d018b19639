package dev.weft.tcp;

import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.ShortLock;
import dev.weft.runtime.Suspension;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.open.SynCookies;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A port that takes connections. Half-open ones have a limit of their own, and so have those that nobody has accepted yet,
 * the backlog: a SYN beyond either is dropped. The ACK that completes a handshake while the backlog is full is dropped, too,
 * as in Linux: the peer thinks itself connected, the SYN,ACK is sent again until its limit, and the peer's answer to that
 * completes the handshake as soon as somebody has accepted. A SYN that finds too many half open is answered with a cookie,
 * see {@link TcpSynCookies}.
 *
 * <p>Any number of threads may accept. {@link #close} wakes them with {@code SocketException("Socket closed")} and resets
 * the connections that nobody has accepted.
 */
public final class TcpListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TcpListener.class);
    /** A flood does not write the same field with every SYN. */
    private static final long COOKIE_CLOCK = 1_000_000_000L;
    /** More than a listener's links, their queues and families; what is forgotten is made again, and kept by who refers to it. */
    private static final int MOST_TERMS = 256;

    private final Tcp tcp;
    private final InetSocketAddress address;
    private final TcpOptions options;
    private final NanoClock clock;
    private final PendingFastOpens pendingFastOpens;
    /**
     * Places of the backlog that are taken: by {@link #established}, by connections about to join it, and by those whose
     * segment at hand may complete their handshake. Atomic, since the latter is asked with the connection's lock.
     */
    private final AtomicInteger places = new AtomicInteger();
    private final FlowListener door = new FlowListener() {
        @Override
        public void ready(Flow flow, int events) {
            TcpListener.this.ready(flow, events);
        }

        @Override
        public boolean mayComplete() {
            return takePlace();
        }

        @Override
        public void didNotComplete() {
            givePlace();
        }
    };
    /** When a SYN was answered with a cookie last, to within {@link #COOKIE_CLOCK}. */
    private volatile long cookieSentAt = Long.MIN_VALUE / 2;

    /** Replaced, never changed. */
    private volatile ListenerTerms[] terms = {};

    /** Guards the queues; held for a few field accesses, nothing is called or woken under it. */
    private final ShortLock lock = new ShortLock();
    /** Half-open connections that are whole: those that somebody watches, that have opened fast, or that are just about to be complete. */
    private final Set<Flow> halfOpen = new LinkedHashSet<>();         // guarded by lock
    /** How many others there are, of which the table has a {@link HalfOpenEntry}. */
    private int halfOpenEntries;                                      // guarded by lock
    private final ArrayDeque<Flow> established = new ArrayDeque<>();  // guarded by lock
    private final ArrayDeque<Thread> acceptors = new ArrayDeque<>();  // guarded by lock
    private boolean closed;                                           // guarded by lock

    TcpListener(Tcp tcp, InetSocketAddress address, TcpOptions options, NanoClock clock) {
        this.tcp = tcp;
        this.address = address;
        this.options = options;
        this.clock = clock;
        pendingFastOpens = options.fastOpen() == 0 ? null : new PendingFastOpens(options.fastOpen());
    }

    // ---------------------------------------------------------------- accepting

    /**
     * The next connection. Suspends until there is one.
     *
     * @throws SocketException when the listener is closed, also by an interrupt of this thread
     */
    public TcpSocket accept() throws IOException {
        return accept(Duration.ZERO);
    }

    /**
     * The next connection. Suspends until there is one.
     *
     * @param timeout how long to wait, zero for ever
     * @throws SocketTimeoutException when none comes in time; the listener stays open
     * @throws SocketException when the listener is closed, also by an interrupt of this thread
     */
    public TcpSocket accept(Duration timeout) throws IOException {
        Suspension.check("TcpListener.accept");
        long deadline = timeout.isZero() ? NanoClock.FOREVER : NanoClock.deadline(clock.nanoTime(), timeout);
        Thread current = Thread.currentThread();
        while (true) {
            if (current.isInterrupted()) {
                close();
                throw Failures.interrupted();
            }
            lock.lock();
            try {
                acceptors.remove(current);
                if (closed) {
                    throw tcp.closedException();
                }
                Flow flow = established.poll();
                if (flow != null) {
                    givePlace();
                    return new TcpSocket(flow, clock, options);
                }
                if (clock.nanoTime() >= deadline) {
                    throw Failures.timedOut("Accept", timeout);
                }
                acceptors.add(current);
            } finally {
                lock.unlock();
            }
            clock.parkUntil(this, deadline);
        }
    }

    /**
     * Accepts connections until the listener is closed or this thread is interrupted, and has {@code handler} serve each on
     * a virtual thread of its own. A socket is closed when its handler returns, reset when it throws, which is logged; the
     * others go on. Suspends.
     *
     * <p>When the listener is closed, the handlers that still run are interrupted; this returns when the last has ended, so
     * that no connection is left behind. An interrupt of this thread closes the listener, and stays set.
     *
     * @throws IOException when the stack fails, with the cause
     */
    public void serve(SocketHandler handler) throws IOException {
        Suspension.check("TcpListener.serve");
        String name = "weft-serve-" + address.getPort();
        var refusal = new AtomicReference<RuntimeException>();
        try (DaemonScope scope = DaemonScope.open(name, FailurePolicy.KEEP_GOING)) {
            while (true) {
                TcpSocket socket;
                try {
                    socket = accept();
                } catch (SocketException e) {
                    if (isClosed() && tcp.failure() == null) {
                        break;
                    }
                    throw e;
                }
                try {
                    // Not fork(): to wait for each thread to start would make one accept cost two changes of thread.
                    scope.forkSoon(name, () -> handle(handler, socket), e -> {
                        socket.abort();
                        if (!scope.isClosed()) {        // no thread could be started: it is for serve() to say so
                            refusal.compareAndSet(null, e);
                            close();
                        }
                    });
                } catch (RuntimeException | Error e) {
                    socket.abort();
                    close();
                    throw e;
                }
            }
        } finally {
            close();
        }
        if (refusal.get() != null) {
            throw refusal.get();
        }
    }

    private static void handle(SocketHandler handler, TcpSocket socket) {
        try {
            handler.handle(socket);
            socket.close();
        } catch (Exception e) {
            socket.abort();
            // An interrupt is how a handler is told that the listener has been closed: not a failure. What the peer did to its
            // own connection is none either, and must not let it fill the log.
            boolean expected = Thread.currentThread().isInterrupted() || e instanceof SocketException;
            Level level = expected ? Level.DEBUG : Level.WARN;
            LOG.atLevel(level).addKeyValue("local", socket.localAddress()).addKeyValue("remote", socket.remoteAddress())
                    .setCause(e).log("the handler of a connection failed, the connection was reset");
        } finally {
            socket.abort(); // after close() this is without effect; after an Error it is the reset
        }
    }

    // ---------------------------------------------------------------- what the layer asks

    TcpOptions options() {
        return options;
    }

    /** Those of its connections that have opened fast; null where the options say that none may. */
    PendingFastOpens pendingFastOpens() {
        return pendingFastOpens;
    }

    /** What a connection tells that nobody has accepted yet. */
    FlowListener door() {
        return door;
    }

    /** Whether one more connection may wait to be accepted at this moment. Any thread. */
    boolean hasPlace() {
        return places.get() < options.backlog();
    }

    /** Takes a place among those that wait to be accepted, if there is one. Any thread. */
    boolean takePlace() {
        int taken = places.get();
        while (taken < options.backlog()) {
            if (places.compareAndSet(taken, taken + 1)) {
                return true;
            }
            taken = places.get();
        }
        return false;
    }

    /** Gives a place back. */
    void givePlace() {
        places.decrementAndGet();
    }

    /** A SYN has been answered with a cookie at {@code now}. On readers. */
    void cookieSent(long now) {
        if (now - cookieSentAt > COOKIE_CLOCK) {
            cookieSentAt = now;
        }
    }

    /** Whether cookies have been sent so lately that one may come back at {@code now}. On readers. */
    boolean hasSentCookies(long now) {
        return now - cookieSentAt <= 2 * SynCookies.PERIOD + COOKIE_CLOCK;
    }

    /** Whether there is room for one more half-open connection at this moment. On the reader. */
    boolean hasRoom() {
        lock.lock();
        try {
            return hasRoomLocked();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoomLocked() {
        assert lock.isHeldByCurrentThread();
        return !closed && halfOpen.size() + halfOpenEntries < options.halfOpen();
    }

    /**
     * Counts one more half-open connection of which the table has an entry. On the reader.
     *
     * @param always whether the limit does not count
     */
    boolean admitEntry(boolean always) {
        lock.lock();
        try {
            if (closed || !always && !hasRoomLocked()) {
                return false;
            }
            halfOpenEntries++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** One of those is over. Any thread. */
    void entryEnded() {
        lock.lock();
        try {
            halfOpenEntries--;
        } finally {
            lock.unlock();
        }
    }

    /** A connection that was admitted has not come to be. On the reader. */
    void withdraw(Flow flow) {
        lock.lock();
        try {
            halfOpen.remove(flow);
        } finally {
            lock.unlock();
        }
    }

    /** What its connections have in common, for each link that some came over lately. Any thread. */
    ListenerTerms[] terms() {
        return terms;
    }

    /** Adds to them; of too many the oldest is forgotten. */
    void remember(ListenerTerms more) {
        ListenerTerms[] present = terms;
        int kept = Math.min(present.length, MOST_TERMS - 1);
        var longer = new ListenerTerms[kept + 1];
        longer[0] = more;
        System.arraycopy(present, 0, longer, 1, kept);
        terms = longer;
    }

    /** Counts one more half-open connection if there is room for it. On the reader. */
    boolean admit(Flow flow) {
        lock.lock();
        try {
            return hasRoomLocked() && halfOpen.add(flow);
        } finally {
            lock.unlock();
        }
    }

    /** Counts one more connection, which is half open no longer than the present batch of frames. On the reader. */
    boolean admitAlways(Flow flow) {
        lock.lock();
        try {
            return !closed && halfOpen.add(flow);
        } finally {
            lock.unlock();
        }
    }

    /** Follows a half-open connection until it is established or has failed. */
    private void ready(Flow flow, int events) {
        Thread acceptor = null;
        lock.lock();
        try {
            if ((events & (TcpConnection.FAILED | TcpConnection.CLOSED)) != 0) {
                if (halfOpen.remove(flow) && (events & TcpConnection.ACCEPTABLE) != 0) {
                    givePlace();                      // it completed and ended before anybody was told
                }
            } else if ((events & TcpConnection.ACCEPTABLE) != 0 && halfOpen.remove(flow)) {
                established.add(flow);
                acceptor = acceptors.poll();
            }
        } finally {
            lock.unlock();
        }
        clock.unpark(acceptor);
    }

    // ---------------------------------------------------------------- ends

    /** Where it listens; the address is the wildcard when it listens on all. */
    public InetSocketAddress localAddress() {
        return address;
    }

    /** The port it listens on. */
    public int port() {
        return address.getPort();
    }

    /** Whether it has been closed. */
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more connections, resets those that nobody has accepted, wakes whoever waits. Idempotent, never suspends. */
    @Override
    public void close() {
        List<Flow> unaccepted;
        List<Thread> waiting;
        boolean anyEntries;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            anyEntries = halfOpenEntries > 0;
            unaccepted = new ArrayList<>(halfOpen);
            unaccepted.addAll(established);
            halfOpen.clear();
            established.clear();
            waiting = new ArrayList<>(acceptors);
            acceptors.clear();
        } finally {
            lock.unlock();
        }
        tcp.forget(this, anyEntries);
        for (Flow flow : unaccepted) {
            flow.abort();
        }
        waiting.forEach(clock::unpark);
    }

    @Override
    public String toString() {
        return "tcp LISTEN " + address;
    }
}
