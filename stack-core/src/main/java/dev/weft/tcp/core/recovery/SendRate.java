package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.congestion.AckSample;
import dev.weft.tcp.core.congestion.CongestionControl;
import dev.weft.tcp.core.congestion.Pacer;
import dev.weft.tcp.core.congestion.RateSampler;
import dev.weft.tcp.core.congestion.WindowUse;
import dev.weft.tcp.core.memo.Memo;

/**
 * What decides how fast a connection sends: joins the {@link CongestionControl}, the {@link RateSampler} that measures for it,
 * the {@link Pacer} that carries out what it says, and {@link WindowUse}. {@code Sender} tells it what leaves, arrives and is
 * lost, and asks whether the next segment may leave.
 */
public final class SendRate {

    final CongestionControl control;
    public final RateSampler sampler = new RateSampler();
    public final Pacer pacer = new Pacer();
    private final WindowUse use = new WindowUse();
    private final AckSample sample = new AckSample();
    private int mss;
    private long lastRate;

    public SendRate(CongestionControl control) {
        this.control = control;
    }

    /** Data may flow; {@code nxt} is the first sequence number of it. */
    public void start(long now, int segment, boolean synLost, long srtt, int nxt) {
        mss = segment;
        control.start(now, mss, synLost, srtt);
        pacer.start(mss);
        pacer.follow(control.pacingRate(), control.cwnd(), control.ssthresh(), srtt, mss);
        use.start(now, nxt);
    }

    public void mssChanged(int segment) {
        mss = segment;
        control.mssChanged(segment);
    }

    /** Bytes a second delivered lately, 0 before anything was (for those who look). */
    public long deliveryRate() {
        return lastRate;
    }

    // ---- sending

    /** Whether the pacer lets a segment leave now. */
    public boolean mayLeave(long now) {
        return pacer.mayLeave(now, mss);
    }

    /** How many bytes may leave as one large segment, when {@link #mayLeave} has said yes. */
    public int together(long now) {
        return pacer.together(now, mss);
    }

    /** {@code [seq, end)} leaves; {@code flight} without it. */
    public void sent(long now, int seq, int end, int flight, boolean again) {
        sampler.sent(now, seq, end, flight, again);
        pacer.sent(now, end - seq);
    }

    /**
     * Nothing more leaves for the moment.
     *
     * @param flight bytes in flight
     * @param byWindow whether the congestion window holds something back
     * @param byPacer whether {@link #mayLeave} does
     * @param nothingWaits whether all that was written has left, and nothing is taken for lost
     */
    public void stopped(long now, int flight, boolean byWindow, boolean byPacer, boolean nothingWaits, int una, int nxt, long rto) {
        boolean limited = use.isLimited(control.cwnd(), control.isInSlowStart());
        int used = use.stopped(now, flight, byWindow, una, nxt, limited, rto);
        if (used > 0) {
            control.underused(used);
        }
        if (!byPacer) {
            pacer.idle();
        }
        if (nothingWaits && flight < control.cwnd()) {
            sampler.appLimited(flight);
        }
    }

    // ---- acknowledgement

    /** {@code [from, to)} has arrived, and no ACK said so before. */
    void delivered(long now, int from, int to) {
        sample.acked += to - from;
        sampler.delivered(now, from, to);
    }

    /** {@code [from, to)} is taken for lost. */
    void lost(long now, int from, int to) {
        sample.newlyLost += to - from;
        sampler.lost(now, from, to, control);
    }

    /**
     * An ACK has been taken into account: tells the control if it delivered something.
     *
     * @param una SND.UNA
     * @param flightBefore bytes in flight before it
     * @param flight and after
     * @param phase what recovery was in when it came
     */
    void acknowledged(long now, int una, int flightBefore, int flight, long srtt, Recovery.Phase phase) {
        sampler.sample(now, sample);
        sampler.acknowledged(una);
        if (sample.deliveryRate > 0) {
            lastRate = sample.deliveryRate;
        }
        sample.now = now;
        sample.flightBefore = flightBefore;
        sample.flight = flight;
        sample.srtt = srtt;
        sample.windowLimited = use.isLimited(control.cwnd(), control.isInSlowStart());
        sample.inRecovery = phase == Recovery.Phase.FAST;
        sample.afterTimeout = phase == Recovery.Phase.TIMEOUT;
        if (sample.acked > 0) {
            sample.deliberatelySlow = false;
            control.acknowledged(sample);
            if (sample.deliberatelySlow) {
                sampler.appLimited(flight);
            }
            sample.acked = 0;
            sample.newlyLost = 0;
        }
        pacer.follow(control.pacingRate(), control.cwnd(), control.ssthresh(), srtt, mss);
    }

    /** Whether a look at a connection without anything in flight changes nothing here. */
    public boolean isAtRest(int nxt) {
        return sampler.isAtRest() && sampler.isAppLimited() && use.isSettled(nxt) && pacer.deadline() == Long.MAX_VALUE;
    }

    /** Keeps what outlives a sleep; what {@link #sample} says is said anew with each ACK. */
    public void keep(Memo memo, int segment, int nxt, long acked) {
        mss = memo.number(mss, segment);
        lastRate = memo.number(lastRate, 0);
        control.keep(memo);
        sampler.keep(memo, acked);
        pacer.keep(memo, control.cwnd());
        use.keep(memo, nxt);
    }
}
