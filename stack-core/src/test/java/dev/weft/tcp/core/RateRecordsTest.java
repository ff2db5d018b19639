package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.AckSample;
import dev.weft.tcp.core.congestion.LossBasedControl;
import dev.weft.tcp.core.congestion.RateSampler;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The records of {@link RateSampler} against a model that keeps for each byte what draft-ietf-ccwg-bbr §4.1.2.2 wants noted of its
 * packet. The numbers lie across the wrap.
 */
class RateRecordsTest {

    private static final int BASE = -2_000;

    /** What is known of each byte, and of the connection. */
    private static final class Model {
        final long[] sent = new long[40_000];
        final long[] firstSentThen = new long[40_000];
        final long[] deliveredThen = new long[40_000];
        final long[] deliveredAtThen = new long[40_000];
        final long[] lostThen = new long[40_000];
        final int[] inFlight = new int[40_000];
        final boolean[] again = new boolean[40_000];
        final boolean[] limited = new boolean[40_000];
        final boolean[] arrived = new boolean[40_000];
        int una;
        int nxt;
        long delivered;
        long deliveredAt;
        long firstSent;
        long lost;
        long limitedUntil;
        int newest = -1;
        long minRtt = Long.MAX_VALUE;

        void send(long now, int from, int to, int flight, boolean retransmission) {
            if (flight == 0) {
                firstSent = now;
                deliveredAt = now;
            }
            for (int i = from; i < to; i++) {
                sent[i] = now;
                firstSentThen[i] = firstSent;
                deliveredThen[i] = delivered;
                deliveredAtThen[i] = deliveredAt;
                lostThen[i] = lost;
                inFlight[i] = flight + i - from + 1;
                again[i] = retransmission;
                limited[i] = limitedUntil != 0;
            }
            nxt = Math.max(nxt, to);
        }

        void deliver(long now, int from, int to) {
            delivered += to - from;
            deliveredAt = now;
            for (int i = from; i < to; i++) {
                arrived[i] = true;
                if (newest < 0 || sent[i] > firstSent || sent[i] == firstSent && i > newest) {
                    newest = i;
                    firstSent = sent[i];
                }
            }
        }

        void compare(long now, AckSample sample) {
            if (limitedUntil != 0 && delivered > limitedUntil) {
                limitedUntil = 0;
            }
            assertThat(sample.totalDelivered).isEqualTo(delivered);
            if (newest < 0) {
                assertThat(sample.rtt).isEqualTo(-1);
                assertThat(sample.delivered).isZero();
                assertThat(sample.priorDelivered).isZero();
                assertThat(sample.deliveryRate).isZero();
                return;
            }
            int i = newest;
            newest = -1;
            long rtt = again[i] ? -1 : Math.max(1, now - sent[i]);
            minRtt = rtt < 0 ? minRtt : Math.min(minRtt, rtt);
            assertThat(sample.rtt).as("rtt").isEqualTo(rtt);
            assertThat(sample.priorDelivered).as("prior").isEqualTo(deliveredThen[i]);
            assertThat(sample.delivered).as("delivered").isEqualTo(delivered - deliveredThen[i]);
            assertThat(sample.appLimited).as("limited").isEqualTo(limited[i]);
            assertThat(sample.txInFlight).as("in flight").isEqualTo(inFlight[i]);
            assertThat(sample.lost).as("lost").isEqualTo(lost - lostThen[i]);
            long interval = Math.max(sent[i] - firstSentThen[i], now - deliveredAtThen[i]);
            boolean counts = interval > 0 && interval >= minRtt;
            assertThat(sample.interval).as("interval").isEqualTo(counts ? interval : 0);
            assertThat(sample.deliveryRate).isEqualTo(counts ? (long) ((double) sample.delivered * 1e9 / interval) : 0);
        }

        int flight() {
            int sum = 0;
            for (int i = una; i < nxt; i++) {
                sum += arrived[i] ? 0 : 1;
            }
            return sum;
        }
    }

    private static void agrees(long seed) {
        var random = new Random(seed);
        var model = new Model();
        var sampler = new RateSampler();
        var sample = new AckSample();
        long now = 1_000;
        for (int step = 0; step < 250; step++) {
            now += 1 + random.nextInt(5);
            int from = model.una + (model.nxt == model.una ? 0 : random.nextInt(model.nxt - model.una));
            int to = from + Math.min(model.nxt - from, 1 + random.nextInt(120));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> {
                    for (int burst = random.nextInt(3); burst >= 0; burst--) {
                        int length = 1 + random.nextInt(90);
                        int flight = model.flight();
                        sampler.sent(now, BASE + model.nxt, BASE + model.nxt + length, flight, false);
                        model.send(now, model.nxt, model.nxt + length, flight, false);
                    }
                }
                case 3 -> {
                    if (from < to) {
                        int end = random.nextInt(6) == 0 ? to + random.nextInt(20) : to;
                        int flight = 1 + random.nextInt(500);
                        sampler.sent(now, BASE + from, BASE + end, flight, true);
                        model.send(now, from, end, flight, true);
                    }
                }
                case 4, 5 -> {
                    for (int start : new int[] {from, model.una}) {
                        int end = start;
                        while (end < to && !model.arrived[end]) {
                            end++;
                        }
                        if (start < end) {
                            sampler.delivered(now, BASE + start, BASE + end);
                            model.deliver(now, start, end);
                        }
                    }
                    sampler.sample(now, sample);
                    model.compare(now, sample);
                    while (random.nextInt(8) > 0 && model.una < model.nxt && model.arrived[model.una]) {
                        model.una++;
                    }
                    sampler.acknowledged(BASE + model.una);
                    assertThat(sampler.records() == 0).isEqualTo(model.una == model.nxt);
                }
                case 6 -> {
                    if (from < to) {
                        sampler.lost(now, BASE + from, BASE + to, new Listening(new ArrayList<>()));
                        model.lost += to - from;
                    }
                }
                default -> {
                    if (random.nextBoolean()) {
                        int flight = random.nextInt(200);
                        sampler.appLimited(flight);
                        model.limitedUntil = Math.max(1, model.delivered + flight);
                    } else if (from < to && !model.arrived[from] && random.nextInt(4) == 0) {
                        boolean free = true;
                        for (int i = from; i < model.nxt; i++) {
                            free &= !model.arrived[i];
                        }
                        if (free) {
                            sampler.cut(BASE + from);
                            model.nxt = from;
                        }
                    }
                }
            }
            assertThat(sampler.isAppLimited()).isEqualTo(model.limitedUntil != 0);
            assertThat(sampler.delivered()).isEqualTo(model.delivered);
        }
    }

    @Test
    void noteTheSameOfEachByteAsTheModel() {
        for (long seed = 0; seed < 20; seed++) {
            agrees(seed);
        }
    }

    /** Notes whether a loss is of data that the application limited. */
    private static final class Limits extends LossBasedControl {
        private final ArrayList<String> told = new ArrayList<>();

        @Override
        public void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited) {
            told.add(bytes + " of " + txInFlight + ", " + lostSince + " since, " + (appLimited ? "limited" : "full"));
        }

        @Override
        protected int reduced(int flight) {
            return flight;
        }

        @Override
        protected void slowStart(AckSample ack) {
            // not asked
        }

        @Override
        protected void avoidCongestion(AckSample ack) {
            // not asked
        }

        @Override
        protected void forgetGrowth() {
            // nothing to forget
        }
    }

    /** §4.1.2.2: what is told of a loss is that of the record that was lost, up to its last byte. */
    @Test
    void tellOfLossesWhatWasInFlightAndWhetherTheApplicationWasSilent() {
        var sampler = new RateSampler();
        var control = new Limits();
        sampler.sent(1, 0, 1_000, 500, false);
        sampler.appLimited(2_000);
        sampler.sent(2, 1_000, 3_000, 1_500, false);
        sampler.lost(3, 400, 2_000, control);
        assertThat(control.told).containsExactly("600 of 1500, 600 since, full", "1000 of 2500, 1600 since, limited");
    }
}
