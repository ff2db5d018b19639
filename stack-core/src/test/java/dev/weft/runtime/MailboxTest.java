package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailboxTest {

    private final VirtualClock clock = new VirtualClock();
    private final Mailbox<String> mailbox = new Mailbox<>(clock, 2, 3);

    @Test
    void answersComeFirstThenQuestionsEachInTheirOrder() {
        mailbox.offerQuestion("q1");
        mailbox.offerQuestion("q2");
        mailbox.offerAnswer("a1");
        mailbox.offerAnswer("a2");

        assertThat(mailbox.size()).isEqualTo(4);
        assertThat(mailbox.poll()).isEqualTo("a1");
        assertThat(mailbox.poll()).isEqualTo("a2");
        assertThat(mailbox.poll()).isEqualTo("q1");
        assertThat(mailbox.poll()).isEqualTo("q2");
        assertThat(mailbox.poll()).isNull();
    }

    @Test
    void aFloodOfQuestionsIsShedAndCostsNoAnswer() {
        int taken = 0;
        for (int i = 0; i < 1000; i++) {
            taken += mailbox.offerQuestion("q" + i) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(3);
        assertThat(mailbox.offerAnswer("a1")).isTrue();
        assertThat(mailbox.offerAnswer("a2")).isTrue();
        assertThat(mailbox.offerAnswer("more than can be waited for")).isFalse();
        assertThat(mailbox.poll()).isEqualTo("a1");
    }

    @Test
    void roomIsUsedAgainAndAgain() {
        for (int i = 0; i < 20; i++) {
            assertThat(mailbox.offerQuestion("q" + i)).isTrue();
            assertThat(mailbox.poll()).isEqualTo("q" + i);
        }
    }

    @Test
    void theTakerWaitsForAPacketAWakeUpOrItsDeadline() throws Exception {
        try (var scheduler = new SeededScheduler(1, clock)) {
            scheduler.program("daemon", () -> {
                scheduler.note("" + mailbox.awaitUntil(NanoClock.FOREVER));
                scheduler.note("" + mailbox.awaitUntil(NanoClock.FOREVER));
                scheduler.note("" + mailbox.awaitUntil(9_000_000));
            });
            scheduler.program("reader", () -> {
                clock.sleep(Duration.ofMillis(1));
                mailbox.offerQuestion("q");
                clock.sleep(Duration.ofMillis(1));
                mailbox.wakeUp();
            });
            scheduler.run(Duration.ofSeconds(1));
            assertThat(scheduler.notes()).containsExactly("1000 daemon: q", "2000 daemon: null", "9000 daemon: null");
        }
    }

    @Test
    void anInterruptEndsTheWaitButNotATakeThatNeedsNone() throws Exception {
        mailbox.offerQuestion("q");
        Thread.currentThread().interrupt();
        assertThat(mailbox.awaitUntil(NanoClock.FOREVER)).isEqualTo("q");
        assertThatThrownBy(() -> mailbox.awaitUntil(NanoClock.FOREVER)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void nothingIsLostBetweenManyReadersAndTheDaemon() throws Exception {
        var box = new Mailbox<Integer>(NanoClock.system(), 8, 8);
        int perReader = 2_000;
        var accepted = new AtomicInteger();
        var readers = new Thread[4];
        for (int r = 0; r < readers.length; r++) {
            boolean answers = r % 2 == 0;
            readers[r] = Thread.startVirtualThread(() -> {
                for (int i = 0; i < perReader; ) {
                    if (answers ? box.offerAnswer(i) : box.offerQuestion(i)) {
                        accepted.incrementAndGet();
                        i++;
                    } else {
                        Thread.yield();
                    }
                }
            });
        }
        for (int taken = 0; taken < readers.length * perReader; ) {
            if (box.awaitUntil(NanoClock.FOREVER) != null) {
                taken++;
            }
        }
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(accepted).hasValue(readers.length * perReader);
        assertThat(box.poll()).isNull();
    }

    @Test
    void aMailboxWithoutRoomIsRefused() {
        assertThatThrownBy(() -> new Mailbox<String>(clock, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mailbox<String>(clock, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
