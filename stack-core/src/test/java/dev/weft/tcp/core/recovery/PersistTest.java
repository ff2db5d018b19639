package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** RFC 9293 §3.8.6.1. */
class PersistTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void probesAfterOneTimeoutAndThenAtDoubleTheGap() {
        var persist = new Persist();
        persist.arm(10, SECOND);
        assertThat(persist.deadline()).isEqualTo(10 + SECOND);
        persist.arm(500, SECOND);
        assertThat(persist.deadline()).as("runs already").isEqualTo(10 + SECOND);
        persist.fire();
        assertThat(persist.isDue()).isTrue();
        persist.sent();
        persist.arm(2 * SECOND, SECOND);
        assertThat(persist.deadline()).isEqualTo(4 * SECOND);
    }

    @Test
    void neverWaitsLongerThanTwoMinutes() {
        var persist = new Persist();
        for (int i = 0; i < 30; i++) {
            persist.arm(0, SECOND);
            persist.fire();
            persist.sent();
        }
        persist.arm(0, SECOND);
        assertThat(persist.deadline()).isEqualTo(120 * SECOND);
    }

    @Test
    void countsProbesUntilSomebodyAnswers() {
        var persist = new Persist();
        persist.fire();
        persist.fire();
        assertThat(persist.unanswered()).isEqualTo(2);
        persist.answered();
        assertThat(persist.unanswered()).isZero();
    }

    @Test
    void startsAnewWhenTheWindowHasBeenOpen() {
        var persist = new Persist();
        persist.arm(0, SECOND);
        persist.fire();
        persist.sent();
        persist.stop();
        persist.arm(0, SECOND);
        assertThat(persist.deadline()).isEqualTo(SECOND);
    }

    /** RFC 9293 §3.8.6.2.1. */
    @Test
    void overridesASillyWindowAfterATenthToAWholeSecond() {
        var persist = new Persist();
        persist.armOverride(0, 5);
        assertThat(persist.deadline()).isEqualTo(SECOND / 10);
        persist.stop();
        persist.armOverride(0, 100 * SECOND);
        assertThat(persist.deadline()).isEqualTo(SECOND);
    }
}
