package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** A window that nobody uses, and one that no loss has bounded (RFC 2861, RFC 9438). Segments of 1000 bytes. */
class IdleWindowTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long SECOND = 1_000 * MS;
    private static final long RTO = 200 * MS;

    private final AckSample ack = new AckSample();

    /** In slow start, with so many segments. */
    private NewReno reno(int segments) {
        var reno = new NewReno();
        reno.start(0, MSS, false, 0);
        ack.windowLimited = true;
        ack.acked = MSS;
        while (reno.cwnd() < segments * MSS) {
            reno.acknowledged(ack);
        }
        return reno;
    }

    // ---- RFC 2861 §3: a pause

    @Test
    void halvesTheWindowForEachTimeoutThatAPauseLastsBeyondTheFirst() {
        var once = reno(80);
        once.restart(0, 2 * RTO, RTO, true);
        assertThat(once.cwnd()).isEqualTo(40_000);
        var twice = reno(80);
        twice.restart(0, 2 * RTO + 1, RTO, true);
        assertThat(twice.cwnd()).isEqualTo(20_000);
        var long_ = reno(80);
        long_.restart(0, 100 * RTO, RTO, true);
        assertThat(long_.cwnd()).as("not below the initial window").isEqualTo(10_000);
    }

    @Test
    void leavesTheWindowInAPauseOfOneTimeout() {
        var reno = reno(80);
        reno.restart(0, RTO, RTO, true);
        assertThat(reno.cwnd()).isEqualTo(80_000);
        assertThat(reno.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void leavesAWindowBelowTheInitialOne() {
        var reno = reno(80);
        reno.timeout(0, 80_000, false);
        reno.restart(0, 100 * RTO, RTO, true);
        assertThat(reno.cwnd()).isEqualTo(MSS);
    }

    /** RFC 2861 §3.1: the threshold remembers three quarters of what the path has carried. */
    @Test
    void remembersThreeQuartersOfTheWindowInTheThreshold() {
        var reno = reno(80);
        reno.enterRecovery(0, 40_000);
        assertThat(reno.ssthresh()).isEqualTo(20_000);
        reno.exitRecovery(0, 40_000);
        while (reno.cwnd() < 40_000) {
            reno.acknowledged(ack);
        }
        reno.restart(0, 2 * RTO, RTO, true);
        assertThat(reno.ssthresh()).isEqualTo(30_000);
        assertThat(reno.cwnd()).isEqualTo(20_000);
        assertThat(reno.isInSlowStart()).isTrue();
        reno.restart(0, 2 * RTO, RTO, true);
        assertThat(reno.ssthresh()).as("never lowered by a pause").isEqualTo(30_000);
    }

    // ---- RFC 2861 §3.2: a window that is not filled

    @Test
    void comesDownHalfOfTheWayToWhatIsUsed() {
        var reno = reno(80);
        reno.enterRecovery(0, 80_000);
        reno.exitRecovery(0, 80_000);
        assertThat(reno.cwnd()).isEqualTo(40_000);
        reno.underused(20_000);
        assertThat(reno.cwnd()).isEqualTo(30_000);
        assertThat(reno.ssthresh()).isEqualTo(40_000);
        reno.underused(0);
        assertThat(reno.cwnd()).as("the initial window counts as used").isEqualTo(20_000);
    }

    @Test
    void staysWhereAllOfItIsUsed() {
        var reno = reno(80);
        reno.underused(80_000);
        reno.underused(90_000);
        assertThat(reno.cwnd()).isEqualTo(80_000);
        assertThat(reno.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    /** After a pause growth begins anew: what was acknowledged before counts for nothing (RFC 3465 §2.1, bytes_acked). */
    @Test
    void countsBytesAcknowledgedAnewAfterAPause() {
        var reno = reno(80);
        reno.enterRecovery(0, 40_000);
        reno.exitRecovery(0, 40_000);
        ack.acked = 19_000;
        reno.acknowledged(ack);
        reno.restart(0, 2 * RTO, RTO, true);
        reno.ssthresh = reno.cwnd();
        ack.acked = MSS;
        reno.acknowledged(ack);
        assertThat(reno.cwnd()).isEqualTo(10_000);
    }

    // ---- RFC 9438 §4.10: slow start ended without a loss

    @Test
    void beginsTheCurveAtItsPlateauWhereThereWasNoLoss() {
        var cubic = new Cubic();
        cubic.start(0, MSS, false, SECOND / 10);
        ack.windowLimited = true;
        ack.srtt = SECOND / 10;
        ack.rtt = SECOND / 10;
        ack.acked = MSS;
        while (cubic.cwnd() < 400 * MSS) {
            cubic.acknowledged(ack);
        }
        cubic.ssthresh = cubic.cwnd();               // as HyStart++ leaves it
        ack.now = SECOND;
        while (ack.now < 7 * SECOND) {
            ack.now += SECOND / 10 * MSS / cubic.cwnd();
            cubic.acknowledged(ack);
        }
        assertThat(cubic.cwnd() / (double) MSS).as("W(6 s) with K = 0").isCloseTo(400 + 0.4 * 6 * 6 * 6, within(4.0));
    }
}
