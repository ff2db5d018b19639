package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * What BBR does about what it believes (draft-ietf-ccwg-bbr): losses at the start, bounds in flight, pauses, undo. The pipe is told
 * by hand: 10 MB/s and 40 ms, so 400,000 bytes of bandwidth-delay product, in segments of 1000 bytes.
 */
class BbrProbingTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RATE = 10_000_000;
    private static final long RTT = 40 * MS;
    private static final int BDP = 400_000;

    private final Bbr bbr = new Bbr(7);
    private final AckSample ack = new AckSample();
    private long now = 1_000 * MS;
    private long rtt = RTT;

    private void starts() {
        bbr.start(now, MSS, false, RTT);
    }

    /** A round trip with ten ACKs in which this rate is delivered. */
    private void round(long rate, int flight) {
        long before = ack.totalDelivered;
        for (int i = 0; i < 10; i++) {
            now += RTT / 10;
            acknowledge(before, (int) (rate * RTT / 10 / 1_000_000_000L), rate, flight);
        }
    }

    private void acknowledge(long prior, int bytes, long rate, int flight) {
        ack.now = now;
        ack.acked = bytes;
        ack.totalDelivered += bytes;
        ack.priorDelivered = prior;
        ack.delivered = ack.totalDelivered - prior;
        ack.deliveryRate = rate;
        ack.rtt = rtt;
        ack.srtt = RTT;
        ack.flight = flight;
        ack.txInFlight = flight;
        bbr.acknowledged(ack);
    }

    /** Through Startup and Drain, to ProbeBW. */
    private void fillsThePipe() {
        starts();
        for (long rate = RATE / 32; rate < RATE; rate *= 2) {
            round(rate, BDP);
        }
        for (int i = 0; i < 5; i++) {
            round(RATE, 2 * BDP);
        }
        until(Bbr.State.DOWN, 2 * BDP);
    }

    private void until(Bbr.State state, int flight) {
        for (int i = 0; i < 300 && bbr.state() != state; i++) {
            round(RATE, flight);
        }
        assertThat(bbr.state()).isEqualTo(state);
    }

    // ---- §5.3.1.3: Startup ends by loss

    private void losesInStartup(int losses, int lost) {
        starts();
        round(RATE / 8, BDP / 8);
        bbr.enterRecovery(now, BDP / 8);
        long before = ack.totalDelivered;
        bbr.lost(now, MSS, BDP / 8, MSS, false);
        for (int i = 0; i < losses; i++) {
            ack.newlyLost = MSS;
            acknowledge(before - 1, 1000, RATE / 4, BDP / 8);
        }
        ack.newlyLost = 0;
        ack.lost = lost;
        acknowledge(before, 1000, RATE / 4, BDP);
    }

    @Test
    void leavesStartupWhenARoundLosesMoreThanTwoPercentInSixPlaces() {
        losesInStartup(6, BDP / 50 + 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
        assertThat(bbr.model().inflightLongTerm()).as("the bandwidth-delay product").isCloseTo(BDP / 4, within(100L));
        bbr.undo(now);
        assertThat(bbr.state()).as("§5.5.11.2: the losses were none").isEqualTo(Bbr.State.STARTUP);
        assertThat(bbr.model().isFullBwReached()).isFalse();
    }

    @Test
    void staysInStartupWhenItLosesInFewerPlaces() {
        losesInStartup(5, BDP / 50 + 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
    }

    @Test
    void staysInStartupWhenItLosesNoMoreThanTwoPercent() {
        losesInStartup(6, BDP / 50);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
    }

    // ---- §5.3.2 and §5.6.1: Drain, and the gains of each state

    @Test
    void givesUpDrainingAfterThreeRounds() {
        starts();
        for (int i = 0; i < 4; i++) {
            round(RATE, 2 * BDP);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
        for (int i = 0; i < 3; i++) {
            round(RATE, 2 * BDP);
            assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
        }
        round(RATE, 2 * BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
    }

    @Test
    void hasTheGainsOfTheDraft() {
        assertThat(Bbr.State.STARTUP.pacingGain).isEqualTo(2.77);
        assertThat(Bbr.State.DRAIN.pacingGain).isEqualTo(0.5);
        assertThat(Bbr.State.DOWN.pacingGain).isEqualTo(0.9);
        assertThat(Bbr.State.UP.pacingGain).isEqualTo(1.25);
        assertThat(Bbr.State.UP.cwndGain).isEqualTo(2.25);
        assertThat(Bbr.State.PROBE_RTT.cwndGain).isEqualTo(0.5);
        assertThat(Bbr.State.CRUISE.isProbeBw()).isTrue();
        assertThat(Bbr.State.REFILL.isProbeBw()).isTrue();
        assertThat(Bbr.State.DRAIN.isProbeBw()).isFalse();
    }

    // ---- §5.3.3.1 and §5.6.4.7: what bounds the window

    @Test
    void leavesFifteenPercentOfTheBoundToOthersWhileCruising() {
        fillsThePipe();
        bbr.model().inflightLongTerm(BDP);
        until(Bbr.State.CRUISE, BDP / 2);
        ack.lost = BDP;                              // so that the bound does not rise
        acknowledge(ack.totalDelivered, 1000, RATE, BDP / 2);
        assertThat(bbr.cwnd()).isEqualTo(BDP * 85 / 100);
    }

    @Test
    void staysDownWhileMoreThanTheBoundLessHeadroomIsInFlight() {
        fillsThePipe();
        bbr.model().inflightLongTerm(BDP);
        ack.lost = BDP;
        acknowledge(ack.totalDelivered, 1000, RATE, BDP * 85 / 100 + 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        acknowledge(ack.totalDelivered, 1000, RATE, BDP * 85 / 100);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    @Test
    void keepsFourSegmentsInFlightWhateverTheBound() {
        fillsThePipe();
        bbr.model().inflightLongTerm(10);
        ack.lost = BDP;
        acknowledge(ack.totalDelivered, 1000, RATE, BDP);
        assertThat(bbr.cwnd()).isEqualTo(4 * MSS);
        until(Bbr.State.CRUISE, 0);
        acknowledge(ack.totalDelivered, 0, RATE, 0);
        assertThat(bbr.cwnd()).isEqualTo(4 * MSS);
    }

    // ---- §5.3.3.6, §5.3.3.9 and §2.5: what the ACKs of a probe tell

    @Test
    void raisesTheBoundByWhatWasInFlightWithoutMuchLoss() {
        fillsThePipe();
        bbr.model().inflightLongTerm(BDP / 2);
        acknowledge(ack.totalDelivered, 1000, RATE, BDP);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(BDP);
        ack.lost = BDP / 25;
        acknowledge(ack.totalDelivered, 1000, RATE, 2 * BDP - 1);
        assertThat(bbr.model().inflightLongTerm()).as("not with more than 2 % lost").isEqualTo(BDP);
        ack.lost = 0;
    }

    @Test
    void raisesTheBoundByEverMoreSegmentsWhileItFillsTheWindow() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        rtt--;                                       // a new least one: it need not be probed for five seconds
        bbr.model().inflightLongTerm(BDP + BDP / 2);
        ack.windowLimited = true;
        acknowledge(ack.totalDelivered - 1, 1, RATE, BDP);
        long before = bbr.model().inflightLongTerm();
        assertThat(bbr.cwnd()).isEqualTo(before);
        round(RATE, BDP);
        long first = bbr.model().inflightLongTerm() - before;
        round(RATE, BDP);
        long second = bbr.model().inflightLongTerm() - before - first;
        round(RATE, BDP);
        long third = bbr.model().inflightLongTerm() - before - first - second;
        assertThat(first).isBetween(0L, 2L * MSS);
        assertThat(second).isGreaterThan(first);
        assertThat(third).isGreaterThan(second);
        assertThat(bbr.state()).as("held by the bound: no plateau").isEqualTo(Bbr.State.UP);
    }

    @Test
    void doesNotRaiseTheBoundWhereTheWindowIsNotFull() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.model().inflightLongTerm(bbr.cwnd());
        long before = bbr.model().inflightLongTerm();
        round(RATE, BDP);
        round(RATE, BDP);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(before);
    }

    @Test
    void probesAgainAtOnceWhenAPrecautionaryStopWasForNothing() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.lost(now, MSS, BDP, BDP / 10, false);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        long bound = bbr.model().inflightLongTerm();
        assertThat(bound).isLessThan(BDP);
        rtt--;                                       // a new least one: it need not be probed for five seconds
        until(Bbr.State.UP, (int) bound - 1);
        round(RATE, (int) bound);
        assertThat(bbr.state()).as("stops where the last probe lost").isEqualTo(Bbr.State.DOWN);
        round(RATE, BDP / 2);
        round(RATE, BDP / 2);
        assertThat(bbr.state()).as("and goes on, for nothing was lost").isIn(Bbr.State.REFILL, Bbr.State.UP);
    }

    @Test
    void forgetsOldBandwidthWithEachCycle() {
        fillsThePipe();
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 300 && bbr.state() != Bbr.State.UP; j++) {
                round(RATE / 2, BDP / 8);
            }
            for (int j = 0; j < 300 && bbr.state() != Bbr.State.CRUISE; j++) {
                round(RATE / 2, BDP / 8);
            }
        }
        assertThat(bbr.model().maxBw()).isEqualTo(RATE / 2);
    }

    // ---- §5.4: pauses

    @Test
    void pacesAtTheBandwidthAfterAPauseInWhichTheApplicationWasSilent() {
        fillsThePipe();
        assertThat(bbr.pacingRate()).isEqualTo((long) (0.9 * 0.99 * RATE));
        bbr.restart(now, 1_000 * MS, 200 * MS, false);
        assertThat(bbr.pacingRate()).as("the path was silent, not the application").isEqualTo((long) (0.9 * 0.99 * RATE));
        bbr.restart(now, 1_000 * MS, 200 * MS, true);
        assertThat(bbr.pacingRate()).isEqualTo((long) (0.99 * RATE));
    }

    @Test
    void doesNotProbeTheRoundTripRightAfterAPause() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        now += 6_000 * MS;
        bbr.restart(now, 6_000 * MS, 200 * MS, true);
        acknowledge(ack.totalDelivered, 1000, RATE, BDP / 2);
        assertThat(bbr.state()).isNotEqualTo(Bbr.State.PROBE_RTT);
    }

    @Test
    void endsProbeRttInAPauseThatHasLastedLongEnough() {
        fillsThePipe();
        until(Bbr.State.PROBE_RTT, BDP);
        round(RATE / 2, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.PROBE_RTT);
        bbr.restart(now, 1_000 * MS, 200 * MS, true);
        assertThat(bbr.state()).as("not over").isEqualTo(Bbr.State.PROBE_RTT);
        now += 1_000 * MS;
        bbr.restart(now, 1_000 * MS, 200 * MS, true);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    // ---- recoveries

    /** §5.6.4.4 and §5.5.11: the window comes back with the end of a recovery. */
    @Test
    void hasItsWindowBackAfterARecovery() {
        fillsThePipe();
        int before = bbr.cwnd();
        bbr.timeout(now, BDP, false);
        bbr.timeout(now, BDP, true);
        assertThat(bbr.cwnd()).isEqualTo(MSS);
        bbr.undo(now);
        assertThat(bbr.cwnd()).isEqualTo(before);
        bbr.enterRecovery(now, BDP);
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE / 2, BDP / 2);
        round(RATE / 2, BDP / 2);
        assertThat(bbr.cwnd()).isLessThan(before);
        bbr.model().resetShortTerm();
        bbr.exitRecovery(now, BDP / 2);
        assertThat(bbr.cwnd()).isEqualTo(before);
    }

    @Test
    void isNoWindowBasedControl() {
        starts();
        assertThat(bbr.rulesRecovery()).isTrue();
        assertThat(bbr.isInSlowStart()).isFalse();
        assertThat(bbr.ssthresh()).isEqualTo(Integer.MAX_VALUE);
        int cwnd = bbr.cwnd();
        bbr.underused(1);
        assertThat(bbr.cwnd()).isEqualTo(cwnd);
        bbr.mssChanged(20_000);
        assertThat(bbr.cwnd()).as("one segment at least").isEqualTo(20_000);
        var lost = new Bbr(0);
        lost.start(now, MSS, true, 0);
        assertThat(lost.cwnd()).as("RFC 5681 §3.1: after a lost SYN").isEqualTo(MSS);
        assertThat(lost.pacingRate()).as("a millisecond stands in for the round trip").isEqualTo((long) (2.77 * 10_000 * 1000));
    }
}
