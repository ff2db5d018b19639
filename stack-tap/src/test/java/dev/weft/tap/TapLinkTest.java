package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.DeviceLostException;
import dev.weft.device.FrameBatch;
import dev.weft.device.OutFrame;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
class TapLinkTest {

    private final NetNamespace namespace = NetNamespace.create();

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void dropsFramesWhileTheLinkIsDownAndNoticesItComingUp() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            assertThat(tap.device.isUp()).isFalse();
            assertThat(tap.send(new byte[60])).as("taken").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.link_down")).isEqualTo(1);
            assertThat(tap.counters.value("tap.out.frames")).isZero();

            List<Boolean> told = new CopyOnWriteArrayList<>();
            tap.device.onLinkChange(told::add);
            namespace.ip("link set weft0 up");
            tap.readUntil(() -> !told.isEmpty());
            assertThat(tap.device.isUp()).isTrue();
            assertThat(tap.send(new byte[60])).isEqualTo(1);
            assertThat(tap.counters.value("tap.out.frames")).isEqualTo(1);

            namespace.ip("link set weft0 down");
            tap.readUntil(() -> told.size() == 2);
            assertThat(tap.device.isUp()).isFalse();
            assertThat(told).containsExactly(true, false);
        }
    }

    @Test
    void asksForTheLinkFromTimeToTimeWhereNothingTellsOfIt() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").withoutNetlink())) {
            namespace.ip("link set weft0 up");
            tap.device.awaitFrames(NanoClock.FOREVER);
            assertThat(tap.device.isUp()).isTrue();
            namespace.ip("link del weft0");
            assertThatThrownBy(() -> tap.device.awaitFrames(NanoClock.FOREVER)).isInstanceOf(DeviceLostException.class);
        }
    }

    @Test
    void knowsOnEveryVirtualThreadWhyAWriteFailed() throws Exception {
        int threads = 50;
        int each = 200;
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"));
                var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threads; i++) {
                // alternately too short, which is refused before the state of the link is looked at, and dropped
                OutFrame[] frames = {tap.frame(new byte[13], 13), tap.frame(new byte[60], 60)};
                senders.submit(() -> {
                    for (int n = 0; n < each; n++) {
                        tap.device.transmit(frames, 0, 2);
                        Thread.yield();
                    }
                });
            }
            senders.shutdown();
            assertThat(senders.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            assertThat(tap.counters.value("tap.out.refused")).isEqualTo(threads * each);
            assertThat(tap.counters.value("tap.out.link_down")).isEqualTo(threads * each);
        }
    }

    @Test
    void endsTheReadersWaitWhenTheDeviceIsDeleted() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").up())) {
            CompletableFuture<Void> reader = readForEver(tap);
            namespace.ip("link del weft0");
            assertThatThrownBy(() -> reader.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("weft0 was deleted");
            assertThat(tap.device.isUp()).isFalse();
            assertThat(tap.send(new byte[60])).as("taken").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.lost")).isEqualTo(1);
            assertThatThrownBy(() -> tap.device.receive(new FrameBatch())).isInstanceOf(DeviceLostException.class);
        }
    }

    @Test
    void dropsWhatIsSentToADeletedDeviceBeforeTheReaderKnows() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").up())) {
            namespace.ip("link del weft0");
            assertThat(tap.send(new byte[60])).as("taken").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.lost")).isEqualTo(1);
            assertThat(tap.counters.value("tap.out.frames")).isZero();
        }
    }

    @Test
    void goesOnUnderItsFirstNameWhenTheInterfaceIsRenamed() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0").up())) {
            List<Boolean> told = new CopyOnWriteArrayList<>();
            tap.device.onLinkChange(told::add);
            namespace.ip("link set weft0 down");
            namespace.ip("link set weft0 name other0");
            tap.readUntil(() -> told.equals(List.of(false)));
            namespace.ip("link set other0 up");
            tap.readUntil(() -> told.equals(List.of(false, true)));
            assertThat(tap.device.name()).isEqualTo("weft0");
            assertThat(tap.send(new byte[60])).isEqualTo(1);
            assertThat(tap.counters.value("tap.out.frames")).isEqualTo(1);
        }
    }

    @Test
    void isTakenAsUpWhenTheInterfaceIsMovedToAnotherNamespace() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            List<Boolean> told = new CopyOnWriteArrayList<>();
            tap.device.onLinkChange(told::add);
            namespace.ip("link set weft0 netns " + ProcessHandle.current().pid());
            tap.readUntil(() -> told.equals(List.of(true)));
            assertThat(tap.send(new byte[60])).as("taken").isEqualTo(1);
            assertThat(tap.counters.value("tap.out.link_down")).isEqualTo(1);
        }
    }

    @Test
    void wakesAReaderThatWaitsForEver() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            var reader = awaitOnce(tap, NanoClock.FOREVER);
            tap.device.wakeUp();
            reader.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void doesNotLoseAWakeUpThatComesBeforeTheWait() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            for (int i = 0; i < 3; i++) {
                tap.device.wakeUp();
                tap.device.wakeUp();
                awaitOnce(tap, NanoClock.FOREVER).get(20, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void waitsNoLongerThanTheDeadlineAndNotShorter() throws Exception {
        try (var tap = FrameTap.open(namespace, Tap.named("weft0"))) {
            NanoClock clock = NanoClock.system();
            // the announcements of the new interface itself end the first waits early
            long begun;
            long deadline;
            int waits = 0;
            do {
                begun = clock.nanoTime();
                deadline = begun + 3_500_000;
                tap.device.awaitFrames(deadline);
                waits++;
            } while (clock.nanoTime() < deadline && waits < 100);
            assertThat(clock.nanoTime()).isGreaterThanOrEqualTo(deadline);
            // and one that has passed is no reason to wait
            tap.device.awaitFrames(begun);
        }
    }

    private static CompletableFuture<Void> awaitOnce(FrameTap tap, long deadline) {
        return onAThread(() -> tap.device.awaitFrames(deadline));
    }

    private static CompletableFuture<Void> readForEver(FrameTap tap) {
        return onAThread(() -> {
            while (true) {
                var batch = new FrameBatch();
                if (tap.device.receive(batch) == 0) {
                    tap.device.awaitFrames(NanoClock.FOREVER);
                }
            }
        });
    }

    private static CompletableFuture<Void> onAThread(NetNamespace.Task task) {
        var done = new CompletableFuture<Void>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
