package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimerWheelTest {

    private static final long MS = 1_000_000;

    private final TimerWheel wheel = new TimerWheel();
    private final List<String> fired = new ArrayList<>();

    private TimerWheel.Timer timer(String name) {
        return new TimerWheel.Timer() {
            @Override
            protected void fire(long now) {
                assertThat(isScheduled()).isFalse();
                fired.add(name);
            }
        };
    }

    @Test
    void aTimerFiresAtItsDeadlineAndNotANanosecondEarlier() {
        wheel.schedule(timer("a"), 40 * MS + 1);

        wheel.advance(40 * MS);
        assertThat(fired).isEmpty();
        wheel.advance(40 * MS + 1);
        assertThat(fired).containsExactly("a");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aTimerFiresOnce() {
        wheel.schedule(timer("a"), 5 * MS);
        wheel.advance(10 * MS);
        wheel.advance(20 * MS);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void timersFireInTheOrderOfTheirTicks() {
        wheel.schedule(timer("day"), 86_400_000 * MS);
        wheel.schedule(timer("hour"), 3_600_000 * MS);
        wheel.schedule(timer("second"), 1000 * MS);
        wheel.schedule(timer("now"), 0);
        wheel.schedule(timer("years"), Long.MAX_VALUE - 1);

        wheel.advance(Long.MAX_VALUE - 1);
        assertThat(fired).containsExactly("now", "second", "hour", "day", "years");
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        TimerWheel.Timer timer = timer("a");
        wheel.schedule(timer, 5 * MS);

        assertThat(wheel.cancel(timer)).isTrue();
        assertThat(wheel.cancel(timer)).isFalse();
        assertThat(timer.isScheduled()).isFalse();
        assertThat(timer.deadline()).isEqualTo(NanoClock.FOREVER);
        wheel.advance(10 * MS);
        assertThat(fired).isEmpty();
    }

    @Test
    void scheduleMovesATimerThatIsScheduled() {
        TimerWheel.Timer timer = timer("a");
        wheel.schedule(timer, 5 * MS);
        wheel.schedule(timer, 500 * MS);
        assertThat(wheel.size()).isEqualTo(1);
        wheel.advance(499 * MS);
        assertThat(fired).isEmpty();
        wheel.schedule(timer, 499 * MS + 1);
        wheel.advance(499 * MS + 1);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void forEverIsNever() {
        TimerWheel.Timer timer = timer("a");
        wheel.schedule(timer, 5 * MS);
        wheel.schedule(timer, NanoClock.FOREVER);

        assertThat(timer.isScheduled()).isFalse();
        assertThat(wheel.nextDeadline()).isEqualTo(NanoClock.FOREVER);
    }

    @Test
    void nextDeadlineIsTheEarliestOne() {
        wheel.schedule(timer("b"), 700 * MS + 3);
        assertThat(wheel.nextDeadline()).isEqualTo(700 * MS + 3);
        wheel.schedule(timer("a"), 700 * MS + 1);
        assertThat(wheel.nextDeadline()).isEqualTo(700 * MS + 1);
        wheel.advance(700 * MS + 1);
        assertThat(fired).containsExactly("a");
        assertThat(wheel.nextDeadline()).isEqualTo(700 * MS + 3);
    }

    @Test
    void aTimerThatSchedulesItselfInThePastWaitsForTheNextAdvance() {
        var timer = new TimerWheel.Timer() {
            @Override
            protected void fire(long now) {
                fired.add("at " + now);
                wheel.schedule(this, now - 1);
            }
        };
        wheel.schedule(timer, 10);
        wheel.advance(20);
        assertThat(fired).containsExactly("at 20");
        assertThat(wheel.nextDeadline()).isLessThanOrEqualTo(20);
        wheel.advance(20);
        assertThat(fired).containsExactly("at 20", "at 20");
    }

    @Test
    void aTimerMayCancelOneThatIsDueWithIt() {
        TimerWheel.Timer victim = timer("victim");
        wheel.schedule(new TimerWheel.Timer() {
            @Override
            protected void fire(long now) {
                assertThat(wheel.cancel(victim)).isTrue();
                fired.add("first");
            }
        }, 10);
        wheel.schedule(victim, 10);
        wheel.advance(10);
        assertThat(fired).containsExactly("first");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aTimerThatThrowsDoesNotLoseTheOthers() {
        wheel.schedule(new TimerWheel.Timer() {
            @Override
            protected void fire(long now) {
                throw new IllegalStateException("broken timer");
            }
        }, 10);
        wheel.schedule(timer("b"), 10);
        assertThatThrownBy(() -> wheel.advance(10)).hasMessage("broken timer");
        assertThat(wheel.nextDeadline()).isEqualTo(10);
        wheel.advance(10);
        assertThat(fired).containsExactly("b");
    }

    @Test
    void aCallerWithALockTakesExpiredTimersOneByOne() {
        wheel.schedule(timer("a"), 10);
        wheel.schedule(timer("b"), 30 * MS);
        wheel.expire(40 * MS);
        assertThat(wheel.size()).isEqualTo(2);
        wheel.pollExpired().fire(40 * MS);
        wheel.pollExpired().fire(40 * MS);
        assertThat(wheel.pollExpired()).isNull();
        assertThat(fired).containsExactly("a", "b");
    }

    @Test
    void timeThatGoesBackwardsFiresNothing() {
        wheel.advance(1000 * MS);
        wheel.schedule(timer("a"), 999 * MS);
        wheel.schedule(timer("b"), 1001 * MS);
        wheel.advance(500 * MS);
        assertThat(fired).isEmpty();
        wheel.advance(1000 * MS);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void whatNoClockSaysIsRefused() {
        assertThatThrownBy(() -> wheel.schedule(timer("a"), -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TimerWheel(9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TimerWheel(31)).isInstanceOf(IllegalArgumentException.class);
    }
}
