package dev.weft.link;

import static dev.weft.device.FrameKit.ethernet;
import static dev.weft.link.LinkFixture.OWN;
import static dev.weft.link.LinkFixture.PEER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weft.device.DeviceLostException;
import dev.weft.device.FakeDevice;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameKit;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.SeededScheduler;
import dev.weft.runtime.Suspension;
import dev.weft.runtime.TimerWheel;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.Eventually;
import dev.weft.wire.EtherType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReaderLoopTest {

    private static final class Recorded extends TimerWheel.Timer {
        final List<Long> fired = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch once = new CountDownLatch(1);

        @Override
        protected void fire(long now) {
            fired.add(now);
            once.countDown();
        }
    }

    private static byte[] frame(int payload) {
        return ethernet(OWN, PEER, EtherType.IPV4, (byte) payload);
    }

    @Test
    void dropsTheFrameWhoseHandlerThrowsAndHandlesTheOthers() throws InterruptedException {
        try (var fixture = new LinkFixture()) {
            fixture.link.setHandler(EtherType.IPV4, frame -> {
                byte[] bytes = FrameKit.bytes(frame);
                if (bytes[0] % 2 == 1) {
                    throw new IllegalArgumentException("odd");
                }
                fixture.handled.add(bytes);
            });
            fixture.start();
            for (int i = 0; i < 20; i++) {
                fixture.send(frame(i));
            }
            for (int i = 0; i < 20; i += 2) {
                assertThat(fixture.nextHandled()).containsExactly(i);
            }
            Eventually.isTrue("the last count", () -> fixture.counters.value("link.eth0.reader.frame") == 10);
        }
    }

    @Test
    void forbidsWhatMaySuspendOnTheReader() throws InterruptedException {
        try (var fixture = new LinkFixture()) {
            var thrown = new AtomicReference<Exception>();
            fixture.link.setHandler(EtherType.IPV4, frame -> {
                try {
                    Suspension.check("Arp.query");
                } catch (IllegalStateException e) {
                    thrown.set(e);
                }
                fixture.handled.add(new byte[0]);
            });
            fixture.start();
            fixture.send(frame(0));
            fixture.nextHandled();
            assertThat(thrown.get()).hasMessageContaining("Arp.query").hasMessageContaining("the reader of eth0");
            var closing = new CompletableFuture<Boolean>();
            fixture.link.reader().execute(() -> {
                try {
                    fixture.link.close();
                    closing.complete(false);
                } catch (IllegalStateException e) {
                    closing.complete(true);
                }
            });
            assertThat(closing.orTimeout(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS).join())
                    .as("closing the link on its own reader throws").isTrue();
        }
    }

    @Test
    void runsWhatABatchEarnedOnceAfterItsLastFrame() throws InterruptedException {
        try (var fixture = new LinkFixture()) {
            var inBatch = new AtomicInteger();
            fixture.link.setHandler(EtherType.IPV4, frame -> {
                if (inBatch.getAndIncrement() == 0) {
                    frame.batch().atEnd(now -> {
                        frame.batch().atEnd(later -> fixture.handled.add(new byte[] {-1}));
                        fixture.handled.add(new byte[] {(byte) inBatch.getAndSet(0)});
                        throw new IllegalArgumentException("after the batch");
                    });
                }
            });
            int frames = FrameBatch.DEFAULT_CAPACITY + 10;
            for (int i = 0; i < frames; i++) {
                fixture.send(frame(i));
            }
            fixture.start();
            assertThat(fixture.nextHandled()).containsExactly(FrameBatch.DEFAULT_CAPACITY);
            assertThat(fixture.nextHandled()).as("what a task asks for in its turn").containsExactly(-1);
            assertThat(fixture.nextHandled()).containsExactly(10);
            assertThat(fixture.nextHandled()).containsExactly(-1);
            assertThat(fixture.counters.value("link.eth0.reader.after_batch")).isEqualTo(2);
        }
    }

    @Test
    void firesTimersAtTheirDeadlineInVirtualTimeAndNeverEarly() throws Exception {
        var clock = new VirtualClock();
        var device = new FakeDevice(clock);
        var late = new Recorded();
        var early = new Recorded();
        var cancelled = new Recorded();
        try (var scheduler = new SeededScheduler(5, clock)) {
            scheduler.program("stack", () -> {
                var link = new EthernetLink("eth0", device, OWN, clock, new Counters());
                try (var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
                    link.start(scope, ReaderMode.VIRTUAL);
                    clock.sleep(Duration.ofNanos(5));
                    link.reader().schedule(late, 3_000_000_007L);
                    link.reader().schedule(early, 123_456_789L);
                    link.reader().schedule(cancelled, 100_000_000L);
                    link.reader().cancel(cancelled);
                    clock.sleep(Duration.ofSeconds(10));
                    link.close();
                }
            });
            scheduler.run(Duration.ofMinutes(1));
        }
        assertThat(early.fired).containsExactly(123_456_789L);
        assertThat(late.fired).containsExactly(3_000_000_007L);
        assertThat(cancelled.fired).isEmpty();
        assertThat(device.closed).isTrue();
    }

    @Test
    void wakesTheDeviceOnlyForADeadlineEarlierThanTheOneItWaitsFor() throws InterruptedException {
        var clock = new VirtualClock();
        var device = new FakeDevice(clock);
        var link = new EthernetLink("eth0", device, OWN, clock, new Counters());
        try (var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
            link.start(scope, ReaderMode.PLATFORM);
            Eventually.isTrue("the first wait", () -> device.waits.get() == 1);
            var first = new Recorded();
            link.reader().schedule(first, 1_000_000);
            Eventually.isTrue("a wait with the deadline", () -> device.lastDeadline == 1_000_000);
            assertThat(device.wakeUps).hasValue(1);
            link.reader().schedule(new Recorded(), 2_000_000);
            link.reader().schedule(first, 1_500_000);
            assertThat(device.wakeUps).as("later deadlines").hasValue(1);
            link.reader().schedule(first, 900_000);
            Eventually.isTrue("a wait with the earlier one", () -> device.lastDeadline == 900_000);
            assertThat(device.wakeUps).hasValue(2);
            assertThat(first.fired).isEmpty();
            link.close();
        }
    }

    @Test
    void survivesTimersAndTasksThatThrow() throws InterruptedException {
        try (var fixture = new LinkFixture().start()) {
            LinkReader reader = fixture.link.reader();
            reader.schedule(new TimerWheel.Timer() {
                @Override
                protected void fire(long now) {
                    throw new IllegalStateException("a timer");
                }
            }, 0);
            reader.execute(() -> {
                throw new IllegalStateException("a task");
            });
            var after = new Recorded();
            Eventually.isTrue("both failures", () -> fixture.counters.value("link.eth0.reader.timer") == 1
                    && fixture.counters.value("link.eth0.reader.task") == 1);
            reader.schedule(after, fixture.clock.nanoTime());
            assertThat(after.once.await(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void refusesMoreTasksThanItsLimitAndAnyOnceItHasEnded() {
        try (var fixture = new LinkFixture()) {
            LinkReader reader = fixture.link.reader();
            for (int i = 0; i < ReaderLoop.MAX_TASKS; i++) {
                reader.execute(() -> { });
            }
            assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> reader.execute(() -> { }))
                    .withMessageContaining("eth0");
            fixture.start();
            fixture.link.close();
            assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> reader.execute(() -> { }))
                    .withMessageContaining("has ended");
            assertThatIllegalStateException().isThrownBy(fixture::start).withMessageContaining("is closed");
        }
    }

    @Test
    void tellsItsScopeOfTheLossOfItsDevice() throws InterruptedException {
        assertFailureReachesScope(new DeviceLostException("fake was deleted"));
    }

    @Test
    void tellsItsScopeOfAFailureOfItsDeviceThatIsNoneOfAFrame() throws InterruptedException {
        assertFailureReachesScope(new IllegalStateException("a defect of the device"));
    }

    @Test
    void endsWithAnError() throws InterruptedException {
        assertFailureReachesScope(new AssertionError("an invariant is broken"));
    }

    private static void assertFailureReachesScope(Throwable cause) throws InterruptedException {
        var device = new FakeDevice(NanoClock.system());
        var link = new EthernetLink("eth0", device, OWN, NanoClock.system(), new Counters());
        var failure = new CompletableFuture<Throwable>();
        try (var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
            scope.onFailure(failure::complete);
            link.start(scope, ReaderMode.PLATFORM);
            device.fail(cause);
            assertThat(failure.orTimeout(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS).join()).isSameAs(cause);
            link.close();
        }
        assertThat(device.closed).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void leavesNoThreadAndNoMemoryWhenClosed(ReaderMode mode) throws InterruptedException {
        var leaks = LeakCheck.begin("weft", "test");
        var fixture = new LinkFixture();
        fixture.link.setHandler(EtherType.IPV4, frame -> fixture.handled.add(FrameKit.bytes(frame)));
        fixture.link.start(fixture.scope, mode);
        fixture.send(frame(1));
        fixture.nextHandled();
        fixture.link.frames().release(fixture.link.frames().tryAcquire());
        assertThat(leaks.leaks()).anyMatch(leak -> leak.startsWith("thread weft-eth0-reader"))
                .anyMatch(leak -> leak.contains("device.cable.left")).anyMatch(leak -> leak.contains("link.eth0"));
        fixture.close();
        leaks.assertNone();
    }

    @ParameterizedTest
    @EnumSource
    void endsWithItsScope(ReaderMode mode) {
        var leaks = LeakCheck.begin("weft", "test");
        var fixture = new LinkFixture();
        fixture.link.start(fixture.scope, mode);
        fixture.scope.close();
        assertThat(fixture.scope.failure()).isEmpty();
        fixture.close();
        leaks.assertNone();
    }

    @Test
    void leavesACarrierToTheApplicationWhenVirtualReadersWaitInNativeCalls() {
        int carriers = Runtime.getRuntime().availableProcessors();
        var links = new ArrayList<EthernetLink>();
        try (var scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL)) {
            for (int i = 0; i < carriers; i++) {
                var device = new FakeDevice(NanoClock.system());
                device.nativeWait = true;
                var link = new EthernetLink("eth" + i, device, OWN, NanoClock.system(), new Counters());
                links.add(link);
                if (i < carriers - 1) {
                    link.start(scope, ReaderMode.VIRTUAL);
                } else {
                    assertThatIllegalStateException().isThrownBy(() -> link.start(scope, ReaderMode.VIRTUAL))
                            .withMessageContaining("ReaderMode.PLATFORM");
                }
            }
            links.forEach(EthernetLink::close);
        }
    }
}
