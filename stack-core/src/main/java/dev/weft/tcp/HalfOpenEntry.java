package dev.weft.tcp;

import dev.weft.tcp.core.open.HalfOpen;
import dev.weft.tcp.core.segment.TcpSegment;

/**
 * A half-open connection in the table, until a {@link Flow} takes its place: 120 bytes with its key and its timer, and the 7 of the
 * table. Its addresses lie in itself: a {@link FlowKey} would cost 20 bytes more.
 */
final class HalfOpenEntry extends HalfOpen implements FlowEntry {

    private final ListenerTerms terms;
    private final long remoteHi;
    private final long remoteLo;
    private final long localHi;
    private final long localLo;
    private final int ports;
    private int tableHash;

    HalfOpenEntry(FlowKey key, ListenerTerms terms, int iss, int timestampOffset, long now, TcpSegment syn, boolean givesCookie) {
        super(terms.handshake(), iss, timestampOffset, now, syn, givesCookie);
        this.terms = terms;
        remoteHi = key.remoteHi();
        remoteLo = key.remoteLo();
        localHi = key.localHi();
        localLo = key.localLo();
        ports = key.ports();
    }

    /** What it shares with others of its listener. */
    ListenerTerms terms() {
        return terms;
    }

    /** Made for each call. */
    @Override
    public FlowKey key() {
        return new FlowKey(remoteHi, remoteLo, localHi, localLo, ports);
    }

    @Override
    public boolean isFor(long itsRemoteHi, long itsRemoteLo, long itsLocalHi, long itsLocalLo, int itsPorts) {
        return ports == itsPorts && remoteLo == itsRemoteLo && localLo == itsLocalLo && remoteHi == itsRemoteHi
                && localHi == itsLocalHi;
    }

    @Override
    public int tableHash() {
        return tableHash;
    }

    @Override
    public void tableHash(int hash) {
        tableHash = hash;
    }

    @Override
    public int successorIss() {
        throw new IllegalStateException("a half-open connection gives way to none");
    }

    /** On the reader. */
    @Override
    protected void fire(long now) {
        terms.home().fire(this, now);
    }
}
