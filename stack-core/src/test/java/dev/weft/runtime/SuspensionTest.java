package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SuspensionTest {

    @Test
    void callsThatSuspendAreRefusedWhereItIsForbidden() {
        Suspension.forbid("the reader of eth0", () -> {
            assertThat(Suspension.isForbidden()).isTrue();
            assertThatThrownBy(() -> Suspension.check("Arp.query")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Arp.query").hasMessageContaining("the reader of eth0");
        });
    }

    @Test
    void theyAreAllowedElsewhereAndAfterwards() {
        Suspension.check("Arp.query");
        Suspension.forbid("the reader of eth0", () -> { });
        Suspension.check("Arp.query");
        assertThat(Suspension.isForbidden()).isFalse();
    }

    @Test
    void aThreadThatAReaderMakesIsNotAReader() throws Exception {
        var forbidden = new AtomicBoolean(true);
        Thread[] made = new Thread[1];
        Suspension.forbid("the reader of eth0", () -> {
            made[0] = Threads.virtual("child", () -> forbidden.set(Suspension.isForbidden()));
            made[0].start();
        });
        made[0].join();
        assertThat(forbidden).isFalse();
    }
}
