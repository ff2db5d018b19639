package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** The wheel against a model that keeps every deadline in a list and looks at all of them. */
class TimerWheelPropertyTest {

    /** Timers of the model, by number: their deadlines, FOREVER when not scheduled. */
    private static final int TIMERS = 40;

    private final class Numbered extends TimerWheel.Timer {
        final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        protected void fire(long now) {
            assertThat(now).as("never early").isGreaterThanOrEqualTo(deadlines[number]);
            deadlines[number] = NanoClock.FOREVER;
            fired.add(number);
        }
    }

    private final long[] deadlines = new long[TIMERS];
    private final List<Integer> fired = new ArrayList<>();

    @Property(tries = 500)
    void behavesLikeAListOfDeadlines(@ForAll long seed, @ForAll @IntRange(min = 10, max = 30) int tickBits) {
        var chance = Randomness.seeded(seed);
        var wheel = new TimerWheel(tickBits);
        Numbered[] timers = new Numbered[TIMERS];
        for (int i = 0; i < TIMERS; i++) {
            timers[i] = new Numbered(i);
            deadlines[i] = NanoClock.FOREVER;
        }
        long now = 0;
        boolean cancelled = false;
        for (int step = 0; step < 400; step++) {
            int number = chance.nextInt(TIMERS);
            switch (chance.nextInt(4)) {
                case 0, 1 -> {
                    long deadline = Math.max(0, NanoClock.deadline(now, Duration.ofNanos(distance(chance))));
                    wheel.schedule(timers[number], deadline);
                    deadlines[number] = deadline;
                }
                case 2 -> {
                    assertThat(wheel.cancel(timers[number])).isEqualTo(deadlines[number] != NanoClock.FOREVER);
                    deadlines[number] = NanoClock.FOREVER;
                    cancelled = true;
                }
                default -> {
                    now = chance.nextInt(3) == 0 && wheel.nextDeadline() != NanoClock.FOREVER
                            ? Math.max(now, wheel.nextDeadline())
                            : Math.min(NanoClock.deadline(now, Duration.ofNanos(distance(chance) >> 15)), Long.MAX_VALUE - 1);
                    TreeSet<Integer> due = dueAt(now);
                    fired.clear();
                    wheel.advance(now);
                    assertThat(new TreeSet<>(fired)).isEqualTo(due);
                    assertThat(fired).hasSameSizeAs(due);
                    Statistics.label("fired in one advance").collect(Math.min(3, due.size()))
                            .coverage(check -> check.check(3).percentage(share -> share > 5));
                }
            }
            long earliest = earliest();
            assertThat(wheel.nextDeadline()).isLessThanOrEqualTo(earliest);
            if (!cancelled) {
                assertThat(wheel.nextDeadline() == NanoClock.FOREVER).isEqualTo(earliest == NanoClock.FOREVER);
            }
            assertThat(wheel.size()).isEqualTo(scheduled());
        }
    }

    /** A caller that always comes at {@code nextDeadline} fires all timers, exactly when they are due, in few steps. */
    @Property(tries = 300)
    void whoComesAtTheNextDeadlineIsNeverLate(@ForAll long seed, @ForAll @IntRange(min = 10, max = 30) int tickBits) {
        var chance = Randomness.seeded(seed);
        var wheel = new TimerWheel(tickBits);
        for (int i = 0; i < TIMERS; i++) {
            deadlines[i] = Math.min(distance(chance) & Long.MAX_VALUE, Long.MAX_VALUE - 1);
            wheel.schedule(new Numbered(i), deadlines[i]);
        }
        int advances = 0;
        while (wheel.size() > 0) {
            long now = wheel.nextDeadline();
            assertThat(now).isEqualTo(earliest());
            wheel.advance(now);
            assertThat(earliest()).isGreaterThan(now);
            advances++;
        }
        assertThat(advances).isLessThanOrEqualTo(TIMERS);
    }

    /** Nanoseconds of every magnitude, sometimes negative. */
    private static long distance(Randomness chance) {
        long distance = chance.nextLong() >>> 1 + chance.nextInt(63);
        return chance.nextInt(8) == 0 ? -(distance >>> 8) : distance;
    }

    private TreeSet<Integer> dueAt(long now) {
        TreeSet<Integer> due = new TreeSet<>();
        for (int i = 0; i < TIMERS; i++) {
            if (deadlines[i] <= now) {
                due.add(i);
            }
        }
        return due;
    }

    private long earliest() {
        long earliest = NanoClock.FOREVER;
        for (long deadline : deadlines) {
            earliest = Math.min(earliest, deadline);
        }
        return earliest;
    }

    private int scheduled() {
        int count = 0;
        for (long deadline : deadlines) {
            if (deadline != NanoClock.FOREVER) {
                count++;
            }
        }
        return count;
    }
}
