package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualClockTest {

    private final VirtualClock clock = new VirtualClock(Instant.parse("2030-05-01T00:00:00Z"));

    @Test
    void standsStillUntilItIsAdvanced() {
        assertThat(clock.nanoTime()).isZero();
        clock.advance(Duration.ofSeconds(3));
        assertThat(clock.nanoTime()).isEqualTo(3_000_000_000L);
        assertThat(clock.wallTime()).isEqualTo(Instant.parse("2030-05-01T00:00:03Z"));
    }

    @Test
    void neverGoesBack() {
        clock.advanceTo(100);
        clock.advanceTo(50);
        clock.advance(Duration.ofNanos(-1));
        assertThat(clock.nanoTime()).isEqualTo(100);
        assertThatThrownBy(() -> clock.advanceTo(NanoClock.FOREVER)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wakesSleepersInTheOrderOfTheirDeadlines() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            for (int millis : List.of(30, 10, 20)) {
                scheduler.program("sleeper" + millis, () -> {
                    clock.sleep(Duration.ofMillis(millis));
                    scheduler.note("up");
                });
            }
            scheduler.settle();
            assertThat(clock.nextDeadline()).isEqualTo(10_000_000);
            scheduler.run(Duration.ofSeconds(1));
            assertThat(scheduler.notes())
                    .containsExactly("10000 sleeper10: up", "20000 sleeper20: up", "30000 sleeper30: up");
            assertThat(clock.nextDeadline()).isEqualTo(NanoClock.FOREVER);
            assertThat(clock.advanceToNextDeadline()).isFalse();
        }
    }

    @Test
    void forgetsWhoWasWokenBeforeItsDeadline() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            Thread waiter = scheduler.program("waiter", () -> clock.parkUntil(this, 1_000_000));
            scheduler.settle();
            clock.unpark(waiter);
            scheduler.run(Duration.ofSeconds(1));
            assertThat(clock.nextDeadline()).isEqualTo(NanoClock.FOREVER);
            assertThat(clock.nanoTime()).isZero();
        }
    }

    @Test
    void parkReturnsAtOnceForAPastDeadlineAndForAnInterruptedThread() {
        clock.parkUntil(this, 0);
        Thread.currentThread().interrupt();
        clock.parkUntil(this, 1);
        clock.park(this);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void sleepsOfNoLengthReturnUnlessInterrupted() throws Exception {
        clock.sleep(Duration.ZERO);
        clock.sleep(Duration.ofSeconds(-1));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> clock.sleep(Duration.ZERO)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void realThreadsMayWaitForIt() throws Exception {
        Thread sleeper = Thread.startVirtualThread(() -> {
            try {
                clock.sleep(Duration.ofDays(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (clock.nextDeadline() == NanoClock.FOREVER) {
            Thread.yield();
        }
        clock.advance(Duration.ofDays(1));
        assertThat(sleeper.join(Duration.ofSeconds(30))).isTrue();
    }
}
