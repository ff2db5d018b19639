package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * CUBIC (RFC 9438), slow start by {@link HyStart}. After a loss the window follows a cubic function of time, whatever the
 * round-trip time: quickly back to where the loss was, slowly across that size, and quickly again when nothing happens there.
 * <pre>
 *   cwnd
 *                                      ╱   convex: looking for more
 *   wMax ─ ╱│─ ─ ─ ─ ─ ─ ___───────────
 *         ╱ │       ╱‾‾          concave: back to the size of the last loss
 *           │    ╱
 *       ·wMax└──╱                          W(t) = C·(t − K)³ + wMax
 *           └──────────┼───────────────▸ t
 *           epoch      K
 * </pre>
 * Windows are kept in bytes and computed in segments, as the RFC does, with {@code double}: a cube of seconds has a range that
 * integers do not have without scaling by hand, 53 bits are exact to a byte for all windows there are, and the JVM's
 * arithmetic is the same everywhere. It costs one division and some multiplications an ACK; the cube root is for losses.
 */
public final class Cubic extends LossBasedControl {

    /** RFC 9438 §4.6: what is left of the window after a loss. */
    static final double BETA = 0.7;
    /** RFC 9438 §5: segments per cubed second. */
    static final double C = 0.4;
    /** RFC 9438 §4.3: how fast Reno's additive increase must be to have the same average with BETA. */
    static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);
    /** RFC 9406 §4.2: no more than this many segments for an ACK where pacing does not spread them. */
    private static final int UNPACED_LIMIT = 8;

    private static final double SECOND = 1e9;

    private final HyStart hyStart = new HyStart();

    /** The size of the window when it was last reduced, in segments; less if others need room (§4.7). */
    private double wMax;
    /** When the curve began. */
    private long epochStart;
    private boolean inEpoch;
    private long lastAck;
    private double k;
    private double wEst;
    private double cwndEpoch;
    /** cwnd_prior of §4.3: the window before the last reduction. */
    private double cwndPrior;
    /** Parts of a byte by which the window has grown. */
    private double fraction;

    private double undoWMax;
    private double undoK;
    private long undoEpochStart;
    private double undoWEst;
    private boolean undoInEpoch;
    private double undoPrior;
    private double undoCwndEpoch;

    @Override
    public void start(long now, int largestSegment, boolean synLost, long srtt) {
        super.start(now, largestSegment, synLost, srtt);
        hyStart.reset();
    }

    @Override
    protected void slowStart(AckSample ack) {
        boolean over = !ack.afterTimeout && ssthresh == Integer.MAX_VALUE && hyStart.acknowledged(ack);
        // RFC 3465 §2.3: after a time-out one segment, because the ACK may be for what arrived long ago.
        int limit = ack.afterTimeout ? mss : ack.srtt >= Pacer.SHORTEST_ROUND_TRIP ? ack.acked : UNPACED_LIMIT * mss;
        int growth = Math.min(ack.acked, limit);
        grow(ssthresh == Integer.MAX_VALUE && hyStart.isConservative() ? growth / HyStart.CSS_GROWTH_DIVISOR : growth);
        if (over) {
            ssthresh = cwnd;
        }
    }

    /** RFC 9438 §5.8: time in which the application, or the receiver, does not use the window does not count. */
    @Override
    protected void pass(AckSample ack) {
        if (inEpoch) {
            epochStart += ack.now - lastAck;
        }
        lastAck = ack.now;
    }

    @Override
    protected void avoidCongestion(AckSample ack) {
        lastAck = ack.now;
        double window = (double) cwnd / mss;
        if (!inEpoch) {
            beginEpoch(ack.now, window);
        }
        double acked = (double) ack.acked / mss;
        // §4.3: alpha is that of Reno once the window is back where it was.
        wEst += (wEst >= cwndPrior ? 1 : ALPHA) * acked / window;
        double target = Math.clamp(curve(ack.now + ack.srtt - epochStart), window, 1.5 * window);
        if (curve(ack.now - epochStart) < wEst) {
            // §4.3, the Reno-friendly region: cwnd is W_est, whose parts of a byte are its own.
            fraction = 0;
            growBy((wEst - window) * mss);
        } else {
            // §4.4 and §4.5, concave and convex alike.
            growBy((target - window) / window * acked * mss);
        }
    }

    private void beginEpoch(long now, double window) {
        inEpoch = true;
        epochStart = now;
        cwndEpoch = window;
        wEst = window;
        if (wMax < window) {
            // §4.10: there is no loss to come back to, the curve begins at its plateau.
            wMax = window;
            cwndPrior = Math.max(cwndPrior, window);
        }
        k = Math.cbrt((wMax - cwndEpoch) / C);
    }

    /** W_cubic of §4.2 in segments. */
    private double curve(long elapsed) {
        double t = elapsed / SECOND - k;
        return C * t * t * t + wMax;
    }

    private void growBy(double bytes) {
        double sum = Math.max(0, bytes) + fraction;
        int whole = (int) sum;
        fraction = sum - whole;
        grow(whole);
    }

    /** §4.6 with §4.7, fast convergence: a flow that lost below its last maximum leaves room for the one that grows. */
    @Override
    protected int reduced(int flight) {
        double window = (double) cwnd / mss;
        saveForUndo();
        cwndPrior = window;
        wMax = window < wMax ? window * (1 + BETA) / 2 : window;
        return (int) Math.round(BETA * flight);
    }

    /** §4.8: the first stage of congestion avoidance after a time-out begins at the plateau of its curve. */
    @Override
    public void timeout(long now, int flight, boolean again) {
        super.timeout(now, flight, again);
        wMax = 0;
    }

    @Override
    protected void forgetGrowth() {
        inEpoch = false;
        fraction = 0;
    }

    private void saveForUndo() {
        undoWMax = wMax;
        undoK = k;
        undoEpochStart = epochStart;
        undoWEst = wEst;
        undoInEpoch = inEpoch;
        undoPrior = cwndPrior;
        undoCwndEpoch = cwndEpoch;
    }

    /** §4.9: a spurious reduction takes nothing away, the curve goes on where it was. */
    @Override
    public void undo(long now) {
        super.undo(now);
        wMax = undoWMax;
        k = undoK;
        epochStart = undoEpochStart;
        wEst = undoWEst;
        inEpoch = undoInEpoch;
        cwndPrior = undoPrior;
        cwndEpoch = undoCwndEpoch;
    }

    @Override
    public void keep(Memo memo) {
        super.keep(memo);
        hyStart.keep(memo);
        wMax = memo.real(wMax);
        epochStart = memo.time(epochStart, 0);
        inEpoch = memo.flag(inEpoch);
        lastAck = memo.time(lastAck, 0);
        k = memo.real(k);
        wEst = memo.real(wEst);
        cwndEpoch = memo.real(cwndEpoch);
        cwndPrior = memo.real(cwndPrior);
        fraction = memo.real(fraction);
        undoWMax = memo.real(undoWMax);
        undoK = memo.real(undoK);
        undoEpochStart = memo.time(undoEpochStart, 0);
        undoWEst = memo.real(undoWEst);
        undoInEpoch = memo.flag(undoInEpoch);
        undoPrior = memo.real(undoPrior);
        undoCwndEpoch = memo.real(undoCwndEpoch);
    }
}
