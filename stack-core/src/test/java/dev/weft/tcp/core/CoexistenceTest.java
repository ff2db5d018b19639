package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How two flows share 10 Mbit/s of 20 ms, by what controls them and by the length of the queue. */
class CoexistenceTest {

    private static final long SECOND = 1_000_000_000L;
    private static final int STARTS = 5;

    private static double shareOfFirst(PathFigures figures) {
        return figures.goodput()[0] / (figures.goodput()[0] + figures.goodput()[1]);
    }

    /**
     * RFC 9438 §4.3: where the window is small CUBIC has what Reno would have; BBR's bounds (draft §5.5.10) leave others theirs.
     * Two flows settle into one of a few cycles, with shares of CUBIC from 0.50 to 0.61 on the shortest queue, and a byte decides
     * into which; so it is the mean of five times at which the second begins.
     */
    @ParameterizedTest
    @CsvSource(textBlock = """
            CUBIC, NEW_RENO, 0.3
            CUBIC, NEW_RENO, 1
            CUBIC, NEW_RENO, 4
            BBR,   CUBIC,    0.3
            BBR,   CUBIC,    1
            BBR,   CUBIC,    4
            """)
    void neitherHasLessThanTwoFifths(CongestionAlgorithm first, CongestionAlgorithm second, double queueBdps) {
        double shares = 0;
        for (int i = 0; i < STARTS; i++) {
            var path = PathSimulation.Path.of(10, 20).withQueue(queueBdps).withFlows(2, (3 + i) * SECOND / 10).lasting(20, 80);
            PathFigures figures = PathSimulation.run(path, first, second);
            assertThat(figures.utilisation()).isGreaterThan(0.95);
            shares += shareOfFirst(figures);
        }
        assertThat(shares / STARTS).isBetween(0.4, 0.6);
    }

    /** RFC 9438 §4.7, fast convergence. */
    @Test
    void aLatecomerHasItsShareAfterTwentySeconds() {
        var path = PathSimulation.Path.of(10, 20).withFlows(2, 10 * SECOND).lasting(30, 60);
        PathFigures figures = PathSimulation.run(path, CongestionAlgorithm.CUBIC);
        assertThat(shareOfFirst(figures)).isBetween(0.4, 0.6);
        assertThat(figures.jain()).isGreaterThan(0.95);
    }
}
