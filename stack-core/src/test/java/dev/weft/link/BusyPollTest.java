package dev.weft.link;

import static dev.weft.link.LinkFixture.OWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.FakeDevice;
import dev.weft.device.FrameBatch;
import dev.weft.device.DeviceLostException;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.TimerWheel;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A reader that looks for frames again and again before it waits (D6); time passes by 1 µs with each look. */
class BusyPollTest {

    private static final int MICROS = 50;
    private static final long FOREVER = Duration.ofDays(1).toNanos();

    private final VirtualClock clock = new VirtualClock();
    private final LeakCheck leaks = LeakCheck.begin("weft", "test");
    private final DaemonScope scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL);

    private final class Polled extends FakeDevice {

        final AtomicInteger looks = new AtomicInteger();
        volatile int looksAtWait;
        private final long busyPoll;

        Polled(long busyPoll) {
            super(clock);
            this.busyPoll = busyPoll;
            nativeWait = true;
        }

        @Override
        public long busyPollNanos() {
            return busyPoll;
        }

        @Override
        public int receive(FrameBatch batch) throws DeviceLostException {
            looks.incrementAndGet();
            clock.advance(Duration.ofNanos(1000));
            return super.receive(batch);
        }

        @Override
        public void awaitFrames(long deadline) {
            looksAtWait = looks.get();
            super.awaitFrames(deadline);
        }
    }

    private EthernetLink start(FakeDevice device, ReaderMode mode) {
        var link = new EthernetLink("eth0", device, OWN, clock, new Counters());
        link.start(scope, mode);
        return link;
    }

    @AfterEach
    void leavesNothing() {
        scope.close();
        leaks.assertNone();
    }

    @Test
    void waitsAtOnceByDefault() throws InterruptedException {
        var device = new Polled(0);
        EthernetLink link = start(device, ReaderMode.PLATFORM);
        Eventually.isTrue("the first wait", () -> device.waits.get() == 1);
        assertThat(device.looksAtWait).isEqualTo(1);
        link.close();
    }

    @ParameterizedTest
    @EnumSource
    void looksAgainForAsLongAsItIsToldThenWaits(ReaderMode mode) throws InterruptedException {
        var device = new Polled(MICROS * 1000);
        EthernetLink link = start(device, mode);
        Eventually.isTrue("the first wait", () -> device.waits.get() == 1);
        assertThat(device.looksAtWait).as("the time is over before the first frame").isEqualTo(1);
        device.wakeUp();
        Eventually.isTrue("the second wait", () -> device.waits.get() == 2);
        assertThat(device.looksAtWait - 1).as("looks between two waits").isEqualTo(MICROS + 1);
        link.close();
    }

    @ParameterizedTest
    @EnumSource
    void firesTimersAndRunsTasksWhileItLooks(ReaderMode mode) throws InterruptedException {
        var device = new Polled(FOREVER);
        EthernetLink link = start(device, mode);
        Eventually.isTrue("the first wait", () -> device.waits.get() == 1);
        device.wakeUp();
        Eventually.isTrue("it looks", () -> device.looks.get() > MICROS);
        int wakeUps = device.wakeUps.get();

        var task = new CompletableFuture<Boolean>();
        link.reader().execute(() -> task.complete(true));
        assertThat(task.orTimeout(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS).join()).isTrue();
        var timer = new CompletableFuture<Long>();
        long deadline = clock.nanoTime() + 1_000_000;
        link.reader().schedule(new TimerWheel.Timer() {
            @Override
            protected void fire(long now) {
                timer.complete(now);
            }
        }, deadline);
        assertThat(timer.orTimeout(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS).join()).isGreaterThanOrEqualTo(deadline);

        assertThat(device.waits).as("it has not waited").hasValue(1);
        assertThat(device.wakeUps).as("nobody had to wake it").hasValue(wakeUps);
        link.close();
    }

    @ParameterizedTest
    @EnumSource
    void endsWhileItLooks(ReaderMode mode) throws InterruptedException {
        var device = new Polled(FOREVER);
        EthernetLink link = start(device, mode);
        Eventually.isTrue("the first wait", () -> device.waits.get() == 1);
        device.wakeUp();
        Eventually.isTrue("it looks", () -> device.looks.get() > MICROS);
        link.close();
        assertThat(device.closed).isTrue();
    }
}
