package dev.weft.runtime;

import java.util.concurrent.atomic.AtomicLong;

/**
 * SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"): a counter whose steps are mixed
 * well. One atomic addition makes it safe for any thread, and the numbers are the same on every machine.
 */
final class SeededRandomness implements Randomness {

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final long seed;
    private final AtomicLong state;

    SeededRandomness(long seed) {
        this.seed = seed;
        // Seeds 0, 1, 2 … would be neighbours on one sequence only if a gamma apart; mixing keeps such seeds apart too.
        this.state = new AtomicLong(mix(seed));
    }

    @Override
    public long nextLong() {
        return mix(state.addAndGet(GOLDEN_GAMMA));
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    @Override
    public String toString() {
        return "randomness of seed " + seed;
    }
}
