package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 6298 §2 and §5. */
class RttEstimatorTest {

    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;

    /** RFC 6298 §2.1. */
    @Test
    void waitsOneSecondBeforeAnySample() {
        assertThat(new RttEstimator().rto()).isEqualTo(SECOND);
    }

    /** RFC 6298 §2.2. */
    @Test
    void takesFirstSampleForSrttAndHalfOfItForVariation() {
        var rtt = new RttEstimator();
        rtt.sample(100 * MS);
        assertThat(rtt.srtt()).isEqualTo(100 * MS);
        assertThat(rtt.rttvar()).isEqualTo(50 * MS);
        assertThat(rtt.rto()).as("SRTT + max(200 ms, 4·RTTVAR)").isEqualTo(300 * MS);
    }

    /** RFC 6298 §2.3. */
    @Test
    void weighsLaterSamplesByAnEighthAndAQuarter() {
        var rtt = new RttEstimator();
        rtt.sample(100 * MS);
        rtt.sample(200 * MS);
        assertThat(rtt.rttvar()).as("3/4·50 + 1/4·|100−200|").isEqualTo(62_500_000);
        assertThat(rtt.srtt()).as("7/8·100 + 1/8·200").isEqualTo(112_500_000);
        assertThat(rtt.rto()).isEqualTo(112_500_000 + 4 * 62_500_000);
    }

    /** RFC 6298 §2.4, with the floor of Linux. */
    @Test
    void neverWaitsLessThanSrttAndTwoHundredMilliseconds() {
        var rtt = new RttEstimator();
        for (int i = 0; i < 100; i++) {
            rtt.sample(MS);
        }
        assertThat(rtt.rto()).isEqualTo(201 * MS);
    }

    /** RFC 6298 §2.5 and §5.5. */
    @Test
    void doublesUpToTwoMinutesAndReturnsWithASample() {
        var rtt = new RttEstimator();
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
        var rtt = new RttEstimator();
        rtt.backOff();
        rtt.startAfterLostSyn();
        assertThat(rtt.rto()).isEqualTo(3 * SECOND);
        rtt.sample(100 * MS);
        rtt.startAfterLostSyn();
        assertThat(rtt.rto()).isEqualTo(300 * MS);
    }
}
