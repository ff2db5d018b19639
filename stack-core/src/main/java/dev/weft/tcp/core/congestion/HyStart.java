package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * HyStart++ (RFC 9406): leaves slow start when the round-trip time says that a queue builds up, before it overflows. The
 * least round-trip time of a round is compared with that of the round before; if it has grown by more than an eighth, the
 * window grows only a quarter as fast for up to five rounds (Conservative Slow Start), and if it shrinks again meanwhile,
 * the alarm was false.
 */
final class HyStart {

    /** RFC 9406 §4.3. */
    static final long MIN_RTT_THRESH = 4_000_000L;
    static final long MAX_RTT_THRESH = 16_000_000L;
    static final int MIN_RTT_DIVISOR = 8;
    static final int N_RTT_SAMPLE = 8;
    static final int CSS_GROWTH_DIVISOR = 4;
    static final int CSS_ROUNDS = 5;

    private static final long NONE = Long.MAX_VALUE;

    private boolean conservative;
    private long roundEnd;
    private long lastRoundMinRtt = NONE;
    private long currentRoundMinRtt = NONE;
    private int rttSamples;
    private long cssBaselineMinRtt = NONE;
    private int cssRounds;

    /** Slow start begins (anew). */
    void reset() {
        conservative = false;
        roundEnd = 0;
        lastRoundMinRtt = NONE;
        currentRoundMinRtt = NONE;
        rttSamples = 0;
        cssBaselineMinRtt = NONE;
        cssRounds = 0;
    }

    /** Whether this is Conservative Slow Start: the window grows by a quarter of what it would. */
    boolean isConservative() {
        return conservative;
    }

    /**
     * An ACK in slow start (RFC 9406 §4.2).
     *
     * @return whether slow start is over: ssthresh is to be set to cwnd
     */
    boolean acknowledged(AckSample ack) {
        if (ack.priorDelivered >= roundEnd) {
            beginRound(ack.totalDelivered);
            // The round in which it began counts, too.
            if (conservative && ++cssRounds >= CSS_ROUNDS) {
                return true;
            }
        }
        if (ack.rtt < 0) {
            return false;
        }
        currentRoundMinRtt = Math.min(currentRoundMinRtt, ack.rtt);
        rttSamples++;
        if (rttSamples < N_RTT_SAMPLE) {
            return false;
        }
        if (!conservative) {
            watch();
        } else if (currentRoundMinRtt < cssBaselineMinRtt) {
            // "the Slow Start exit was spurious": back to where it grew as before.
            conservative = false;
            cssBaselineMinRtt = NONE;
        }
        return false;
    }

    private void beginRound(long end) {
        roundEnd = end;
        lastRoundMinRtt = currentRoundMinRtt;
        currentRoundMinRtt = NONE;
        rttSamples = 0;
    }

    private void watch() {
        if (lastRoundMinRtt == NONE) {
            return;
        }
        long threshold = Math.clamp(lastRoundMinRtt / MIN_RTT_DIVISOR, MIN_RTT_THRESH, MAX_RTT_THRESH);
        if (currentRoundMinRtt >= lastRoundMinRtt + threshold) {
            cssBaselineMinRtt = currentRoundMinRtt;
            conservative = true;
            cssRounds = 0;
        }
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        conservative = memo.flag(conservative);
        roundEnd = memo.number(roundEnd, 0);
        lastRoundMinRtt = memo.number(lastRoundMinRtt, NONE);
        currentRoundMinRtt = memo.number(currentRoundMinRtt, NONE);
        rttSamples = memo.number(rttSamples, 0);
        cssBaselineMinRtt = memo.number(cssBaselineMinRtt, NONE);
        cssRounds = memo.number(cssRounds, 0);
    }
}
