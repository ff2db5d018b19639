package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** draft-ietf-ccwg-bbr §5.6.2 and §5.6.3, with segments of 1000 bytes. */
class PacerTest {

    private static final long MS = 1_000_000L;
    private static final int MSS = 1000;

    private final Pacer pacer = new Pacer();
    private long now = 1_000 * MS;

    /** Past the initial window, which is not paced. */
    private void paces(long bytesPerSecond) {
        pacer.follow(bytesPerSecond, 0, 0, 0, MSS);
    }

    /** Sends as much as may leave now. */
    private int sends() {
        int sent = 0;
        while (pacer.mayLeave(now, MSS)) {
            pacer.sent(now, MSS);
            sent++;
        }
        return sent;
    }

    @Test
    void letsTheInitialWindowLeaveAtOnce() {
        pacer.start(MSS);
        paces(1_000_000);
        assertThat(sends()).isBetween(10, 15);
        assertThat(pacer.deadline()).isGreaterThan(now);
    }

    @Test
    void sendsAtTheRateOverTime() {
        paces(10_000_000);
        sends();
        long begun = now;
        long sent = 0;
        while (now < begun + 1_000 * MS) {
            now = pacer.deadline();
            sent += sends() * (long) MSS;
        }
        assertThat(sent).isBetween(9_990_000L, 10_020_000L);
    }

    @Test
    void wakesOnceAMillisecondAndSendsAQuantumThen() {
        paces(10_000_000);
        sends();
        now = pacer.deadline();
        sends();
        long before = now;
        now = pacer.deadline();
        assertThat(now - before).isBetween(MS * 9 / 10, MS * 11 / 10);
        assertThat(sends()).isEqualTo(10);
    }

    @Test
    void sendsTwoSegmentsAtATimeWhereTheRateIsLow() {
        paces(100_000);
        assertThat(pacer.quantum()).isEqualTo(2 * MSS);
        sends();
        now = pacer.deadline();
        assertThat(sends()).isEqualTo(2);
    }

    @Test
    void makesUpForATimerThatComesLateByAQuantumAtMost() {
        paces(10_000_000);
        sends();
        now = pacer.deadline() + MS;
        assertThat(sends()).isEqualTo(20);
        now += 50 * MS;
        assertThat(sends()).isBetween(20, 21);
    }

    @Test
    void losesNothingOfItsRateWhenEachTimerComesFiveMillisecondsLate() {
        pacer.follow(10_000_000, 400_000, 0, 20 * MS, MSS);
        sends();
        long begun = now;
        long sent = 0;
        while (now < begun + 1_000 * MS) {
            now = pacer.deadline() + 5 * MS;
            sent += sends() * (long) MSS;
        }
        assertThat((double) sent / (now - begun) * 1e9).isBetween(9_900_000.0, 10_100_000.0);
    }

    @Test
    void sendsNoMoreThanAQuarterOfTheWindowForATimerThatComesVeryLate() {
        pacer.follow(10_000_000, 200_000, 0, 20 * MS, MSS);
        sends();
        now = pacer.deadline() + 500 * MS;
        assertThat(sends()).as("two quanta of 10 and 50 segments").isBetween(60, 71);
    }

    @Test
    void givesNoCreditForTimeInWhichNothingWaited() {
        pacer.follow(10_000_000, 200_000, 0, 20 * MS, MSS);
        sends();
        pacer.idle();
        now += 500 * MS;
        assertThat(sends()).isBetween(20, 21);
    }

    @Test
    void usesWhatCreditAnAckFinds() {
        paces(10_000_000);
        sends();
        now += 300_000;
        assertThat(sends()).as("300 us at 10 MB/s").isEqualTo(3);
    }

    @Test
    void followsTheWindowTwiceAsFastWhileItDoublesAndAFifthFasterLater() {
        pacer.follow(0, 100_000, Integer.MAX_VALUE, 100 * MS, MSS);
        assertThat(pacer.rate()).isEqualTo(2_000_000);
        pacer.follow(0, 100_000, 100_000, 100 * MS, MSS);
        assertThat(pacer.rate()).isEqualTo(1_200_000);
    }

    @Test
    void isOffWhereTheRoundTripIsShortUnlessTheControlAsksForARate() {
        pacer.follow(0, 100_000, 100_000, Pacer.SHORTEST_ROUND_TRIP - 1, MSS);
        pacer.sent(now, 1_000_000);
        assertThat(pacer.mayLeave(now, MSS)).isTrue();
        pacer.follow(1_000_000, 100_000, 100_000, Pacer.SHORTEST_ROUND_TRIP - 1, MSS);
        assertThat(pacer.rate()).isEqualTo(1_000_000);
    }

    @Test
    void hasNoDeadlineWhenNothingWaits() {
        paces(1_000_000);
        sends();
        pacer.idle();
        assertThat(pacer.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void letsALargeSegmentLeaveWholeWhereTheRateIsHighAndPaysAfterwards() {
        paces(10_000_000);
        sends();
        now = pacer.deadline();
        while (pacer.mayLeave(now, MSS)) {
            assertThat(pacer.together(now, MSS)).isEqualTo(10_000);
            pacer.sent(now, 10_000);
        }
        assertThat(pacer.deadline() - now).as("a millisecond for each 10 kB").isGreaterThan(MS / 2);
    }

    @Test
    void letsASegmentLeaveWholeWhereTheRateIsLow() {
        paces(100_000);
        sends();
        now = pacer.deadline();
        sends();
        now = pacer.deadline();
        assertThat(pacer.together(now, MSS)).isBetween(1000, 2100);
    }

    @Test
    void keepsNothingForLongerThanTenSeconds() {
        paces(1);
        sends();
        assertThat(pacer.mayLeave(now, MSS)).isFalse();
        assertThat(pacer.deadline() - now).isLessThanOrEqualTo(20_000 * MS);
        now += 10_000 * MS;
        assertThat(pacer.mayLeave(now, MSS)).isTrue();
    }
}
