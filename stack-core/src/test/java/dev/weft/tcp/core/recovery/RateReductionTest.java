package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Proportional rate reduction by itself (RFC 9937 §6). */
class RateReductionTest {

    private static final int MSS = 100;

    private final RateReduction reduction = new RateReduction();

    /** Seven of ten leave while ten arrive, above ssthresh. */
    @Test
    void letsLeaveInProportionToWhatArrives() {
        reduction.begin(10 * MSS, 7 * MSS);
        int out = 0;
        for (int i = 1; i <= 9; i++) {
            int flight = 20 * MSS;
            reduction.acknowledged(MSS, flight, false, MSS);
            int room = reduction.cwnd() - flight;
            reduction.sent(room);
            out += room;
            assertThat(out).as("after " + i + " segments").isLessThanOrEqualTo(Math.max(MSS, i * 70 + 1)).isLessThanOrEqualTo(i * MSS);
        }
        assertThat(out).isEqualTo(630);
    }

    /** When little was in flight, most having arrived out of order, and what counted as lost turns out not to be. */
    @Test
    void neverLetsLeaveMoreThanArrivesAboveTheThreshold() {
        reduction.begin(3 * MSS, 5 * MSS);
        int out = 0;
        for (int i = 1; i <= 20; i++) {
            int flight = 9 * MSS;
            reduction.acknowledged(MSS, flight, false, MSS);
            int room = reduction.cwnd() - flight;
            reduction.sent(room);
            out += room;
            assertThat(out).as("after " + i + " segments").isLessThanOrEqualTo(i * MSS);
        }
    }
}
