package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequirementConditionTest {

    @RequiresProgram("sh")
    private static final class NeedsWhatIsThere {
    }

    @RequiresProgram({"sh", "no-such-program"})
    private static final class NeedsWhatIsMissing {
    }

    @Test
    void runsATestWhoseProgramsAreThere() {
        assertThat(RequirementCondition.decide(Optional.of(NeedsWhatIsThere.class), true)).isEmpty();
    }

    @Test
    void runsATestThatRequiresNothing() {
        assertThat(RequirementCondition.decide(Optional.of(Object.class), true)).isEmpty();
    }

    @Test
    void skipsATestAndNamesTheProgramThatIsMissing() {
        assertThat(RequirementCondition.decide(Optional.of(NeedsWhatIsMissing.class), false))
                .hasValueSatisfying(reason -> assertThat(reason).contains("no-such-program").doesNotContain("program sh"));
    }

    @Test
    void failsATestInContinuousIntegrationInsteadOfSkippingIt() {
        assertThatThrownBy(() -> RequirementCondition.decide(Optional.of(NeedsWhatIsMissing.class), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CI=true")
                .hasMessageContaining("no-such-program");
    }
}
