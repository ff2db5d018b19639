package dev.weft.arp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Two readers of one link that hear the answers to the same questions. */
class ArpReadersTest {

    private static final int QUESTIONS = 200;

    /** The mailbox has room for one answer to each question: a second one would cost another's. */
    @Test
    void oneOfThemQueuesTheAnswer() throws Exception {
        Talk talk = Talk.settled();
        int first = Talk.OWN.bits() + 10;
        for (int i = 0; i < QUESTIONS; i++) {
            talk.table.want(talk.now, first + i);
        }
        var claimed = new AtomicInteger();
        var arrived = new AtomicInteger();
        Runnable reader = () -> {
            for (int i = 0; i < QUESTIONS; i++) {
                arrived.incrementAndGet();
                while (arrived.get() < 2 * (i + 1)) {
                    Thread.onSpinWait();
                }
                if (talk.table.claimAnswer(first + i)) {
                    claimed.incrementAndGet();
                }
            }
        };
        var other = CompletableFuture.runAsync(reader, task -> Thread.ofPlatform().daemon().start(task));
        reader.run();
        other.get(20, TimeUnit.SECONDS);
        assertThat(claimed).hasValue(QUESTIONS);
    }
}
