package dev.weft.tcp;

import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPath;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Seq;
import java.io.IOException;

/** Connections that listeners make: of a SYN here, of the ACK that brings a cookie back in {@link CookieDoor}. On readers. */
final class PassiveOpens {

    private final FlowKeeper keeper;
    private final IpLayer ip;
    private final FlowTable<FlowEntry> flows;
    private final FlowMaker maker;
    private final FastOpenServer fastOpenServer;
    private final TcpStatistics statistics;

    PassiveOpens(FlowKeeper keeper, IpLayer ip, FlowTable<FlowEntry> flows, FlowMaker maker, FastOpenServer fastOpenServer,
                 TcpStatistics statistics) {
        this.keeper = keeper;
        this.ip = ip;
        this.flows = flows;
        this.maker = maker;
        this.fastOpenServer = fastOpenServer;
        this.statistics = statistics;
    }

    /**
     * A SYN for a listener: makes the connection and puts it into the table. On the reader.
     *
     * @param predecessor the connection in TIME-WAIT that has given way to the SYN, or what was left of it; or null
     * @return the flow, whose SYN,ACK waits for the end of the batch, or null when the SYN is dropped (counted)
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
        IpPath path = maker.knownPath(key);
        if (path == null) {
            try {
                path = ip.path(IpAddress.ofBits(key.localHi(), key.localLo()), IpAddress.ofBits(key.remoteHi(), key.remoteLo()));
            } catch (IOException e) {
                statistics.count(TcpInDiscard.NO_ROUTE_BACK);
                return null;
            }
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
