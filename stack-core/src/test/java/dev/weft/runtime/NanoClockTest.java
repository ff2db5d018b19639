package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class NanoClockTest {

    @Test
    void deadlinesOfNegativeDurationsAreNow() {
        assertThat(NanoClock.deadline(70, Duration.ofSeconds(-5))).isEqualTo(70);
        assertThat(NanoClock.deadline(70, Duration.ZERO)).isEqualTo(70);
        assertThat(NanoClock.deadline(70, Duration.ofNanos(5))).isEqualTo(75);
    }

    @Test
    void deadlinesBeyondALongAreForEver() {
        assertThat(NanoClock.deadline(0, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(NanoClock.FOREVER);
        assertThat(NanoClock.deadline(0, Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000, 999_999_999)))
                .isEqualTo(NanoClock.FOREVER);
        assertThat(NanoClock.deadline(Long.MAX_VALUE - 5, Duration.ofNanos(100))).isEqualTo(NanoClock.FOREVER);
        assertThat(NanoClock.deadline(NanoClock.FOREVER, Duration.ofNanos(1))).isEqualTo(NanoClock.FOREVER);
    }

    @Test
    void theSystemClockIsNeverNegativeAndNeverGoesBack() {
        NanoClock clock = NanoClock.system();
        long before = clock.nanoTime();
        assertThat(before).isNotNegative();
        for (int i = 0; i < 10_000; i++) {
            long now = clock.nanoTime();
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
        assertThat(NanoClock.system()).isSameAs(clock);
    }

    @Test
    void theSystemClockSleepsAtLeastAsLongAsAsked() throws Exception {
        NanoClock clock = NanoClock.system();
        long begin = clock.nanoTime();
        clock.sleep(Duration.ofMillis(2));
        assertThat(clock.nanoTime() - begin).isGreaterThanOrEqualTo(2_000_000);
    }

    @Test
    void theSystemClockReturnsAtOnceForAPastDeadlineOrAPendingUnpark() {
        NanoClock clock = NanoClock.system();
        clock.parkUntil(this, 0);
        clock.unpark(Thread.currentThread());
        clock.parkUntil(this, NanoClock.FOREVER);
        clock.unpark(Thread.currentThread());
        clock.park(this);
        clock.unpark(null);
    }
}
