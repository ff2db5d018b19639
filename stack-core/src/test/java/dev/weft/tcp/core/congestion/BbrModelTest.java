package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What BBR believes of a path, ACK by ACK (draft-ietf-ccwg-bbr §5.5): bandwidth, round trip, bunches, bounds. */
class BbrModelTest {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final long RTT = 100 * MS;
    private static final int CWND = 40_000;

    private final BbrModel model = new BbrModel();
    private final AckSample ack = new AckSample();

    private void starts() {
        model.start(0, RTT);
    }

    /** An ACK of so many bytes at this rate; what it answers was sent when so many bytes had been delivered. */
    private void acknowledges(int bytes, long rate, long prior) {
        ack.acked = bytes;
        ack.totalDelivered += bytes;
        ack.priorDelivered = prior;
        ack.delivered = ack.totalDelivered - prior;
        ack.deliveryRate = rate;
        model.updateLatestDelivery(ack);
        model.updateCongestion(ack, false, CWND);
        model.checkFullBwReached(ack);
        model.advanceLatestDelivery(ack);
        model.boundBw();
    }

    /** A round trip of a single ACK. */
    private void round(long rate) {
        acknowledges(1000, rate, ack.totalDelivered);
    }

    private void measures(long now, long rtt) {
        ack.now = now;
        ack.rtt = rtt;
        model.updateMinRtt(ack);
    }

    // ---- rounds: §5.5.1

    @Test
    void countsARoundWhenWhatWasSentInItIsAcknowledged() {
        starts();
        acknowledges(1000, 1, 0);
        assertThat(model.roundStart()).isTrue();
        acknowledges(1000, 1, 999);
        assertThat(model.roundStart()).as("sent before the round began").isFalse();
        acknowledges(1000, 1, 1000);
        assertThat(model.roundStart()).isTrue();
        assertThat(model.roundCount()).isEqualTo(2);
    }

    // ---- bandwidth

    /** §5.5.6: two cycles of ProbeBW, and the maximum of the older one is forgotten. */
    @Test
    void forgetsTheBandwidthOfTheCycleBeforeTheLast() {
        starts();
        round(8_000);
        round(5_000);
        assertThat(model.maxBw()).isEqualTo(8_000);
        model.advanceMaxBwFilter();
        round(5_000);
        assertThat(model.maxBw()).as("of the last cycle").isEqualTo(8_000);
        model.advanceMaxBwFilter();
        assertThat(model.maxBw()).isEqualTo(5_000);
        model.advanceMaxBwFilter();
        assertThat(model.maxBw()).as("a cycle without a sample is none").isEqualTo(5_000);
    }

    /** §5.5.4. */
    @Test
    void takesASampleThatTheApplicationLimitedOnlyWhereItIsNoLess() {
        starts();
        ack.appLimited = true;
        round(4_000);
        assertThat(model.maxBw()).isEqualTo(4_000);
        model.advanceMaxBwFilter();
        round(3_999);
        model.advanceMaxBwFilter();
        assertThat(model.maxBw()).as("no new maximum in the second cycle").isEqualTo(4_000);
        round(4_000);
        ack.appLimited = false;
        model.advanceMaxBwFilter();
        round(100);
        model.advanceMaxBwFilter();
        assertThat(model.maxBw()).isEqualTo(100);
    }

    @Test
    void hasNoBandwidthDelayProductBeforeThereIsARoundTrip() {
        model.start(0, 0);
        assertThat(model.minRtt()).isEqualTo(BbrModel.INFINITE);
        assertThat(model.bdp(2, 777)).isEqualTo(777);
        var measured = new BbrModelTest();
        measured.starts();
        measured.round(50_000);
        assertThat(measured.model.bdp(2, 777)).isEqualTo(10_000);
    }

    // ---- round-trip time: §5.3.4.3

    @Test
    void keepsTheLeastRoundTrip() {
        starts();
        measures(SECOND, RTT - 1);
        assertThat(model.minRtt()).isEqualTo(RTT - 1);
        measures(2 * SECOND, RTT);
        assertThat(model.minRtt()).isEqualTo(RTT - 1);
        measures(2 * SECOND, -1);
        assertThat(model.minRtt()).as("no sample").isEqualTo(RTT - 1);
        measures(2 * SECOND, 0);
        assertThat(model.minRtt()).isZero();
    }

    @Test
    void wantsToProbeWhenTheLeastHasNotBeenSeenForFiveSeconds() {
        starts();
        measures(BbrModel.PROBE_RTT_INTERVAL, 2 * RTT);
        assertThat(model.isProbeRttExpired()).isFalse();
        measures(BbrModel.PROBE_RTT_INTERVAL + 1, 2 * RTT);
        assertThat(model.isProbeRttExpired()).isTrue();
        assertThat(model.minRtt()).as("ten seconds are not over").isEqualTo(RTT);
        measures(BbrModel.PROBE_RTT_INTERVAL + 2, 3 * RTT);
        assertThat(model.isProbeRttExpired()).as("a sample was taken in").isFalse();
        model.probeRttDone(20 * SECOND);
        measures(25 * SECOND, 3 * RTT);
        assertThat(model.isProbeRttExpired()).isFalse();
        measures(25 * SECOND + 1, 3 * RTT);
        assertThat(model.isProbeRttExpired()).isTrue();
    }

    @Test
    void takesALongerRoundTripForTheLeastAfterTenSeconds() {
        starts();
        measures(6 * SECOND, 2 * RTT);
        measures(BbrModel.MIN_RTT_FILTER, 3 * RTT);
        assertThat(model.minRtt()).isEqualTo(RTT);
        measures(BbrModel.MIN_RTT_FILTER + 1, 3 * RTT);
        assertThat(model.minRtt()).as("the least since the last probe").isEqualTo(2 * RTT);
        measures(6 * SECOND + BbrModel.MIN_RTT_FILTER, 3 * RTT);
        assertThat(model.minRtt()).as("counted from when that was seen; a probe has forgotten it by then").isEqualTo(2 * RTT);
        measures(6 * SECOND + BbrModel.MIN_RTT_FILTER + 1, 3 * RTT);
        assertThat(model.minRtt()).isEqualTo(3 * RTT);
    }

    // ---- aggregation: §5.5.9

    private void arrives(long now, int bytes) {
        ack.now = now;
        ack.acked = bytes;
        model.updateAckAggregation(ack, CWND);
    }

    @Test
    void measuresWhatIsAcknowledgedBeyondTheBandwidth() {
        starts();
        round(100_000);
        arrives(SECOND, 5_000);
        assertThat(model.extraAcked()).as("a new interval begins").isEqualTo(5_000);
        arrives(SECOND + 10 * MS, 7_000);
        assertThat(model.extraAcked()).as("12,000 in 10 ms, of which 1,000 were to be expected").isEqualTo(11_000);
        arrives(SECOND + 120 * MS, 2_000);
        assertThat(model.extraAcked()).as("12,000 by then: a new interval").isEqualTo(11_000);
        arrives(SECOND + 120 * MS, 100_000);
        assertThat(model.extraAcked()).as("no more than the window").isEqualTo(CWND);
    }

    @Test
    void forgetsBunchesAfterSomeRounds() {
        starts();
        round(100_000);
        arrives(SECOND, 5_000);
        round(100_000);
        arrives(2 * SECOND, 2_000);
        assertThat(model.extraAcked()).as("the round before counts still").isEqualTo(5_000);
        round(100_000);
        arrives(3 * SECOND, 1_000);
        assertThat(model.extraAcked()).as("in Startup a round is remembered").isEqualTo(2_000);
        model.fullBwReached(true);
        arrives(4 * SECOND, 9_000);
        for (int i = 0; i < BbrModel.EXTRA_ACKED_ROUNDS - 1; i++) {
            round(100_000);
            arrives((5 + i) * SECOND, 1_000);
            assertThat(model.extraAcked()).as("round " + i).isEqualTo(9_000);
        }
        round(100_000);
        arrives(30 * SECOND, 1_000);
        assertThat(model.extraAcked()).as("later five to ten are").isEqualTo(1_000);
    }

    @Test
    void countsBunchesAnewAfterAPause() {
        starts();
        round(100_000);
        arrives(SECOND, 5_000);
        model.restartAggregation(SECOND + 10 * MS);
        arrives(SECOND + 11 * MS, 3_000);
        assertThat(model.extraAcked()).isEqualTo(5_000);
        arrives(SECOND + 11 * MS, 3_000);
        assertThat(model.extraAcked()).as("not 9,900: those of before are not in it").isEqualTo(6_000);
    }

    // ---- is the pipe full: §5.3.1.2

    @Test
    void takesThreeRoundsWithoutAQuarterMoreForAPlateau() {
        starts();
        round(1_000);
        round(1_250);
        round(1_500);
        round(1_500);
        assertThat(model.isFullBwNow()).isFalse();
        round(1_562);
        assertThat(model.isFullBwNow()).isTrue();
        assertThat(model.isFullBwReached()).isTrue();
        model.resetFullBw(4_000);
        assertThat(model.isFullBwNow()).isFalse();
        assertThat(model.isFullBwReached()).as("once full, always full").isTrue();
        round(5_000);
        round(6_249);
        round(6_249);
        assertThat(model.isFullBwNow()).isFalse();
        round(6_249);
        assertThat(model.isFullBwNow()).isTrue();
    }

    @Test
    void countsNoRoundThatTheApplicationLimitedNorAnAckWithinARound() {
        starts();
        round(1_000);
        ack.appLimited = true;
        for (int i = 0; i < 5; i++) {
            round(1_000);
        }
        ack.appLimited = false;
        for (int i = 0; i < 5; i++) {
            acknowledges(1_000, 1_000, 0);
        }
        for (int i = 0; i < 5; i++) {
            round(0);
        }
        assertThat(model.isFullBwNow()).isFalse();
    }

    // ---- losses: §5.5.10.2 and §5.5.10.3

    @Test
    void boundsByWhatWasDeliveredInARoundWithALoss() {
        starts();
        round(100_000);
        round(50_000);
        assertThat(model.noteLoss(ack.totalDelivered)).isTrue();
        assertThat(model.noteLoss(ack.totalDelivered)).as("the first of a round alone").isFalse();
        long prior = ack.totalDelivered;
        acknowledges(1_000, 90_000, prior - 1);
        assertThat(model.isLossRoundStart()).isFalse();
        assertThat(model.inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
        acknowledges(30_000, 80_000, prior);
        assertThat(model.isLossRoundStart()).isTrue();
        assertThat(model.bw()).as("the best of the round, and the pacing margin more").isEqualTo(90_909);
        assertThat(model.inflightShortTerm()).as("what the round delivered").isEqualTo(31_000);
    }

    @Test
    void takesNoMoreThanThreeTenthsOffForALossAndThatOnceARound() {
        starts();
        round(100_000);
        for (int i = 1; i <= 2; i++) {
            model.noteLoss(ack.totalDelivered);
            round(10);
            assertThat(model.bw()).as("loss " + i).isEqualTo(i == 1 ? 100_000 : 70_707);
            round(10);
        }
        assertThat(model.bw()).isEqualTo(70_707);
        assertThat(model.inflightShortTerm()).isEqualTo((long) (0.49 * CWND));
        model.noteLoss(ack.totalDelivered);
        round(10);
        assertThat(model.bw()).isEqualTo(49_494);
        model.resetShortTerm();
        model.boundBw();
        assertThat(model.bw()).isEqualTo(100_000);
        assertThat(model.inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
    }

    @Test
    void forgetsSignalsOfCongestion() {
        starts();
        round(100_000);
        model.noteLoss(ack.totalDelivered);
        model.resetCongestionSignals();
        assertThat(model.inflightLatest()).isZero();
        round(10);
        round(10);
        assertThat(model.bw()).as("that loss is forgotten").isEqualTo(100_000);
    }

    /** §5.5.11.2. */
    @Test
    void restoresItsBoundsWhenTheLossWasNone() {
        starts();
        round(100_000);
        model.inflightLongTerm(60_000);
        model.saveForUndo();
        model.inflightLongTerm(40_000);
        model.noteLoss(ack.totalDelivered);
        round(10);
        model.undo();
        model.boundBw();
        assertThat(model.bw()).isEqualTo(100_000);
        assertThat(model.inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
        assertThat(model.inflightLongTerm()).isEqualTo(60_000);
        model.inflightLongTerm(90_000);
        model.undo();
        assertThat(model.inflightLongTerm()).as("what has grown since stays").isEqualTo(90_000);
    }
}
