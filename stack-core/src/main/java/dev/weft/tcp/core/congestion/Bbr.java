package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * BBR version 3 (draft-ietf-ccwg-bbr-06; sections below are its): sends at the rate at which the path delivers, keeps about
 * one bandwidth-delay product in flight, and now and then looks whether there is more bandwidth or a shorter round trip.
 * <pre>
 *   Startup ──▸ Drain ──▸ ProbeBW_DOWN ──▸ CRUISE ──▸ REFILL ──▸ UP
 *   2.77         0.5        0.90    ▴       1.0        1.0      1.25     pacing gain
 *                                   └────────────────────────────┘
 *   from anywhere every 5 s: ProbeRTT (half a BDP in flight for 200 ms), and back
 * </pre>
 * {@link BbrModel} is what it believes of the path; this class is what it does about it: the states, the rate, the window.
 * Unlike a window that shrinks at each loss, it takes loss for a sign of too much in flight only above 2 %.
 */
public final class Bbr implements CongestionControl {

    /** §5.1.2 and §5.6.1. */
    enum State {
        /** Doubles the rate each round trip. */
        STARTUP(2.77, 2.0),
        /** Lets the queue run empty that Startup has made. */
        DRAIN(0.5, 2.0),
        /** Slower than the path delivers, so that others find room. */
        DOWN(0.90, 2.0),
        /** As fast as the path delivers. */
        CRUISE(1.0, 2.0),
        /** Forgets short-term bounds and fills the pipe. */
        REFILL(1.0, 2.0),
        /** Faster than the path delivers: is there more? */
        UP(1.25, 2.25),
        /** Little in flight, to see the round trip without a queue. */
        PROBE_RTT(1.0, 0.5);

        final double pacingGain;
        final double cwndGain;

        State(double pacingGain, double cwndGain) {
            this.pacingGain = pacingGain;
            this.cwndGain = cwndGain;
        }

        boolean isProbeBw() {
            return this == DOWN || this == CRUISE || this == REFILL || this == UP;
        }
    }

    /** §2.5, BBR.ack_phase: what ACKs tell of the last probe. */
    private enum AckPhase { INIT, REFILLING, PROBE_STARTING, PROBE_FEEDBACK, PROBE_STOPPING }

    /** §5.3.3.8: random 2 to 3 s between probes, or 63 round trips, or as many as Reno would need to fill the pipe. */
    private static final long PROBE_WAIT = 2_000_000_000L;
    private static final int PROBE_WAIT_SPREAD = 1_000_000_000;
    private static final int MOST_RENO_ROUNDS = 63;
    private static final long PROBE_RTT_DURATION = 200_000_000L;
    /** §5.6.2: PacingMarginPercent: a little less than the estimate, which is a maximum. */
    static final double PACING_MARGIN = 0.99;
    /** §5.3.3.1: what is left to others of inflight_longterm. */
    private static final double HEADROOM = 0.15;
    /** §5.3.1.3: BBRStartupFullLossCnt. */
    private static final int STARTUP_LOSSES = 6;
    private static final int LONGEST_DRAIN = 3;
    private static final int LARGEST = 1 << 30;
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    private final BbrModel model = new BbrModel();
    private int random;

    private State state = State.STARTUP;
    private AckPhase ackPhase = AckPhase.INIT;
    private int mss = 536;
    private int initialCwnd = 536;
    private int cwnd = 536;
    private int priorCwnd;
    private long pacingRate;
    private boolean recovering;
    /** The ACK at hand ends a recovery. */
    private boolean recovered;
    private boolean afterTimeout;

    private long cycleStamp;
    private long probeWait;
    private long roundsSinceProbeUp;
    private boolean probeSample;
    private boolean probeTooHigh;
    private boolean probePrecautionary;
    private int probeUpRounds;
    private long probeUpAcked;
    private long probeUpAckedPerIncrement = BbrModel.INFINITE;

    private long drainStartRound;
    private int startupLosses;
    private long probeRttDoneAt;
    private boolean probeRttRoundDone;
    private boolean idleRestart;
    private long totalDelivered;
    private State undoState;

    /** @param seed of the dice that spread probes of flows that share a path */
    public Bbr(int seed) {
        random = seed == 0 ? 1 : seed;
    }

    State state() {
        return state;
    }

    BbrModel model() {
        return model;
    }

    @Override
    public int cwnd() {
        return cwnd;
    }

    @Override
    public int ssthresh() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean isInSlowStart() {
        return false;
    }

    @Override
    public long pacingRate() {
        return pacingRate;
    }

    @Override
    public boolean rulesRecovery() {
        return true;
    }

    // ---- beginning

    @Override
    public void start(long now, int largestSegment, boolean synLost, long srtt) {
        mss = largestSegment;
        initialCwnd = LossBasedControl.initialWindow(mss);
        cwnd = synLost ? mss : initialCwnd;
        model.start(now, srtt);
        cycleStamp = now;
        // §5.6.2, InitPacingRate.
        pacingRate = (long) (State.STARTUP.pacingGain * initialCwnd * SECOND / (srtt > 0 ? srtt : MILLISECOND));
        state = State.STARTUP;
    }

    @Override
    public void mssChanged(int largestSegment) {
        mss = largestSegment;
        cwnd = Math.max(cwnd, mss);
    }

    // ---- ACKs (§5.2.3)

    @Override
    public void acknowledged(AckSample ack) {
        totalDelivered = ack.totalDelivered;
        if (afterTimeout && !ack.afterTimeout) {
            restoreCwnd();                           // §5.6.4.4: all that the time-out took for lost has arrived
        }
        afterTimeout &= ack.afterTimeout;
        model.updateLatestDelivery(ack);
        model.updateCongestion(ack, isProbing(), cwnd);
        roundsSinceProbeUp += model.roundStart() ? 1 : 0;
        model.updateAckAggregation(ack, cwnd);
        model.checkFullBwReached(ack);
        checkStartupDone(ack);
        if (state == State.DRAIN && (ack.flight <= inflight(1.0) || model.roundCount() > drainStartRound + LONGEST_DRAIN)) {
            startDown(ack.now);
        }
        updateProbeBw(ack);
        model.updateMinRtt(ack);
        checkProbeRtt(ack);
        model.advanceLatestDelivery(ack);
        model.boundBw();
        setPacingRate(state.pacingGain);
        setCwnd(ack);
    }

    /** Whether what is sent now may raise the bounds, so that losses do not lower them yet. */
    private boolean isProbing() {
        return state == State.STARTUP || state == State.REFILL || state == State.UP;
    }

    /** §5.3.1.1 and §5.3.1.3: the pipe is full when the rate grows no more, or when much is lost for a round trip. */
    private void checkStartupDone(AckSample ack) {
        if (state != State.STARTUP) {
            return;
        }
        startupLosses += ack.newlyLost > 0 ? 1 : 0;
        if (model.isLossRoundStart()) {
            if ((recovering || recovered) && startupLosses >= STARTUP_LOSSES && isTooHigh(ack.lost, ack.txInFlight)) {
                undoState = State.STARTUP;
                model.fullBwReached(true);
                model.inflightLongTerm(Math.max((long) model.bdp(1.0, initialCwnd), model.inflightLatest()));
            }
            startupLosses = 0;
        }
        recovered = false;
        if (model.isFullBwReached()) {
            state = State.DRAIN;
            drainStartRound = model.roundCount();
        }
    }

    // ---- ProbeBW (§5.3.3)

    private void updateProbeBw(AckSample ack) {
        if (!model.isFullBwReached() || adaptLongTermModel(ack)) {
            return;
        }
        switch (state) {
            case DOWN -> {
                if (!isTimeToProbe(ack.now) && isTimeToCruise(ack.flight)) {
                    state = State.CRUISE;
                }
            }
            case CRUISE -> isTimeToProbe(ack.now);
            case REFILL -> {
                if (model.roundStart()) {
                    probeSample = true;
                    startUp(ack);
                }
            }
            case UP -> {
                if (isTimeToGoDown(ack)) {
                    probeTooHigh = false;
                    startDown(ack.now);
                }
            }
            default -> {
                // Drain and ProbeRTT end by their own rules
            }
        }
    }

    private void startDown(long now) {
        model.resetCongestionSignals();
        probeUpAckedPerIncrement = BbrModel.INFINITE;
        pickProbeWait();
        cycleStamp = now;
        ackPhase = AckPhase.PROBE_STOPPING;
        model.startRound(totalDelivered);
        state = State.DOWN;
    }

    private void startRefill() {
        model.resetShortTerm();
        probeUpRounds = 0;
        probeUpAcked = 0;
        probePrecautionary = false;
        ackPhase = AckPhase.REFILLING;
        model.startRound(totalDelivered);
        state = State.REFILL;
    }

    private void startUp(AckSample ack) {
        ackPhase = AckPhase.PROBE_STARTING;
        model.startRound(totalDelivered);
        model.resetFullBw(ack.deliveryRate);
        state = State.UP;
        raiseSlope();
    }

    /** Xorshift: what matters is that flows differ. */
    private int roll() {
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        return random & Integer.MAX_VALUE;
    }

    private void pickProbeWait() {
        roundsSinceProbeUp = roll() & 1;
        probeWait = PROBE_WAIT + roll() % PROBE_WAIT_SPREAD;
    }

    private boolean isTimeToProbe(long now) {
        long renoRounds = Math.min(targetInflight() / mss, MOST_RENO_ROUNDS);
        if (now > cycleStamp + probeWait || roundsSinceProbeUp >= renoRounds) {
            startRefill();
            return true;
        }
        return false;
    }

    private boolean isTimeToCruise(int flight) {
        return flight <= inflightWithHeadroom() && flight <= budgeted(model.maxBw() * (model.minRtt() / (double) SECOND));
    }

    private boolean isTimeToGoDown(AckSample ack) {
        // §5.3.3.6: the last probe lost too much, so this one ends where that one began to.
        if (probeTooHigh && ack.flight >= model.inflightLongTerm()) {
            probePrecautionary = true;
            return true;
        }
        if (ack.windowLimited && cwnd >= model.inflightLongTerm()) {
            model.resetFullBw(ack.deliveryRate);     // held by that bound, the rate cannot grow: no plateau
            return false;
        }
        return model.isFullBwNow();
    }

    /** §5.3.3.9; returns whether it has changed the state. */
    private boolean adaptLongTermModel(AckSample ack) {
        if (ackPhase == AckPhase.PROBE_STARTING && model.roundStart()) {
            ackPhase = AckPhase.PROBE_FEEDBACK;
        }
        if (ackPhase == AckPhase.PROBE_STOPPING && model.roundStart()) {
            probeSample = false;
            ackPhase = AckPhase.INIT;
            if (state.isProbeBw() && !ack.appLimited) {
                model.advanceMaxBwFilter();
            }
            if (state.isProbeBw() && probePrecautionary && !probeTooHigh) {
                startRefill();
                return true;
            }
        }
        if (!isTooHigh(ack.lost, ack.txInFlight) && model.inflightLongTerm() != BbrModel.INFINITE) {
            model.inflightLongTerm(Math.max(model.inflightLongTerm(), ack.txInFlight));
            if (state == State.UP) {
                probeUpward(ack);
            }
        }
        return false;
    }

    private void raiseSlope() {
        long growth = 1L << probeUpRounds;
        probeUpRounds = Math.min(probeUpRounds + 1, 30);
        probeUpAckedPerIncrement = Math.max(cwnd / growth, mss);
    }

    /** Raises inflight_longterm by 1, 2, 4 … segments in successive round trips. */
    private void probeUpward(AckSample ack) {
        if (!ack.windowLimited || cwnd < model.inflightLongTerm()) {
            return;
        }
        probeUpAcked += ack.acked;
        if (probeUpAcked >= probeUpAckedPerIncrement) {
            long steps = probeUpAcked / probeUpAckedPerIncrement;
            probeUpAcked -= steps * probeUpAckedPerIncrement;
            model.inflightLongTerm(model.inflightLongTerm() + steps * mss);
        }
        if (model.roundStart()) {
            raiseSlope();
        }
    }

    // ---- ProbeRTT (§5.3.4)

    private void checkProbeRtt(AckSample ack) {
        if (state != State.PROBE_RTT && model.isProbeRttExpired() && !idleRestart) {
            saveCwnd();
            state = State.PROBE_RTT;
            probeRttDoneAt = 0;
            ackPhase = AckPhase.PROBE_STOPPING;
            model.startRound(totalDelivered);
        }
        if (state == State.PROBE_RTT) {
            ack.deliberatelySlow = true;
            handleProbeRtt(ack);
        }
        idleRestart &= ack.delivered == 0;
    }

    private void handleProbeRtt(AckSample ack) {
        if (probeRttDoneAt == 0) {
            if (ack.flight <= probeRttCwnd()) {
                probeRttDoneAt = ack.now + PROBE_RTT_DURATION;
                probeRttRoundDone = false;
                model.startRound(totalDelivered);
            }
            return;
        }
        probeRttRoundDone |= model.roundStart();
        if (probeRttRoundDone) {
            checkProbeRttDone(ack.now);
        }
    }

    private void checkProbeRttDone(long now) {
        if (probeRttDoneAt == 0 || now <= probeRttDoneAt) {
            return;
        }
        model.probeRttDone(now);
        restoreCwnd();
        model.resetShortTerm();
        if (model.isFullBwReached()) {
            startDown(now);
            state = State.CRUISE;
        } else {
            state = State.STARTUP;
        }
    }

    // ---- losses (§5.5.10)

    private static boolean isTooHigh(long lost, long inFlight) {
        return lost > inFlight * BbrModel.LOSS_THRESH;
    }

    @Override
    public void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited) {
        if (model.noteLoss(totalDelivered)) {
            saveForUndo();
        }
        if (!probeSample || !isTooHigh(lostSince, txInFlight)) {
            return;
        }
        // §5.5.10.2, InflightAtLoss: how much was in flight where losses began to be too many.
        double before = txInFlight - bytes;
        double lostBefore = lostSince - bytes;
        double prefix = (BbrModel.LOSS_THRESH * before - lostBefore) / (1 - BbrModel.LOSS_THRESH);
        probeTooHigh = true;
        probeSample = false;                         // one answer for each probe
        if (!appLimited) {
            model.inflightLongTerm((long) Math.max(before + prefix, targetInflight() * BbrModel.BETA));
        }
        if (state == State.UP) {
            undoState = State.UP;
            startDown(now);
        }
    }

    @Override
    public void enterRecovery(long now, int flight) {
        saveForUndo();
        recovering = true;
    }

    /**
     * The draft leaves ECN to others. RFC 3168 §5 wants the answer to a mark to be that to a loss: the bounds of this round follow
     * what was delivered in it. While probing, where a loss would have to be one of many, a mark alone says that the queue is
     * long, which is what probing wants to know.
     */
    @Override
    public void congestionEchoed(long now, int flight) {
        model.noteLoss(totalDelivered);
        if (state == State.STARTUP) {
            model.fullBwReached(true);
            double known = Math.max(model.bdp(1.0, initialCwnd), model.inflightLatest());
            model.inflightLongTerm((long) Math.max(known, flight * BbrModel.BETA));
        } else if (state == State.UP) {
            probeTooHigh = true;
            probeSample = false;
            model.inflightLongTerm((long) Math.max(flight, targetInflight() * BbrModel.BETA));
            startDown(now);
        }
    }

    @Override
    public void exitRecovery(long now, int flight) {
        recovering = false;
        recovered = true;
        restoreCwnd();
        boundCwnd();
    }

    @Override
    public void timeout(long now, int flight, boolean again) {
        if (!again) {
            saveForUndo();
        }
        recovering = false;
        afterTimeout = true;
        cwnd = mss;                                  // §5.6.4.4: all in flight is lost, one segment leaves
    }

    private void saveForUndo() {
        saveCwnd();
        undoState = null;
        model.saveForUndo();
    }

    /** §5.5.11.2. */
    @Override
    public void undo(long now) {
        recovering = false;
        afterTimeout = false;
        restoreCwnd();
        model.undo();
        if (undoState == State.STARTUP && state != State.STARTUP) {
            model.fullBwReached(false);
            if (state != State.PROBE_RTT) {
                state = State.STARTUP;
            }
        } else if (undoState == State.UP && state != State.UP && state != State.PROBE_RTT) {
            startRefill();
        }
        undoState = null;
    }

    // ---- pauses (§5.4)

    @Override
    public void restart(long now, long idle, long rto, boolean appLimited) {
        if (!appLimited) {
            return;
        }
        idleRestart = true;
        model.restartAggregation(now);
        if (state.isProbeBw()) {
            setPacingRate(1.0);
        } else if (state == State.PROBE_RTT) {
            checkProbeRttDone(now);
        }
    }

    @Override
    public void underused(int used) {
        // the model forgets nothing for not being asked
    }

    // ---- control parameters (§5.6)

    private void setPacingRate(double gain) {
        long rate = (long) (gain * model.bw() * PACING_MARGIN);
        if (rate > 0 && (model.isFullBwReached() || rate > pacingRate)) {
            pacingRate = rate;
        }
    }

    private int sendQuantum() {
        return (int) Math.max(Math.min(pacingRate / (SECOND / MILLISECOND), Pacer.LARGEST_QUANTUM), 2L * mss);
    }

    private long budgeted(double bytes) {
        double enough = Math.max(Math.max(bytes, 3.0 * sendQuantum()), minPipeCwnd());
        return (long) enough + (state == State.UP ? 2 * mss : 0);
    }

    private long inflight(double gain) {
        return budgeted(model.bdp(gain, initialCwnd));
    }

    private long targetInflight() {
        return Math.min((long) model.bdp(1.0, initialCwnd), cwnd);
    }

    private int minPipeCwnd() {
        return 4 * mss;
    }

    private long probeRttCwnd() {
        return Math.max((long) model.bdp(State.PROBE_RTT.cwndGain, initialCwnd), minPipeCwnd());
    }

    private long inflightWithHeadroom() {
        if (model.inflightLongTerm() == BbrModel.INFINITE) {
            return BbrModel.INFINITE;
        }
        long headroom = Math.max(mss, (long) (HEADROOM * model.inflightLongTerm()));
        return Math.max(model.inflightLongTerm() - headroom, minPipeCwnd());
    }

    /** §5.6.4.6: up by no more than what was acknowledged, down at once. */
    private void setCwnd(AckSample ack) {
        long most = budgeted(model.bdp(state.cwndGain, initialCwnd) + model.extraAcked());
        long next = cwnd;
        if (model.isFullBwReached()) {
            next = Math.min(next + ack.acked, most);
        } else if (next < most || totalDelivered < initialCwnd) {
            next += ack.acked;
        }
        cwnd = (int) Math.min(Math.max(next, minPipeCwnd()), LARGEST);
        if (state == State.PROBE_RTT) {
            cwnd = (int) Math.min(cwnd, probeRttCwnd());
        }
        boundCwnd();
    }

    /** §5.6.4.7. */
    private void boundCwnd() {
        long cap = BbrModel.INFINITE;
        if (state == State.PROBE_RTT || state == State.CRUISE) {
            cap = inflightWithHeadroom();
        } else if (state.isProbeBw()) {
            cap = model.inflightLongTerm();
        }
        cap = Math.max(Math.min(cap, model.inflightShortTerm()), minPipeCwnd());
        cwnd = (int) Math.min(cwnd, cap);
    }

    private void saveCwnd() {
        priorCwnd = !recovering && !afterTimeout && state != State.PROBE_RTT ? cwnd : Math.max(priorCwnd, cwnd);
    }

    private void restoreCwnd() {
        cwnd = Math.max(cwnd, priorCwnd);
    }

    @Override
    public void keep(Memo memo) {
        model.keep(memo);
        random = memo.number(random, 0);
        state = memo.one(state, State.values());
        ackPhase = memo.one(ackPhase, AckPhase.values());
        mss = memo.number(mss, 0);
        initialCwnd = memo.number(initialCwnd, LossBasedControl.initialWindow(mss));
        cwnd = memo.number(cwnd, initialCwnd);
        priorCwnd = memo.number(priorCwnd, 0);
        pacingRate = memo.number(pacingRate, 0);
        recovering = memo.flag(recovering);
        recovered = memo.flag(recovered);
        afterTimeout = memo.flag(afterTimeout);
        cycleStamp = memo.time(cycleStamp, 0);
        probeWait = memo.number(probeWait, 0);
        roundsSinceProbeUp = memo.number(roundsSinceProbeUp, 0);
        probeSample = memo.flag(probeSample);
        probeTooHigh = memo.flag(probeTooHigh);
        probePrecautionary = memo.flag(probePrecautionary);
        probeUpRounds = memo.number(probeUpRounds, 0);
        probeUpAcked = memo.number(probeUpAcked, 0);
        probeUpAckedPerIncrement = memo.number(probeUpAckedPerIncrement, BbrModel.INFINITE);
        drainStartRound = memo.number(drainStartRound, 0);
        startupLosses = memo.number(startupLosses, 0);
        probeRttDoneAt = memo.time(probeRttDoneAt, 0);
        probeRttRoundDone = memo.flag(probeRttRoundDone);
        idleRestart = memo.flag(idleRestart);
        totalDelivered = memo.number(totalDelivered, 0);
        undoState = memo.one(undoState, State.values());
    }
}
