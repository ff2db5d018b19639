package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.DeviceLostException;
import dev.weft.device.FrameBatch;
import dev.weft.device.OutFrame;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class TapCloseTest {

    private static final Tap WEFT0 = Tap.named("weft0").up();

    private final NetNamespace namespace = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void holdsNothingAfterCloseHoweverOftenItIsClosed() throws Exception {
        FrameTap.open(namespace, WEFT0).close();
        var leaks = LeakCheck.begin();
        for (int i = 0; i < 20; i++) {
            var tap = FrameTap.open(namespace, WEFT0);
            tap.send(new byte[60]);
            assertThat(leaks.leaks()).as("an open device is seen").isNotEmpty();
            tap.device.close();
            tap.close();
        }
        leaks.assertNone();
    }

    @Test
    void holdsNothingOfAnyQueueAfterClose() throws Exception {
        FrameTap.open(namespace, WEFT0.queues(3)).close();
        var leaks = LeakCheck.begin();
        for (int i = 0; i < 20; i++) {
            var tap = FrameTap.open(namespace, WEFT0.queues(3));
            assertThat(tap.device.queues()).isEqualTo(3);
            tap.send(new byte[60]);
            tap.device.close();
            assertThatThrownBy(() -> tap.device.queue(2).receive(new FrameBatch())).isInstanceOf(DeviceLostException.class);
            tap.close();
        }
        namespace.ip("tuntap add dev weft0 mode tap");
        assertThatThrownBy(() -> FrameTap.open(namespace, WEFT0.queues(3))).hasMessageContaining("multi_queue");
        leaks.assertNone();
    }

    @Test
    void dropsWhatIsSentAfterClose() throws Exception {
        var tap = FrameTap.open(namespace, WEFT0);
        OutFrame[] frame = {tap.frame(new byte[60], 60)};
        tap.device.close();
        assertThat(tap.device.transmit(frame, 0, 1)).as("taken").isEqualTo(1);
        assertThat(tap.counters.value("tap.out.lost")).isEqualTo(1);
        tap.device.wakeUp();
        assertThatThrownBy(() -> tap.device.receive(new FrameBatch())).isInstanceOf(DeviceLostException.class);
        assertThatThrownBy(() -> tap.device.awaitFrames(NanoClock.FOREVER)).isInstanceOf(DeviceLostException.class);
        tap.close();
    }

    @Test
    void endsAReaderThatIsStillWaiting() throws Exception {
        var leaks = LeakCheck.begin();
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var tap = FrameTap.open(namespace, WEFT0);
            Future<?> reader = threads.submit(() -> {
                var batch = new FrameBatch();
                while (true) {
                    batch.begin(0);
                    tap.device.receive(batch);
                    tap.device.awaitFrames(NanoClock.FOREVER);
                }
            });
            tap.device.close();
            assertThatThrownBy(() -> reader.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("weft0 is closed");
            tap.close();
        }
        leaks.assertNone();
    }

    @Test
    void keepsItsMemoryUntilTheLastOfManySendersHasLeft() throws Exception {
        var leaks = LeakCheck.begin();
        for (int round = 0; round < 10; round++) {
            var tap = FrameTap.open(namespace, WEFT0);
            int senders = 3;
            var sending = new CountDownLatch(senders);
            try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
                var running = new ArrayList<Future<Integer>>();
                for (int i = 0; i < senders; i++) {
                    OutFrame[] frames = {tap.frame(new byte[300], 20), tap.frame(new byte[60], 60)};
                    running.add(threads.submit(() -> {
                        int calls = 0;
                        while (tap.counters.value("tap.out.lost") == 0) {
                            assertThat(tap.device.transmit(frames, 0, 2)).isEqualTo(2);
                            calls++;
                            sending.countDown();
                        }
                        return calls;
                    }));
                }
                assertThat(sending.await(20, TimeUnit.SECONDS)).isTrue();
                tap.device.close();
                long calls = 0;
                for (var future : running) {
                    calls += future.get(20, TimeUnit.SECONDS);
                }
                assertThat(tap.counters.value("tap.out.frames") + tap.counters.value("tap.out.lost"))
                        .as("every frame is counted once").isEqualTo(2 * calls);
                assertThat(tap.counters.value("tap.out.refused")).isZero();
            }
            tap.close();
        }
        leaks.assertNone();
    }
}
