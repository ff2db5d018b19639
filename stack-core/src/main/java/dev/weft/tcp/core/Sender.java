package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.SendBuffer;
import dev.weft.tcp.core.congestion.CongestionControl;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.recovery.Persist;
import dev.weft.tcp.core.recovery.Recovery;
import dev.weft.tcp.core.recovery.RetransmitCause;
import dev.weft.tcp.core.recovery.RttEstimator;
import dev.weft.tcp.core.recovery.SendRate;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * The sending half of a connection: what is queued, sent and acknowledged, and what an acknowledgement means for it. What may
 * leave now is the job of {@link Emission}, when something is done unasked that of {@link SendTimers}.
 *
 * <p>SYN and FIN take part in the sequence space like bytes, so they are sent, repeated and acknowledged by the same code.
 * Positions of the send buffer and sequence numbers meet in {@link #position}.
 */
final class Sender {

    private final Lifecycle life;
    private final TcpConfig config;
    private final TcpCounters counters;

    final SendBuffer buffer;
    private final SendTuning tuning;
    final RttEstimator rtt;
    final Recovery recovery;
    final Persist persist = new Persist();
    final Patience patience = new Patience();
    final Cork cork = new Cork();
    final UrgentOut urgent = new UrgentOut();
    final SendRate rate;
    final CongestionControl congestion;
    final SegmentSize size;
    final SendTimers timers;
    private final Emission emission;

    final int iss;
    /** SND.UNA, SND.NXT: oldest unacknowledged, and next never sent. */
    int sndUna;
    int sndNxt;
    /** SND.WND in bytes, and the segment that set it (SND.WL1, SND.WL2). */
    int sndWnd;
    private int sndWl1;
    private int sndWl2;
    /** Max(SND.WND), for silly window avoidance (RFC 9293 §3.8.6.2.1) and RFC 5961 §5.2. */
    int maxSndWnd;
    /** Snd.Wind.Shift of RFC 7323 §2.3. */
    int windowShift;

    /** What {@link SegmentSize#mss()} says. */
    private int mss;
    /** Our SYN is acknowledged: from then on its number is that of a byte, which it becomes after 4 GiB. */
    private boolean synAcked;
    private boolean finQueued;
    private boolean finAcked;
    private boolean synLost;

    Sender(Lifecycle life, TcpConfig config, int iss, TcpObserver observer) {
        this.life = life;
        this.config = config;
        this.counters = config.counters();
        this.buffer = new SendBuffer(config.memory(), config.buffers().send());
        this.tuning = new SendTuning(config, buffer);
        CongestionControl control = config.congestionControl().create(iss);
        this.congestion = observer == null ? control : new WatchedControl(control, observer);
        this.rate = new SendRate(congestion);
        this.rtt = new RttEstimator(config.rtoFloorNanos());
        this.recovery = new Recovery(iss, rate, rtt, life.ecn(), counters);
        this.iss = iss;
        this.sndUna = iss;
        this.sndNxt = iss;
        this.size = new SegmentSize(config, recovery, rate);
        this.mss = size.mss();
        this.timers = new SendTimers(this, life, config);
        this.emission = new Emission(this, life, config, observer);
    }

    // ---- quantities

    /** Everything sent and unacknowledged, in sequence numbers. */
    int outstanding() {
        return Seq.diff(sndNxt, sndUna);
    }

    /** What may be in the network: outstanding, less what has arrived and what is taken for lost (RFC 6675 §4, pipe). */
    int flight() {
        return recovery.flight();
    }

    /** The sequence number after everything queued, FIN included. */
    int sndEnd() {
        return textEnd() + (finQueued && !finAcknowledged() ? 1 : 0);
    }

    /** The sequence number after all text queued. */
    int textEnd() {
        return dataUna() + buffer.length();
    }

    /** The sequence number of the first byte in the buffer: SND.UNA, except that a SYN is not in the buffer. */
    int dataUna() {
        return synAcked ? sndUna : iss + 1;
    }

    /** Whether the segment that begins at {@code from} begins with our SYN. */
    boolean isSyn(int from) {
        return from == iss && !synAcked;
    }

    /** Where in the buffer the byte with this number lies. */
    long position(int seq) {
        return buffer.acked() + Seq.diff(seq, dataUna());
    }

    /** The end of the peer's window: the first sequence number it does not allow. */
    int windowEnd() {
        return sndUna + sndWnd;
    }

    int mss() {
        return mss;
    }

    /** {@link SegmentSize} says something else than before. */
    void takeMss() {
        mss = size.mss();
    }

    /** What the peer announced, or the default. */
    int peerMss() {
        return size.peerMss();
    }

    /** Time-outs in a row. */
    int timeouts() {
        return timers.timeouts();
    }

    boolean finQueued() {
        return finQueued;
    }

    boolean finAcknowledged() {
        return finAcked;
    }

    /** Bytes queued and never sent. */
    int unsentText() {
        int sent = Seq.diff(sndNxt, dataUna());
        return Math.max(0, buffer.length() - Math.max(0, sent));
    }

    // ---- set-up and change

    /** The peer's SYN names what it takes: its MSS, its window scale, its first window (never scaled, RFC 7323 §2.2). */
    void peerSyn(TcpSegment syn, boolean scaling) {
        // RFC 9293 §3.7.1 (MUST-15): without the option 536, or 1220 over IPv6.
        size.agreed(syn.mss == TcpSegment.ABSENT ? config.defaultMss() : syn.mss,
                TcpSegmentCodec.optionBytes(false, life.timestamps().agreed(), 0));
        mss = size.mss();
        // RFC 7323 §2.3: a shift above 14 is taken for 14.
        windowShift = scaling ? Math.min(14, syn.windowScale) : 0;
        sndWnd = syn.window;
        maxSndWnd = sndWnd;
        sndWl1 = syn.seq;
        sndWl2 = sndUna;
    }

    /** The SYN, or SYN,ACK, had to be sent again. */
    void synLost() {
        synLost = true;
    }

    /** Our SYN,ACK has left without being noted anywhere: neither a loss nor a round trip can be told of it. */
    void synSentUnseen() {
        sndNxt = iss + 1;
    }

    /**
     * Our SYN,ACK has left without being noted here.
     *
     * @param first when, the first time
     * @param last when, the last time
     * @param again how often after the first time
     * @param timeouts how often of these because it timed out
     * @param deadline when it times out next
     */
    void synAckSent(long first, long last, int again, int timeouts, long deadline) {
        recovery.sent(first, iss, iss + 1, 1, iss, false);
        sndNxt = iss + 1;
        for (int i = 0; i < again; i++) {
            recovery.resend(last, iss, sndNxt, RetransmitCause.SYN);
            recovery.sent(last, iss, sndNxt, 1, sndNxt, false);
        }
        for (int i = 0; i < timeouts; i++) {
            synLost = true;
            rtt.backOff();
        }
        timers.timedOutBefore(timeouts, deadline);
    }

    /** The handshake is over: data may flow. */
    void established(long now, boolean begins) {
        if (synLost) {
            rtt.startAfterLostSyn();
        }
        if (begins) {
            begin(now);
        }
        if (life.isActive() && outstanding() > 0) {
            // RFC 7413 §4.2.1: what the SYN,ACK leaves of the data in our SYN was not taken, or the SYN was lost.
            recovery.resend(now, sndUna, sndNxt, RetransmitCause.FAST_OPEN);
        }
    }

    /** Data may flow, on a fast open before our SYN,ACK is acknowledged. */
    void begin(long now) {
        recovery.begin(iss, life.receiver().sacks.isPermitted());
        size.begin();
        mss = size.mss();
        rate.start(now, mss, synLost, rtt.srtt(), sndNxt);
        tuning.follow(congestion.cwnd());
        emission.begin(now);
    }

    void noDelay(boolean on) {
        emission.noDelay(on);
    }

    void mtuProbing(MtuProbing mode) {
        size.probing(mode);
        mss = size.mss();
    }

    /** The path takes packets of {@code mtu} bytes, say routers: whatever leaves from now on is no longer. */
    void mtuChanged(int mtu) {
        size.pathMtu(mtu, sndNxt);
        mss = size.mss();
    }

    /** What is in flight and was too long for the path is sent again in shorter segments (RFC 1191 §6.5). */
    void cutTooLong(long now) {
        if (life.state().isSynchronized()) {
            size.refused(now, sndUna, sndNxt);
        }
    }

    /** SYN goes out again at once, if it has gone out at all; without the data that went with it. */
    void repeatSyn(long now) {
        recovery.resend(now, iss, Seq.min(iss + 1, sndNxt), RetransmitCause.SYN);
    }

    void queueFin() {
        finQueued = true;
    }

    /** Nothing will be sent any more. */
    void stop() {
        timers.stop();
        buffer.discard();
    }

    // ---- acknowledgements

    /**
     * An acceptable ACK, SND.UNA ≤ SEG.ACK ≤ SND.NXT (RFC 9293 §3.10.7.4, fifth check).
     */
    void acknowledge(long now, TcpSegment in) {
        int window = in.has(TcpFlags.SYN) ? in.window : in.window << windowShift;
        persist.answered();
        patience.heard(now);
        boolean advances = Seq.gt(in.ack, sndUna);
        boolean duplicate = isDuplicate(in, window);
        int before = sndUna;
        recovery.beginAck(now, in, sndUna, sndNxt, mss, life.timestamps());
        if (advances) {
            advance(now, in.ack);
        } else if (duplicate) {
            counters.count(TcpEvent.DUPLICATE_ACK_IN);
        }
        boolean restartsTimer = recovery.endAck(now, Seq.diff(sndUna, before), duplicate, sndNxt);
        size.acknowledged(now, sndUna, sndNxt);
        mss = size.mss();
        // RFC 6298 §5.2 and §5.3.
        if (outstanding() == 0) {
            timers.nothingOutstanding();
        } else if (restartsTimer) {
            timers.startAnew(now);
        }
        if (advances) {
            recovery.armProbe(now, mss, timers.retransmission());
            tuning.follow(congestion.cwnd());
        }
        // RFC 9293 §3.10.7.4: only a segment at least as new as the one that set the window may set it again.
        // Deviation: an ACK that moves SND.UNA does so as well, as in Linux. A retransmission is old by its number and new
        // by its ACK; left alone, the old window, counted from the new SND.UNA, would reach further than the peer said.
        if (advances || Seq.gt(in.seq, sndWl1) || in.seq == sndWl1 && Seq.ge(in.ack, sndWl2)) {
            updateWindow(now, in, window);
        }
    }

    private void advance(long now, int ack) {
        int bytes = Seq.diff(ack, sndUna);
        timers.progress();
        life.progress();
        boolean coversSyn = !synAcked;
        boolean coversFin = finQueued && !finAcked && ack == sndEnd();
        buffer.acknowledge(bytes - (coversSyn ? 1 : 0) - (coversFin ? 1 : 0));
        synAcked = true;
        sndUna = ack;
        urgent.acknowledged(ack);
        finAcked |= coversFin;
        emission.acknowledged(ack);
        recovery.board.acknowledged(now, ack, recovery.rack);
        life.raise(TcpConnection.PATH_CONFIRMED | TcpConnection.WRITABLE);
    }

    /** RFC 5681 §2, DUPLICATE ACKNOWLEDGMENT, (a) to (e). Answers to probes of a closed window look the same and are not. */
    private boolean isDuplicate(TcpSegment in, int window) {
        return outstanding() > 0 && in.payload.length() == 0 && !in.has(TcpFlags.SYN) && !in.has(TcpFlags.FIN)
                && in.ack == sndUna && window == sndWnd && sndWnd > 0;
    }

    private void updateWindow(long now, TcpSegment in, int window) {
        boolean wasClosed = sndWnd == 0;
        sndWnd = window;
        maxSndWnd = Math.max(maxSndWnd, window);
        sndWl1 = Seq.max(sndWl1, in.seq);
        sndWl2 = in.ack;
        if (window == 0 && !wasClosed) {
            counters.count(TcpEvent.ZERO_WINDOW);
        } else if (window > 0 && wasClosed) {
            persist.stop();
            if (outstanding() > 0 && life.state().isSynchronized()) {
                // Probes, and what a shrinking window left outside, were refused: no need to wait for a time-out.
                recovery.resend(now, sndUna, sndNxt, RetransmitCause.REFUSED);
            }
        }
    }

    /** Nothing has left or arrived for a while: what is not needed now is not kept. */
    void rest() {
        recovery.rest();
        buffer.rest();
    }

    // ---- time and output

    /** When {@link #tick} wants to be called, MAX_VALUE for never. */
    long deadline() {
        return timers.deadline();
    }

    void settle(long now) {
        timers.settle(now);
    }

    void tick(long now) {
        timers.tick(now);
    }

    void leaveRoom(int optionBytes) {
        emission.leaveRoom(optionBytes);
    }

    boolean next(long now, TcpSegment out) {
        return emission.next(now, out);
    }

    void localDrop(long now, TcpSegment segment) {
        emission.localDrop(now, segment);
    }

    /**
     * The sequence number of a segment without text: SND.NXT, but not past the peer's window, where it would not be
     * acceptable (RFC 9293 §3.10.7.4, first check) and its ACK be lost on the peer, as when both windows are closed and both
     * ends probe. A window that is short of SND.NXT by less than its own rounding (RFC 7323 §2.4) is not short.
     */
    int bareSeq() {
        int over = Seq.diff(sndNxt, windowEnd());
        return life.state().isSynchronized() && over >= 1 << windowShift ? windowEnd() : sndNxt;
    }

    /** Whether all that was queued has arrived, and nothing has to be done at some time but keep-alives. */
    boolean isIdle() {
        return sndUna == sndNxt && synAcked && !finQueued && buffer.isAtRest() && recovery.isAtRest() && size.isAtRest()
                && patience.isAtRest() && !urgent.isPending() && timers.isAtRest();
    }

    /** Keeps what outlives a sleep; {@code rcvNxt}: RCV.NXT. */
    void keep(Memo memo, int rcvNxt) {
        sndUna = memo.number(sndUna, iss + 1);
        sndNxt = sndUna;
        sndWnd = memo.number(sndWnd, 0);
        sndWl1 = memo.number(sndWl1, rcvNxt);
        sndWl2 = memo.number(sndWl2, sndUna);
        maxSndWnd = memo.number(maxSndWnd, sndWnd);
        windowShift = memo.number(windowShift, 0);
        synAcked = true;
        synLost = memo.flag(synLost);
        buffer.keep(memo, Integer.toUnsignedLong(sndUna - iss - 1), config.buffers().send());
        rtt.keep(memo);
        recovery.keep(memo, sndUna);
        size.keep(memo, sndUna, config.mtu());
        mss = memo.number(mss, size.mss());
        rate.keep(memo, mss, sndNxt, buffer.acked());
        patience.keep(memo);
        cork.keep(memo);
        emission.keep(memo);
    }
}
