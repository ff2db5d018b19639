package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;

/**
 * Which part of what was sent is taken for lost, and must be sent again. With SACK by RACK and a tail loss probe (RFC 8985),
 * without by duplicate ACKs (NewReno, RFC 6582); then, for both, proportional rate reduction (RFC 9937) until everything
 * that was out when the loss was found is acknowledged; and what follows a retransmission time-out (RFC 6298 §5.4).
 *
 * <p>SND.NXT never goes back. The ranges are in {@link Scoreboard}; this class says when their fate changes. An ACK is taken
 * in between {@link #beginAck} and {@link #endAck}.
 */
public final class Recovery {

    /** RFC 5681 §3.2, RFC 8985 §6.2: so many segments behind a hole tell a loss from reordering. */
    public static final int DUPLICATE_ACK_THRESHOLD = 3;

    private static final long NEVER = Long.MAX_VALUE;
    private static final long UNKNOWN = Long.MIN_VALUE;

    /** What is going on. */
    public enum Phase {
        /** Nothing is known to be lost. */
        OPEN,
        /** The peer has echoed congestion (RFC 3168); lasts until what was out then is acknowledged. */
        CWR,
        /** Something was found to be lost; lasts until {@code recover} is acknowledged. */
        FAST,
        /** The timer fired; lasts until {@code recover} is acknowledged. */
        TIMEOUT
    }

    public final Scoreboard board;
    public final Rack rack = new Rack();
    public final TailLossProbe probe = new TailLossProbe();
    private final RateReduction reduction = new RateReduction();
    private final SpuriousRecovery spurious = new SpuriousRecovery();
    private final SendRate rate;
    private final RttEstimator rtt;
    private final Ecn ecn;
    private final TcpCounters counters;

    private boolean sack;
    private boolean begun;
    private Phase phase = Phase.OPEN;
    /** RFC 6582 §3.2: one past the highest sequence number sent when the last loss was found; ISS at first. */
    private int recover;
    /** Where the reduction that congestion called for ends. */
    private int cwrEnd;
    /** Congestion was echoed since the window was reduced last: whatever was sent for nothing, that reduction stands. */
    private boolean reductionStands;
    private int mss;
    private long reorderDeadline = NEVER;
    /** Why {@link #resend} was called last. */
    private RetransmitCause whyResent = RetransmitCause.SYN;
    private long retransmits;
    private long retransmittedBytes;
    /** When something was sent again last. */
    private long retransmittedAt;

    // Without SACK: duplicate ACKs in a row, what they say has arrived, whether a partial ACK has come.
    private int duplicateAcks;
    // No more than there is in the network: later segments would seem to have left it as soon as they are in it.
    private int duplicateBytes;
    private boolean partialSeen;

    // The ACK at hand.
    private int una;
    private int flightBefore;
    private int outstandingBefore;
    private Phase phaseBefore = Phase.OPEN;
    private long echoed;
    private boolean congestionEchoed;
    private boolean duplicateReported;
    private int duplicateEnd;

    public Recovery(int iss, SendRate rate, RttEstimator rtt, Ecn ecn, TcpCounters counters) {
        this.rate = rate;
        this.rtt = rtt;
        this.ecn = ecn;
        this.counters = counters;
        this.board = new Scoreboard(rate);
        this.recover = iss;
        this.una = iss;
    }

    /** The handshake is over; what it took to get SYN through says nothing about data. */
    public void begin(int iss, boolean selective) {
        sack = selective;
        begun = true;
        phase = Phase.OPEN;
        duplicateAcks = 0;
        recover = iss;
        rack.begin(iss);
        board.begin();
    }

    /** Nothing has left or arrived for a while: what is not needed now is not kept. */
    public void rest() {
        board.rest();
        rate.sampler.rest();
    }

    public Phase phase() {
        return phase;
    }

    public int duplicateAcks() {
        return duplicateAcks;
    }

    /** Whether the flight is on its way down to ssthresh. */
    private boolean isReducing() {
        return phase == Phase.FAST || phase == Phase.CWR;
    }

    /** Whether something that was lost is being sent again. */
    boolean isRepairing() {
        return phase == Phase.FAST || phase == Phase.TIMEOUT;
    }

    /** What may be in the network (RFC 6675 §4, pipe); without SACK each duplicate ACK stands for a segment that has left it. */
    public int flight() {
        return board.pipe() - duplicateBytes;
    }

    /** Why what is marked lost at present is sent again, for those who watch. */
    public RetransmitCause whyLost() {
        return switch (phase) {
            case OPEN, CWR -> whyResent;
            case FAST -> sack ? RetransmitCause.RACK : RetransmitCause.FAST;
            case TIMEOUT -> RetransmitCause.TIMEOUT;
        };
    }

    /** Segments and bytes sent again so far. */
    public long retransmits() {
        return retransmits;
    }

    public long retransmittedBytes() {
        return retransmittedBytes;
    }

    /** The window that holds at present. */
    public int window() {
        return isReducing() && !rate.control.rulesRecovery() ? reduction.cwnd() : rate.control.cwnd();
    }

    public long deadline() {
        return Math.min(reorderDeadline, probe.deadline());
    }

    // ---- sending

    /** {@code [from, to)} leaves in so many segments; {@code probing}: not because it was lost. */
    public void sent(long now, int from, int to, int segments, int nxt, boolean probing) {
        if (isReducing()) {
            reduction.sent(Seq.diff(to, from));
        }
        if (Seq.lt(from, nxt)) {
            retransmits += segments;
            retransmittedBytes += Seq.diff(Seq.min(to, nxt), from);
            retransmittedAt = now;
            board.sentAgain(now, from, Seq.min(to, nxt));
            if (!probing) {
                spurious.retransmitted(now, from, Seq.diff(Seq.min(to, nxt), from));
            }
        }
        if (Seq.gt(to, nxt)) {
            board.sent(now, Seq.max(from, nxt), to);
        }
    }

    /** {@code [from, nxt)} must be sent again though the network lost nothing: cut for a smaller MTU, or refused by a closed window. */
    public void resend(long now, int from, int nxt, RetransmitCause why) {
        whyResent = why;
        board.lose(now, from, nxt, false);
        duplicateBytes = 0;
        recover = Seq.max(recover, nxt);             // what comes twice earns duplicate ACKs that mean no loss
    }

    /** What is marked lost at present is a probe for the path MTU. */
    public void probeWasTooLong() {
        whyResent = RetransmitCause.TOO_LONG;
    }

    /** The probe for the path MTU was refused by a router and must be sent again in shorter segments. */
    public void resendProbe(long now, int nxt) {
        probeWasTooLong();
        board.loseProbe(now);
        duplicateBytes = 0;
        recover = Seq.max(recover, nxt);
    }

    /**
     * What left before {@code upTo} in pieces longer than {@code segment} does not fit the path and must be sent again in
     * shorter ones; whether there is such. Nothing says that the network is full: cwnd stays (RFC 1191 §6.5).
     */
    public boolean cutTooLong(long now, int from, int upTo, int segment, int nxt) {
        if (board.loseLonger(now, from, upTo, segment) == 0) {
            return false;
        }
        whyResent = RetransmitCause.TOO_LONG;
        duplicateBytes = 0;
        recover = Seq.max(recover, nxt);
        return true;
    }

    /** SND.NXT went back to {@code nxt} because what lay after it never left this host. */
    public void cutOff(int nxt) {
        board.cutOff(nxt);
        duplicateBytes = Math.min(duplicateBytes, board.pipe());
        recover = Seq.min(recover, nxt);
    }

    // ---- an ACK

    /** An acceptable ACK: takes its SACK blocks in. {@code sentUpTo} is SND.NXT. */
    public void beginAck(long now, TcpSegment in, int unacknowledged, int sentUpTo, int segment, Timestamps timestamps) {
        una = unacknowledged;
        mss = segment;
        flightBefore = flight();
        outstandingBefore = Seq.diff(sentUpTo, una);
        phaseBefore = phase;
        duplicateReported = false;
        congestionEchoed = ecn.isEcho(in);
        reductionStands |= congestionEchoed;
        echoed = timestamps.echoes(now, in) ? timestamps.sentAt(now, in) : UNKNOWN;
        board.beginAck();
        rack.beginAck(echoed);
        if (!sack) {
            return;
        }
        for (int i = 0; i < in.sackCount; i++) {
            int left = in.sackEdges[2 * i];
            int right = in.sackEdges[2 * i + 1];
            if (i == 0 && isDuplicate(in, left, right)) {
                duplicate(left, right, sentUpTo);
            } else if (Seq.lt(left, right) && Seq.ge(left, una) && Seq.le(right, sentUpTo)) {
                board.sacked(now, left, right, rack);
            }
        }
    }

    /** RFC 2883 §4, §5: the first block is below the ACK, or within the second. */
    private static boolean isDuplicate(TcpSegment in, int left, int right) {
        return Seq.lt(left, right) && (Seq.le(right, in.ack)
                || in.sackCount > 1 && Seq.ge(left, in.sackEdges[2]) && Seq.le(right, in.sackEdges[3]));
    }

    private void duplicate(int left, int right, int nxt) {
        counters.count(TcpEvent.DSACK_RECEIVED);
        duplicateReported = true;
        duplicateEnd = right;
        rack.duplicateSeen(una, nxt);
        spurious.duplicate(left, right);
    }

    /**
     * What the ACK acknowledges is off the board: measures the round trip, finds losses, ends recoveries.
     *
     * @param advance how far SND.UNA has moved
     * @param duplicate whether it is a duplicate ACK (RFC 5681 §2)
     * @return whether the retransmission timer starts anew
     */
    public boolean endAck(long now, int advance, boolean duplicate, int nxt) {
        una += advance;
        rack.acknowledged(una);
        measure(now, advance > 0);
        int delivered = sack ? board.delivered() : deliveredWithoutSack(advance, duplicate);
        boolean bare = duplicate && board.delivered() == 0 && !duplicateReported;
        if (probe.acknowledged(una, duplicateReported && Seq.ge(duplicateEnd, nxt), bare)) {
            counters.count(TcpEvent.PROBE_REPAIRED_LOSS);
            if (phase != Phase.CWR) {                // which has reduced it in this round trip
                rate.control.enterRecovery(now, flightBefore);
                rate.control.exitRecovery(now, flight());
                ecn.reduced(nxt);
            }
        }
        undoIfSpurious(now, advance > 0);
        boolean restartsTimer = advance > 0;
        if (advance > 0 && phase != Phase.OPEN && Seq.ge(una, phase == Phase.CWR ? cwrEnd : recover)) {
            finish(now);
        } else if (advance > 0 && phase == Phase.FAST && !sack) {
            counters.count(TcpEvent.PARTIAL_ACK);
            restartsTimer = !partialSeen;            // the Impatient variant, RFC 6582 §4
            partialSeen = true;
            board.lose(now, una, Seq.min(una + mss, nxt), true);
            duplicateBytes = Math.min(duplicateBytes, board.pipe());
        }
        if (phase == Phase.OPEN && Seq.gt(una, recover)) {
            recover = una - 1;                       // it goes along, so that it never is 2 GiB behind and seems to be ahead
        }
        boolean enters = sack ? detect(now) : isThirdDuplicate(now, duplicate, nxt);
        boolean reduces = congestionEchoed && !enters && phase == Phase.OPEN && outstandingBefore > 0 && ecn.isNews(una);
        if (begun && (board.delivered() > 0 || advance > 0)) {
            // A window of loss-based control grows with SND.UNA (RFC 5681 §3.1), not by what arrives behind a hole.
            // Nor by an ACK that echoes congestion (RFC 3168 §6.1.2).
            boolean recovering = enters || congestionEchoed || phaseBefore == Phase.FAST || phaseBefore == Phase.CWR
                    || advance == 0;
            rate.acknowledged(now, una, flightBefore, flight(), rtt.srtt(), recovering ? Phase.FAST : phaseBefore);
        }
        if (enters) {
            enterFast(now, nxt);
        } else if (reduces) {
            reduceForCongestion(now, nxt);
        }
        ecn.acknowledged(una);
        if (isReducing() && (delivered > 0 || enters || reduces)) {
            reduction.acknowledged(delivered, flight(), advance > 0 && board.newlyLost() == 0, mss);
        }
        return restartsTimer || enters;
    }

    /**
     * The round trip that an ACK measures: by the time at which the oldest of what it delivers was sent, or by the timestamp
     * echoed, which is coarse but also says which of two transmissions is answered (RFC 7323 §4.1). Where that is the first,
     * nothing is measured: either it was late, or its ACK was lost and this one answers the second, a duplicate, whose
     * timestamp is not echoed (RFC 7323 §5.3, R2); then the time between them would look like a round trip.
     */
    private void measure(long now, boolean advances) {
        long sentAt = board.oldestDelivered();
        if (sentAt != Long.MAX_VALUE) {
            rtt.sample(now, now - sentAt);
        } else if (advances && echoed != UNKNOWN && echoed / Timestamps.TICK >= retransmittedAt / Timestamps.TICK) {
            rtt.sample(now, Math.max(Timestamps.TICK, now - echoed));
        }
    }

    /** RFC 9937 §6.2: a duplicate ACK stands for a segment, and an ACK of more for what the duplicates had not told. */
    private int deliveredWithoutSack(int advance, boolean duplicate) {
        if (advance > 0) {
            int known = Math.min(duplicateBytes, advance);
            duplicateBytes -= known;
            duplicateAcks = 0;
            return advance - known;
        }
        if (!duplicate || phase == Phase.TIMEOUT) {
            return 0;
        }
        duplicateAcks++;
        // RFC 3042: while no recovery has begun, duplicates let two segments out and no more.
        if (phase == Phase.FAST || duplicateAcks < DUPLICATE_ACK_THRESHOLD) {
            duplicateBytes = Math.min(duplicateBytes + mss, board.pipe());
        }
        return mss;
    }

    /** RFC 6582 §3.2, step 2: only an ACK of more than {@code recover}; else the duplicates echo our own retransmissions (§4). */
    private boolean isThirdDuplicate(long now, boolean duplicate, int nxt) {
        if (!duplicate || isRepairing() || duplicateAcks != DUPLICATE_ACK_THRESHOLD || Seq.le(una, recover)) {
            return false;
        }
        if (board.isProbeAt(una)) {
            // RFC 4821 §7.6.2: what is missing is a probe for the path MTU, which was too long and says nothing of congestion.
            resendProbe(now, nxt);
            return false;
        }
        counters.count(TcpEvent.FAST_RETRANSMIT);
        board.lose(now, una, Seq.min(una + mss, nxt), true);
        duplicateBytes = Math.min(DUPLICATE_ACK_THRESHOLD * mss, board.pipe());
        return true;
    }

    /** RFC 8985 §6.2, steps 4 and 5; whether fast recovery begins. */
    private boolean detect(long now) {
        reorderDeadline = rack.detect(now, board, reorderingWindow());
        if (board.newlyLost() > 0) {
            counters.count(TcpEvent.RACK_LOSS);
        }
        return board.newlyLost() > 0 && !isRepairing();
    }

    private long reorderingWindow() {
        boolean three = board.sacked() > (DUPLICATE_ACK_THRESHOLD - 1) * mss
                || board.sackedRanges() >= DUPLICATE_ACK_THRESHOLD;      // RFC 6675 §4, IsLost
        return rack.window(isRepairing() || three, rtt.srtt());
    }

    private void enterFast(long now, int nxt) {
        counters.count(TcpEvent.FAST_RECOVERY);
        boolean reducing = phase == Phase.CWR;
        phase = Phase.FAST;
        partialSeen = false;
        recover = nxt;
        probe.abandon();
        spurious.begin(una);
        if (reducing) {
            return;                                  // once in a round trip, and for good: the echo was no loss that may turn out to be none
        }
        reductionStands = congestionEchoed;
        rate.control.enterRecovery(now, flightSize());
        reduction.begin(flightBefore, rate.control.ssthresh());
        ecn.reduced(nxt);
    }

    /** FlightSize (RFC 5681 §3.1) as it was before limited transmit let more out. */
    private int flightSize() {
        return Math.max(mss, Math.min(outstandingBefore, Math.max(flightBefore, rate.control.cwnd())));
    }

    /**
     * The peer echoes congestion (RFC 3168 §6.1.2): the flight comes down as after a loss, though nothing has to be sent again. As
     * in Linux by proportional rate reduction, lest the ACK clock stops for half a round trip.
     */
    private void reduceForCongestion(long now, int nxt) {
        counters.count(TcpEvent.CONGESTION_ECHOED);
        spurious.end();
        rate.control.congestionEchoed(now, flightSize());
        ecn.reduced(nxt);
        if (!rate.control.rulesRecovery()) {
            phase = Phase.CWR;
            cwrEnd = nxt;
            reduction.begin(flightBefore, rate.control.ssthresh());
        }
    }

    private void finish(long now) {
        if (isReducing()) {
            rate.control.exitRecovery(now, flight());
        }
        if (isRepairing()) {
            rack.recovered();
        }
        phase = Phase.OPEN;
    }

    private void undoIfSpurious(long now, boolean advanced) {
        boolean byEcho = advanced && spurious.isProvedByEcho(echoed, duplicateReported);
        if (!byEcho && !(duplicateReported && spurious.isProvedByDuplicates())) {
            return;
        }
        counters.count(byEcho ? TcpEvent.UNDO_BY_TIMESTAMP : TcpEvent.UNDO_BY_DSACK);
        spurious.end();
        board.unlose();
        if (reductionStands) {
            finish(now);
        } else {
            rate.control.undo(now);
            ecn.restored();
            phase = Phase.OPEN;
        }
        if (byEcho && sack) {
            // RFC 4015 §3.2: the path has become slow, and the timer learns it. Without D-SACK this may as well be the ACK of
            // a duplicate, after a lost one, and the time between them no round trip.
            rtt.sample(now - echoed);
        }
    }

    // ---- time

    /** Starts the timer of the tail loss probe anew, if there may be one (RFC 8985 §7.2); {@code rto}: when the other timer fires. */
    public void armProbe(long now, int segment, long rto) {
        if (sack && !isRepairing() && board.sacked() == 0 && board.pipe() > 0) {
            probe.arm(now, rtt.srtt(), board.pipe() <= segment, rto);
        } else {
            probe.cancel();
        }
    }

    public void cancelTimers() {
        probe.cancel();
        reorderDeadline = NEVER;
    }

    /** Fires what is due, but the retransmission timer; {@code nxt} is SND.NXT. Returns whether a probe is due. */
    public boolean tick(long now, int nxt) {
        boolean probes = now >= probe.deadline();
        if (probes) {
            probe.fire();
        }
        if (now >= reorderDeadline) {
            counters.count(TcpEvent.REORDERING_TIMER);
            congestionEchoed = false;
            board.beginAck();
            flightBefore = flight();
            outstandingBefore = Seq.diff(nxt, una);
            if (detect(now)) {
                enterFast(now, nxt);
                reduction.acknowledged(0, flight(), false, mss);
            }
        }
        return probes;
    }

    /** The retransmission timer fired (RFC 8985 §6.3): what is not quite recent counts as lost; fast recovery ends (RFC 6582 §4). */
    public void timedOut(long now, int unacknowledged, int nxt, int segment, boolean again) {
        una = unacknowledged;
        mss = segment;
        if (board.renege(now, una)) {
            counters.count(TcpEvent.SACK_RENEGED);
        }
        if (sack) {
            rack.timedOut(now, board, reorderingWindow());
            board.lose(now, una, Seq.min(una + mss, nxt), true);
        } else {
            board.lose(now, una, nxt, true);
        }
        if (!again) {
            spurious.begin(una);
            reductionStands = false;
        }
        ecn.reduced(nxt);
        phase = Phase.TIMEOUT;
        duplicateAcks = 0;
        duplicateBytes = 0;
        recover = nxt;
        reorderDeadline = NEVER;
        probe.abandon();
    }

    /** Whether nothing is in flight, waited for, or going to be sent again. */
    public boolean isAtRest() {
        return phase == Phase.OPEN && board.isAtRest() && duplicateBytes == 0 && deadline() == NEVER && !probe.isDue();
    }

    /**
     * Keeps what outlives a sleep; SND.UNA is {@code unacknowledged}. What {@link #beginAck} notes, and what a reduction begins with, is
     * noted anew.
     */
    public void keep(Memo memo, int unacknowledged) {
        una = unacknowledged;
        sack = memo.flag(sack);
        begun = memo.flag(begun);
        recover = memo.number(recover, una - 1);
        reductionStands = memo.flag(reductionStands);
        retransmits = memo.number(retransmits, 0);
        retransmittedBytes = memo.number(retransmittedBytes, 0);
        retransmittedAt = memo.time(retransmittedAt, 0);
        board.keep(memo);
        rack.keep(memo, una);
        probe.keep(memo, una);
        spurious.keep(memo, una);
    }
}
