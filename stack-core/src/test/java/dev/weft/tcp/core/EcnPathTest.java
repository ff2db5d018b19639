package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A queue that marks instead of dropping (RFC 3168 §5): who obeys loses nothing, and still fills the path. */
class EcnPathTest {

    /**
     * NewReno has less: the first segments after a reduction still find the queue too long, so another one follows, and half of a
     * half is not enough.
     */
    @ParameterizedTest
    @CsvSource({"CUBIC, 0.95", "NEW_RENO, 0.92", "BBR, 0.95"})
    void fillsThePathAndLosesNothing(CongestionAlgorithm algorithm, double utilisation) {
        var path = PathSimulation.Path.of(100, 20).withQueue(4).withMarks(1).lasting(10, 20);
        var figures = PathSimulation.run(path, algorithm);
        assertThat(figures.retransmitted()).isZero();
        assertThat(figures.utilisation()).isGreaterThan(utilisation);
        assertThat(figures.queueDelayMillis()).as("the marks hold the queue at one bandwidth-delay product").isLessThan(22);
    }
}
