package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.NanoClock;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread that is woken between its look and its parking, and whose permit a lock takes in between, must not park. */
@Timeout(60)
class LostWakeUpTest {

    /**
     * Holds one thread where it asks for the time, after it has looked and before it parks, until somebody wakes it; and then
     * takes the permit, as waiting for a lock would.
     */
    private static final class PermitTaker implements NanoClock {

        private final NanoClock inner = NanoClock.system();
        private volatile Thread victim;
        private volatile boolean held;
        private volatile boolean woken;

        @Override
        public long nanoTime() {
            if (Thread.currentThread() == victim) {
                held = true;
                while (!woken) {
                    Thread.onSpinWait();
                }
                victim = null;
                LockSupport.park(this); // returns at once: the permit is there
            }
            return inner.nanoTime();
        }

        @Override
        public Instant wallTime() {
            return inner.wallTime();
        }

        @Override
        public void parkUntil(Object blocker, long deadlineNanos) {
            inner.parkUntil(blocker, deadlineNanos);
        }

        @Override
        public void unpark(Thread thread) {
            inner.unpark(thread);
            if (thread != null && thread == victim) {
                woken = true;
            }
        }
    }

    @Test
    void aReaderDoesNotSleepOnDataThatCameBeforeItParked() throws Exception {
        var clock = new PermitTaker();
        // With a time-out a read asks for the time before it parks.
        var options = TcpOptions.defaults().readTimeout(Duration.ofHours(1));
        try (var stacks = new TwoStacks(config -> config.clock(clock));
             TcpListener listener = stacks.right.tcp().listen(7, options);
             TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
             TcpSocket server = listener.accept()) {
            var got = new CompletableFuture<Integer>();
            Thread.ofPlatform().start(() -> {
                clock.victim = Thread.currentThread();
                try {
                    got.complete(server.input().read());
                } catch (Exception e) {
                    got.completeExceptionally(e);
                }
            });
            while (!clock.held) {
                Thread.onSpinWait();
            }
            client.write(new byte[] {42});
            assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo(42);
            assertThat(clock.woken).isTrue();
        }
    }
}
