package dev.weft.tcp.core;

import dev.weft.tcp.core.congestion.AckSample;
import dev.weft.tcp.core.congestion.CongestionControl;
import dev.weft.tcp.core.memo.Memo;

/** A congestion control whose windows somebody watches: tells after each call what that has changed, and why. */
final class WatchedControl implements CongestionControl {

    private final CongestionControl control;
    private final TcpObserver observer;
    private int cwnd;
    private int ssthresh;

    WatchedControl(CongestionControl control, TcpObserver observer) {
        this.control = control;
        this.observer = observer;
        this.cwnd = control.cwnd();
        this.ssthresh = control.ssthresh();
    }

    private void tell(WindowCause why) {
        if (cwnd != control.cwnd() || ssthresh != control.ssthresh()) {
            cwnd = control.cwnd();
            ssthresh = control.ssthresh();
            observer.windowChanged(why, cwnd, ssthresh);
        }
    }

    @Override
    public int cwnd() {
        return control.cwnd();
    }

    @Override
    public int ssthresh() {
        return control.ssthresh();
    }

    @Override
    public boolean isInSlowStart() {
        return control.isInSlowStart();
    }

    @Override
    public long pacingRate() {
        return control.pacingRate();
    }

    @Override
    public boolean rulesRecovery() {
        return control.rulesRecovery();
    }

    @Override
    public void start(long now, int mss, boolean synLost, long srtt) {
        control.start(now, mss, synLost, srtt);
        tell(WindowCause.START);
    }

    @Override
    public void mssChanged(int mss) {
        control.mssChanged(mss);
        tell(WindowCause.SEGMENT_SIZE);
    }

    @Override
    public void acknowledged(AckSample ack) {
        control.acknowledged(ack);
        tell(WindowCause.ACKNOWLEDGED);
    }

    @Override
    public void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited) {
        control.lost(now, bytes, txInFlight, lostSince, appLimited);
        tell(WindowCause.LOSS);
    }

    @Override
    public void enterRecovery(long now, int flight) {
        control.enterRecovery(now, flight);
        tell(WindowCause.LOSS);
    }

    @Override
    public void congestionEchoed(long now, int flight) {
        control.congestionEchoed(now, flight);
        tell(WindowCause.CONGESTION_ECHOED);
    }

    @Override
    public void exitRecovery(long now, int flight) {
        control.exitRecovery(now, flight);
        tell(WindowCause.RECOVERED);
    }

    @Override
    public void timeout(long now, int flight, boolean again) {
        control.timeout(now, flight, again);
        tell(WindowCause.TIMEOUT);
    }

    @Override
    public void undo(long now) {
        control.undo(now);
        tell(WindowCause.UNDO);
    }

    @Override
    public void restart(long now, long idle, long rto, boolean appLimited) {
        control.restart(now, idle, rto, appLimited);
        tell(WindowCause.IDLE);
    }

    @Override
    public void underused(int used) {
        control.underused(used);
        tell(WindowCause.UNDERUSED);
    }

    @Override
    public void keep(Memo memo) {
        control.keep(memo);
    }
}
