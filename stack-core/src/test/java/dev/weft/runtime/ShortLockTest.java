package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShortLockTest {

    private int guarded;

    @Test
    void oneThreadAtATimeHasIt() throws Exception {
        var lock = new ShortLock();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Runnable body = () -> {
                for (int j = 0; j < 20_000; j++) {
                    lock.lock();
                    try {
                        guarded++;
                    } finally {
                        lock.unlock();
                    }
                }
            };
            threads.add(i % 2 == 0 ? Thread.ofVirtual().start(body) : Thread.ofPlatform().start(body));
        }
        for (Thread each : threads) {
            each.join();
        }
        assertThat(guarded).isEqualTo(120_000);
    }

    @Test
    void whoWaitsForItStandsInNoQueue() throws Exception {
        var lock = new ShortLock();
        var comes = new CountDownLatch(1);
        lock.lock();
        Thread waiting = Thread.ofPlatform().start(() -> {
            comes.countDown();
            lock.lock();
            lock.unlock();
        });
        comes.await();
        for (int i = 0; i < 200; i++) {
            assertThat(lock.hasQueuedThreads()).isFalse();
            assertThat(waiting.getState()).isNotIn(Thread.State.WAITING, Thread.State.TIMED_WAITING);
            Thread.sleep(0, 100_000);       // so that these are different moments
        }
        assertThat(waiting.isAlive()).isTrue();
        lock.unlock();
        waiting.join();
    }

    @Test
    void itsHolderMayTakeItAgain() {
        var lock = new ShortLock();
        lock.lock();
        lock.lock();
        assertThat(lock.getHoldCount()).isEqualTo(2);
        lock.unlock();
        lock.unlock();
        assertThat(lock.isLocked()).isFalse();
    }
}
