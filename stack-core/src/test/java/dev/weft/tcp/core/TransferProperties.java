package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Whatever the channel does short of cutting the line: streams arrive whole and in order, and both ends end (see
 * {@link Simulation} for all that is checked). What the runs have met is counted, so that the property cannot become
 * easy unnoticed.
 */
class TransferProperties {

    private static final int LARGE = 256 << 10;
    private static final Tally TALLY = new Tally();
    private static final AtomicInteger TRIES = new AtomicInteger();
    private static final AtomicInteger LARGE_TRIES = new AtomicInteger();
    private static final AtomicInteger WRAPS = new AtomicInteger();

    @Property(shrinking = ShrinkingMode.BOUNDED, edgeCases = EdgeCasesMode.NONE)
    void streamsArriveWholeAndBothEndsEnd(@ForAll("scenarios") Scenario scenario) {
        TRIES.incrementAndGet();
        if (scenario.aBytes() + scenario.bBytes() > LARGE) {
            LARGE_TRIES.incrementAndGet();
        }
        if (wraps(scenario.ends().aIss(), scenario.aBytes()) || wraps(scenario.ends().bIss(), scenario.bBytes())) {
            WRAPS.incrementAndGet();
        }
        Simulation.run(scenario, TALLY);
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void whoWaitsGivesUpWhenTheLineIsCut(@ForAll("scenarios") Scenario scenario, @ForAll @IntRange(max = 200) int segments) {
        Simulation.runAndCut(scenario, segments, TcpCounters.NONE);
    }

    private static boolean wraps(int iss, int bytes) {
        return Integer.toUnsignedLong(iss) + 1 + bytes > 0xffff_ffffL;
    }

    /** The property says nothing about what never happened in it. */
    @AfterContainer
    static void theChannelWasBadEnough() {
        if (TRIES.get() < 1000) {
            return;                                  // one failing try is being replayed
        }

        System.out.println("seen: " + TALLY);
        assertThat(LARGE_TRIES.get()).isGreaterThanOrEqualTo(TRIES.get() / 5);
        assertThat(WRAPS.get()).isGreaterThan(TRIES.get() / 10);
        for (TcpEvent event : TcpEvent.values()) {
            switch (event) {
                case GIVEN_UP, MTU_LOWERED, SACK_RENEGED, KEEPALIVE_PROBE, ORPHAN_RESET, ORPHAN_RESET_FOR_MEMORY,
                     MEMORY_PRESSURE, OUT_OF_ORDER_PRUNED, RECEIVE_BUFFER_SHRUNK, RESET_SENT, COOKIE_SENT, COOKIE_ACCEPTED,
                     FAST_OPEN_TAKEN, FAST_OPEN_COOKIE_REFUSED, FAST_OPEN_TOO_MANY, FAST_OPEN_ACKNOWLEDGED, FAST_OPEN_IGNORED,
                     URGENT_RECEIVED, RESET_RECEIVED, TIME_WAIT_OVERFLOW -> {
                    // Have their own tests: here nobody gives up, resets, reneges (RackTlpTest, HostilePeerTest) or is asked,
                    // paths do not change, and there is memory for all (MemoryPressureTest).
                }
                default -> assertThat(TALLY.of(event)).as(event.name()).isGreaterThanOrEqualTo(20);
            }
        }
        assertThat(TALLY.of(TcpDiscard.DUPLICATE_DATA)).isGreaterThan(50);
        assertThat(TALLY.of(TcpDiscard.OUTSIDE_WINDOW)).isGreaterThan(100);
        assertThat(TALLY.of(TcpDiscard.BEYOND_WINDOW)).as("seldom: 17 to 755 of runs alike").isGreaterThanOrEqualTo(5);
        assertThat(TALLY.of(TcpDiscard.OLD_TIMESTAMP)).as("PAWS").isGreaterThan(20);
        assertThat(TALLY.of(TcpDiscard.CHALLENGE_LIMIT)).isPositive();
    }

    @Provide
    Arbitrary<Scenario> scenarios() {
        return Combinators.combine(Arbitraries.longs(), sizes(), sizes(), links(), links(), Arbitraries.of(true, false), ends())
                .as((seed, a, b, link, back, symmetric, ends) -> new Scenario(seed, a, b, link, symmetric ? link : back,
                        ends));
    }

    /** Every fifth above 256 KiB in all. */
    private static Arbitrary<Integer> sizes() {
        return Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.just(0)),
                Tuple.of(3, Arbitraries.integers().between(1, 3_000)),
                Tuple.of(8, Arbitraries.integers().between(1, 60_000)),
                Tuple.of(2, Arbitraries.integers().between(LARGE, 2 * LARGE)));
    }

    private static Arbitrary<Scenario.Link> links() {
        Arbitrary<int[]> loss = Combinators.combine(
                Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(4, 1), Tuple.of(4, 5), Tuple.of(1, 20), Tuple.of(1, 30)),
                Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 1), Tuple.of(1, 4))).as((all, bursts) -> new int[] {all, bursts});
        Arbitrary<Integer> some = Arbitraries.frequency(Tuple.of(2, 0), Tuple.of(1, 1), Tuple.of(1, 10));
        Arbitrary<Integer> reordering = Arbitraries.of(0, 5, 50, 100);
        Arbitrary<Integer> few = Arbitraries.frequency(Tuple.of(3, 0), Tuple.of(1, 3));
        return Combinators.combine(loss, some, reordering, few, few, Arbitraries.of(0, 1, 20, 150, 600),
                Arbitraries.of(0, 2, 50, 400)).as((lost, twice, late, corrupt, cut, delay, jitter) ->
                        new Scenario.Link(lost[0], lost[1], twice, late, corrupt, cut, delay, jitter));
    }

    private static Arbitrary<Scenario.Ends> ends() {
        Arbitrary<int[]> numbers = Combinators.combine(numbers(), numbers()).as((a, b) -> new int[] {a, b});
        Arbitrary<int[]> buffers = Combinators.combine(Arbitraries.of(2_000, 16 << 10, 64 << 10, 1 << 20),
                Arbitraries.of(1_000, 4 << 10, 64 << 10, 512 << 10), Arbitraries.of(0, 4 << 20))
                .as((s, r, largest) -> new int[] {s, r, Math.max(r, largest)});
        Arbitrary<Boolean> sometimes = Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true));
        return Combinators.combine(numbers, buffers, mtus(), Arbitraries.of(256, 4096, 16 << 10),
                sometimes, sometimes, Arbitraries.of(true, false), endsOptions())
                .as((iss, buffer, mtu, chunk, simultaneous, slow, noDelay, o) -> new Scenario.Ends(iss[0], iss[1], buffer[0],
                        buffer[1], buffer[2], mtu[0], mtu[1], chunk, simultaneous, slow, noDelay, o.drops(), o.a(), o.b(),
                        o.aControl(), o.bControl()));
    }

    /** From an MSS of 48 bytes to jumbo frames; the same on both sides more often than not. */
    private static Arbitrary<int[]> mtus() {
        Arbitrary<Integer> one = Arbitraries.frequency(Tuple.of(1, 88), Tuple.of(1, 128), Tuple.of(3, 576), Tuple.of(3, 1280),
                Tuple.of(6, 1500), Tuple.of(2, 9000), Tuple.of(1, 65_535));
        return Combinators.combine(one, one, Arbitraries.of(true, true, false))
                .as((a, b, same) -> new int[] {a, same ? a : b});
    }

    private record EndsOptions(int drops, TcpExtensions a, TcpExtensions b, CongestionAlgorithm aControl,
                               CongestionAlgorithm bControl) {
    }

    private static Arbitrary<EndsOptions> endsOptions() {
        return Combinators.combine(Arbitraries.frequency(Tuple.of(4, 0), Tuple.of(1, 10)), extensions(), extensions(),
                Arbitraries.of(CongestionAlgorithm.class), Arbitraries.of(CongestionAlgorithm.class)).as(EndsOptions::new);
    }

    /** On more often than off, since both ends must have them; clocks often about to wrap. */
    private static Arbitrary<TcpExtensions> extensions() {
        Arbitrary<Boolean> mostly = Arbitraries.frequency(Tuple.of(3, true), Tuple.of(1, false));
        Arbitrary<Integer> offsets = Arbitraries.oneOf(Arbitraries.integers(), Arbitraries.integers().between(-5_000, 0),
                Arbitraries.integers().between(Integer.MAX_VALUE - 5_000, Integer.MAX_VALUE));
        Arbitrary<EcnMode> modes = Arbitraries.of(EcnMode.OFF, EcnMode.ACCEPT, EcnMode.REQUEST, EcnMode.REQUEST);
        return Combinators.combine(mostly, offsets, mostly, modes).as(TcpExtensions::new);
    }

    /** Initial sequence numbers: half of them so that the stream runs over the wrap, or over the sign. */
    private static Arbitrary<Integer> numbers() {
        return Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.integers()),
                Tuple.of(2, Arbitraries.integers().between(-30_000, 0)),
                Tuple.of(1, Arbitraries.integers().between(Integer.MAX_VALUE - 30_000, Integer.MAX_VALUE)));
    }
}
