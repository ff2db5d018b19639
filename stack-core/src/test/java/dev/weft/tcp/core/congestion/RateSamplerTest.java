package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.Listening;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** draft-ietf-ccwg-bbr §4.1.2, with numbers across the wrap. */
class RateSamplerTest {

    private static final long MS = 1_000_000L;
    private static final int START = -2_500;

    private final RateSampler sampler = new RateSampler();
    private final AckSample sample = new AckSample();
    private int una = START;
    private int nxt = START;

    private void sends(long millis, int bytes) {
        sampler.sent(millis * MS, nxt, nxt + bytes, nxt - una, false);
        nxt += bytes;
    }

    private void acknowledges(long millis, int bytes) {
        sampler.delivered(millis * MS, una, una + bytes);
        una += bytes;
        sampler.sample(millis * MS, sample);
        sampler.acknowledged(una);
    }

    @Test
    void measuresFromTheSendingOfASegmentToItsAck() {
        sends(100, 1000);
        acknowledges(150, 1000);
        assertThat(sample.rtt).isEqualTo(50 * MS);
        assertThat(sample.interval).isEqualTo(50 * MS);
        assertThat(sample.deliveryRate).isEqualTo(20_000);
        assertThat(sample.txInFlight).isEqualTo(1000);
    }

    @Test
    void takesTheSlowerOfSendingAndAcknowledging() {
        for (int i = 0; i < 10; i++) {
            sends(100 + 10 * i, 1000);
        }
        acknowledges(200, 1000);
        acknowledges(201, 9000);
        // ten segments in 91 ms of sending were acknowledged within a millisecond
        assertThat(sample.interval).isEqualTo(101 * MS);
        assertThat(sample.deliveryRate).isEqualTo(10_000L * 1000 / 101);
    }

    /** §4.1.2.3. */
    @Test
    void countsWhatArrivedSinceTheSegmentWasSent() {
        sends(0, 1000);
        sends(10, 1000);
        acknowledges(100, 1000);
        sends(100, 1000);
        acknowledges(110, 1000);
        acknowledges(200, 1000);
        assertThat(sample.priorDelivered).isEqualTo(1000);
        assertThat(sample.delivered).isEqualTo(2000);
        assertThat(sample.interval).isEqualTo(100 * MS);
    }

    @Test
    void hasOneRecordForEachBurst() {
        for (int i = 0; i < 40; i++) {
            sends(5, 1000);
        }
        assertThat(sampler.records()).isEqualTo(1);
        sends(6, 1000);
        assertThat(sampler.records()).isEqualTo(2);
        acknowledges(20, 10_500);
        assertThat(sample.txInFlight).as("in flight when that segment had been sent").isEqualTo(10_500);
        acknowledges(21, 30_500);
        assertThat(sampler.records()).isZero();
    }

    /** RFC 6298 §3, Karn. */
    @Test
    void takesNoRoundTripTimeFromWhatWasSentTwice() {
        sends(0, 5000);
        sampler.sent(60 * MS, START + 1000, START + 2000, 4000, true);
        assertThat(sampler.records()).isEqualTo(3);
        acknowledges(100, 1000);
        assertThat(sample.rtt).isEqualTo(100 * MS);
        acknowledges(110, 1000);
        assertThat(sample.rtt).isEqualTo(-1);
        acknowledges(120, 3000);
        assertThat(sample.rtt).isEqualTo(120 * MS);
    }

    /** Records move to the front of their array when a cut needs room, and the one that is cut moves along. */
    @Test
    void marksWhatWasSentTwiceAlsoWhereRecordsMove() {
        for (int i = 0; i < 16; i++) {
            sends(i, 1000);
        }
        acknowledges(50, 8_000);
        sampler.sent(60 * MS, START + 12_000, START + 12_500, 7_000, true);
        acknowledges(100, 4_500);
        assertThat(sample.rtt).isEqualTo(-1);
        acknowledges(110, 500);
        assertThat(sample.rtt).as("the rest of it was sent once, at 12 ms").isEqualTo(98 * MS);
        acknowledges(112, 3_000);
        assertThat(sample.rtt).isEqualTo(97 * MS);
    }

    @Test
    void givesNoRateOverLessThanARoundTrip() {
        sends(0, 1000);
        acknowledges(100, 1000);
        sends(100, 1000);
        sampler.sent(198 * MS, una, nxt, 0, true);
        acknowledges(200, 1000);
        assertThat(sample.deliveryRate).as("the ACK answers the first of the two").isZero();
    }

    @Test
    void marksSamplesUntilTheBubbleHasPassed() {
        sends(0, 1000);
        sampler.appLimited(1000);
        sends(10, 1000);
        acknowledges(100, 1000);
        assertThat(sample.appLimited).isFalse();
        acknowledges(110, 1000);
        assertThat(sample.appLimited).isTrue();
        sends(120, 1000);
        acknowledges(220, 1000);
        assertThat(sample.appLimited).isFalse();
    }

    @Test
    void tellsOfEachLostRecordWhatWasInFlightAndLostSince() {
        sends(0, 3000);
        sends(1, 2000);
        List<String> told = new ArrayList<>();
        sampler.lost(50 * MS, START + 1000, START + 4000, new Listening(told));
        assertThat(told).containsExactly("2000 of 3000, 2000 since", "1000 of 4000, 3000 since");
    }

    @Test
    void forgetsWhatNeverLeft() {
        sends(0, 3000);
        sampler.cut(START + 1000);
        nxt = START + 1000;
        acknowledges(100, 1000);
        assertThat(sample.totalDelivered).isEqualTo(1000);
        assertThat(sampler.records()).isZero();
    }

    @Test
    void boundsItsRecordsWhateverIsSentAgain() {
        for (int i = 0; i < 3 * RateSampler.MOST_RECORDS; i++) {
            sends(0, 100);
        }
        for (int i = 0; i < 3 * RateSampler.MOST_RECORDS; i += 2) {
            sampler.sent(MS * i, START + 100 * i, START + 100 * i + 100, 1000, true);
        }
        assertThat(sampler.records()).isLessThanOrEqualTo(RateSampler.MOST_RECORDS + 300 * RateSampler.MOST_RECORDS / 1024 + 1);
        acknowledges(100_000, 300 * RateSampler.MOST_RECORDS);
        assertThat(sample.totalDelivered).isEqualTo(300L * RateSampler.MOST_RECORDS);
        assertThat(sampler.records()).isZero();
    }
}
