package dev.weft.tcp.core;

import java.util.List;

/** A congestion control that notes what losses it is told of. */
final class Listening extends LossBasedControl {

    private final List<String> told;

    Listening(List<String> told) {
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
