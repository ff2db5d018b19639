package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * What BBR believes of the path (draft-ietf-ccwg-bbr §5.5): the bandwidth that it delivers, its round trip without a queue,
 * how much it delivers in bunches, and, from losses, how much may be in flight. Long-term bounds come from probing,
 * short-term ones from losses while not probing, and end with the next probe. Bytes, nanoseconds, bytes a second.
 */
final class BbrModel {

    /** The draft's LossThresh: more lost than this of what was in flight is too much. */
    static final double LOSS_THRESH = 0.02;
    /** The draft's Beta: a loss takes no more than this off, as for CUBIC. */
    static final double BETA = 0.7;
    /** §4.1.1: MinRTTFilterLen and ProbeRTTInterval. */
    static final long MIN_RTT_FILTER = 10_000_000_000L;
    static final long PROBE_RTT_INTERVAL = 5_000_000_000L;
    /** The draft's ExtraAckedFilterLen, in round trips. */
    static final int EXTRA_ACKED_ROUNDS = 10;
    /** No bound. */
    static final long INFINITE = Long.MAX_VALUE;
    /** §5.3.1.2: a rate that is not a quarter more than before has not grown; three such rounds, and the pipe is full. */
    private static final double FULL_BW_GROWTH = 1.25;
    private static final int FULL_BW_ROUNDS = 3;

    private static final double SECOND = 1e9;

    private long nextRoundDelivered;
    private boolean roundStart;
    private long roundCount;

    /** The bandwidth filter: the most of this ProbeBW cycle and of the one before. */
    private long maxBwNow;
    private long maxBwBefore;
    private long bw;

    private long minRtt = INFINITE;
    private long minRttStamp;
    private long probeRttMinDelay = INFINITE;
    private long probeRttMinStamp;
    private boolean probeRttExpired;

    private long extraAckedStart;
    private long extraAckedDelivered;
    private long extraAcked;
    private long extraAckedRound;
    private long extraAckedNext;

    private long fullBw;
    private int fullBwCount;
    private boolean fullBwNow;
    private boolean fullBwReached;

    private long bwLatest;
    private long inflightLatest;
    private long lossRoundDelivered;
    private boolean lossRoundStart;
    private boolean lossInRound;

    private long bwShortTerm = INFINITE;
    private long inflightShortTerm = INFINITE;
    private long inflightLongTerm = INFINITE;
    private long undoBwShortTerm = INFINITE;
    private long undoInflightShortTerm = INFINITE;
    private long undoInflightLongTerm = INFINITE;

    void start(long now, long srtt) {
        minRtt = srtt > 0 ? srtt : INFINITE;
        minRttStamp = now;
        probeRttMinDelay = minRtt;
        probeRttMinStamp = now;
        extraAckedStart = now;
    }

    // ---- rounds

    boolean roundStart() {
        return roundStart;
    }

    long roundCount() {
        return roundCount;
    }

    /** A round trip begins now: it ends with the first ACK of what is sent from now on. */
    void startRound(long totalDelivered) {
        nextRoundDelivered = totalDelivered;
    }

    private void updateRound(AckSample ack) {
        roundStart = ack.priorDelivered >= nextRoundDelivered;
        if (roundStart) {
            startRound(ack.totalDelivered);
            roundCount++;
        }
    }

    // ---- bandwidth

    long maxBw() {
        return Math.max(maxBwNow, maxBwBefore);
    }

    /** The bandwidth to work with: the maximum, bounded by what losses say at present. */
    long bw() {
        return bw;
    }

    private void updateMaxBw(AckSample ack) {
        updateRound(ack);
        // §5.5.4: what the application did not fill says nothing of the path, unless it is more than was known.
        if (ack.deliveryRate > 0 && (ack.deliveryRate >= maxBw() || !ack.appLimited)) {
            maxBwNow = Math.max(maxBwNow, ack.deliveryRate);
        }
    }

    /** §5.5.6: a ProbeBW cycle is over, the maximum before the last one is forgotten. */
    void advanceMaxBwFilter() {
        if (maxBwNow > 0) {
            maxBwBefore = maxBwNow;
            maxBwNow = 0;
        }
    }

    void boundBw() {
        bw = Math.min(maxBw(), bwShortTerm);
    }

    // ---- round-trip time

    /** The round-trip time without a queue, {@link #INFINITE} before there was a sample. */
    long minRtt() {
        return minRtt;
    }

    boolean isProbeRttExpired() {
        return probeRttExpired;
    }

    /** A ProbeRTT is over: the next one in {@link #PROBE_RTT_INTERVAL}. */
    void probeRttDone(long now) {
        probeRttMinStamp = now;
    }

    /** §5.3.4.3, UpdateMinRTT. */
    void updateMinRtt(AckSample ack) {
        probeRttExpired = ack.now > probeRttMinStamp + PROBE_RTT_INTERVAL;
        if (ack.rtt >= 0 && (ack.rtt < probeRttMinDelay || probeRttExpired)) {
            probeRttMinDelay = ack.rtt;
            probeRttMinStamp = ack.now;
        }
        if (probeRttMinDelay < minRtt || ack.now > minRttStamp + MIN_RTT_FILTER) {
            minRtt = probeRttMinDelay;
            minRttStamp = probeRttMinStamp;
        }
    }

    /** {@code gain} times the bandwidth-delay product; {@code unknown} before there was a round-trip time. */
    double bdp(double gain, int unknown) {
        return minRtt == INFINITE ? unknown : gain * bw * (minRtt / SECOND);
    }

    // ---- aggregation

    /** §5.5.9: how much more than the bandwidth explains was acknowledged at once in the last rounds. */
    long extraAcked() {
        return extraAcked;
    }

    void restartAggregation(long now) {
        extraAckedStart = now;
        extraAckedDelivered = 0;
    }

    void updateAckAggregation(AckSample ack, int cwnd) {
        double expected = bw * ((ack.now - extraAckedStart) / SECOND);
        if (extraAckedDelivered <= expected) {
            restartAggregation(ack.now);
            expected = 0;
        }
        extraAckedDelivered += ack.acked;
        long extra = Math.min(cwnd, (long) (extraAckedDelivered - expected));
        // Two halves of the window of rounds stand in for a filter of all of them.
        int half = fullBwReached ? EXTRA_ACKED_ROUNDS / 2 : 1;
        if (roundCount >= extraAckedRound + half) {
            extraAcked = extraAckedNext;
            extraAckedNext = 0;
            extraAckedRound = roundCount;
        }
        extraAckedNext = Math.max(extraAckedNext, extra);
        extraAcked = Math.max(extraAcked, extra);
    }

    // ---- is the pipe full?

    boolean isFullBwReached() {
        return fullBwReached;
    }

    boolean isFullBwNow() {
        return fullBwNow;
    }

    void fullBwReached(boolean reached) {
        fullBwReached = reached;
    }

    /** Looks for a plateau anew, above {@code baseline}. */
    void resetFullBw(long baseline) {
        fullBw = baseline;
        fullBwCount = 0;
        fullBwNow = false;
    }

    /** §5.3.1.2. */
    void checkFullBwReached(AckSample ack) {
        if (fullBwNow || !roundStart || ack.appLimited || ack.deliveryRate == 0) {
            return;
        }
        if (ack.deliveryRate >= fullBw * FULL_BW_GROWTH) {
            resetFullBw(ack.deliveryRate);
            return;
        }
        fullBwCount++;
        fullBwNow = fullBwCount >= FULL_BW_ROUNDS;
        fullBwReached |= fullBwNow;
    }

    // ---- congestion

    boolean isLossRoundStart() {
        return lossRoundStart;
    }

    long inflightLatest() {
        return inflightLatest;
    }

    long inflightLongTerm() {
        return inflightLongTerm;
    }

    long inflightShortTerm() {
        return inflightShortTerm;
    }

    void inflightLongTerm(long bytes) {
        inflightLongTerm = bytes;
    }

    /** §5.5.10.2: a loss; returns whether it is the first one of this round. */
    boolean noteLoss(long totalDelivered) {
        boolean first = !lossInRound;
        if (first) {
            lossRoundDelivered = totalDelivered;
        }
        lossInRound = true;
        return first;
    }

    void resetCongestionSignals() {
        lossInRound = false;
        bwLatest = 0;
        inflightLatest = 0;
    }

    void resetShortTerm() {
        bwShortTerm = INFINITE;
        inflightShortTerm = INFINITE;
    }

    /** §5.5.10.3, near the start of an ACK: what the last round trip has delivered. */
    void updateLatestDelivery(AckSample ack) {
        lossRoundStart = false;
        bwLatest = Math.max(bwLatest, ack.deliveryRate);
        inflightLatest = Math.max(inflightLatest, ack.delivered);
        if (ack.priorDelivered >= lossRoundDelivered) {
            lossRoundDelivered = ack.totalDelivered;
            lossRoundStart = true;
        }
    }

    /** And near its end. */
    void advanceLatestDelivery(AckSample ack) {
        if (lossRoundStart) {
            bwLatest = ack.deliveryRate;
            inflightLatest = ack.delivered;
        }
    }

    /** Once a round trip the short-term bounds follow what was delivered, if there were losses, unless {@code probing}. */
    void updateCongestion(AckSample ack, boolean probing, int cwnd) {
        updateMaxBw(ack);
        if (!lossRoundStart) {
            return;
        }
        if (lossInRound && !probing) {
            long rate = bwShortTerm == INFINITE ? maxBw() : bwShortTerm;
            long volume = inflightShortTerm == INFINITE ? cwnd : inflightShortTerm;
            // Deviation: the draft takes bw_latest as it is. But that is at most what was sent, and so a margin less than bw:
            // at 1 % of random loss the bound fell by that margin each round trip until the next probe, whatever the path took.
            bwShortTerm = Math.max((long) (bwLatest / Bbr.PACING_MARGIN), (long) (BETA * rate));
            inflightShortTerm = Math.max(inflightLatest, (long) (BETA * volume));
        }
        lossInRound = false;
    }

    // ---- losses that were none

    void saveForUndo() {
        undoBwShortTerm = bwShortTerm;
        undoInflightShortTerm = inflightShortTerm;
        undoInflightLongTerm = inflightLongTerm;
    }

    /** §5.5.11.2. */
    void undo() {
        lossInRound = false;
        resetFullBw(0);
        bwShortTerm = Math.max(bwShortTerm, undoBwShortTerm);
        inflightShortTerm = Math.max(inflightShortTerm, undoInflightShortTerm);
        inflightLongTerm = Math.max(inflightLongTerm, undoInflightLongTerm);
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        nextRoundDelivered = memo.number(nextRoundDelivered, 0);
        roundStart = memo.flag(roundStart);
        roundCount = memo.number(roundCount, 0);
        maxBwNow = memo.number(maxBwNow, 0);
        maxBwBefore = memo.number(maxBwBefore, 0);
        bw = memo.number(bw, maxBw());
        minRtt = memo.number(minRtt, INFINITE);
        minRttStamp = memo.time(minRttStamp, 0);
        probeRttMinDelay = memo.number(probeRttMinDelay, minRtt);
        probeRttMinStamp = memo.time(probeRttMinStamp, minRttStamp);
        probeRttExpired = memo.flag(probeRttExpired);
        extraAckedStart = memo.time(extraAckedStart, 0);
        extraAckedDelivered = memo.number(extraAckedDelivered, 0);
        extraAcked = memo.number(extraAcked, 0);
        extraAckedRound = memo.number(extraAckedRound, 0);
        extraAckedNext = memo.number(extraAckedNext, 0);
        fullBw = memo.number(fullBw, 0);
        fullBwCount = memo.number(fullBwCount, 0);
        fullBwNow = memo.flag(fullBwNow);
        fullBwReached = memo.flag(fullBwReached);
        bwLatest = memo.number(bwLatest, 0);
        inflightLatest = memo.number(inflightLatest, 0);
        lossRoundDelivered = memo.number(lossRoundDelivered, 0);
        lossRoundStart = memo.flag(lossRoundStart);
        lossInRound = memo.flag(lossInRound);
        bwShortTerm = memo.number(bwShortTerm, INFINITE);
        inflightShortTerm = memo.number(inflightShortTerm, INFINITE);
        inflightLongTerm = memo.number(inflightLongTerm, INFINITE);
        undoBwShortTerm = memo.number(undoBwShortTerm, INFINITE);
        undoInflightShortTerm = memo.number(undoInflightShortTerm, INFINITE);
        undoInflightLongTerm = memo.number(undoInflightLongTerm, INFINITE);
    }
}
