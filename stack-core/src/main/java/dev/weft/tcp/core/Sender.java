package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.SendBuffer;
import dev.weft.tcp.core.congestion.CongestionControl;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
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
 * The sending half of a connection: what may leave now (RFC 9293 §3.8, RFC 5681), and what an acknowledgement means for it.
 *
 * <p>SYN and FIN take part in the sequence space like bytes, so they are sent, repeated and acknowledged by the same code.
 * Positions of the send buffer and sequence numbers meet in {@link #position}.
 */
final class Sender {

    private static final long NEVER = Long.MAX_VALUE;
    /** R1 of RFC 9293 §3.8.3 (SHLD-9: at least 3 retransmissions): the path is under suspicion. */
    private static final int R1 = 3;

    private final Lifecycle life;
    private final TcpConfig config;
    private final TcpCounters counters;
    private final TcpObserver observer;

    final SendBuffer buffer;
    private final SendTuning tuning;
    final RttEstimator rtt = new RttEstimator();
    final Recovery recovery;
    final Persist persist = new Persist();
    final Patience patience = new Patience();
    final Cork cork = new Cork();
    final UrgentOut urgent = new UrgentOut();
    final SendRate rate;
    final CongestionControl congestion;
    final SegmentSize size;

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
    /** Bytes of options that the next segment carries besides those of every segment. */
    private int room;
    private boolean noDelay;
    private boolean finQueued;
    private boolean finAcked;
    /** Minshall: the end of the last segment sent that was less than full. */
    private int smallEnd;

    private long rtoDeadline = NEVER;
    private int timeouts;
    private long lastSent;
    private boolean synLost;
    /** What kept the last {@link #next} from sending: the congestion window, or the pacer. */
    private boolean heldByWindow;
    private boolean heldByPacer;

    Sender(Lifecycle life, TcpConfig config, int iss, TcpObserver observer) {
        this.life = life;
        this.observer = observer;
        this.config = config;
        this.counters = config.counters();
        this.buffer = new SendBuffer(config.memory(), config.buffers().send());
        this.tuning = new SendTuning(config, buffer);
        CongestionControl control = config.congestionControl().create(iss);
        this.congestion = observer == null ? control : new WatchedControl(control, observer);
        this.rate = new SendRate(congestion);
        this.recovery = new Recovery(iss, rate, rtt, life.ecn(), counters);
        this.iss = iss;
        this.sndUna = iss;
        this.sndNxt = iss;
        this.smallEnd = iss;
        this.noDelay = config.noDelay();
        this.size = new SegmentSize(config, recovery, rate);
        this.mss = size.mss();
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
    private int dataUna() {
        return sndUna == iss ? iss + 1 : sndUna;
    }

    private long position(int seq) {
        return buffer.acked() + Seq.diff(seq, dataUna());
    }

    /** The end of the peer's window: the first sequence number it does not allow. */
    private int windowEnd() {
        return sndUna + sndWnd;
    }

    int mss() {
        return mss;
    }

    /** The next segment carries so many bytes of options more than others do, and that many bytes of text less (RFC 6691 §2). */
    void leaveRoom(int optionBytes) {
        room = optionBytes;
    }

    /** What fits the next segment. */
    private int full() {
        return mss - room;
    }

    /** What the peer announced, or the default. */
    int peerMss() {
        return size.peerMss();
    }

    int timeouts() {
        return timeouts;
    }

    boolean finQueued() {
        return finQueued;
    }

    boolean finAcknowledged() {
        return finAcked;
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

    /** Our SYN,ACK has left without being noted anywhere: neither a loss nor a round trip can be told of it. */
    void synSentUnseen() {
        sndNxt = iss + 1;
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
        lastSent = now;
    }

    void noDelay(boolean on) {
        noDelay = on;
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
        rtoDeadline = NEVER;
        persist.stop();
        patience.stop();
        cork.stop();
        rate.pacer.idle();
        recovery.cancelTimers();
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
            rtoDeadline = NEVER;
        } else if (restartsTimer) {
            rtoDeadline = now + rtt.rto();
        }
        if (advances) {
            recovery.armProbe(now, mss, rtoDeadline);
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
        timeouts = 0;
        patience.progress();
        life.progress();
        boolean coversSyn = sndUna == iss;
        boolean coversFin = finQueued && !finAcked && ack == sndEnd();
        buffer.acknowledge(bytes - (coversSyn ? 1 : 0) - (coversFin ? 1 : 0));
        sndUna = ack;
        urgent.acknowledged(ack);
        finAcked |= coversFin;
        smallEnd = Seq.max(smallEnd, ack);
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

    // ---- time

    long deadline() {
        long next = Math.min(Math.min(rtoDeadline, persist.deadline()), Math.min(recovery.deadline(), rate.pacer.deadline()));
        return Math.min(next, Math.min(patience.deadline(), cork.deadline()));
    }

    /** Starts and stops the timers as the state demands; idempotent, called after every input and when poll is empty. */
    void settle(long now) {
        boolean pending = outstanding() > 0 || sndEnd() != sndNxt;
        patience.follow(now, pending && life.state() != TcpState.CLOSED,
                life.state().isSynchronized() && life.state() != TcpState.TIME_WAIT);
        if (!life.state().isSynchronized()) {
            return;
        }
        cork.follow(now, unsentText() > 0, sndNxt);
        if (sndWnd == 0 && pending) {
            // RFC 9293 §3.8.6.1 (SHLD-15, SHLD-16): what lies outside the window is not sent again, it is probed.
            rtoDeadline = NEVER;
            recovery.cancelTimers();
            persist.arm(now, rtt.rto());
        } else if (isSillyWindow()) {
            persist.armOverride(now, rtt.rto());
        } else {
            persist.stop();
            if (outstanding() > 0 && rtoDeadline == NEVER) {
                rtoDeadline = now + rtt.rto();
            }
        }
    }

    /** Nothing is in flight that an ACK could answer, and the open window is too small for what waits. */
    private boolean isSillyWindow() {
        int text = unsentText();
        return outstanding() == 0 && text > sndWnd && sndWnd < mss && sndWnd < (maxSndWnd + 1) / 2;
    }

    void tick(long now) {
        if (patience.hasTimedOut(now)) {             // RFC 9293 §3.10.8, USER TIMEOUT: in any state
            if (life.isClosedByUser()) {
                life.hangUp();
            } else {
                life.giveUp();
            }
            return;
        }
        if (!patience.tick(now)) {
            life.hangUp();
            return;
        }
        cork.tick(now, textEnd());
        if (now >= persist.deadline()) {
            // Probes that nobody answers count like retransmissions (RFC 9293 §3.8.6.1, R2); answered ones go on for
            // ever, see Patience for the exceptions.
            if (persist.unanswered() > dataRetries()) {
                life.giveUp();
                return;
            }
            persist.fire();
        }
        if (recovery.tick(now, sndNxt)) {
            rtoDeadline = now + rtt.rto();           // RFC 8985 §7.3: a probe goes first, also where both are due
        }
        size.lookAfterProbe(now);
        if (now >= rtoDeadline) {
            timeout(now);
        }
    }

    /** RFC 6298 §5.4 to §5.7, with the limits of RFC 9293 §3.8.3. */
    private void timeout(long now) {
        counters.count(TcpEvent.RETRANSMISSION_TIMEOUT);
        rtoDeadline = NEVER;
        if (timeouts >= retryLimit()) {
            life.giveUp();
            return;
        }
        timeouts++;
        if (timeouts >= R1) {                        // each time: the answer to the first suspicion may be lost or wrong, too
            life.raise(TcpConnection.PATH_SUSPECT);
        }
        int flight = Math.max(mss, outstanding() - recovery.board.sacked());
        if (life.state().isSynchronized()) {
            size.timedOut(now, sndUna, sndNxt, Seq.diff(sndEnd(), sndUna), timeouts >= R1);
            mss = size.mss();
        }
        recovery.timedOut(now, sndUna, sndNxt, mss, timeouts > 1);
        if (life.state().isSynchronized() || life.isOpenedFast()) {
            congestion.timeout(now, flight, timeouts > 1);
        }
        if (!life.state().isSynchronized()) {
            life.ecn().retried();
            synLost = true;
            if (life.fastOpen() != null) {
                life.fastOpen().synTimedOut();
            }
        }
        rtt.backOff();
        rtoDeadline = now + rtt.rto();
    }

    private int retryLimit() {
        return switch (life.state()) {
            case SYN_SENT -> config.synRetries();
            case SYN_RECEIVED -> life.isActive() ? config.synRetries() : config.synAckRetries();
            default -> dataRetries();
        };
    }

    /** R2 of RFC 9293 §3.8.3: the application's, in time (MUST-21), takes the place of the limit in retransmissions. */
    private int dataRetries() {
        return patience.hasUserTimeout() ? Integer.MAX_VALUE : config.dataRetries();
    }

    // ---- output

    /** Fills {@code out} with the next segment that occupies sequence numbers, if one may leave now; ACK and window are the caller's. */
    boolean next(long now, TcpSegment out) {
        if (!life.state().isSynchronized()) {
            // RFC 7413 §4.2.2: after a SYN with data the answer need not wait for the ACK; but a SYN,ACK that is lost comes first.
            return nextSyn(now, out) || life.isOpenedFast() && timeouts == 0 && nextNew(now, out);
        }
        if (persist.isDue() && probe(now, out) || recovery.probe.isDue() && tailLossProbe(now, out)) {
            return true;
        }
        heldByWindow = false;
        heldByPacer = false;
        if (size.isTrying()) {
            return false;
        }
        if (recovery.board.hasLost() ? nextLost(now, out) : nextNew(now, out)) {
            return true;
        }
        rate.stopped(now, flight(), heldByWindow, heldByPacer, sndNxt == sndEnd() && !recovery.board.hasLost(), sndUna, sndNxt,
                rtt.rto());
        return false;
    }

    /** Whether the pacer lets a segment leave now; noted if not. */
    private boolean isItsTime(long now) {
        heldByPacer = !rate.mayLeave(now);
        return !heldByPacer;
    }

    private boolean nextSyn(long now, TcpSegment out) {
        boolean first = sndNxt == iss;
        if (!first && !(recovery.board.hasLost() && recovery.board.lostStart() == iss)) {
            return false;
        }
        int text = 0;
        if (first && life.fastOpen() != null) {
            text = Math.min(buffer.length(), life.fastOpen().room(size.room()));
        }
        emit(now, out, iss, text, false, false);
        return true;
    }

    /** The next lost range, within cwnd and the window; the first segment of it always. */
    private boolean nextLost(long now, TcpSegment out) {
        int from = recovery.board.lostStart();
        int left = Seq.diff(windowEnd(), from);
        heldByWindow = left > 0 && from != sndUna && flight() + mss > recovery.window();
        if (left <= 0 || heldByWindow || !isItsTime(now)) {
            return false;
        }
        // At the end of what was sent the range runs on into new data: several small segments become a full one
        // (RFC 9293 §3.8.1), except in fast recovery, where the window is not for that.
        int lostEnd = recovery.board.lostEnd();
        int limit = lostEnd == sndNxt && recovery.phase() != Recovery.Phase.FAST ? sndEnd() : lostEnd;
        return emitRange(now, out, from, Math.min(Seq.diff(limit, from), left), false);
    }

    private boolean nextNew(long now, TcpSegment out) {
        int unsent = Seq.diff(sndEnd(), sndNxt);
        if (unsent <= 0) {
            return false;
        }
        if (outstanding() == 0) {
            restartIfIdle(now);
        }
        int window = Seq.diff(windowEnd(), sndNxt);
        if (window <= 0 || !isSensible(Math.min(unsent, window))) {
            return false;
        }
        int probe = size.probeText(now, Math.min(unsentText(), window), room);
        int length = probe > 0 ? probe : Math.min(Math.min(unsent, window), full());
        int allowed = recovery.window() - flight();
        if (length > allowed && outstanding() > 0) {
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
        return emitRange(now, out, sndNxt, Math.min(unsent, window), false);
    }

    /** RFC 4821 §7.5: new data in a segment longer than the others. */
    private boolean mtuProbe(long now, TcpSegment out, int text) {
        int from = sndNxt;
        size.probeLeaves(from, text);
        emit(now, out, from, text, false, false);
        size.probeLeft(now, from, out.payload.length(), room);
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
        int text = unsentText();
        if (usable >= full() || usable > text) {
            return true;                             // a full segment, or all there is and FIN after it
        }
        if (usable < text) {
            return usable >= (maxSndWnd + 1) / 2;    // the window cuts it: Fs = 1/2, else wait for the window or the override
        }
        if (finQueued || urgent.isPending() || cork.mustGo(sndNxt)) {
            return true;
        }
        return !cork.isIn() && (noDelay || Seq.le(smallEnd, sndUna));
    }

    /** Bytes queued and never sent. */
    int unsentText() {
        int sent = Seq.diff(sndNxt, dataUna());
        return Math.max(0, buffer.length() - Math.max(0, sent));
    }

    /** RFC 5681 §4.1: after more than a time-out without sending, the ACK clock has stopped. */
    private void restartIfIdle(long now) {
        if (recovery.phase() != Recovery.Phase.OPEN) {
            return;
        }
        long idle = now - lastSent;
        if (idle > rtt.rto()) {
            counters.count(TcpEvent.IDLE_RESTART);
            lastSent = now;
        }
        congestion.restart(now, idle, rtt.rto(), rate.sampler.isAppLimited());
    }

    /** One sequence number to a closed window (RFC 9293 §3.8.6.1), or what an open one takes when the override passes. */
    private boolean probe(long now, TcpSegment out) {
        persist.sent();
        int from = sndWnd == 0 ? sndUna : sndNxt;
        int length = sndWnd == 0 ? 1 : Seq.diff(windowEnd(), sndNxt);
        length = Math.min(length, Seq.diff(sndEnd(), from));
        if (length <= 0) {
            return false;
        }
        counters.count(TcpEvent.WINDOW_PROBE);
        return emitRange(now, out, from, length, true);
    }

    /** RFC 8985 §7.3: one segment, new if there is one that the peer's window takes, else the last one once more. */
    private boolean tailLossProbe(long now, TcpSegment out) {
        int unsent = Math.min(Seq.diff(sndEnd(), sndNxt), Seq.diff(windowEnd(), sndNxt));
        boolean fresh = unsent > 0;
        int from = fresh ? sndNxt : Seq.max(sndUna, sndNxt - full());
        if (!fresh && from == sndNxt) {
            recovery.probe.cancel();
            return false;
        }
        counters.count(TcpEvent.TAIL_LOSS_PROBE);
        emitRange(now, out, from, fresh ? unsent : Seq.diff(sndNxt, from), !fresh);
        recovery.probe.sent(sndNxt, !fresh);
        return true;
    }

    /** Emits from {@code from} on: text up to the MSS, and FIN if the {@code length} sequence numbers reach it. */
    private boolean emitRange(long now, TcpSegment out, int from, int length, boolean probing) {
        int text = Math.max(0, buffer.length() - Seq.diff(from, dataUna()));
        int take = Math.min(Math.min(length, text), full());
        emit(now, out, from, take, finQueued && take == text && length > text, probing);
        return true;
    }

    private void emit(long now, TcpSegment out, int from, int text, boolean fin, boolean probing) {
        out.seq = from;
        if (from == iss) {
            out.flags = TcpFlags.SYN;
        }
        if (text > 0) {
            buffer.describe(position(from == iss ? iss + 1 : from), text, out.payload);
        }
        boolean all = out.payload.length() == text;
        if (fin && all) {
            out.flags |= TcpFlags.FIN;
        }
        int end = out.end();
        if (out.payload.length() > 0) {
            if (from != iss && end == dataUna() + buffer.length() || fin && all) {
                out.flags |= TcpFlags.PSH;           // RFC 9293 §3.8.6.2.1: the last of what is queued is pushed
            }
            if (out.payload.length() < full()) {
                smallEnd = Seq.max(smallEnd, end);
            }
        }
        out.retransmission = Seq.lt(from, sndNxt);
        if (out.payload.length() > 0 && from != iss && !out.retransmission && !probing) {
            life.ecn().newData(out);
        }
        if (from != iss) {
            rate.sent(now, from, end, flight(), out.retransmission);
        }
        if (out.retransmission) {
            counters.count(TcpEvent.RETRANSMITTED);
            if (observer != null) {
                observer.retransmitted(whyAgain(from, probing), from, out.length());
            }
        }
        recovery.sent(now, from, end, sndNxt, probing);
        sndNxt = Seq.max(sndNxt, end);
        lastSent = now;
        boolean closed = sndWnd == 0 && life.state().isSynchronized();
        if (rtoDeadline == NEVER && !closed) {
            rtoDeadline = now + rtt.rto();           // RFC 6298 §5.1
        }
        if (!out.retransmission && !closed) {
            recovery.armProbe(now, mss, rtoDeadline);
        }
    }

    private RetransmitCause whyAgain(int from, boolean probing) {
        if (from == iss) {
            return RetransmitCause.SYN;
        }
        if (probing) {
            return sndWnd == 0 ? RetransmitCause.WINDOW_PROBE : RetransmitCause.TAIL_LOSS_PROBE;
        }
        return recovery.whyLost();
    }

    /** {@code segment} did not leave this host: it counts as never sent. */
    void localDrop(long now, TcpSegment segment) {
        int from = Seq.max(segment.seq, sndUna);
        rate.pacer.idle();
        life.ecn().unsent(segment);
        if (Seq.ge(from, segment.end())) {
            return;
        }
        if (segment.retransmission) {
            recovery.board.unsent(from, Seq.min(segment.end(), sndNxt));
        } else if (Seq.lt(from, sndNxt)) {
            sndNxt = from;
            recovery.cutOff(from);
            rate.sampler.cut(from);
            size.cutOff(now, from);
            smallEnd = Seq.min(smallEnd, from);
        }
        if (outstanding() == 0) {
            rtoDeadline = NEVER;
        }
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
}
