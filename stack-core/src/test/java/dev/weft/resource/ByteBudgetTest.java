package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    @Test
    void reservesUpToTheLimitAllOrNothing() {
        var budget = new ByteBudget(100);
        assertThat(budget.tryReserve(60)).isTrue();
        assertThat(budget.tryReserve(41)).isFalse();
        assertThat(budget.used()).isEqualTo(60);
        assertThat(budget.tryReserve(40)).isTrue();
        assertThat(budget.tryReserve(0)).isTrue();
        assertThat(budget.tryReserve(Long.MAX_VALUE)).isFalse();
        budget.release(100);
        assertThat(budget.used()).isZero();
        assertThat(budget.limit()).isEqualTo(100);
    }

    @Test
    void givingBackMoreThanWasTakenIsRefused() {
        var budget = new ByteBudget(100);
        budget.tryReserve(10);
        assertThatThrownBy(() -> budget.release(11)).isInstanceOf(IllegalStateException.class);
        assertThat(budget.used()).isEqualTo(10);
        assertThatThrownBy(() -> budget.release(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> budget.tryReserve(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ByteBudget(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyThreadsNeverExceedIt() throws Exception {
        var budget = new ByteBudget(10);
        var exceeded = new AtomicBoolean();
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            int bytes = t + 2;
            threads[t] = Thread.startVirtualThread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    if (budget.tryReserve(bytes)) {
                        if (budget.used() > 10) {
                            exceeded.set(true);
                        }
                        budget.release(bytes);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(exceeded).isFalse();
        assertThat(budget.used()).isZero();
    }
}
