package dev.weft.tcp;

import dev.weft.ip.IpPath;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;

/**
 * Connections that listeners make: of a SYN here, of the ACK that brings a cookie back in {@link CookieDoor}. Of most SYNs only what
 * {@link HalfOpens} keeps; whole ones are made of those that open fast, and where somebody watches. On readers.
 */
final class PassiveOpens {

    private final FlowKeeper keeper;
    private final FlowTable<FlowEntry> flows;
    private final FlowMaker maker;
    private final FastOpenServer fastOpenServer;
    private final HalfOpens halfOpens;
    private final TcpStatistics statistics;

    PassiveOpens(FlowKeeper keeper, FlowTable<FlowEntry> flows, FlowMaker maker, FastOpenServer fastOpenServer,
                 HalfOpens halfOpens, TcpStatistics statistics) {
        this.keeper = keeper;
        this.flows = flows;
        this.maker = maker;
        this.fastOpenServer = fastOpenServer;
        this.halfOpens = halfOpens;
        this.statistics = statistics;
    }

    /**
     * A SYN for a listener: puts it into the table, as little of it as will do, or as a whole connection. On the reader.
     *
     * @param predecessor the connection in TIME-WAIT that has given way to the SYN, or what was left of it; or null
     * @return the flow, whose SYN,ACK waits for the end of the batch, or null when the SYN has been answered or dropped (counted)
     */
    Flow open(TcpListener listener, FlowKey key, TcpSegment syn, long now, FlowEntry predecessor) {
        if (keeper.isClosing()) {
            statistics.count(TcpInDiscard.CLOSING);
            return null;
        }
        if (!listener.hasPlace()) {
            statistics.count(TcpInDiscard.ACCEPT_QUEUE_FULL);
            return null;
        }
        // In place of one in TIME-WAIT it takes no more memory than that did.
        if (predecessor == null && !listener.hasRoom()) {
            statistics.count(TcpInDiscard.HALF_OPEN_FULL);
            return null;
        }
        IpPath path = halfOpens.path(key);
        if (path == null) {
            return null;
        }
        int iss = maker.initialSequence(key, now);
        if (predecessor != null) {
            iss = Seq.max(iss, predecessor.successorIss());
        }
        FlowEvents told = maker.events(key, listener.options());
        FastOpenServer.Verdict verdict = fastOpenServer.look(listener, key, syn, now);
        boolean fast = verdict.isFast();
        if (fast && !listener.takePlace()) {
            verdict.ticket().end(now, true);
            statistics.count(TcpInDiscard.ACCEPT_QUEUE_FULL);
            return null;
        }
        if (!fast && told == null) {
            halfOpens.open(listener, key, path, iss, syn, verdict.given() != null, predecessor != null);
            return null;
        }
        TcpConnection core = TcpConnection.passive(maker.config(path, listener.options()), iss, now, syn, told, verdict.given(),
                fast);
        Flow flow = enter(listener, key, path, core, told, verdict.ticket());
        if (flow != null && (fast || predecessor != null ? listener.admitAlways(flow) : listener.admit(flow))) {
            return flow;
        }
        if (fast) {
            listener.givePlace();
            verdict.ticket().end(now, true);
            core.abort(now);
        }
        if (flow != null) {
            leave(flow);
            statistics.count(TcpInDiscard.HALF_OPEN_FULL);
        }
        return null;
    }

    /**
     * Puts a connection that a listener has begun into the table; null (counted) if one has its key. Before the listener admits
     * it: one that closes then aborts what it has admitted, and that leaves the table for good.
     *
     * @param ticket the place of a connection that opens fast, else null
     */
    Flow enter(TcpListener listener, FlowKey key, IpPath path, TcpConnection core, FlowEvents told,
               PendingFastOpens.Ticket ticket) {
        Flow flow = maker.flow(key, path, core, told, listener.options());
        flow.openedFast(ticket);
        flow.listener(listener.door());
        if (flows.insert(flow)) {
            return flow;
        }
        statistics.count(TcpInDiscard.SYN_OF_TWO_READERS);
        return null;
    }

    /** Takes a connection that nobody has been told of out of the table. */
    void leave(Flow flow) {
        flows.remove(flow);
    }
}
