package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 9406 §4.2 and §4.3. */
class HyStartTest {

    private static final long MS = 1_000_000L;

    private final HyStart hyStart = new HyStart();
    private final AckSample ack = new AckSample();

    /** A round of so many ACKs with this round-trip time; returns whether one of them ended slow start. */
    private boolean round(int acks, long rtt) {
        long before = ack.totalDelivered;
        boolean over = false;
        for (int i = 0; i < acks; i++) {
            ack.priorDelivered = before;
            ack.totalDelivered += 1000;
            ack.rtt = rtt;
            over |= hyStart.acknowledged(ack);
        }
        return over;
    }

    @Test
    void goesOnWhileTheRoundTripTimeStaysTheSame() {
        for (int i = 0; i < 20; i++) {
            assertThat(round(10, 100 * MS)).isFalse();
        }
        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void growsConservativelyWhenTheRoundTripTimeRisesByAnEighth() {
        round(10, 80 * MS);
        round(10, 89 * MS);
        assertThat(hyStart.isConservative()).isFalse();
        round(10, 100 * MS);
        assertThat(hyStart.isConservative()).as("8/8 of 89 ms is 11 ms more").isFalse();
        round(10, 113 * MS);
        assertThat(hyStart.isConservative()).isTrue();
    }

    @Test
    void asksForFourMillisecondsAtLeastAndSixteenAtMost() {
        round(10, 1 * MS);
        round(10, 5 * MS - 1);
        assertThat(hyStart.isConservative()).isFalse();
        round(10, 9 * MS - 1);
        assertThat(hyStart.isConservative()).isTrue();
        var far = new HyStartTest();
        far.round(10, 400 * MS);
        far.round(10, 416 * MS);
        assertThat(far.hyStart.isConservative()).isTrue();
    }

    @Test
    void wantsEightSamples() {
        round(10, 80 * MS);
        round(7, 200 * MS);
        assertThat(hyStart.isConservative()).isFalse();
    }

    @Test
    void endsSlowStartAfterFiveConservativeRounds() {
        round(10, 80 * MS);
        round(10, 100 * MS);
        assertThat(hyStart.isConservative()).isTrue();
        for (int i = 1; i < HyStart.CSS_ROUNDS; i++) {
            assertThat(round(10, 100 * MS)).as("round " + (i + 1)).isFalse();
        }
        assertThat(round(10, 100 * MS)).isTrue();
    }

    @Test
    void goesBackToSlowStartWhenTheRoundTripTimeShrinksAgain() {
        round(10, 80 * MS);
        round(10, 100 * MS);
        round(10, 99 * MS);
        assertThat(hyStart.isConservative()).isFalse();
    }
}
