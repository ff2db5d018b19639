package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.recovery.ScoreboardProperties;
import org.junit.jupiter.api.Test;

/**
 * A few cases of what the properties try at random, always the same and quick: what mutation testing runs in place of them. Streams
 * arrive whole over lines that lose, repeat and reorder; the board knows the fate of each byte.
 */
class SampledPropertiesTest {

    @Test
    void streamsArriveWhole() {
        BugHunt.run(4);
    }

    @Test
    void streamsArriveWholeOverOtherLines() {
        for (int seed = 100; seed < 106; seed++) {
            Simulation.run(Scenario.random(seed), TcpCounters.NONE);
        }
    }

    @Test
    void whoWaitsGivesUpWhenTheLineIsCut() {
        for (int seed = 0; seed < 12; seed++) {
            Simulation.runAndCut(Scenario.random(seed), 5 + 9 * seed, TcpCounters.NONE);
        }
    }

    @Test
    void theBoardKnowsTheFateOfEachByte() {
        for (long seed = 0; seed < 12; seed++) {
            new ScoreboardProperties().knowsTheFateOfEachByte(seed);
        }
    }

    @Test
    void theBoardIsBounded() {
        new ScoreboardProperties().isBoundedWhateverAPeerNames(0);
    }

    @Test
    void anySegmentAtWorstEndsTheConnection() {
        for (long seed = 0; seed < 40; seed++) {
            new FuzzProperties().anySegmentAtWorstEndsTheConnection(seed);
        }
    }

    @Test
    void whatIsHalfOpenDoesAsTheWholeConnectionWould() {
        for (long seed = 0; seed < 200; seed++) {
            HalfOpenProperties.tryOne(seed);
        }
    }
}
