package dev.weft.ipv4;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.Randomness;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Identifications of datagrams that may be fragmented. They must not repeat soon between two hosts (RFC 6864 §4.3), and nobody
 * else may guess them: who can, forges fragments and counts what we send to others (RFC 7739 §4, which holds for IPv4 as
 * well). So they count up, from a place that a secret hash of the two addresses gives, on one of many counters that the
 * same hash selects (RFC 7739 §5.3).
 */
final class Identifications {

    private static final int COUNTERS = 2048;

    private final KeyedHash hash;
    private final AtomicIntegerArray counters = new AtomicIntegerArray(COUNTERS);

    Identifications(Randomness randomness) {
        hash = KeyedHash.keyedBy(randomness);
        for (int i = 0; i < COUNTERS; i++) {
            counters.set(i, randomness.nextInt());
        }
    }

    /** What a pair of addresses has to hand to {@link #next}. */
    long key(int source, int destination) {
        return hash.hash((long) source << 32 | Integer.toUnsignedLong(destination));
    }

    /** The first of the next {@code count} identifications, 0 to 65,535. */
    int next(long key, int count) {
        return counters.getAndAdd((int) key & COUNTERS - 1, count) + (int) (key >>> 32) & 0xffff;
    }
}
