package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Nobody can tell whether a connection has slept: two ends that do whenever they may send the same segments at the same times as two
 * that never do, tell their applications the same, and count the same.
 */
class SleepProperties {

    private static final Tally SEEN = new Tally();
    private static final AtomicInteger TRIES = new AtomicInteger();
    private static final AtomicInteger SLEPT = new AtomicInteger();

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void nobodyCanTellWhetherAConnectionHasSlept(@ForAll long seed) {
        SleepSimulation.Report awake = SleepSimulation.run(seed, false);
        SleepSimulation.Report asleep = SleepSimulation.run(seed, true);
        TRIES.incrementAndGet();
        SLEPT.addAndGet(asleep.slept());
        SEEN.add(asleep.tally());
        assertThat(awake.slept()).isZero();
        List<String> expected = awake.lines();
        for (int i = 0; i < Math.min(expected.size(), asleep.lines().size()); i++) {
            assertThat(asleep.lines().get(i)).as("line %d after %s", i, expected.subList(Math.max(0, i - 10), i)).isEqualTo(expected.get(i));
        }
        assertThat(asleep.lines()).hasSameSizeAs(expected);
        assertThat(asleep.tally()).hasToString(awake.tally().toString());
    }

    /** The property says nothing about what never happened in it. */
    @AfterContainer
    static void enoughHasHappened() {
        if (TRIES.get() < 400) {
            return;                                  // one failing try is being replayed
        }
        System.out.println("slept " + SLEPT + " times: " + SEEN);
        assertThat(SLEPT.get()).isGreaterThan(10 * TRIES.get());
        for (TcpEvent event : List.of(TcpEvent.IDLE_RESTART, TcpEvent.KEEPALIVE_PROBE, TcpEvent.FAST_RECOVERY, TcpEvent.RETRANSMISSION_TIMEOUT,
                TcpEvent.TAIL_LOSS_PROBE, TcpEvent.UNDO_BY_DSACK, TcpEvent.UNDO_BY_TIMESTAMP, TcpEvent.CONGESTION_ECHOED, TcpEvent.ZERO_WINDOW,
                TcpEvent.MTU_PROBE_ARRIVED, TcpEvent.URGENT_RECEIVED, TcpEvent.RECEIVE_BUFFER_GROWN, TcpEvent.RECEIVE_BUFFER_SHRUNK,
                TcpEvent.LOCAL_DROP, TcpEvent.HANDED_TO_READER, TcpEvent.LARGE_SEGMENT_OUT)) {
            assertThat(SEEN.of(event)).as(event.name()).isGreaterThanOrEqualTo(20);
        }
    }
}
