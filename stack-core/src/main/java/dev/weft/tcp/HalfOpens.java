package dev.weft.tcp;

import dev.weft.device.FlowSteering;
import dev.weft.device.FrameBatch;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPath;
import dev.weft.link.Link;
import dev.weft.link.LinkReader;
import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.CompactHandshake;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.open.HalfOpen;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import java.io.IOException;

/**
 * Half-open connections of which nobody wants to hear more than that they are: a {@link HalfOpenEntry} for each, so that a flood of
 * SYNs takes no whole connection (RFC 4987 §3.4, the SYN cache). The ACK of the SYN,ACK makes one of the entry, which then waits to be
 * accepted.
 *
 * <p>No locks: whoever takes an entry out of the table, or puts a connection in its place, is the one who counts it. Answers leave at
 * once and not at the end of a batch, as for all that belongs to no connection.
 */
final class HalfOpens {

    private final FlowKeeper keeper;
    private final IpLayer ip;
    private final FlowTable<FlowEntry> flows;
    private final FlowMaker maker;
    private final FastOpenServer fastOpen;
    private final NanoClock clock;
    private final TcpStatistics statistics;

    HalfOpens(FlowKeeper keeper, IpLayer ip, FlowTable<FlowEntry> flows, FlowMaker maker, FastOpenServer fastOpen, NanoClock clock,
              TcpStatistics statistics) {
        this.keeper = keeper;
        this.ip = ip;
        this.flows = flows;
        this.maker = maker;
        this.fastOpen = fastOpen;
        this.clock = clock;
        this.statistics = statistics;
    }

    /** The way back to a peer, or null (counted) if there is none. */
    IpPath path(FlowKey key) {
        IpPath known = maker.knownPath(key);
        if (known != null) {
            return known;
        }
        try {
            return ip.path(IpAddress.ofBits(key.localHi(), key.localLo()), IpAddress.ofBits(key.remoteHi(), key.remoteLo()));
        } catch (IOException e) {
            statistics.count(TcpInDiscard.NO_ROUTE_BACK);
            return null;
        }
    }

    // ---- on readers

    /**
     * Remembers a SYN and answers it, unless it has come over another link at the same time, or there is no room (counted).
     *
     * @param givesCookie whether the SYN,ACK carries a fast open cookie
     * @param always whether it may exceed the limit of the listener
     */
    void open(TcpListener listener, FlowKey key, IpPath path, int iss, TcpSegment syn, boolean givesCookie, boolean always) {
        long now = clock.nanoTime();
        var entry = new HalfOpenEntry(key, terms(listener, key, path), iss, maker.timestampOffset(path), now, syn, givesCookie);
        TransmitBatch batch = keeper.batches().acquire();
        try {
            // Before anybody can find it: the answer may come to another reader while this one still sends.
            entry.tick(now, batch.segment(0), entry.terms().handshake());
            if (enter(listener, entry, always)) {
                sendSynAck(entry, key, path, now, batch);
            }
        } finally {
            keeper.batches().release(batch);
        }
    }

    /** Puts an entry into the table; false (counted) if there is no room, or one with its key. */
    private boolean enter(TcpListener listener, HalfOpenEntry entry, boolean always) {
        if (!listener.admitEntry(always)) {
            statistics.count(TcpInDiscard.HALF_OPEN_FULL);
            return false;
        }
        if (!flows.insert(entry)) {
            listener.entryEnded();
            statistics.count(TcpInDiscard.SYN_OF_TWO_READERS);
            return false;
        }
        if (listener.isClosed()) {                           // it may have looked into the table before
            remove(entry);
            return false;
        }
        return true;
    }

    private ListenerTerms terms(TcpListener listener, FlowKey key, IpPath path) {
        Link link = path.link();
        LinkReader reader = link.readers() == 1 ? link.reader() : link.reader(FlowSteering.queue(key.localHi(), key.localLo(),
                key.remoteHi(), key.remoteLo(), key.ports(), link.readers()));
        for (ListenerTerms known : listener.terms()) {
            if (known.fits(path, reader)) {
                return known;
            }
        }
        TcpConfig config = maker.config(path, listener.options());
        long userTimeout = NanoClock.deadline(0, listener.options().patience().userTimeout());
        var made = new ListenerTerms(this, listener, link, reader, path.remote().isIpv4(), link.queueFrames(), config,
                CompactHandshake.terms(config, userTimeout));
        listener.remember(made);
        return made;
    }

    /**
     * A segment for an entry that was in the table.
     *
     * @return false if it completes the handshake and something else has taken the entry's place meanwhile: whoever asks looks again
     */
    boolean input(HalfOpenEntry entry, TcpSegment in, FrameBatch frames) {
        long now = clock.nanoTime();
        int verdict;
        TransmitBatch batch = keeper.batches().acquire();
        try {
            verdict = entry.segment(now, in, batch.segment(0), entry.terms().handshake());
            if (verdict == HalfOpen.ANSWER || verdict == HalfOpen.SYN_ACK) {
                FlowKey key = entry.key();
                IpPath path = path(key);
                if (verdict == HalfOpen.SYN_ACK) {
                    sendSynAck(entry, key, path, now, batch);
                } else if (path != null) {
                    send(key, path, batch);
                }
            }
        } finally {
            keeper.batches().release(batch);
        }
        if (verdict == HalfOpen.END) {
            remove(entry);
        }
        return verdict != HalfOpen.COMPLETE || complete(entry, in, frames, now);
    }

    /** Puts the whole connection into the entry's place, and gives the segment to it, if one more may wait to be accepted. */
    private boolean complete(HalfOpenEntry entry, TcpSegment in, FrameBatch frames, long now) {
        ListenerTerms terms = entry.terms();
        TcpListener listener = terms.listener();
        if (!listener.hasPlace()) {
            // As in Linux: the SYN,ACK goes out again in its time, and the peer's answer to that finds one, perhaps.
            statistics.count(TcpDiscard.ACCEPT_QUEUE_FULL);
            return true;
        }
        FlowKey key = entry.key();
        IpPath path = path(key);
        if (path == null) {
            return true;
        }
        TcpConnection core = TcpConnection.ofHalfOpen(config(terms, path), now, entry, terms.handshake());
        Flow flow = maker.flow(key, path, core, null, listener.options());
        flow.listener(listener.door());
        // Before it is in the table: another reader may find it there at once, and complete it.
        boolean admitted = listener.admitAlways(flow);
        if (!flows.replace(entry, flow)) {
            listener.withdraw(flow);
            return false;
        }
        terms.reader().cancel(entry);
        listener.entryEnded();
        if (admitted && !listener.isClosed()) {
            flow.input(in, frames);
        } else {
            flow.abandon();
            flows.remove(flow);                              // it may have ended before it was in
        }
        return true;
    }

    private boolean isIn(HalfOpenEntry entry, FlowKey key) {
        return flows.find(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports()) == entry;
    }

    /** What other connections to this peer are told, unless it was announced otherwise. */
    private TcpConfig config(ListenerTerms terms, IpPath path) {
        TcpConfig announced = terms.config();
        TcpConfig present = maker.config(path, terms.listener().options());
        boolean same = present.mtu() == announced.mtu() && present.buffers().equals(announced.buffers());
        return same ? present : announced.withExtensions(present.extensions());
    }

    /** The entry's time has come. */
    void fire(HalfOpenEntry entry, long now) {
        FlowKey key = entry.key();
        if (!isIn(entry, key)) {
            return;                                  // taken out while somebody set the timer
        }
        TransmitBatch batch = keeper.batches().acquire();
        try {
            switch (entry.tick(now, batch.segment(0), entry.terms().handshake())) {
                case HalfOpen.SYN_ACK -> {
                    IpPath path = path(key);
                    if (path != null && entry.timeouts() >= HalfOpen.R1) {
                        path.suspect();              // RFC 9293 §3.8.3, MUST-20 (a)
                    }
                    sendSynAck(entry, key, path, now, batch);
                }
                case HalfOpen.END -> remove(entry);
                default -> schedule(entry);
            }
        } finally {
            keeper.batches().release(batch);
        }
    }

    /**
     * Sends the SYN,ACK that lies in the batch; without a way back it is as good as lost.
     *
     * @param path null for none
     */
    private void sendSynAck(HalfOpenEntry entry, FlowKey key, IpPath path, long now, TransmitBatch batch) {
        if (entry.givesCookie()) {
            fastOpen.cookie(key, now).write(batch.segment(0));
        }
        try {
            if (path != null && !send(key, path, batch)) {
                entry.dropped(now, batch.segment(0), entry.terms().handshake());
            }
            schedule(entry);
        } catch (RuntimeException | Error e) {
            remove(entry);                           // a fault of ours costs this connection (D7): nothing else would end it
            throw e;
        }
    }

    private static boolean send(FlowKey key, IpPath path, TransmitBatch batch) {
        batch.count(1);
        batch.send(path, key);
        return batch.sent() == 1;
    }

    private static void schedule(HalfOpenEntry entry) {
        ListenerTerms terms = entry.terms();
        terms.reader().schedule(entry, entry.due(terms.handshake()));
    }

    /** An ICMP error has quoted a segment of ours. As to a whole connection it says nothing while that is half open (RFC 5461 §4.1). */
    void error(HalfOpenEntry entry, IcmpErrorKind kind, int mtu, int quotedSeq) {
        if (entry.isInFlight(quotedSeq, entry.terms().handshake()) && kind == IcmpErrorKind.PACKET_TOO_BIG) {
            IpPath path = path(entry.key());
            if (path != null) {
                path.tooBig(mtu);                    // the connection that it may become looks there
            }
        }
    }

    // ---- any thread

    /** Takes an entry out, whose handshake has failed; whether it was in. */
    private boolean remove(HalfOpenEntry entry) {
        if (!flows.remove(entry)) {
            return false;
        }
        entry.terms().reader().cancel(entry);
        entry.terms().listener().entryEnded();
        return true;
    }

    /** The listener is closed: what it has here ends, and the peers are told. Looks at the whole table. */
    void abort(TcpListener listener) {
        for (FlowEntry entry : flows.all()) {
            if (entry instanceof HalfOpenEntry half && half.terms().listener() == listener && remove(half)) {
                abort(half);
            }
        }
    }

    private void abort(HalfOpenEntry entry) {
        FlowKey key = entry.key();
        IpPath path = path(key);
        if (path == null) {
            return;
        }
        TransmitBatch batch = keeper.batches().acquire();
        try {
            entry.abort(clock.nanoTime(), batch.segment(0), entry.terms().handshake());
            send(key, path, batch);
        } finally {
            keeper.batches().release(batch);
        }
    }

    /** What can be seen of it: what could be seen if the connection were whole. */
    TcpSocketInfo info(HalfOpenEntry entry) {
        ListenerTerms terms = entry.terms();
        return TcpSocketInfo.of(entry.key(), TcpConnection.ofHalfOpen(terms.config(), clock.nanoTime(), entry, terms.handshake()));
    }
}
