package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * When BBR goes from one phase to the next, and what it takes along (draft-ietf-ccwg-bbr-06; sections are its), ACK by ACK. The
 * pipe is told by hand: 10 MB/s and 40 ms, so 400,000 bytes of bandwidth-delay product, in segments of 1000 bytes.
 */
class BbrPhasesTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RATE = 10_000_000;
    private static final long RTT = 40 * MS;
    private static final int BDP = 400_000;

    private Bbr bbr = new Bbr(7);
    private final AckSample ack = new AckSample();
    private long now = 1_000 * MS;
    private long rtt = RTT;

    private void starts() {
        bbr.start(now, MSS, false, rtt);
    }

    /** An ACK of so many bytes, the first of which was sent when {@code prior} had been delivered. */
    private void acknowledge(long prior, int bytes, long rate, int flight) {
        ack.now = now;
        ack.acked = bytes;
        ack.totalDelivered += bytes;
        ack.priorDelivered = prior;
        ack.delivered = ack.totalDelivered - prior;
        ack.deliveryRate = rate;
        ack.rtt = rtt;
        ack.srtt = rtt;
        ack.flight = flight;
        ack.txInFlight = flight;
        bbr.acknowledged(ack);
    }

    /** A round trip in which one ACK tells of all that was delivered. */
    private void round(long rate, int flight) {
        now += rtt;
        acknowledge(ack.totalDelivered, (int) (rate * rtt / 1_000_000_000L), rate, flight);
    }

    /** An ACK within a round trip. */
    private void within(int bytes, int flight) {
        acknowledge(0, bytes, RATE, flight);
    }

    private void drains() {
        starts();
        for (int i = 0; i < 4; i++) {
            round(RATE, 2 * BDP);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
    }

    private void goesDown() {
        drains();
        until(Bbr.State.DOWN, 2 * BDP);
    }

    private void until(Bbr.State state, int flight) {
        for (int i = 0; i < 300 && bbr.state() != state; i++) {
            round(RATE, flight);
        }
        assertThat(bbr.state()).isEqualTo(state);
    }

    /** A shorter round trip, so that none needs to be looked for in the next five seconds. */
    private void findsAShorterRoundTrip(int flight) {
        rtt--;
        round(RATE, flight);
    }

    // ---- the window of the beginning

    /** §5.6.4.6: before the pipe is full the window grows with all that is delivered, at first whatever the model says of the path. */
    @Test
    void growsWithWhatIsDeliveredUntilTheInitialWindowHasArrived() {
        starts();
        now += RTT;
        acknowledge(0, 5_000, 100_000, 5_000);
        assertThat(bbr.cwnd()).isEqualTo(15_000);
        now += 10 * RTT;
        acknowledge(5_000, 5_000, 100_000, 5_000);
        assertThat(bbr.cwnd()).as("two products of 4000 bytes are less than that").isEqualTo(15_000);
    }

    /** §5.3.1.2. */
    @Test
    void knowsTheRoundTripOfTheHandshake() {
        starts();
        assertThat(bbr.model().minRtt()).isEqualTo(RTT);
    }

    // ---- §5.3.2: Drain

    @Test
    void drainsWhileMoreThanOneProductIsInFlight() {
        drains();
        within(1, BDP + 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DRAIN);
        within(1, BDP);
        assertThat(bbr.state().isProbeBw()).isTrue();
    }

    // ---- §5.3.3: from DOWN to CRUISE to REFILL to UP

    @Test
    void cruisesWhenNoMoreThanOneProductIsInFlight() {
        goesDown();
        within(1, BDP + 1);
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        within(1, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    /** §5.3.3.1: DOWN, too, ends when it is time to probe, even by the ACK that would let it cruise. */
    @Test
    void probesRatherThanCruisesWhenItIsTime() {
        goesDown();
        findsAShorterRoundTrip(2 * BDP);
        now += 3_500 * MS;
        within(1, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
    }

    /** §5.3.3.8: 2 to 3 s between two probes, by chance, so that flows that share a path do not probe together. */
    @Test
    void spreadsProbesOverASecond() {
        Set<Long> waits = new HashSet<>();
        for (int seed = 0; seed < 12; seed++) {
            ack.totalDelivered = 0;
            bbr = new Bbr(seed * 7_919);
            goesDown();
            long begun = now;
            while (bbr.state() != Bbr.State.REFILL) {
                now += 10 * MS;
                acknowledge(0, 1, RATE, BDP / 2);
            }
            assertThat(now - begun).isBetween(2_000 * MS, 3_010 * MS);
            waits.add((now - begun) / (100 * MS));
        }
        assertThat(waits.size()).isGreaterThan(3);
    }

    /** §5.3.3.8: Reno would take as many round trips to fill the pipe as it has segments. */
    @Test
    void probesAsOftenAsRenoOnAPathOfFewSegments() {
        rtt = MS;
        assertThat(roundsBetweenProbes(10_000_000)).as("a product of ten segments").isBetween(9, 10);
    }

    /** §5.3.3.8. */
    @Test
    void probesAfterSixtyThreeRoundTripsAtTheLatest() {
        rtt = 10 * MS;
        assertThat(roundsBetweenProbes(10_000_000)).as("a product of a hundred segments").isBetween(62, 63);
    }

    private int roundsBetweenProbes(long rate) {
        starts();
        for (int i = 0; i < 20 && bbr.state() != Bbr.State.DOWN; i++) {
            round(rate, 2 * BDP);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        int rounds = 0;
        while (bbr.state() != Bbr.State.REFILL) {
            round(rate, 0);
            rounds++;
        }
        return rounds;
    }

    /** §5.3.3.4: REFILL lasts until something that was sent in it has been delivered. */
    @Test
    void refillsForOneRoundTrip() {
        refills();
        acknowledge(ack.totalDelivered - 1, 1000, RATE, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
        acknowledge(ack.totalDelivered, 1000, RATE, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.UP);
    }

    private void refills() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        findsAShorterRoundTrip(BDP / 2);
        now += 3_500 * MS;
        within(2000, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
    }

    /** §5.3.3.4: what losses have said in the short term is forgotten before the next probe. */
    @Test
    void forgetsShortTermBoundsBeforeAProbe() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE / 2, BDP / 2);
        assertThat(bbr.model().inflightShortTerm()).isLessThan(BbrModel.INFINITE);
        findsAShorterRoundTrip(BDP / 2);
        now += 3_500 * MS;
        within(1, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
        assertThat(bbr.model().inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
    }

    /** §5.5.10.3: what is lost in a probe does not lower the short-term bounds, for more was sent than the path is known to take. */
    @Test
    void doesNotSlowDownForFewLossesWhileProbing() {
        refills();
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE / 2, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.UP);
        assertThat(bbr.model().inflightShortTerm()).as("lost in REFILL").isEqualTo(BbrModel.INFINITE);
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE / 2, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.UP);
        assertThat(bbr.model().inflightShortTerm()).as("lost in UP").isEqualTo(BbrModel.INFINITE);
    }

    /** §5.5.10.3. */
    @Test
    void doesNotSlowDownForFewLossesInStartup() {
        starts();
        round(RATE, BDP);
        bbr.lost(now, MSS, BDP, MSS, false);
        round(RATE, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.STARTUP);
        assertThat(bbr.model().inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
    }

    /** §5.3.3.5: UP begins by one segment for each window that is acknowledged. */
    @Test
    void raisesTheBoundByASegmentForTheFirstWindowOfAProbe() {
        refills();
        int cwnd = bbr.cwnd();
        round(RATE, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.UP);
        bbr.model().inflightLongTerm(cwnd);
        ack.windowLimited = true;
        within(cwnd - 1, BDP);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(cwnd);
        within(1, BDP);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(cwnd + MSS);
    }

    /** §5.3.3.6: where the bound does not hold the flow, a rate that grows no more ends the probe. */
    @Test
    void stopsProbingAtAPlateauWhereTheWindowIsNotFull() {
        refills();
        round(RATE, BDP);
        bbr.model().inflightLongTerm(BDP);
        ack.lost = BDP;                              // so that the bound does not rise
        for (int i = 0; i < 4; i++) {
            round(RATE, BDP);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
    }

    /** §5.3.3.9: a precaution that was for nothing is followed by a whole new probe, which begins by REFILL. */
    @Test
    void refillsAgainAfterAPrecautionForNothing() {
        refills();
        round(RATE, BDP);
        bbr.lost(now, MSS, BDP, BDP / 10, false);
        int bound = (int) bbr.model().inflightLongTerm();
        assertThat(bbr.state()).isEqualTo(Bbr.State.DOWN);
        findsAShorterRoundTrip(bound - 1);
        until(Bbr.State.UP, bound - 1);
        round(RATE, bound);
        assertThat(bbr.state()).as("stops where the last probe lost").isEqualTo(Bbr.State.DOWN);
        round(RATE, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
    }

    // ---- §5.3.4: ProbeRTT

    private void probesTheRoundTrip() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        round(RATE, BDP / 2);
        now += 5_001 * MS;
        within(1000, BDP);
        assertThat(bbr.state()).isEqualTo(Bbr.State.PROBE_RTT);
    }

    @Test
    void probesTheRoundTripForTwoHundredMillisecondsAndOneRoundTrip() {
        probesTheRoundTrip();
        within(1000, BDP / 2);
        now += 201 * MS;
        acknowledge(ack.totalDelivered - 1, 1000, RATE, BDP / 2);
        assertThat(bbr.state()).as("no round trip is over").isEqualTo(Bbr.State.PROBE_RTT);
        acknowledge(ack.totalDelivered, 1000, RATE, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    @Test
    void probesTheRoundTripForMoreThanTwoHundredMilliseconds() {
        probesTheRoundTrip();
        within(1000, BDP / 2);
        now += 200 * MS;
        acknowledge(ack.totalDelivered, 1000, RATE, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.PROBE_RTT);
        now++;
        acknowledge(0, 1000, RATE, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
    }

    /** §5.3.4.4: the window is back, what losses said in the short term is forgotten, and five seconds begin anew. */
    @Test
    void goesOnAfterProbingTheRoundTripWhereItWasBefore() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        round(RATE, BDP / 2);
        int before = bbr.cwnd();
        assertThat(before).isGreaterThan(BDP);
        now += 5_001 * MS;
        within(0, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.PROBE_RTT);
        assertThat(bbr.cwnd()).isEqualTo(BDP / 2);
        bbr.lost(now, MSS, BDP / 2, MSS, false);
        round(RATE / 2, BDP / 2);
        assertThat(bbr.model().inflightShortTerm()).isLessThan(BbrModel.INFINITE);
        now += 4_900 * MS;
        bbr.restart(now, 4_900 * MS, 200 * MS, true);
        assertThat(bbr.state()).isEqualTo(Bbr.State.CRUISE);
        assertThat(bbr.cwnd()).isEqualTo(before);
        assertThat(bbr.model().inflightShortTerm()).isEqualTo(BbrModel.INFINITE);
        within(1000, BDP / 2);
        now += 4_900 * MS;
        within(1000, BDP / 2);
        assertThat(bbr.state()).as("the next one is five seconds after the end").isNotEqualTo(Bbr.State.PROBE_RTT);
    }

    /** §5.4.2: a pause has shown the round trip without a queue, once. */
    @Test
    void probesTheRoundTripFiveSecondsAfterAPause() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        now += 6_000 * MS;
        bbr.restart(now, 6_000 * MS, 200 * MS, true);
        within(1000, BDP / 2);
        assertThat(bbr.state()).isNotEqualTo(Bbr.State.PROBE_RTT);
        now += 5_001 * MS;
        within(1000, BDP / 2);
        assertThat(bbr.state()).isEqualTo(Bbr.State.PROBE_RTT);
    }

    // ---- §5.5.9: aggregation

    @Test
    void allowsForAcksThatComeTogether() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        assertThat(bbr.model().extraAcked()).as("a round trip by one ACK").isEqualTo(BDP);
        assertThat(bbr.cwnd()).isEqualTo(3 * BDP);
    }

    /** §5.4.1: in a pause nothing is expected, so that what was acknowledged before it does not count as if it came together. */
    @Test
    void countsAcksThatComeTogetherAnewAfterAPause() {
        goesDown();
        until(Bbr.State.CRUISE, BDP / 2);
        within(BDP, BDP / 2);
        bbr.restart(now, MS, 200 * MS, true);
        long before = bbr.model().extraAcked();
        within(BDP, BDP / 2);
        assertThat(bbr.model().extraAcked()).isEqualTo(before);
    }

    // ---- §5.6.2 to §5.6.4: what is enough on short paths

    /** §5.6.4.2: three quanta of two segments at least, and two segments more to look for bandwidth. */
    @Test
    void keepsThreeQuantaInFlightOnAPathOfAFewBytes() {
        rtt = MS / 10;
        refillsAt(1_000_000);
        assertThat(bbr.cwnd()).isEqualTo(3 * 2 * MSS);
    }

    /** §5.6.3: a quantum is what leaves in a millisecond. */
    @Test
    void keepsThreeMillisecondsInFlightOnAPathOfMicroseconds() {
        rtt = MS / 10;
        refillsAt(RATE);
        for (int i = 0; i < 20; i++) {
            within(1000, 0);
        }
        assertThat(bbr.cwnd()).isEqualTo(3 * 9_900);
    }

    private void refillsAt(long rate) {
        starts();
        for (int i = 0; i < 60 && bbr.state() != Bbr.State.REFILL; i++) {
            round(rate, 0);
        }
        assertThat(bbr.state()).isEqualTo(Bbr.State.REFILL);
    }

    // ---- §5.5.10.2: what a probe that loses too much says

    @Test
    void boundsWhatIsInFlightWhereTwoPercentWereLost() {
        refills();
        round(RATE, BDP);
        bbr.lost(now, 10 * MSS, BDP, BDP / 20, false);
        // before these ten segments 10,000 of 390,000 bytes were lost, 2200 too many, so the bound lies 2245 bytes lower
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(387_755);
    }

    /** RFC 3168 §5, §6.1.2: an echo in Startup leaves seven tenths of what was in flight where that is more than is known. */
    @Test
    void keepsSevenTenthsOfTheFlightWhenCongestionIsEchoedInStartup() {
        starts();
        bbr.congestionEchoed(now, 100_000);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(70_000);
    }

    // ---- §5.6.4.4 and §5.5.11.2: what comes back

    @Test
    void hasItsWindowBackWithTheFirstAckThatIsNotForATimeout() {
        goesDown();
        int before = bbr.cwnd();
        bbr.timeout(now, BDP, false);
        ack.afterTimeout = true;
        within(MSS, MSS);
        assertThat(bbr.cwnd()).isLessThan(10 * MSS);
        ack.afterTimeout = false;
        within(MSS, MSS);
        assertThat(bbr.cwnd()).isGreaterThanOrEqualTo(before);
    }

    @Test
    void hasTheWindowBackThatItHadBeforeTheRecoveryAndNoFormerOne() {
        goesDown();
        bbr.enterRecovery(now, BDP);
        bbr.exitRecovery(now, BDP);
        bbr.timeout(now, BDP, false);
        within(MSS, MSS);
        bbr.model().inflightLongTerm(BDP / 2);
        ack.lost = BDP;
        within(MSS, BDP);
        int before = bbr.cwnd();
        assertThat(before).isLessThan(BDP);
        bbr.timeout(now, BDP / 2, false);
        bbr.undo(now);
        assertThat(bbr.cwnd()).isEqualTo(before);
    }

    @Test
    void hasTheWindowBackThatItHadBeforeATimeoutThatARecoveryFollows() {
        goesDown();
        int before = bbr.cwnd();
        bbr.timeout(now, BDP, false);
        bbr.enterRecovery(now, MSS);
        bbr.undo(now);
        assertThat(bbr.cwnd()).isEqualTo(before);
    }

    @Test
    void staysBelowTheBoundWhenARecoveryEnds() {
        goesDown();
        bbr.enterRecovery(now, BDP);
        bbr.model().inflightLongTerm(BDP / 2);
        bbr.exitRecovery(now, BDP / 2);
        assertThat(bbr.cwnd()).isEqualTo(BDP / 2);
    }

    @Test
    void hasItsWindowBackWhenARecoveryWasForNothing() {
        goesDown();
        int before = bbr.cwnd();
        bbr.enterRecovery(now, BDP);
        bbr.model().inflightLongTerm(BDP / 2);
        ack.lost = BDP;
        within(MSS, BDP);
        assertThat(bbr.cwnd()).isEqualTo(BDP / 2);
        bbr.undo(now);
        assertThat(bbr.cwnd()).isEqualTo(before);
    }

    @Test
    void hasItsBoundsBackWhenALossWasNone() {
        refills();
        round(RATE, BDP);
        bbr.model().inflightLongTerm(2 * BDP);
        bbr.lost(now, MSS, BDP, BDP / 10, false);
        assertThat(bbr.model().inflightLongTerm()).isLessThan(BDP);
        bbr.undo(now);
        assertThat(bbr.model().inflightLongTerm()).isEqualTo(2 * BDP);
    }
}
