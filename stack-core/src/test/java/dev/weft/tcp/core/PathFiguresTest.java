package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How much of a path one flow uses within 30 s, its start included, through a drop-tail queue of one bandwidth-delay product.
 * The simulation is exact, so the figures recorded here stay; one that gets worse needs a reason.
 */
class PathFiguresTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            CUBIC,    100,  20,  0, 0.99
            CUBIC,    100,  20, 10, 0.08
            CUBIC,     10, 300,  0, 0.94
            CUBIC,    100, 100,  0, 0.96
            CUBIC,    100, 300,  0, 0.91
            NEW_RENO, 100,  20,  0, 0.98
            NEW_RENO,  10, 300,  0, 0.94
            NEW_RENO, 100, 300,  0, 0.91
            BBR,      100,  20,  0, 0.96
            BBR,      100,  20, 10, 0.80
            BBR,       10, 300,  0, 0.88
            BBR,      100, 100,  0, 0.93
            BBR,      100, 300,  0, 0.85
            """)
    void usesThePathAsMuchAsItDid(CongestionAlgorithm algorithm, int mbit, int rttMillis, int lossPerMille,
                                  double utilisation) {
        var path = PathSimulation.Path.of(mbit, rttMillis).withLoss(lossPerMille).lasting(10, 30);
        assertThat(PathSimulation.run(path, algorithm).withStart()).isGreaterThanOrEqualTo(utilisation);
    }
}
