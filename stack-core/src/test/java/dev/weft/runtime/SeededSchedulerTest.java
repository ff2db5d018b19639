package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.runtime.SeededScheduler.StuckException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The proof of decision D11: programs in the blocking style, with locks, signals, sleeps and daemons, run on a seeded
 * scheduler in virtual time.
 */
class SeededSchedulerTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private record Run(List<String> notes, long trace, long endNanos) {
    }

    /**
     * Two programs that contend for a lock, one of which holds it while it sleeps, so that the other parks for it; the
     * first waits for the second by a signal with a deadline; a daemon of a scope ticks beside them.
     */
    private static Run twoProgramsAndADaemon(long seed, ScopeEngine.Factory engine) throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(seed, clock)) {
            var lock = new ReentrantLock();
            var handedOver = new Signal(clock);
            scheduler.program("reader", () -> {
                try (var scope = OwnedScope.open("spike", FailurePolicy.CANCEL_ALL, engine)) {
                    scope.fork("ticker", () -> {
                        while (true) {
                            clock.sleep(Duration.ofMillis(5));
                            scheduler.note("tick");
                        }
                    });
                    for (int i = 0; i < 5; i++) {
                        boolean raised = handedOver.awaitUntil(NanoClock.deadline(clock.nanoTime(), Duration.ofMillis(10)));
                        lock.lock();
                        try {
                            scheduler.note(raised ? "took" : "gave up");
                        } finally {
                            lock.unlock();
                        }
                    }
                }
                scheduler.note("closed");
            });
            scheduler.program("writer", () -> {
                for (int i = 0; i < 3; i++) {
                    lock.lock();
                    try {
                        scheduler.note("writes");
                        handedOver.raise();
                        clock.sleep(Duration.ofMillis(10));
                        scheduler.note("wrote");
                    } finally {
                        lock.unlock();
                    }
                    clock.sleep(Duration.ofMillis(10));
                }
            });
            scheduler.run(HOUR);
            return new Run(scheduler.notes(), scheduler.trace(), clock.nanoTime());
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void oneSeedGivesOneRun(Engine engine) throws Exception {
        Run first = twoProgramsAndADaemon(42, engine.factory);

        assertThat(twoProgramsAndADaemon(42, engine.factory)).isEqualTo(first);
        assertThat(twoProgramsAndADaemon(42, engine.factory)).isEqualTo(first);
        assertThat(first.notes).anyMatch(note -> note.endsWith("ticker: tick"));
        assertThat(first.notes).anyMatch(note -> note.endsWith("reader: took"));
        assertThat(first.notes).anyMatch(note -> note.endsWith("reader: gave up"));
        assertThat(first.notes).filteredOn(note -> note.endsWith("writer: wrote")).hasSize(3);
        assertThat(first.notes).anyMatch(note -> note.endsWith("reader: closed"));
        assertThat(first.endNanos).isBetween(Duration.ofMillis(50).toNanos(), Duration.ofMillis(100).toNanos());
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void seedsDifferInWhoGoesFirst(Engine engine) throws Exception {
        Set<List<String>> orders = new HashSet<>();
        Set<Long> traces = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            Run run = twoProgramsAndADaemon(seed, engine.factory);
            orders.add(run.notes);
            traces.add(run.trace);
        }
        assertThat(orders).hasSizeGreaterThan(1);
        assertThat(traces).hasSizeGreaterThan(10);
    }

    @Test
    void aLockThatIsHeldParksTheOtherUntilItIsReleased() throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(1, clock)) {
            var lock = new ReentrantLock();
            List<Long> entered = new ArrayList<>();
            for (String name : List.of("a", "b", "c")) {
                scheduler.program(name, () -> {
                    lock.lock();
                    try {
                        entered.add(clock.nanoTime());
                        clock.sleep(Duration.ofSeconds(1));
                    } finally {
                        lock.unlock();
                    }
                });
            }
            scheduler.run(HOUR);
            assertThat(entered).containsExactly(0L, 1_000_000_000L, 2_000_000_000L);
        }
    }

    @Test
    void timeStandsStillWhileAnybodyCanRun() throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(3, clock)) {
            Set<Long> seen = new HashSet<>();
            scheduler.program("sleeper", () -> clock.sleep(Duration.ofNanos(1)));
            scheduler.program("worker", () -> {
                for (int i = 0; i < 1000; i++) {
                    seen.add(clock.nanoTime());
                    Thread.yield();
                }
            });
            scheduler.run(HOUR);
            assertThat(seen).containsExactly(0L);
            assertThat(clock.nanoTime()).isEqualTo(1);
        }
    }

    @Test
    void aYearOfWaitingTakesNoTime() throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(3, clock)) {
            scheduler.program("sleeper", () -> clock.sleep(Duration.ofDays(365)));
            scheduler.run(Duration.ofDays(366));
            assertThat(clock.nanoTime()).isEqualTo(Duration.ofDays(365).toNanos());
        }
    }

    @Test
    void aDeadlockIsReportedWithWhoWaitsWhere() {
        var clock = new VirtualClock();
        var scheduler = new SeededScheduler(5, clock);
        var left = new ReentrantLock();
        var right = new ReentrantLock();
        scheduler.program("leftFirst", () -> lockBoth(clock, left, right));
        scheduler.program("rightFirst", () -> lockBoth(clock, right, left));

        assertThatThrownBy(() -> scheduler.run(HOUR))
                .isInstanceOf(StuckException.class)
                .hasMessageContaining("deadlock")
                .hasMessageContaining("program leftFirst").hasMessageContaining("program rightFirst")
                .hasMessageContaining("ReentrantLock");
        scheduler.close();     // the interrupt ends lockInterruptibly
    }

    private static void lockBoth(NanoClock clock, ReentrantLock outer, ReentrantLock inner) throws InterruptedException {
        outer.lock();
        try {
            clock.sleep(Duration.ofMillis(1));
            inner.lockInterruptibly();
            inner.unlock();
        } finally {
            outer.unlock();
        }
    }

    @Test
    void programsThatTakeTooLongAreReported() {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(5, clock)) {
            scheduler.program("patient", () -> clock.sleep(Duration.ofHours(2)));

            assertThatThrownBy(() -> scheduler.run(HOUR)).isInstanceOf(StuckException.class)
                    .hasMessageContaining("not done within PT1H").hasMessageContaining("patient");
        }
    }

    @Test
    void aWaitForTheRealClockIsReported() throws Exception {
        var clock = new VirtualClock();
        var scheduler = new SeededScheduler(5, clock);
        scheduler.program("cheat", () -> {
            while (true) {
                Thread.sleep(1);      // again, since a timer that fires before the thread has parked is not from outside
            }
        });
        scheduler.program("busy", () -> {
            // Keeps the run alive until the machine's timer has fired; turns are long, for their number is limited and a busy
            // machine may be late with its timer.
            while (true) {
                for (int i = 0; i < 100; i++) {
                    Thread.onSpinWait();
                }
                Thread.yield();
            }
        });

        assertThatThrownBy(() -> scheduler.run(HOUR)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("woken from outside");
    }

    @Test
    void anInterruptEndsASleep() throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(9, clock)) {
            Thread sleeper = scheduler.program("sleeper", () -> {
                assertThatThrownBy(() -> clock.sleep(Duration.ofDays(1))).isInstanceOf(InterruptedException.class);
                scheduler.note("woken");
            });
            scheduler.program("other", () -> {
                clock.sleep(Duration.ofMillis(1));
                sleeper.interrupt();
            });
            scheduler.run(HOUR);
            assertThat(scheduler.notes()).containsExactly("1000 sleeper: woken");
        }
    }

    @Test
    void theFailureOfAProgramIsTheRuns() {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(9, clock)) {
            scheduler.program("broken", () -> {
                throw new java.io.IOException("broken");
            });
            assertThatThrownBy(() -> scheduler.run(HOUR)).isInstanceOf(java.io.IOException.class);
        }
    }
}
