package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountersTest {

    private enum Discard { BAD_CHECKSUM, MARTIAN }

    private final Counters counters = new Counters();

    @Test
    void aGroupHasACounterForEachConstantUnderItsNameInLowerCase() {
        var group = new CounterGroup<>(counters, "ipv4.in", Discard.class);
        group.increment(Discard.BAD_CHECKSUM);
        group.add(Discard.BAD_CHECKSUM, 2);

        assertThat(counters.value("ipv4.in.bad_checksum")).isEqualTo(3);
        assertThat(group.value(Discard.BAD_CHECKSUM)).isEqualTo(3);
        assertThat(group.value(Discard.MARTIAN)).isZero();
    }

    @Test
    void countersAreListedByNameAlsoThoseAtZero() {
        counters.counter("udp.in").add(5);
        new CounterGroup<>(counters, "ipv4.in", Discard.class);
        List<String> listed = new ArrayList<>();
        counters.forEach((name, value) -> listed.add(name + "=" + value));

        assertThat(listed).containsExactly("ipv4.in.bad_checksum=0", "ipv4.in.martian=0", "udp.in=5");
        assertThat(counters).hasToString("udp.in 5\n");
    }

    @Test
    void oneNameIsOneCounter() {
        assertThat(counters.counter("x")).isSameAs(counters.counter("x")).hasToString("x 0");
        assertThat(counters.counter("x").name()).isEqualTo("x");
        assertThat(counters.value("never mentioned")).isZero();
        assertThatThrownBy(() -> counters.counter(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyThreadsCountWithoutLoss() throws Exception {
        var threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.startVirtualThread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    counters.counter("shared").increment();
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(counters.value("shared")).isEqualTo(200_000);
    }
}
