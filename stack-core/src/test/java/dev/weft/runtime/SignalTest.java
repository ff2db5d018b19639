package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalTest {

    private final VirtualClock clock = new VirtualClock();
    private final Signal signal = new Signal(clock);

    @Test
    void aRaiseBeforeTheWaitIsNotLost() throws Exception {
        signal.raise();
        assertThat(signal.isRaised()).isTrue();
        signal.await();
        assertThat(signal.isRaised()).isFalse();
    }

    @Test
    void raisesAddUpToOne() throws Exception {
        signal.raise();
        signal.raise();
        assertThat(signal.awaitUntil(0)).isTrue();
        assertThat(signal.awaitUntil(0)).isFalse();
        signal.raise();
        assertThat(signal.poll()).isTrue();
        assertThat(signal.poll()).isFalse();
    }

    @Test
    void aWaitEndsAtItsDeadline() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            scheduler.program("waiter", () -> scheduler.note("raised " + signal.awaitUntil(5_000_000)));
            scheduler.run(Duration.ofSeconds(1));
            assertThat(scheduler.notes()).containsExactly("5000 waiter: raised false");
        }
    }

    @Test
    void aRaiseWakesTheWaiter() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            scheduler.program("waiter", () -> scheduler.note("raised " + signal.awaitUntil(5_000_000)));
            scheduler.program("raiser", () -> {
                clock.sleep(Duration.ofMillis(2));
                signal.raise();
            });
            scheduler.run(Duration.ofSeconds(1));
            assertThat(scheduler.notes()).containsExactly("2000 waiter: raised true");
        }
    }

    @Test
    void anInterruptEndsTheWaitAndTakesNothing() {
        signal.raise();
        Thread.currentThread().interrupt();
        assertThatThrownBy(signal::await).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(signal.isRaised()).isTrue();
    }

    @Test
    void aSecondWaiterIsRefused() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            scheduler.program("first", signal::await);
            scheduler.settle();
            scheduler.program("second", () -> {
                assertThatThrownBy(signal::await).isInstanceOf(IllegalStateException.class).hasMessageContaining("first");
                signal.raise();
            });
            scheduler.run(Duration.ofSeconds(1));
        }
    }

    /** What the raiser wrote, in a plain field, is what the waiter reads; no raise is missed at full speed. */
    @Test
    void whatWasDoneBeforeTheRaiseIsSeenAfterTheWait() throws Exception {
        var ping = new Signal(NanoClock.system());
        var pong = new Signal(NanoClock.system());
        int rounds = 20_000;
        int[] shared = {0};
        Thread other = Thread.startVirtualThread(() -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    ping.await();
                    shared[0]++;
                    pong.raise();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < rounds; i++) {
            shared[0]++;
            ping.raise();
            pong.await();
            assertThat(shared[0]).isEqualTo(2 * i + 2);
        }
        other.join();
    }
}
