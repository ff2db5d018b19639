package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.mtu.MtuSearch;
import dev.weft.tcp.core.recovery.Recovery;
import dev.weft.tcp.core.recovery.SendRate;
import dev.weft.wire.Seq;

/**
 * How much text a segment carries: what the peer takes and the path takes, less headers (RFC 9293 §3.7.1), the path by what
 * routers say (RFC 1191) and by what arrives ({@link MtuSearch}). {@link Sender} asks it, and tells it what becomes of
 * segments; {@link Recovery} sends again what has turned out to be too long.
 */
final class SegmentSize {

    /** The smallest MSS we let a peer announce: 40 bytes of header for each byte of text is an attack. */
    private static final int MIN_MSS = 48;
    /** What every link carries (RFC 791 §3.2). */
    private static final int LEAST_MTU = 68;
    /** A lost probe is found without a time-out when so many segments come after it (RFC 4821 §7.4). */
    private static final int BEHIND_PROBE = Recovery.DUPLICATE_ACK_THRESHOLD;

    private final Recovery recovery;
    private final SendRate rate;
    private final TcpCounters counters;
    private final MtuSearch search;
    /** Bytes of IP and TCP header without options. */
    private final int headers;
    private int pathMtu;
    private int peerMss;
    /** Bytes of options that each segment carries. */
    private int options;
    private int mss;
    /** What lies before this number and is in flight may have left in segments that are too long now; if {@code cut}. */
    private int longUpTo;
    private boolean cut;
    /** A segment of a new, shorter size is on its way: whether it arrives decides about the rest. */
    private boolean trying;

    SegmentSize(TcpConfig config, Recovery recovery, SendRate rate) {
        this.recovery = recovery;
        this.rate = rate;
        this.counters = config.counters();
        this.headers = config.ipHeader() + 20;
        this.pathMtu = config.mtu();
        this.peerMss = config.defaultMss();
        this.search = new MtuSearch(config.ipHeader(), usable());
        this.mss = fitting();
    }

    /** The largest packet that would be of use. */
    private int usable() {
        return Math.min(pathMtu, Math.max(MIN_MSS, peerMss) + headers);
    }

    /** RFC 9293 §3.7.1 and RFC 6691 §2: what is announced never counts options, so they are taken off here. */
    private int fitting() {
        return Math.max(1, search.mtu() - headers - options);
    }

    // ---- quantities

    /** Eff.snd.MSS, for a segment with the options that each has. */
    int mss() {
        return mss;
    }

    /** What the peer announced, or the default. */
    int peerMss() {
        return peerMss;
    }

    /** The largest packet the path takes, as far as is known. */
    int pathMtu() {
        return search.isSearching() ? Math.min(pathMtu, search.mtu()) : pathMtu;
    }

    /** The most text that a segment has at present, for tests: the MSS, or more if a probe has just left. */
    int largest() {
        return Math.max(mss, search.probe() - headers - options);
    }

    /** How many bytes of options and text a packet has room for as far as the path is concerned. */
    int room() {
        return pathMtu - headers;
    }

    /** Whether nothing more may leave until something of the new size has arrived. */
    boolean isTrying() {
        return trying && recovery.flight() > 0;
    }

    /** Whether what leaves next tries a new size, and so is one segment. */
    boolean isFirstOfItsSize() {
        return trying;
    }

    // ---- set-up

    void probing(MtuProbing mode) {
        search.mode(mode);
        mss = fitting();
    }

    /** The peer's SYN has come: it takes {@code announced} bytes of text; segments carry so many bytes of options from now on. */
    void agreed(int announced, int optionBytes) {
        peerMss = announced;
        options = optionBytes;
        search.ceiling(usable());
        mss = fitting();
    }

    /** The handshake is over. */
    void begin() {
        search.begin();
        mss = fitting();
    }

    // ---- the path

    /** The path takes packets of {@code mtu} bytes, say routers; segments are as long from now on, those in flight stay. */
    void pathMtu(int mtu, int nxt) {
        pathMtu = Math.max(mtu, LEAST_MTU);
        search.ceiling(usable());
        adopt(nxt);
    }

    /**
     * A router has refused a segment: what is in flight and too long leaves again in shorter ones, the first of them at once, the
     * rest when that has arrived (RFC 1191 §6.5, where this triggers slow start but leaves cwnd alone).
     */
    void refused(long now, int una, int nxt) {
        if (search.probe() > pathMtu) {
            recovery.resendProbe(now, nxt);
            probeFailed();
            trying = true;
        }
        // Once: several messages come about one flight, and what left after the first is short enough.
        boolean flying = cut && Seq.gt(longUpTo, una);
        cut = false;
        if (flying && recovery.cutTooLong(now, una, Seq.min(longUpTo, nxt), mss, nxt)) {
            counters.count(TcpEvent.MTU_LOWERED);
            trying = true;
        }
    }

    private void adopt(int nxt) {
        int before = mss;
        mss = fitting();
        if (mss < before) {
            longUpTo = nxt;
            cut = true;
        }
        if (mss != before) {
            rate.mssChanged(mss);
        }
    }

    // ---- what becomes of segments

    /** An ACK has been taken in. */
    void acknowledged(long now, int una, int nxt) {
        trying = false;
        cut &= Seq.gt(longUpTo, una);                // now: 2 GiB on it would seem to lie ahead again
        if (search.isOut() && recovery.board.isProbeRepeated()) {
            doubtful(now);                           // for what was refused by a closed window, or as a tail-loss probe
        }
        boolean out = search.isOut();
        if (search.acknowledged(una, nxt)) {
            counters.count(TcpEvent.MTU_PROBE_ARRIVED);
            recovery.board.forgetProbe();
            adopt(nxt);
        } else if (out) {
            lookAfterProbe(now);
        }
    }

    /** Whether the probe that is out has been found lost, and whether alone (RFC 4821 §7.6.2) or not (§7.6.4). */
    void lookAfterProbe(long now) {
        if (!recovery.board.isProbeLost()) {
            return;
        }
        if (recovery.phase() == Recovery.Phase.OPEN) {
            probeFailed();
        } else {
            doubtful(now);
        }
    }

    private void probeFailed() {
        counters.count(TcpEvent.MTU_PROBE_LOST);
        recovery.probeWasTooLong();
        search.failed();
        recovery.board.forgetProbe();
    }

    private void doubtful(long now) {
        search.doubtful(now);
        recovery.board.forgetProbe();
    }

    /**
     * The retransmission timer has fired.
     *
     * @param waiting sequence numbers from {@code una} to the end of what is queued
     * @param persistent whether it has fired often in a row
     */
    void timedOut(long now, int una, int nxt, int waiting, boolean persistent) {
        trying = false;
        if (search.isOut()) {
            if (una == search.probeFrom()) {
                counters.count(TcpEvent.MTU_PROBE_LOST);
                search.failedByTimeout(now);
                recovery.board.forgetProbe();
            } else {
                doubtful(now);
            }
        }
        if (search.timedOut(persistent, Math.min(waiting, mss) + headers + options)) {
            counters.count(TcpEvent.BLACK_HOLE);
            adopt(nxt);
        }
    }

    // ---- probes

    /**
     * RFC 4821 §7.4: how much text a probe carries that would be worth while now, 0 if none is. There has to be enough behind
     * it for its loss to be found without a time-out, and nothing that could be mistaken for it.
     *
     * @param ready bytes that are queued and allowed by the peer's window
     * @param room bytes of options that the next segment carries besides those of each; with any no probe leaves
     */
    int probeText(long now, int ready, int room) {
        // Not beside options that may turn out shorter than the room that is left for them: the packet would be, too.
        if (room > 0 || !search.isSearching() || recovery.phase() != Recovery.Phase.OPEN || recovery.duplicateAcks() > 0
                || recovery.board.sacked() > 0) {
            return 0;
        }
        int behind = BEHIND_PROBE * mss;
        if (Math.min(ready, recovery.window()) < behind + mss) {
            return 0;
        }
        int packet = search.next(now);
        int text = packet - headers - options;
        return packet > 0 && Math.min(ready, recovery.window()) >= text + behind ? text : 0;
    }

    /** A probe leaves next. */
    void probeLeaves(int from, int text) {
        recovery.board.probeLeaves(from, from + text);
    }

    /** It has left, with as much text as there was in one piece. */
    void probeLeft(long now, int from, int text) {
        if (text > mss) {
            counters.count(TcpEvent.MTU_PROBE);
            search.sent(text + headers + options, from, from + text);
        } else {
            doubtful(now);
        }
    }

    /** SND.NXT went back: if the probe has not left this host, it says nothing about the path. */
    void cutOff(long now, int nxt) {
        if (search.isOut() && Seq.gt(search.probeTo(), nxt)) {
            doubtful(now);
        }
    }

    /** Whether no probe is out, and no new size tried. */
    boolean isAtRest() {
        return !trying && !search.isOut();
    }

    /** Keeps what outlives a sleep; {@code una}: SND.UNA, {@code mtu}: that of the link. */
    void keep(Memo memo, int una, int mtu) {
        pathMtu = memo.number(pathMtu, mtu);
        peerMss = memo.number(peerMss, mtu - headers);
        options = memo.number(options, 0);
        search.keep(memo, una, usable());
        mss = memo.number(mss, fitting());
        cut = memo.flag(cut);
        longUpTo = memo.number(longUpTo, cut ? una : 0);
    }
}
