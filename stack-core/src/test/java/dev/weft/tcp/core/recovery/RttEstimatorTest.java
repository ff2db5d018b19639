package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 6298 §2 and §5. */
class RttEstimatorTest {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;

    /** RFC 6298 §2.1. */
    @Test
    void waitsOneSecondBeforeAnySample() {
        assertThat(new RttEstimator(RttEstimator.DEFAULT_FLOOR).rto()).isEqualTo(SECOND);
    }

    /** RFC 6298 §2.2. */
    @Test
    void takesFirstSampleForSrttAndHalfOfItForVariation() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        rtt.sample(100 * MS);
        assertThat(rtt.srtt()).isEqualTo(100 * MS);
        assertThat(rtt.rttvar()).isEqualTo(50 * MS);
        assertThat(rtt.rto()).as("SRTT + max(200 ms, 4·RTTVAR)").isEqualTo(300 * MS);
    }

    /** RFC 6298 §2.3. */
    @Test
    void weighsLaterSamplesByAnEighthAndAQuarter() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        rtt.sample(100 * MS);
        rtt.sample(200 * MS);
        assertThat(rtt.rttvar()).as("3/4·50 + 1/4·|100−200|").isEqualTo(62_500_000);
        assertThat(rtt.srtt()).as("7/8·100 + 1/8·200").isEqualTo(112_500_000);
        assertThat(rtt.rto()).isEqualTo(112_500_000 + 4 * 62_500_000);
    }

    /** RFC 6298 §2.4, with the floor of Linux. */
    @Test
    void neverWaitsLessThanSrttAndTwoHundredMilliseconds() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        for (int i = 0; i < 100; i++) {
            rtt.sample(MS);
        }
        assertThat(rtt.rto()).isEqualTo(201 * MS);
    }

    /** RFC 6298 §2.4 leaves a better floor to who knows of one. */
    @Test
    void neverWaitsLessThanSrttAndTheFloorThatIsSet() {
        var rtt = new RttEstimator(5 * MS);
        for (int i = 0; i < 100; i++) {
            rtt.sample(MS);
        }
        assertThat(rtt.rto()).isEqualTo(6 * MS);
        rtt.sample(61 * MS);
        assertThat(rtt.rto()).as("the variation counts where it is more: SRTT 8.5 ms, RTTVAR 15 ms").isBetween(68 * MS, 69 * MS);
        var slow = new RttEstimator(120 * SECOND);
        slow.sample(MS);
        assertThat(slow.rto()).isEqualTo(120 * SECOND);
    }

    /** RFC 6298 §2.5 and §5.5. */
    @Test
    void doublesALowFloorUpToTwoMinutesToo() {
        var rtt = new RttEstimator(MS);
        for (int i = 0; i < 100; i++) {
            rtt.sample(1000);
        }
        long last = rtt.rto();
        for (int i = 0; i < 40; i++) {
            rtt.backOff();
            assertThat(rtt.rto()).isEqualTo(Math.min(120 * SECOND, 2 * last));
            last = rtt.rto();
        }
        assertThat(last).isEqualTo(120 * SECOND);
    }

    /** A queue of one bandwidth-delay product fills within a round trip; what is in flight then takes twice as long. */
    @Test
    void followsARoundTripThatDoublesWithinOne() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        long now = 0;
        for (int i = 0; i < 3_000; i++) {
            now += MS / 10;
            rtt.sample(now, 300 * MS + now / 3);
        }
        assertThat(now).isEqualTo(300 * MS);
        for (int i = 0; i < 2_000; i++) {
            now += MS / 10;
            rtt.sample(now, 300 * MS + now / 3);
        }
        assertThat(rtt.srtt()).isBetween(465 * MS, 467 * MS);
        assertThat(rtt.rto()).as("more than the 600 ms of what has just been sent").isGreaterThan(660 * MS);
    }

    @Test
    void forgetsHowMuchTheRoundTripVariedByAQuarterOncePerRoundTrip() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        rtt.sample(400 * MS);
        assertThat(rtt.rttvar()).isEqualTo(200 * MS);
        long now = 0;
        for (int i = 1; i <= 8_200; i++) {
            now += MS / 10;
            rtt.sample(now, 400 * MS);
        }
        // The rounds end after 400.1 and 800.2 ms; in the first the deviation begins at 3/4 of what it was.
        assertThat(rtt.rttvar()).isBetween(139 * MS, 151 * MS);
        assertThat(rtt.srtt()).isEqualTo(400 * MS);
    }

    /** RFC 6298 §2.5 and §5.5. */
    @Test
    void doublesUpToTwoMinutesAndReturnsWithASample() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        rtt.backOff();
        assertThat(rtt.rto()).isEqualTo(2 * SECOND);
        for (int i = 0; i < 40; i++) {
            rtt.backOff();
        }
        assertThat(rtt.rto()).isEqualTo(120 * SECOND);
        rtt.sample(100 * MS);
        assertThat(rtt.rto()).isEqualTo(300 * MS);
    }

    /** RFC 6298 §5.7. */
    @Test
    void startsWithThreeSecondsAfterALostSynUnlessThereIsASample() {
        var rtt = new RttEstimator(RttEstimator.DEFAULT_FLOOR);
        rtt.backOff();
        rtt.startAfterLostSyn();
        assertThat(rtt.rto()).isEqualTo(3 * SECOND);
        rtt.sample(100 * MS);
        rtt.startAfterLostSyn();
        assertThat(rtt.rto()).isEqualTo(300 * MS);
    }
}
