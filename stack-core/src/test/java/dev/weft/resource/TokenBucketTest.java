package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000;

    static int taken(TokenBucket bucket, long now, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.tryTake(now) ? 1 : 0;
        }
        return taken;
    }

    @Test
    void givesItsBurstAtOnceThenItsRate() {
        var bucket = new TokenBucket(10, 5);
        assertThat(taken(bucket, 0, 100)).isEqualTo(5);
        assertThat(bucket.tryTake(SECOND / 10 - 1)).isFalse();
        assertThat(bucket.tryTake(SECOND / 10)).isTrue();
        assertThat(bucket.tryTake(SECOND / 10)).isFalse();
        assertThat(taken(bucket, SECOND / 10 + 3 * SECOND / 10, 100)).isEqualTo(3);
    }

    @Test
    void holdsNoMoreThanItsBurstHoweverLongItRests() {
        var bucket = new TokenBucket(1000, 3);
        assertThat(taken(bucket, 3600 * SECOND, 100)).isEqualTo(3);
        assertThat(taken(bucket, Long.MAX_VALUE / 2, 100)).isEqualTo(3);
    }

    @Test
    void timeThatGoesBackGainsNothing() {
        var bucket = new TokenBucket(10, 2);
        assertThat(taken(bucket, SECOND, 10)).isEqualTo(2);
        assertThat(taken(bucket, 0, 10)).isZero();
        assertThat(taken(bucket, SECOND, 10)).isZero();
    }

    @Test
    void ratesOutOfRangeAreRefused() {
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 2e9}) {
            assertThatThrownBy(() -> new TokenBucket(rate, 1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new TokenBucket(1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(taken(new TokenBucket(1.0 / 86_400, Integer.MAX_VALUE), 0, 1000)).isEqualTo(1000);
    }

    @Test
    void manyThreadsTakeNoMoreThanThereIs() throws Exception {
        var bucket = new TokenBucket(1, 1000);
        var total = new AtomicInteger();
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.startVirtualThread(() -> total.addAndGet(taken(bucket, 0, 1000)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(total).hasValue(1000);
    }
}
