package dev.weft.tcp.core;

import dev.weft.tcp.core.congestion.AckSample;
import dev.weft.tcp.core.congestion.LossBasedControl;
import java.util.List;

/** A congestion control that notes what losses it is told of. */
public final class Listening extends LossBasedControl {

    private final List<String> told;

    public Listening(List<String> told) {
        this.told = told;
    }

    @Override
    public void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited) {
        told.add(bytes + " of " + txInFlight + ", " + lostSince + " since");
    }

    @Override
    protected int reduced(int flight) {
        return flight;
    }

    @Override
    protected void slowStart(AckSample ack) {
        // not asked
    }

    @Override
    protected void avoidCongestion(AckSample ack) {
        // not asked
    }

    @Override
    protected void forgetGrowth() {
        // nothing to forget
    }
}
