package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * draft-ietf-ccwg-bbr-06, on a pipe that is told by hand: 10 MB/s and 40 ms, so 400,000 bytes of bandwidth-delay product, in
 * segments of 1000 bytes.
 */
class BbrTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RATE = 10_000_000;
    private static final long RTT = 40 * MS;
    private static final int BDP = 400_000;

    private final Bbr bbr = new Bbr(7);
    private final AckSample ack = new AckSample();
    private long now = 1_000 * MS;
    private long delivered;

    private void starts() {
        bbr.start(now, MSS, false, RTT);
    }

    /** A round trip with ten ACKs in which this rate is delivered. */
    private void round(long rate, int flight) {
        long before = delivered;
        for (int i = 0; i < 10; i++) {
            now += RTT / 10;
            int bytes = (int) (rate * RTT / 10 / 1_000_000_000L);
            delivered += bytes;
            acknowledge(before, bytes, rate, flight);
        }
    }

    private void acknowledge(long priorDelivered, int bytes, long rate, int flight) {
        ack.now = now;
        ack.acked = bytes;
        ack.totalDelivered = delivered;
        ack.priorDelivered = priorDelivered;
        ack.delivered = delivered - priorDelivered;
        ack.deliveryRate = rate;
        ack.rtt = RTT;
        ack.srtt = RTT;
        ack.flight = flight;
        ack.txInFlight = flight;
        bbr.acknowledged(ack);
    }

    /** Through Startup and Drain. */
    private void fillsThePipe() {
        starts();
        long rate = RATE / 32;
        while (rate < RATE) {
            round(rate, BDP);
            rate *= 2;
        }
        for (int i = 0; i < 5; i++) {
            round(RATE, 2 * BDP);
        }
        while (bbr.state() == Bbr.State.DRAIN) {
            round(RATE, BDP / 2);
        }
    }

    private void until(Bbr.State state, int flight) {
        for (int i = 0; i < 300 && bbr.state() != state; i++) {
            round(RATE, flight);
        }
        assertThat(bbr.state()).isEqualTo(state);
    }

    /** §5.6.2, InitPacingRate, with the gain of §5.1.2. */
    @Test
    void pacesFromTheBeginningAtTheInitialWindowARoundTrip() {
        starts();
        assertThat(bbr.cwnd()).isEqualTo(10_000);
        assertThat(bbr.pacingRate()).isEqualTo((long) (2.77 * 10_000 / 0.040));
    }

    /** §5.3.1.1 and §5.3.1.2. */
    @Test
    void staysInStartupWhileTheRateGrowsByAQuarter() {
        starts();
        long rate = 100_000;
        for (int i = 0; i < 15; i++) {
            round(rate, 10_000);
            rate = rate * 126 / 100;
            assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
        }
        assertThat(bbr.pacingRate()).isGreaterThan(2 * rate);
    }

    /** §5.3.1.2. */
    @Test
    void drainsWhenTheRateHasNotGrownForThreeRounds() {
        starts();
        round(RATE, 2 * BDP);
        round(RATE, 2 * BDP);
        round(RATE, 2 * BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
        round(RATE, 2 * BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
        assertThat(bbr.pacingRate()).isCloseTo((long) (0.5 * 0.99 * RATE), within(RATE / 100));
    }

    /** §5.3.1.3: six ACKs tell of losses within one round trip of recovery, more than 2 % of what was in flight. */
    private void losesMuchInStartup(int times, int percent) {
        starts();
        round(RATE / 4, BDP);
        round(RATE / 2, BDP);
        bbr.enterRecovery(now, BDP);
        bbr.lost(now, MSS, BDP, MSS, false);
        long before = delivered;
        for (int i = 0; i < 10; i++) {
            now += RTT / 10;
            delivered += BDP / 10;
            ack.newlyLost = i < times ? MSS : 0;
            ack.lost = percent * BDP / 100;
            acknowledge(before, BDP / 10, RATE, BDP);
        }
        ack.newlyLost = 0;
        bbr.exitRecovery(now, BDP);
        delivered += MSS;
        acknowledge(delivered - MSS, MSS, RATE, BDP);
    }

    @Test
    void leavesStartupWhenItHasLostTooMuchForARoundTripAlsoWhereRecoveryEndsWithIt() {
        losesMuchInStartup(8, 3);
        assertThat(bbr.state()).isNotEqualTo(Bbr.State.STARTUP);
        assertThat(bbr.model().inflightLongTerm()).isBetween((long) BDP / 2, 2L * BDP);
    }

    @Test
    void staysInStartupWhenItHasLostLittleOrSeldom() {
        losesMuchInStartup(8, 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
    }

    @Test
    void staysInStartupWhenItHasLostMuchAtFewMoments() {
        losesMuchInStartup(5, 3);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
    }

    /** §5.3.1.2 and §5.5.4. */
    @Test
    void doesNotTakeWhatTheApplicationDidNotFillForAFullPipe() {
        starts();
        ack.appLimited = true;
        for (int i = 0; i < 10; i++) {
            round(RATE / 10, 10_000);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
    }

    /** §5.3.2; §5.2.3. */
    @Test
    void endsDrainWhenOneBandwidthDelayProductIsInFlight() {
        fillsThePipe();
        assertThat(bbr.state().isProbeBw()).isTrue();
        assertThat(bbr.model().maxBw()).isEqualTo(RATE);
        assertThat(bbr.model().minRtt()).isEqualTo(RTT);
        assertThat(bbr.model().bdp(1, 0)).isEqualTo(BDP);
    }

    /** §5.3.3 and §5.3.3.8. */
    @Test
    void cyclesThroughDownCruiseRefillAndUp() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        assertThat(bbr.pacingRate()).isEqualTo((long) (0.99 * RATE));
        until(Bbr.State.REFILL, BDP);
        until(Bbr.State.UP, BDP);
        round(RATE, BDP);
        assertThat(bbr.pacingRate()).isEqualTo((long) (1.25 * 0.99 * RATE));
        until(Bbr.State.DOWN, BDP + BDP / 4);
        assertThat(bbr.pacingRate()).isEqualTo((long) (0.9 * 0.99 * RATE));
    }

    /** §5.6.4.6. */
    @Test
    void keepsNoMoreThanTwoBandwidthDelayProductsInFlight() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        for (int i = 0; i < 10; i++) {
            round(RATE, BDP / 2);
        }
        assertThat(bbr.cwnd()).isBetween(2 * BDP, 2 * BDP + BDP / 4);
    }

    /** §5.5.10.2. */
    @Test
    void takesNoNoticeOfFewLossesWhileProbing() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.lost(now, MSS, BDP, BDP / 50, false);
        assertThat(bbr.state()).isEqualTo(Bbr.State.UP);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(BbrModel.INFINITE);
    }

    /** §5.5.10.2, InflightAtLoss. */
    @Test
    void boundsWhatIsInFlightWhenMoreThanTwoPercentAreLostWhileProbing() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.lost(now, MSS, BDP, BDP / 50 + MSS, false);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        // lost before it: exactly 2 % of what was in flight before it, so the bound lies there
        assertThat(bbr.model().inflightLongTerm()).isCloseTo(BDP - MSS, within(100L));
    }

    /** §5.5.10.3. */
    @Test
    void slowsDownByNoMoreThanWhatWasDeliveredWhenItLosesWhileCruising() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE * 8 / 10, BDP / 2);
        round(RATE * 8 / 10, BDP / 2);
        assertThat(bbr.pacingRate()).isBetween((long) (0.69 * RATE), (long) (0.99 * RATE));
    }

    /** §5.5.10.3: what arrives is at most what was sent, which the margin of §5.6.2 keeps below the bound. */
    @Test
    void keepsItsRateWhenItLosesAndAllButTheMarginArrives() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        for (int i = 0; i < 10 && bbr.state() == Bbr.State.CRUISE; i++) {
            bbr.lost(now, MSS, BDP, MSS, false);
            round(bbr.pacingRate(), BDP / 2);
        }
        assertThat(bbr.pacingRate()).isGreaterThan((long) (0.98 * RATE));
    }

    @Test
    void followsAPathThatDeliversLessWhenItLoses() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        for (int i = 0; i < 3; i++) {
            bbr.lost(now, MSS, BDP, MSS, false);
            round(bbr.pacingRate() * 9 / 10, BDP / 2);
        }
        assertThat(bbr.pacingRate()).isLessThan((long) (0.92 * RATE));
    }

    /** §5.5.11.2. */
    @Test
    void restoresItsBoundsWhenALossWasNone() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.enterRecovery(now, BDP);
        bbr.lost(now, MSS, BDP, BDP / 10, false);
        assertThat(bbr.model().inflightLongTerm()).isLessThan(BbrModel.INFINITE);
        bbr.undo(now);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(BbrModel.INFINITE);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
    }

    /** §5.3.4 and §5.3.4.3, with the lengths of §4.1.1. */
    @Test
    void looksForAShorterRoundTripEveryFiveSecondsWithHalfInFlight() {
        fillsThePipe();
        until(Bbr.State.PROBE_RTT, BDP);
        assertThat(bbr.cwnd()).isEqualTo(BDP / 2);
        assertThat(ack.deliberatelySlow).isTrue();
        long begun = now;
        while (bbr.state() == Bbr.State.PROBE_RTT) {
            round(RATE / 2, BDP / 2);
        }
        assertThat(now - begun).isBetween(200 * MS, 400 * MS);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    /** §5.6.4.4. */
    @Test
    void sendsOneSegmentAfterATimeoutAndHasItsWindowBackAfterwards() {
        fillsThePipe();
        int before = bbr.cwnd();
        bbr.timeout(now, BDP, false);
        assertThat(bbr.cwnd()).isEqualTo(MSS);
        ack.afterTimeout = true;
        round(RATE / 10, MSS);
        ack.afterTimeout = false;
        round(RATE, BDP / 2);
        assertThat(bbr.cwnd()).isGreaterThan(before / 2);
    }

    // ---- RFC 3168, of which the draft says nothing

    @Test
    void endsStartupWhenCongestionIsEchoed() {
        starts();
        round(RATE / 2, BDP / 2);
        bbr.congestionEchoed(now, BDP / 2);
        round(RATE / 2, BDP / 2);
        assertThat(bbr.state()).isNotEqualTo(Bbr.State.STARTUP);
        assertThat(bbr.model().inflightLongTerm()).isLessThan(BDP);
    }

    @Test
    void stopsProbingUpwardWhenCongestionIsEchoed() {
        fillsThePipe();
        until(Bbr.State.UP, BDP);
        bbr.congestionEchoed(now, BDP + 5_000);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(BDP + 5_000);
    }

    @Test
    void boundsTheRateByWhatARoundWithAnEchoDelivered() {
        fillsThePipe();
        until(Bbr.State.CRUISE, BDP / 2);
        for (int i = 0; i < 3; i++) {
            bbr.congestionEchoed(now, BDP);
            round(RATE * 8 / 10, BDP / 2);
        }
        assertThat(bbr.model().bw()).isEqualTo((long) (RATE * 8 / 10 / Bbr.PACING_MARGIN));
    }
}
