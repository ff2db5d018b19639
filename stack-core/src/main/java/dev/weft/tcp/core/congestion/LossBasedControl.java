package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * What {@link NewReno} and {@link Cubic} share: a window that doubles each round trip up to a threshold (RFC 5681 §3.1), that
 * shrinks when a segment is lost, and that is forgotten when it is not used. How it grows beyond the threshold, and by how
 * much it shrinks, is theirs.
 */
public abstract class LossBasedControl implements CongestionControl {

    /** No window is larger (RFC 7323 §2.3). */
    private static final int LARGEST = 1 << 30;

    protected int mss = 536;
    protected int cwnd = 536;
    protected int ssthresh = Integer.MAX_VALUE;

    private int priorCwnd;
    private int priorSsthresh;

    /** Where cwnd goes from {@code flight} bytes when one of them was lost; the caller keeps two segments at least. */
    protected abstract int reduced(int flight);

    /** An ACK in slow start. */
    protected abstract void slowStart(AckSample ack);

    /** An ACK in congestion avoidance. */
    protected abstract void avoidCongestion(AckSample ack);

    /** An ACK from which nothing grows. */
    protected void pass(AckSample ack) {
        // only a growth that follows the time must know
    }

    /** The window has been reduced, or set anew: what was counted towards its growth is void. */
    protected abstract void forgetGrowth();

    @Override
    public final int cwnd() {
        return cwnd;
    }

    @Override
    public final int ssthresh() {
        return ssthresh;
    }

    @Override
    public boolean isInSlowStart() {
        return cwnd < ssthresh;
    }

    @Override
    public final long pacingRate() {
        return 0;
    }

    @Override
    public final boolean rulesRecovery() {
        return false;
    }

    @Override
    public void start(long now, int largestSegment, boolean synLost, long srtt) {
        mss = largestSegment;
        // RFC 5681 §3.1: at most one segment after the loss of a SYN.
        cwnd = synLost ? mss : initialWindow(mss);
    }

    @Override
    public final void mssChanged(int largestSegment) {
        mss = largestSegment;
        cwnd = Math.max(cwnd, mss);
    }

    /** RFC 6928 §2. */
    static int initialWindow(int mss) {
        return Math.min(10 * mss, Math.max(2 * mss, 14_600));
    }

    @Override
    public final void acknowledged(AckSample ack) {
        // RFC 7661 §4.3 as Linux has it: a window that is not in use says nothing about the path, so it does not grow.
        if (!ack.windowLimited || ack.inRecovery) {
            pass(ack);
        } else if (isInSlowStart()) {
            slowStart(ack);
        } else {
            avoidCongestion(ack);
        }
    }

    @Override
    public void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited) {
        // how many are lost makes no difference: the window is reduced once for all of a round trip
    }

    /** RFC 5681 §3.2, steps 2 and 3. */
    @Override
    public void enterRecovery(long now, int flight) {
        remember();
        ssthresh = Math.max(reduced(flight), 2 * mss);
        cwnd = ssthresh + 3 * mss;
        forgetGrowth();
    }

    /**
     * RFC 3168 §6.1.2, RFC 9438 §4.6: as for a loss, to no less than two segments. Not by a smaller factor, which RFC 8511 proposes
     * as an experiment: Linux has none, and a flow that shares a queue with it would take the larger half.
     */
    @Override
    public final void congestionEchoed(long now, int flight) {
        enterRecovery(now, flight);
    }

    /**
     * RFC 6582 §3.2, step 5, full acknowledgements, choice (1): no burst when little is left in flight. {@code Deviation:} RFC 9937
     * ends with ssthresh, from which Weft's flows carry a sixth less where single segments are lost (simulation, 100 Mbit/s,
     * 20 ms, 1 %: CUBIC 0.075 of the path instead of 0.089, NewReno 0.065 instead of 0.071); slow start makes up the difference.
     */
    @Override
    public final void exitRecovery(long now, int flight) {
        // Segments may have become longer since the reduction (RFC 4821 §7.6.1): one of them must fit.
        cwnd = Math.max(mss, Math.min(ssthresh, Math.max(flight, mss) + mss));
    }

    @Override
    public void timeout(long now, int flight, boolean again) {
        // RFC 5681 §3.1: for further time-outs of one segment ssthresh is held.
        if (!again) {
            remember();
            ssthresh = Math.max(reduced(flight), 2 * mss);
        }
        cwnd = mss;
        forgetGrowth();
    }

    private void remember() {
        priorCwnd = cwnd;
        priorSsthresh = ssthresh;
    }

    @Override
    public void undo(long now) {
        cwnd = Math.max(cwnd, priorCwnd);
        ssthresh = Math.max(ssthresh, priorSsthresh);
        forgetGrowth();
    }

    /**
     * RFC 5681 §4.1: after a pause the ACK clock has stopped. As in Linux (RFC 2861 §3) the window is halved for each
     * retransmission time-out of the pause, down to the restart window, instead of going there at once; the threshold
     * remembers it, so slow start brings it back.
     */
    @Override
    public final void restart(long now, long idle, long rto, boolean appLimited) {
        if (idle <= rto) {
            return;
        }
        int floor = Math.min(cwnd, initialWindow(mss));
        keepThreshold();
        for (long left = idle - rto; left > 0 && cwnd > floor; left -= rto) {
            cwnd /= 2;
        }
        cwnd = Math.max(cwnd, floor);
        forgetGrowth();
    }

    /** RFC 2861 §3.2, as in Linux: the window moves half of the way to what was used. */
    @Override
    public final void underused(int used) {
        int enough = Math.max(used, initialWindow(mss));
        if (enough < cwnd) {
            keepThreshold();
            cwnd = cwnd - (cwnd - enough) / 2;
            forgetGrowth();
        }
    }

    /** RFC 2861 §3.1: ssthresh = max(ssthresh, 3/4 cwnd). */
    private void keepThreshold() {
        ssthresh = Math.max(ssthresh, cwnd - cwnd / 4);
    }

    protected final void grow(int bytes) {
        cwnd = Math.min(LARGEST, cwnd + bytes);
    }

    @Override
    public void keep(Memo memo) {
        mss = memo.number(mss, 0);
        cwnd = memo.number(cwnd, initialWindow(mss));
        ssthresh = memo.number(ssthresh, Integer.MAX_VALUE);
        priorCwnd = memo.number(priorCwnd, 0);
        priorSsthresh = memo.number(priorSsthresh, 0);
    }
}
