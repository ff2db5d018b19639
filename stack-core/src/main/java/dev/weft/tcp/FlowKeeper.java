package dev.weft.tcp;

import dev.weft.link.LinkReader;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Signal;
import dev.weft.tcp.core.TimeWait;
import dev.weft.tcp.core.counter.TcpEvent;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of a stack share while they live, and how all of them end: when the stack is closed, and when it has
 * failed.
 */
final class FlowKeeper implements FlowHome {

    private static final Logger LOG = LoggerFactory.getLogger(FlowKeeper.class);
    /** How soon a stack that closes looks again whether threads still use its memory. */
    private static final long QUIET_CHECK = 1_000_000L;

    private final NanoClock clock;
    private final TcpStatistics statistics;
    private final FlowTable<FlowEntry> flows;
    private final ListenerTable listeners;
    private final Orphans orphans;
    private final TimeWaits timeWaits;
    private final TransmitBatches batches = new TransmitBatches();
    private final DeferredSegments deferred = new DeferredSegments();
    private final LongAdder loans = new LongAdder();
    private volatile boolean closing;
    private volatile Throwable failure;
    /**
     * Tells {@link #shutdown} to look again. A signal and no bare {@code unpark}: whoever looks takes the lock of a flow, and a
     * wait for that takes the permit.
     */
    private final Signal delivered;

    FlowKeeper(NanoClock clock, TcpStatistics statistics, FlowTable<FlowEntry> flows, ListenerTable listeners, int orphans,
               int timeWaits) {
        this.clock = clock;
        this.statistics = statistics;
        this.flows = flows;
        this.listeners = listeners;
        this.orphans = new Orphans(orphans);
        this.timeWaits = new TimeWaits(flows, statistics, timeWaits);
        delivered = new Signal(clock);
    }

    @Override
    public TransmitBatches batches() {
        return batches;
    }

    @Override
    public DeferredSegments deferred() {
        return deferred;
    }

    @Override
    public void backlogFull() {
        statistics.count(TcpInDiscard.BACKLOG_FULL);
    }

    @Override
    public LongAdder loans() {
        return loans;
    }

    @Override
    public void orphaned(Flow flow) {
        Flow tooMany = orphans.add(flow);
        if (tooMany != null && !tooMany.checkDelivered()) {
            statistics.count(TcpEvent.ORPHAN_RESET);
            tooMany.abort();
        }
    }

    @Override
    public void memoryShort() {
        Flow oldest = orphans.takeOldest();
        if (oldest != null) {
            statistics.count(TcpEvent.ORPHAN_RESET_FOR_MEMORY);
            oldest.abandon();
        }
    }

    @Override
    public void retire(Flow flow) {
        orphans.remove(flow);
        flows.remove(flow);
    }

    @Override
    public void beginTimeWait(Flow flow, TimeWait rest, LinkReader reader, long deadline) {
        orphans.remove(flow);
        timeWaits.begin(flow, rest, reader, deadline);
    }

    @Override
    public void delivered(Flow flow) {
        orphans.remove(flow);
        delivered.raise();
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    @Override
    public Throwable failure() {
        return failure;
    }

    /** @throws SocketException when the stack closes or has failed */
    void checkOpen() throws SocketException {
        if (closing) {
            throw failure == null ? new SocketException("the stack is closed") : Failures.closed(failure);
        }
    }

    // ---- the end

    /**
     * Closes listeners and connections: what was written gets until {@code deadline} to be delivered with its FIN, then the
     * rest is reset. Does not wait for TIME-WAIT. When this returns, no thread is sending or copying for a connection: the
     * links may be closed. Suspends; an interrupt resets what is left at once and stays set.
     */
    void shutdown(long deadline) {
        closing = true;
        Thread current = Thread.currentThread();
        closeEverything();
        for (Flow flow : open()) {
            while (!flow.checkDelivered() && clock.nanoTime() < deadline && !current.isInterrupted()) {
                try {
                    delivered.awaitUntil(deadline);
                } catch (InterruptedException e) {
                    current.interrupt();
                }
            }
        }
        for (Flow flow : open()) {
            guarded(flow::abort);
        }
        awaitQuiet();
    }

    /**
     * Waits until no thread writes a batch to a device or copies to or from a buffer: such a thread waits for nothing but a
     * lock now and then, so this is short, and memory must not be freed before.
     */
    private void awaitQuiet() {
        boolean interrupted = Thread.interrupted();
        while (batches.out() > 0 || loans.sum() > 0) {
            clock.parkUntil(this, clock.nanoTime() + QUIET_CHECK);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The stack has failed: closes everything; whoever is blocked throws, with the cause. Does not suspend for the network. */
    void fail(Throwable cause) {
        failure = cause;
        closing = true;
        closeEverything();
    }

    private void closeEverything() {
        for (TcpListener listener : listeners.all()) {
            guarded(listener::close);
        }
        for (Flow flow : open()) {
            guarded(flow::stackCloses);
        }
    }

    /** All connections of which more than their TIME-WAIT is left. */
    private List<Flow> open() {
        var open = new ArrayList<Flow>();
        for (FlowEntry entry : flows.all()) {
            if (entry instanceof Flow flow) {
                open.add(flow);
            }
        }
        return open;
    }

    /** The fault of one connection must not keep the others from being closed. */
    private static void guarded(Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("a connection could not be closed in order");
        }
    }

    /** Frees the frames of transmitters, after {@link #shutdown}. */
    void close() {
        batches.close();
    }
}
