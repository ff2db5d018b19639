package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** RFC 9438 against its own closed forms: segments of 1000 bytes, times in seconds. */
class CubicTest {

    private static final int MSS = 1000;
    private static final long SECOND = 1_000_000_000L;

    private final Cubic cubic = new Cubic();
    private final AckSample ack = new AckSample();
    private long now = SECOND;

    /** Slow start up to so many segments, then a loss; the window is {@code 0.7 · segments} afterwards. */
    private void losesAt(int segments) {
        cubic.start(now, MSS, false, SECOND / 10);
        slowStartTo(segments);
        loses();
    }

    private void slowStartTo(int segments) {
        while (cubic.cwnd() < segments * MSS) {
            acknowledge(Math.min(MSS, segments * MSS - cubic.cwnd()), SECOND / 10);
        }
    }

    private void loses() {
        cubic.enterRecovery(now, cubic.cwnd());
        cubic.exitRecovery(now, cubic.ssthresh());
    }

    private void acknowledge(int bytes, long rtt) {
        ack.now = now;
        ack.acked = bytes;
        ack.srtt = rtt;
        ack.rtt = rtt;
        ack.windowLimited = true;
        cubic.acknowledged(ack);
    }

    /** So much time passes in which each segment of the window is acknowledged once per round trip. */
    private void runs(double seconds, long rtt) {
        long end = now + (long) (seconds * SECOND);
        while (now < end) {
            now += rtt * MSS / cubic.cwnd();
            acknowledge(MSS, rtt);
        }
    }

    private double window() {
        return (double) cubic.cwnd() / MSS;
    }

    private static double curve(double t, double wMax, double start) {
        double k = Math.cbrt((wMax - start) / 0.4);
        return 0.4 * Math.pow(t - k, 3) + wMax;
    }

    /** RFC 9438 §4.6. */
    @Test
    void keepsSevenTenthsOfTheWindowAfterALoss() {
        losesAt(100);
        assertThat(cubic.ssthresh()).isEqualTo(70_000);
        assertThat(cubic.cwnd()).isEqualTo(70_000);
    }

    /** RFC 9438 §4.2, §4.4, §4.5, with C of §5. */
    @Test
    void followsTheCubicFunctionFromConcaveToConvex() {
        losesAt(1000);
        // K = ∛(300 / 0.4) = 9.086 s
        double at = 0;
        for (double t : new double[] {1, 2, 4, 6, 9.086, 11, 13}) {
            runs(t - at, SECOND / 10);
            at = t;
            assertThat(window()).as("W(" + t + ")").isCloseTo(curve(t, 1000, 700), within(8.0));
        }
    }

    /** RFC 9438 §4.2. */
    @Test
    void isTheSameWhateverTheRoundTripTime() {
        losesAt(1000);
        runs(6, SECOND / 5);
        assertThat(window()).isCloseTo(curve(6, 1000, 700), within(10.0));
    }

    /** RFC 9438 §4.3. */
    @Test
    void growsAsRenoWouldWhereThatIsFaster() {
        losesAt(20);
        // 14 segments, 5 ms: alpha = 0.529 segments a round trip up to the 20 before the loss, then 1. The curve has 14.01.
        runs(10 * 0.005, SECOND / 200);
        assertThat(window()).isCloseTo(14 + 10 * Cubic.ALPHA, within(0.4));
        runs(10 * 0.005, SECOND / 200);
        assertThat(window()).isGreaterThan(20 + 5).isLessThan(20 + 12);
    }

    /** RFC 9438 §4.7. */
    @Test
    void leavesRoomForOthersWhenItLosesBelowItsLastMaximum() {
        losesAt(1000);
        loses();
        // §4.7: at 700 < 1000 the plateau becomes 700 · 1.7 / 2 = 595, the window 490
        assertThat(cubic.cwnd()).isEqualTo(490_000);
        double k = Math.cbrt((595 - 490) / 0.4);
        runs(k / 2, SECOND / 10);
        assertThat(window()).as("concave").isCloseTo(curve(k / 2, 595, 490), within(3.0));
        runs(k / 2, SECOND / 10);
        assertThat(window()).isCloseTo(595, within(2.0));
    }

    /** RFC 9438 §4.7. */
    @Test
    void remembersTheWholeWindowWhenItLosesAboveItsLastMaximum() {
        losesAt(1000);
        runs(13, SECOND / 10);
        double before = window();
        assertThat(before).isGreaterThan(1010);
        loses();
        runs(Math.cbrt(before * 0.3 / 0.4), SECOND / 10);
        assertThat(window()).isCloseTo(before, within(2.0));
    }

    /** RFC 9438 §4.8. */
    @Test
    void beginsAtThePlateauAfterATimeout() {
        cubic.start(now, MSS, false, SECOND / 10);
        slowStartTo(100);
        cubic.timeout(now, 100_000, false);
        assertThat(cubic.cwnd()).isEqualTo(MSS);
        assertThat(cubic.ssthresh()).isEqualTo(70_000);
        ack.afterTimeout = true;
        slowStartTo(70);
        ack.afterTimeout = false;
        runs(3, SECOND / 50);
        // 0.4 · 3³ = 10.8 by the curve; Reno has alpha (the window before was larger) for 150 round trips, which is more
        assertThat(window()).isGreaterThan(70 + 10.8);
    }

    @Test
    void growsByNoMoreThanHalfARoundTrip() {
        losesAt(100);
        acknowledge(MSS, SECOND / 10);
        now += 60 * SECOND;
        int before = cubic.cwnd();
        acknowledge(before, SECOND / 10);
        assertThat(cubic.cwnd()).isBetween(before + before / 2 - MSS, before + before / 2 + MSS);
    }

    /** RFC 9438 §5.8; RFC 7661 §4.3. */
    @Test
    void doesNotCountTimeInWhichTheWindowIsNotUsed() {
        losesAt(1000);
        runs(1, SECOND / 10);
        int before = cubic.cwnd();
        for (int i = 0; i < 100; i++) {
            now += SECOND / 10;
            ack.now = now;
            ack.windowLimited = false;
            cubic.acknowledged(ack);
        }
        assertThat(cubic.cwnd()).isEqualTo(before);
        runs(1, SECOND / 10);
        assertThat(window()).isCloseTo(curve(2, 1000, 700), within(8.0));
    }

    /** RFC 9438 §4.9. */
    @Test
    void goesOnAsIfNothingHadHappenedWhenALossWasNone() {
        losesAt(1000);
        runs(3, SECOND / 10);
        int before = cubic.cwnd();
        loses();
        assertThat(cubic.ssthresh()).isLessThan(700_000);
        cubic.undo(now);
        assertThat(cubic.cwnd()).isEqualTo(before);
        assertThat(cubic.ssthresh()).isEqualTo(700_000);
        runs(3, SECOND / 10);
        assertThat(window()).as("the same curve").isCloseTo(curve(6, 1000, 700), within(8.0));
    }

    /** RFC 3465 §2.3. */
    @Test
    void countsNoMoreThanOneSegmentForAnAckAfterATimeout() {
        losesAt(100);
        cubic.timeout(now, 70_000, false);
        ack.afterTimeout = true;
        acknowledge(10 * MSS, SECOND / 10);
        assertThat(cubic.cwnd()).isEqualTo(2 * MSS);
    }

    /** RFC 9438 §4.3: cwnd is W_est there, and no part of a byte is counted twice on the way. */
    @Test
    void isNeverLargerThanRenoWouldBeWhereItFollowsReno() {
        losesAt(20);
        double reno = 14;
        for (int i = 0; i < 3_000; i++) {
            now += 1_000;
            reno += Cubic.ALPHA * 0.333 / window();
            acknowledge(333, SECOND / 200);
            assertThat(cubic.cwnd()).as("after " + (i + 1) + " ACKs").isBetween((int) (reno * MSS - 1e-6), (int) (reno * MSS + 1e-6));
            if (reno > 19.5) {
                return;
            }
        }
    }

    /** RFC 9438 §4.7: who loses where it lost before does not leave room. */
    @Test
    void comesBackToTheSameMaximumWhenItLosesThere() {
        losesAt(1000);
        Windows.set(cubic, 1000 * MSS, cubic.ssthresh());
        loses();
        runs(Math.cbrt(300 / 0.4), SECOND / 10);
        assertThat(window()).isCloseTo(1000, within(2.0));
    }

    /** RFC 9438 §4.4: a window grows by what is less than a byte for each ACK, too. */
    @Test
    void addsUpPartsOfAByte() {
        losesAt(1000);
        acknowledge(1, SECOND / 10);
        now += SECOND;
        int before = cubic.cwnd();
        for (int i = 0; i < 200; i++) {
            acknowledge(5, SECOND / 10);
        }
        // (W(1.1) − 700) / 700 of 1000 bytes
        assertThat(cubic.cwnd() - before).isCloseTo((int) ((curve(1.1, 1000, 700) - 700) / 700 * 1000), within(2));
    }

    /** RFC 9438 §4.8 with §4.9: what a time-out has taken away comes back with its undo. */
    @Test
    void goesOnAsIfNothingHadHappenedWhenATimeoutWasNone() {
        losesAt(1000);
        runs(3, SECOND / 10);
        int before = cubic.cwnd();
        cubic.timeout(now, before, false);
        cubic.undo(now);
        assertThat(cubic.cwnd()).isEqualTo(before);
        runs(3, SECOND / 10);
        assertThat(window()).isCloseTo(curve(6, 1000, 700), within(8.0));
    }

    /** RFC 9438 §4.9: an undone loss does not remember its window as the largest one, and Reno's share goes on as before it. */
    @Test
    void leavesRoomAfterAnUndoneLossAsBeforeIt() {
        losesAt(20);
        runs(4 * 0.005, SECOND / 200);
        double before = window();
        loses();
        cubic.undo(now);
        runs(4 * 0.005, SECOND / 200);
        assertThat(window()).isCloseTo(before + 4 * Cubic.ALPHA, within(0.6));
    }

    // ---- slow start: RFC 9406, RFC 3465

    /** So many ACKs of one segment, sent in one round trip that took so long. */
    private void slowStartRound(int acks, long rtt) {
        long before = ack.totalDelivered;
        for (int i = 0; i < acks; i++) {
            ack.priorDelivered = before;
            ack.totalDelivered += MSS;
            acknowledge(MSS, rtt);
        }
    }

    private void slowStartWithAQueue() {
        cubic.start(now, MSS, false, SECOND / 10);
        slowStartRound(10, SECOND / 10);
        slowStartRound(10, SECOND / 10);
        slowStartRound(10, SECOND / 8);
    }

    /** RFC 9406 §4.2: a quarter of the growth in Conservative Slow Start, for five rounds, and slow start is over. */
    @Test
    void endsSlowStartWhenTheRoundTripTimeRises() {
        slowStartWithAQueue();
        int before = cubic.cwnd();
        slowStartRound(8, SECOND / 8);
        assertThat(cubic.cwnd()).isEqualTo(before + 8 * MSS / 4);
        assertThat(cubic.isInSlowStart()).isTrue();
        for (int i = 0; i < 4; i++) {
            slowStartRound(8, SECOND / 8);
        }
        assertThat(cubic.isInSlowStart()).isFalse();
        assertThat(cubic.ssthresh()).isBetween(before, cubic.cwnd());
    }

    /** RFC 9406 §4.3: HyStart++ is for the first slow start; later ones have a threshold. */
    @Test
    void growsAsUsualUpToAThresholdWhateverTheRoundTripTime() {
        slowStartWithAQueue();
        Windows.set(cubic, 10 * MSS, 1000 * MSS);
        slowStartRound(8, SECOND / 8);
        assertThat(cubic.cwnd()).isEqualTo(18 * MSS);
        for (int i = 0; i < 8; i++) {
            slowStartRound(8, SECOND / 8);
        }
        assertThat(cubic.ssthresh()).isEqualTo(1000 * MSS);
    }

    /** RFC 3465 §2.3: nor does the end of a time-out, whose ACKs tell of other times, end slow start. */
    @Test
    void doesNotLookAtTheRoundTripTimeAfterATimeout() {
        slowStartWithAQueue();
        ack.afterTimeout = true;
        for (int i = 0; i < 8; i++) {
            slowStartRound(8, SECOND / 8);
        }
        assertThat(cubic.ssthresh()).isEqualTo(Integer.MAX_VALUE);
    }

    /** RFC 9406 §4.2: eight segments an ACK at most, but for what pacing spreads. */
    @Test
    void growsByEightSegmentsForAnAckWhereNothingIsPaced() {
        cubic.start(now, MSS, false, 0);
        acknowledge(20 * MSS, Pacer.SHORTEST_ROUND_TRIP - 1);
        assertThat(cubic.cwnd()).isEqualTo(18 * MSS);
        acknowledge(20 * MSS, Pacer.SHORTEST_ROUND_TRIP);
        assertThat(cubic.cwnd()).isEqualTo(38 * MSS);
    }
}
