package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;

/** Runs random scenarios; the door through which {@link PlantedBugsTest} enters a stack that was loaded with a bug. */
final class BugHunt {

    private BugHunt() {
    }

    /** Runs so many scenarios; throws when one fails. */
    static void run(int tries) {
        for (int seed = 0; seed < tries; seed++) {
            Simulation.run(Scenario.random(seed), TcpCounters.NONE);
        }
    }
}
