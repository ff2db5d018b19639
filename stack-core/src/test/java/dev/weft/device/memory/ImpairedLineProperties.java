package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.FrameKit;
import dev.weft.device.NetDevice;
import dev.weft.resource.Counters;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every line: frames with numbers are sent at times that a seed decides, and their arrivals are the trace. */
class ImpairedLineProperties {

    private static final int FRAMES = 300;
    private static final int SHORTEST = 20;

    /** A frame as it arrived. */
    record Arrival(long at, byte[] bytes) {

        int number() {
            return (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Arrival that && at == that.at && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(at);
        }
    }

    /** What arrived, what was counted, and what the queue saw. */
    record Trace(List<Arrival> arrivals, List<Long> events, QueueReport queue) {

        long count(ImpairedEvent event) {
            return events.get(event.ordinal());
        }
    }

    @Provide
    Arbitrary<Impairment> lines() {
        Arbitrary<Double> seldom = Arbitraries.doubles().between(0, 0.3);
        Arbitrary<Integer> micros = Arbitraries.integers().between(0, 5000);
        Arbitrary<Bottleneck> bottlenecks = Combinators.combine(
                Arbitraries.longs().between(50_000, 100_000_000), Arbitraries.integers().between(0, 40),
                Arbitraries.longs().between(0, 20_000)).as(
                        (rate, frames, bytes) -> new Bottleneck(rate, frames, bytes, bytes / 2));
        Arbitrary<Impairment> chances = Combinators.combine(seldom, seldom, seldom, seldom, seldom, micros).as(
                (loss, burst, twice, held, damaged, by) -> Impairment.NONE.loss(loss).bursts(burst, 0.3, 0.8).duplicate(twice)
                        .reorder(held, Duration.ofNanos(by * 1000L)).corrupt(damaged));
        Arbitrary<Bottleneck> any = Arbitraries.oneOf(Arbitraries.just(Bottleneck.NONE), bottlenecks, bottlenecks);
        return Combinators.combine(chances, any, micros, micros, Arbitraries.of(true, false)).as(
                (line, bottleneck, delay, jitter, inOrder) -> line.bottleneck(bottleneck).inOrder(inOrder)
                        .delay(Duration.ofNanos(delay * 1000L), Duration.ofNanos(jitter * 1000L)));
    }

    /** Sends numbered frames through a line, received by the impaired end or sent by it. */
    private static Trace run(Impairment line, long seed, boolean received) {
        var clock = new VirtualClock();
        var counters = new Counters();
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock));
        var impaired = received ? new ImpairedDevice(cable.left(), line, Impairment.NONE, seed, clock, counters)
                : new ImpairedDevice(cable.left(), Impairment.NONE, line, seed, clock, counters);
        NetDevice from = received ? cable.right() : impaired;
        NetDevice to = received ? impaired : cable.right();
        var arrivals = new ArrayList<Arrival>();
        Randomness times = Randomness.seeded(99);
        try (var kit = new FrameKit()) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] frame = new byte[SHORTEST + times.nextInt(1000)];
                frame[0] = (byte) (i >> 8);
                frame[1] = (byte) i;
                kit.send(from, frame);
                carry(kit, clock, impaired, to, arrivals, clock.nanoTime() + times.nextInt(400_000));
            }
            carry(kit, clock, impaired, to, arrivals, clock.nanoTime() + Duration.ofHours(3).toNanos());
        }
        QueueReport report = received ? impaired.receivedReport() : impaired.sentReport();
        impaired.close();
        cable.right().close();
        String prefix = "impaired.cable.left." + (received ? "in." : "out.");
        return new Trace(arrivals, Arrays.stream(ImpairedEvent.values())
                .map(event -> counters.value(prefix + event.name().toLowerCase())).toList(), report);
    }

    /** Is the reader of both ends until {@code end}: wakes when the impaired device asks for it. */
    private static void carry(FrameKit kit, VirtualClock clock, ImpairedDevice impaired, NetDevice to, List<Arrival> arrivals,
                              long end) {
        while (true) {
            kit.receiveAll(impaired, clock).forEach(bytes -> arrivals.add(new Arrival(clock.nanoTime(), bytes)));
            if (to != impaired) {
                kit.receiveAll(to, clock).forEach(bytes -> arrivals.add(new Arrival(clock.nanoTime(), bytes)));
            }
            long next = impaired.nextDue();
            if (next > end) {
                clock.advanceTo(end);
                return;
            }
            clock.advanceTo(next);
        }
    }

    @Property(tries = 200)
    void theSameSeedGivesTheSameTrace(@ForAll("lines") Impairment line, @ForAll long seed, @ForAll boolean received) {
        assertThat(run(line, seed, received)).isEqualTo(run(line, seed, received));
    }

    @Property(tries = 200)
    void accountsForEachFrame(@ForAll("lines") Impairment line, @ForAll long seed, @ForAll boolean received) {
        Trace trace = run(line, seed, received);
        assertThat(trace.count(ImpairedEvent.PASSED) + trace.count(ImpairedEvent.LOST)
                + trace.count(ImpairedEvent.LOST_IN_BURST) + trace.count(ImpairedEvent.QUEUE_FULL)).isEqualTo(FRAMES);
        assertThat(trace.arrivals()).hasSize(
                (int) (trace.count(ImpairedEvent.PASSED) + trace.count(ImpairedEvent.DUPLICATED)));
        assertThat(trace.queue().frames()).isEqualTo(trace.count(ImpairedEvent.PASSED));
    }

    @Property(tries = 200)
    void neitherRateNorQueueIsEverExceeded(@ForAll("lines") Impairment line, @ForAll long seed, @ForAll boolean received) {
        Bottleneck bottleneck = line.bottleneck();
        Impairment straight = Impairment.NONE.bottleneck(bottleneck).delay(line.delay(), Duration.ZERO);
        Trace trace = run(straight, seed, received);
        assertThat(trace.arrivals()).isSortedAccordingTo(Comparator.comparing(Arrival::number));
        if (bottleneck.bitsPerSecond() == 0) {
            return;
        }
        for (int i = 1; i < trace.arrivals().size(); i++) {
            Arrival arrival = trace.arrivals().get(i);
            long bits = arrival.bytes().length * 8L;
            long gap = arrival.at() - trace.arrivals().get(i - 1).at();
            assertThat(gap).isGreaterThanOrEqualTo((long) (bits * 1e9 / bottleneck.bitsPerSecond()) - 1);
        }
        assertThat(trace.queue().mostFrames()).isLessThanOrEqualTo(bottleneck.queueFrames());
        assertThat(trace.queue().mostBytes()).isLessThanOrEqualTo(bottleneck.queueBytes());
    }

    @Property(tries = 100)
    void jitterInOrderNeverLetsAFrameOvertake(@ForAll("lines") Impairment line, @ForAll long seed, @ForAll boolean received) {
        Trace trace = run(line.inOrder(true).reorder(0, Duration.ZERO).corrupt(0), seed, received);
        assertThat(trace.arrivals()).isSortedAccordingTo(Comparator.comparing(Arrival::number));
    }

    @Property(tries = 50)
    void aChangedRateLosesTheSameFramesByChance(@ForAll long seed, @ForAll boolean received) {
        Impairment loss = Impairment.NONE.loss(0.2).bursts(0.05, 0.3, 0.9);
        List<Integer> fast = numbers(run(loss, seed, received));
        List<Integer> slow = numbers(run(loss.bottleneck(Bottleneck.of(1_000_000)), seed, received));
        assertThat(slow).isEqualTo(fast);
        assertThat(fast).isNotEqualTo(IntStream.range(0, FRAMES).boxed().toList());
    }

    private static List<Integer> numbers(Trace trace) {
        return trace.arrivals().stream().map(Arrival::number).toList();
    }
}
