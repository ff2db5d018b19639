package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 5681, RFC 3465, RFC 6582, RFC 6928. */
class NewRenoTest {

    private static NewReno started(int mss) {
        var control = new NewReno();
        control.start(0, mss, false, 0);
        return control;
    }

    private static void acknowledge(NewReno control, int bytes) {
        var ack = new AckSample();
        ack.acked = bytes;
        ack.windowLimited = true;
        control.acknowledged(ack);
    }

    /** RFC 6928 §2. */
    @Test
    void startsWithTenSegmentsOrWhatTheyMayWeigh() {
        assertThat(started(1460).cwnd()).isEqualTo(14_600);
        assertThat(started(500).cwnd()).isEqualTo(5_000);
        assertThat(started(4_000).cwnd()).isEqualTo(14_600);
        assertThat(started(9_000).cwnd()).isEqualTo(18_000);
    }

    /** RFC 5681 §3.1. */
    @Test
    void startsWithOneSegmentAfterALostSyn() {
        var control = new NewReno();
        control.start(0, 1000, true, 0);
        assertThat(control.cwnd()).isEqualTo(1000);
    }

    /** RFC 3465 §2.2. */
    @Test
    void growsInSlowStartByWhatIsAcknowledgedButNoMoreThanTwoSegmentsAnAck() {
        var control = started(1000);
        acknowledge(control, 500);
        assertThat(control.cwnd()).isEqualTo(10_500);
        acknowledge(control, 8_000);
        assertThat(control.cwnd()).isEqualTo(12_500);
    }

    /** RFC 7661 §4.3. */
    @Test
    void doesNotGrowWhenTheWindowWasNotUsed() {
        var control = started(1000);
        var ack = new AckSample();
        ack.acked = 1000;
        control.acknowledged(ack);
        assertThat(control.cwnd()).isEqualTo(10_000);
    }

    /** RFC 3465 §2.1; RFC 5681 §3.1. */
    @Test
    void growsByOneSegmentForEachWindowInAvoidance() {
        var control = started(1000);
        control.enterRecovery(0, 20_000);
        control.exitRecovery(0, 10_000);
        assertThat(control.cwnd()).isEqualTo(10_000);
        for (int i = 0; i < 9; i++) {
            acknowledge(control, 1000);
        }
        assertThat(control.cwnd()).isEqualTo(10_000);
        acknowledge(control, 1000);
        assertThat(control.cwnd()).isEqualTo(11_000);
    }

    /** RFC 5681 §3.2, RFC 6582 §3.2. */
    @Test
    void halvesOnLossAndMakesNoBurstAtTheEnd() {
        var control = started(1000);
        control.enterRecovery(0, 20_000);
        assertThat(control.ssthresh()).isEqualTo(10_000);
        assertThat(control.cwnd()).isEqualTo(13_000);
        control.exitRecovery(0, 2_000);
        assertThat(control.cwnd()).as("no burst: flight + one segment").isEqualTo(3_000);
    }

    /** RFC 5681 §3.1, equation (4). */
    @Test
    void neverPutsTheThresholdBelowTwoSegments() {
        var control = started(1000);
        control.enterRecovery(0, 1000);
        assertThat(control.ssthresh()).isEqualTo(2_000);
    }

    /** RFC 5681 §3.1. */
    @Test
    void startsFromOneSegmentAfterATimeoutAndHoldsTheThresholdWhileItLasts() {
        var control = started(1000);
        control.timeout(0, 20_000, false);
        assertThat(control.cwnd()).isEqualTo(1000);
        assertThat(control.ssthresh()).isEqualTo(10_000);
        control.timeout(0, 1000, true);
        assertThat(control.ssthresh()).isEqualTo(10_000);
    }

    /** RFC 5681 §4.1, RFC 2861 §3. */
    @Test
    void restartsAfterIdleTimeWithNoMoreThanTheInitialWindow() {
        var control = started(1000);
        for (int i = 0; i < 10; i++) {
            acknowledge(control, 2_000);
        }
        control.restart(0, 1_000_000_000L, 200_000_000L, true);
        assertThat(control.cwnd()).isEqualTo(10_000);
        control.timeout(0, 10_000, false);
        control.restart(0, 1_000_000_000L, 200_000_000L, true);
        assertThat(control.cwnd()).isEqualTo(1000);
    }

    @Test
    void doesNotOverflow() {
        var control = started(9000);
        for (int i = 0; i < 100_000; i++) {
            acknowledge(control, 18_000);
        }
        assertThat(control.cwnd()).isEqualTo(1 << 30);
    }

    /** RFC 4821 §7.6.1: a search for the path MTU may end within a recovery; a window below a segment would send nothing. */
    @Test
    void leavesRecoveryWithASegmentAtLeastWhereSegmentsHaveBecomeLonger() {
        var reno = new NewReno();
        reno.mssChanged(300);
        reno.enterRecovery(0, 600);
        reno.mssChanged(1400);
        reno.exitRecovery(0, 0);
        assertThat(reno.cwnd()).isGreaterThanOrEqualTo(1400);
    }
}
