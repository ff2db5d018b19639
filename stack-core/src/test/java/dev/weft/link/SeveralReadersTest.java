package dev.weft.link;

import static dev.weft.device.FrameKit.ethernet;
import static dev.weft.link.LinkFixture.OWN;
import static dev.weft.link.LinkFixture.PEER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.arp.Arp;
import dev.weft.arp.ArpOptions;
import dev.weft.device.DelegatingDevice;
import dev.weft.device.DeviceLostException;
import dev.weft.device.DeviceQueue;
import dev.weft.device.FakeDevice;
import dev.weft.device.FrameBatch;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Signal;
import dev.weft.runtime.TimerWheel;
import dev.weft.testing.Eventually;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.EtherType;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A device of several queues: one reader each, at the same time. */
class SeveralReadersTest {

    private static final int QUEUES = 2;
    private static final int FRAMES = 100_000;

    private final LeakCheck leaks = LeakCheck.begin("weft", "test");
    private final NanoClock clock = NanoClock.system();
    private final Counters counters = new Counters();
    private final DaemonScope scope = DaemonScope.open("test", FailurePolicy.CANCEL_ALL);

    @AfterEach
    void leavesNothing() {
        scope.close();
        leaks.assertNone();
    }

    /** Gives the same frame again and again, so many times. */
    private final class Source implements DeviceQueue {

        final AtomicInteger wakeUps = new AtomicInteger();
        volatile Throwable failure;
        private final Signal signal = new Signal(clock);
        private final MemorySegment frame;
        private int left;

        Source(Arena arena, byte[] frame, int count) {
            this.frame = arena.allocate(frame.length);
            this.frame.copyFrom(MemorySegment.ofArray(frame));
            left = count;
        }

        @Override
        public int receive(FrameBatch batch) throws DeviceLostException {
            if (failure instanceof DeviceLostException lost) {
                throw lost;
            }
            int count = 0;
            while (left > 0 && !batch.isFull()) {
                batch.add(frame, 0, (int) frame.byteSize());
                left--;
                count++;
            }
            return count;
        }

        @Override
        public void awaitFrames(long deadline) {
            try {
                signal.awaitUntil(deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void wakeUp() {
            wakeUps.incrementAndGet();
            signal.raise();
        }
    }

    private static final class Device extends FakeDevice {

        private final Source[] sources;

        Device(NanoClock clock, Source... sources) {
            super(clock);
            this.sources = sources;
        }

        @Override
        public int queues() {
            return sources.length;
        }

        @Override
        public DeviceQueue queue(int index) {
            return sources[index];
        }
    }

    /** Each has frames to another destination: with one view for both they would be taken for each other's. */
    @Test
    void readersDoNotDisturbEachOther() throws InterruptedException {
        try (Arena arena = Arena.ofShared()) {
            var ours = new Source(arena, ethernet(OWN, PEER, EtherType.IPV4, (byte) 1), FRAMES);
            var others = new Source(arena, ethernet(MacAddress.of("02:00:00:00:00:77"), PEER, EtherType.ARP, (byte) 2), FRAMES);
            var link = new EthernetLink("eth0", new Device(clock, ours, others), OWN, clock, counters);
            var handled = new LongAdder();
            var wrong = new LongAdder();
            link.setHandler(EtherType.IPV4, frame -> (frame.batch().queue() == 0 ? handled : wrong).increment());
            link.setHandler(EtherType.ARP, frame -> wrong.increment());
            link.start(scope, ReaderMode.PLATFORM);
            Eventually.isTrue("all are handled", () -> handled.sum() + wrong.sum()
                    + counters.value("link.eth0.in.not_ours") >= 2 * FRAMES);
            assertThat(handled.sum()).isEqualTo(FRAMES);
            assertThat(counters.value("link.eth0.in.not_ours")).isEqualTo(FRAMES);
            assertThat(wrong.sum()).isZero();
            link.close();
        }
    }

    /** ARP reads its packets with one view for each reader, too. */
    @Test
    void readersDoNotDisturbEachOtherInArp() throws InterruptedException {
        byte[] theirs = new byte[28];
        new ArpPacket(ArpPacket.Operation.REQUEST, PEER, Ipv4Address.of("10.9.0.1"), MacAddress.ZERO, Ipv4Address.of("10.9.0.3"))
                .emit(MemorySegment.ofArray(theirs), 0);
        byte[] malformed = theirs.clone();
        malformed[4] = 7;       // the length of a hardware address
        try (Arena arena = Arena.ofShared()) {
            var first = new Source(arena, ethernet(OWN, PEER, EtherType.ARP, theirs), FRAMES);
            var second = new Source(arena, ethernet(OWN, PEER, EtherType.ARP, malformed), FRAMES);
            var link = new EthernetLink("eth0", new Device(clock, first, second), OWN, clock, counters);
            try (Arp arp = Arp.create(link, clock, Randomness.secure(), scope, counters, ArpOptions.defaults())) {
                link.start(scope, ReaderMode.PLATFORM);
                Eventually.isTrue("all are handled", () -> counters.value("link.eth0.received") == 2 * FRAMES);
                link.close();
                assertThat(arp).isNotNull();
            }
            assertThat(counters.value("arp.in.not_for_us")).isEqualTo(FRAMES);
        }
    }

    @Test
    void eachRunsItsOwnTimersAndTasksOnAThreadOfItsOwn() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            var first = new Source(arena, new byte[60], 0);
            var second = new Source(arena, new byte[60], 0);
            var link = new EthernetLink("eth0", new Device(clock, first, second), OWN, clock, counters);
            link.start(scope, ReaderMode.PLATFORM);
            assertThat(link.readers()).isEqualTo(QUEUES);
            assertThat(link.reader()).isSameAs(link.reader(0));
            Set<String> threads = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < QUEUES; i++) {
                var task = new CompletableFuture<String>();
                link.reader(i).execute(() -> task.complete(Thread.currentThread().getName()));
                var timer = new CompletableFuture<String>();
                link.reader(i).schedule(new TimerWheel.Timer() {
                    @Override
                    protected void fire(long now) {
                        timer.complete(Thread.currentThread().getName());
                    }
                }, clock.nanoTime());
                String thread = task.get(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(timer.get(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(thread);
                threads.add(thread);
            }
            assertThat(threads).containsExactlyInAnyOrder("weft-eth0-reader", "weft-eth0-reader-1");
            int wakeUps = second.wakeUps.get();
            link.close();
            assertThat(second.wakeUps.get()).as("the end wakes each").isGreaterThan(wakeUps);
        }
    }

    @Test
    void theLossOfAnyQueueIsTheLossOfTheDevice() throws Exception {
        try (Arena arena = Arena.ofShared()) {
            var second = new Source(arena, new byte[60], 0);
            var device = new Device(clock, new Source(arena, new byte[60], 0), second);
            var link = new EthernetLink("eth0", device, OWN, clock, counters);
            var failure = new CompletableFuture<Throwable>();
            scope.onFailure(failure::complete);
            link.start(scope, ReaderMode.PLATFORM);
            second.failure = new DeviceLostException("gone");
            second.wakeUp();
            assertThat(failure.get(LinkFixture.PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(second.failure);
            link.close();
            assertThat(device.closed).isTrue();
        }
    }

    @Test
    void aWrapperThatKnowsOfOneQueueSaysSo() {
        try (Arena arena = Arena.ofShared()) {
            var device = new Device(clock, new Source(arena, new byte[60], 0), new Source(arena, new byte[60], 0));
            assertThatThrownBy(() -> new EthernetLink("eth0", new DelegatingDevice(device) { }, OWN, clock, counters))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("2");
        }
    }
}
