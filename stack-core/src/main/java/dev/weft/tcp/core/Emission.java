package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.recovery.Recovery;
import dev.weft.tcp.core.recovery.RetransmitCause;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * What of the sender's sequence space may leave now, in which order, and as which segments (RFC 9293 §3.7.4 and §3.8.6,
 * RFC 5681): what is lost before what is new, within both windows and at the pacer's time; probes of a closed window, of the
 * tail and of the path before all. {@link Sender} knows what was sent and acknowledged, {@link SendTimers} the time.
 */
final class Emission {

    /** Large segments wait to become larger only where something has left so lately that the ACK clock ticks; as in Linux. */
    private static final long DEFERRAL = 1_000_000L;
    /** And not once this part of the window is free: more at a time would be a burst; as in Linux. */
    private static final int DEFERRED_WINDOW = 3;

    private final Sender snd;
    private final Lifecycle life;
    private final Recovery recovery;
    private final TcpCounters counters;
    private final TcpObserver observer;
    /** The most text that leaves as one segment for the device to cut; 0 for none. */
    private final int largest;

    /** Bytes of options that the next segment carries besides those of every segment. */
    private int room;
    private boolean noDelay;
    /** Minshall: the end of the last segment sent that was less than full. */
    private int smallEnd;
    private long lastSent;
    /** What kept the last {@link #next} from sending: the congestion window, or the pacer. */
    private boolean heldByWindow;
    private boolean heldByPacer;

    Emission(Sender snd, Lifecycle life, TcpConfig config, TcpObserver observer) {
        this.snd = snd;
        this.life = life;
        this.recovery = snd.recovery;
        this.counters = config.counters();
        this.observer = observer;
        this.largest = config.largestSegment();
        this.noDelay = config.noDelay();
        this.smallEnd = snd.iss;
    }

    /** Data may flow from now on. */
    void begin(long now) {
        lastSent = now;
    }

    void noDelay(boolean on) {
        noDelay = on;
    }

    /** The next segment carries so many bytes of options more than others do, and that many bytes of text less (RFC 6691 §2). */
    void leaveRoom(int optionBytes) {
        room = optionBytes;
    }

    /** What fits the next segment. */
    private int full() {
        return snd.mss() - room;
    }

    /** Everything before {@code ack} has arrived. */
    void acknowledged(int ack) {
        smallEnd = Seq.max(smallEnd, ack);
    }

    /** Fills {@code out} with the next segment that occupies sequence numbers, if one may leave now; ACK and window are the caller's. */
    boolean next(long now, TcpSegment out) {
        if (!life.state().isSynchronized()) {
            // RFC 7413 §4.2.2: after a SYN with data the answer need not wait for the ACK; but a SYN,ACK that is lost comes first.
            return nextSyn(now, out) || life.isOpenedFast() && snd.timers.timeouts() == 0 && nextNew(now, out);
        }
        if (snd.persist.isDue() && probe(now, out) || recovery.probe.isDue() && tailLossProbe(now, out)) {
            return true;
        }
        heldByWindow = false;
        heldByPacer = false;
        if (snd.size.isTrying()) {
            return false;
        }
        if (recovery.board.hasLost() ? nextLost(now, out) : nextNew(now, out)) {
            return true;
        }
        boolean nothingWaits = snd.sndNxt == snd.sndEnd() && !recovery.board.hasLost();
        snd.rate.stopped(now, snd.flight(), heldByWindow, heldByPacer, nothingWaits, snd.sndUna, snd.sndNxt, snd.rtt.rto());
        return false;
    }

    /** Whether the pacer lets a segment leave now; noted if not. */
    private boolean isItsTime(long now) {
        heldByPacer = !snd.rate.mayLeave(now);
        return !heldByPacer;
    }

    private boolean nextSyn(long now, TcpSegment out) {
        boolean first = snd.sndNxt == snd.iss;
        if (!first && !(recovery.board.hasLost() && recovery.board.lostStart() == snd.iss)) {
            return false;
        }
        int text = 0;
        if (first && life.fastOpen() != null) {
            text = Math.min(snd.buffer.length(), life.fastOpen().room(snd.size.room()));
        }
        emit(now, out, snd.iss, text, false, false);
        return true;
    }

    /** The next lost range, within cwnd and the window; the first segment of it always. */
    private boolean nextLost(long now, TcpSegment out) {
        int from = recovery.board.lostStart();
        int left = Seq.diff(snd.windowEnd(), from);
        int allowed = recovery.window() - snd.flight();
        heldByWindow = left > 0 && from != snd.sndUna && snd.mss() > allowed;
        if (left <= 0 || heldByWindow || !isItsTime(now)) {
            return false;
        }
        // At the end of what was sent the range runs on into new data: several small segments become a full one
        // (RFC 9293 §3.8.1), except in fast recovery, where the window is not for that.
        int lostEnd = recovery.board.lostEnd();
        int limit = lostEnd == snd.sndNxt && recovery.phase() != Recovery.Phase.FAST ? snd.sndEnd() : lostEnd;
        int length = Math.min(Seq.diff(limit, from), left);
        return emitRange(now, out, from, length, atOnce(now, from, length, allowed), false);
    }

    private boolean nextNew(long now, TcpSegment out) {
        int unsent = Seq.diff(snd.sndEnd(), snd.sndNxt);
        if (unsent <= 0) {
            return false;
        }
        if (snd.outstanding() == 0) {
            restartIfIdle(now);
        }
        int window = Seq.diff(snd.windowEnd(), snd.sndNxt);
        if (window <= 0 || !isSensible(Math.min(unsent, window))) {
            return false;
        }
        int probe = snd.size.probeText(now, Math.min(snd.unsentText(), window), room);
        int length = probe > 0 ? probe : Math.min(Math.min(unsent, window), full());
        int allowed = recovery.window() - snd.flight();
        if (length > allowed && snd.outstanding() > 0) {
            heldByWindow = true;
            return false;
        }
        if (!isItsTime(now)) {
            return false;
        }
        if (recovery.phase() == Recovery.Phase.OPEN && (recovery.duplicateAcks() > 0 || recovery.board.sacked() > 0)) {
            counters.count(TcpEvent.LIMITED_TRANSMIT);       // RFC 3042: what has left the network makes room for new data
        }
        if (probe > 0) {
            return mtuProbe(now, out, probe);
        }
        if (isWorthWaiting(now, unsent, Math.min(window, allowed))) {
            heldByWindow = allowed < window;
            return false;
        }
        int ready = Math.min(unsent, window);
        return emitRange(now, out, snd.sndNxt, ready, atOnce(now, snd.sndNxt, ready, allowed), false);
    }

    /**
     * Whether a large segment waits for the next ACKs to make it larger, when windows allow {@code allowed} bytes. Each of them would
     * let a segment or two out, whose ACK would do the same: once small, large segments would stay so, and each costs what
     * a full one does. The next ACK must be due, at half a round trip at the latest, and the rest of the window be in
     * flight: so the clock cannot stop. Linux' rule (tcp_tso_should_defer), but what is the last of the text never waits.
     */
    private boolean isWorthWaiting(long now, int unsent, int allowed) {
        int full = full();
        if (largest <= full || unsent <= allowed || snd.outstanding() == 0 || recovery.phase() != Recovery.Phase.OPEN
                || now - lastSent > DEFERRAL || now - recovery.board.oldestSent() <= snd.rtt.srtt() / 2) {
            return false;
        }
        int most = Math.min(largest, Math.min(snd.maxSndWnd / 2, snd.rate.together(now)));
        return allowed < most - most % full && allowed < Math.min(snd.sndWnd, recovery.window()) / DEFERRED_WINDOW;
    }

    /** RFC 4821 §7.5: new data in a segment longer than the others. */
    private boolean mtuProbe(long now, TcpSegment out, int text) {
        int from = snd.sndNxt;
        snd.size.probeLeaves(from, text);
        emit(now, out, from, text, false, false);
        snd.size.probeLeft(now, from, out.payload.length());
        return true;
    }

    /**
     * Silly window avoidance of the sender (RFC 9293 §3.8.6.2.1) and Nagle's algorithm (§3.7.4), for {@code usable}
     * sequence numbers that queue and window allow.
     *
     * <p>{@code Deviation:} in Minshall's form, as in Linux: a small segment waits only while another <em>small</em> one is
     * unacknowledged, so the short end of a large write does not wait for a delayed ACK.
     */
    private boolean isSensible(int usable) {
        int text = snd.unsentText();
        if (usable >= full() || usable > text) {
            return true;                             // a full segment, or all there is and FIN after it
        }
        if (usable < text) {
            return usable >= (snd.maxSndWnd + 1) / 2;    // the window cuts it: Fs = 1/2, else wait for the window or the override
        }
        return maySmallOneLeave(snd.sndNxt);
    }

    /** Whether a segment that is not full, the last of the text, may leave from this number on. */
    private boolean maySmallOneLeave(int from) {
        if (snd.finQueued() || snd.urgent.isPending() || snd.cork.mustGo(from)) {
            return true;
        }
        return !snd.cork.isIn() && (noDelay || Seq.le(smallEnd, snd.sndUna));
    }

    /**
     * How much of {@code length} sequence numbers from {@code from} on leaves as one segment: what fits one, or several times
     * that, for the device to cut (D5). The latter is limited by the congestion window, half the largest window that the peer
     * ever had (lest the device's queue holds all that it may send, as in Linux), and the pacer's time of about 1 ms. It does
     * not reach across urgent data, whose pointer would be wrong on most of its segments. All of them are full but for the
     * last one at the end of what is queued, if that might leave by itself (RFC 9293 §3.7.4), or of what is lost.
     *
     * @param allowed what the congestion window leaves
     */
    private int atOnce(long now, int from, int length, int allowed) {
        int full = full();
        if (length <= full || largest <= full || snd.urgent.isPending() || snd.size.isFirstOfItsSize()) {
            return full;
        }
        int text = Math.min(length, Seq.diff(snd.textEnd(), from));
        int most = Math.min(Math.min(largest, allowed), Math.min(snd.maxSndWnd / 2, snd.rate.together(now)));
        most = snd.buffer.describable(snd.position(from), Math.min(most, text));
        int small = most % full;
        boolean takesSmall = most == text && (Seq.lt(from, snd.sndNxt)
                || from + text == snd.textEnd() && maySmallOneLeave(from + text - small));
        return Math.max(full, takesSmall ? most : most - small);
    }

    /** RFC 5681 §4.1: after more than a time-out without sending, the ACK clock has stopped. */
    private void restartIfIdle(long now) {
        if (recovery.phase() != Recovery.Phase.OPEN) {
            return;
        }
        long idle = now - lastSent;
        if (idle > snd.rtt.rto()) {
            counters.count(TcpEvent.IDLE_RESTART);
            lastSent = now;
        }
        snd.congestion.restart(now, idle, snd.rtt.rto(), snd.rate.sampler.isAppLimited());
    }

    /** One sequence number to a closed window (RFC 9293 §3.8.6.1), or what an open one takes when the override passes. */
    private boolean probe(long now, TcpSegment out) {
        snd.persist.sent();
        int from = snd.sndWnd == 0 ? snd.sndUna : snd.sndNxt;
        int length = snd.sndWnd == 0 ? 1 : Seq.diff(snd.windowEnd(), snd.sndNxt);
        length = Math.min(length, Seq.diff(snd.sndEnd(), from));
        if (length <= 0) {
            return false;
        }
        counters.count(TcpEvent.WINDOW_PROBE);
        return emitRange(now, out, from, length, full(), true);
    }

    /** RFC 8985 §7.3: one segment, new if there is one that the peer's window takes, else the last one once more. */
    private boolean tailLossProbe(long now, TcpSegment out) {
        int unsent = Math.min(Seq.diff(snd.sndEnd(), snd.sndNxt), Seq.diff(snd.windowEnd(), snd.sndNxt));
        boolean fresh = unsent > 0;
        int from = fresh ? snd.sndNxt : Seq.max(snd.sndUna, snd.sndNxt - full());
        if (!fresh && from == snd.sndNxt) {
            recovery.probe.cancel();
            return false;
        }
        counters.count(TcpEvent.TAIL_LOSS_PROBE);
        emitRange(now, out, from, fresh ? unsent : Seq.diff(snd.sndNxt, from), full(), !fresh);
        recovery.probe.sent(snd.sndNxt, !fresh);
        return true;
    }

    /** Emits from {@code from} on: text up to {@code most}, and FIN if the {@code length} sequence numbers reach it. */
    private boolean emitRange(long now, TcpSegment out, int from, int length, int most, boolean probing) {
        int text = Math.max(0, snd.buffer.length() - Seq.diff(from, snd.dataUna()));
        int take = Math.min(Math.min(length, text), most);
        if (take > full()) {
            out.segmentSize = full();
            counters.count(TcpEvent.LARGE_SEGMENT_OUT);
        }
        emit(now, out, from, take, snd.finQueued() && take == text && length > text, probing);
        return true;
    }

    private void emit(long now, TcpSegment out, int from, int text, boolean fin, boolean probing) {
        boolean syn = snd.isSyn(from);
        out.seq = from;
        if (syn) {
            out.flags = TcpFlags.SYN;
        }
        if (text > 0) {
            snd.buffer.describe(snd.position(syn ? snd.iss + 1 : from), text, out.payload);
        }
        boolean all = out.payload.length() == text;
        if (fin && all) {
            out.flags |= TcpFlags.FIN;
        }
        int end = out.end();
        if (out.payload.length() > 0) {
            if (!syn && end == snd.dataUna() + snd.buffer.length() || fin && all) {
                out.flags |= TcpFlags.PSH;           // RFC 9293 §3.8.6.2.1: the last of what is queued is pushed
            }
            int last = out.segmentSize == 0 ? out.payload.length() : out.payload.length() % out.segmentSize;
            if (last > 0 && last < full()) {
                smallEnd = Seq.max(smallEnd, end);
            }
        }
        out.retransmission = Seq.lt(from, snd.sndNxt);
        if (out.payload.length() > 0 && !syn && !out.retransmission && !probing) {
            life.ecn().newData(out);
        }
        if (!syn) {
            snd.rate.sent(now, from, end, snd.flight(), out.retransmission);
        }
        if (out.retransmission) {
            for (int i = 0; i < out.segments(); i++) {
                counters.count(TcpEvent.RETRANSMITTED);
            }
            if (observer != null) {
                observer.retransmitted(whyAgain(from, probing), from, out.length());
            }
        }
        recovery.sent(now, from, end, out.segments(), snd.sndNxt, probing);
        snd.sndNxt = Seq.max(snd.sndNxt, end);
        lastSent = now;
        boolean closed = snd.sndWnd == 0 && life.state().isSynchronized();
        if (!closed) {
            snd.timers.sent(now);
        }
        if (!out.retransmission && !closed) {
            recovery.armProbe(now, snd.mss(), snd.timers.retransmission());
        }
    }

    private RetransmitCause whyAgain(int from, boolean probing) {
        if (snd.isSyn(from)) {
            return RetransmitCause.SYN;
        }
        if (probing) {
            return snd.sndWnd == 0 ? RetransmitCause.WINDOW_PROBE : RetransmitCause.TAIL_LOSS_PROBE;
        }
        return recovery.whyLost();
    }

    /** {@code segment} did not leave this host: it counts as never sent. */
    void localDrop(long now, TcpSegment segment) {
        int from = Seq.max(segment.seq, snd.sndUna);
        snd.rate.pacer.idle();
        life.ecn().unsent(segment);
        if (Seq.ge(from, segment.end())) {
            return;
        }
        if (segment.retransmission) {
            recovery.board.unsent(from, Seq.min(segment.end(), snd.sndNxt));
        } else if (Seq.lt(from, snd.sndNxt)) {
            snd.sndNxt = from;
            recovery.cutOff(from);
            snd.rate.sampler.cut(from);
            snd.size.cutOff(now, from);
            smallEnd = Seq.min(smallEnd, from);
        }
        if (snd.outstanding() == 0) {
            snd.timers.nothingOutstanding();
        }
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        noDelay = memo.flag(noDelay);
        smallEnd = memo.number(smallEnd, snd.sndUna);
        lastSent = memo.time(lastSent, 0);
    }
}
