package dev.weft.runtime;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * SipHash-2-4 of a counter under a key that the operating system's generator gave. SipHash is a pseudorandom function: who
 * does not know the key cannot tell its values from chance, however many he has seen, so one value betrays nothing about
 * the next. {@link SecureRandom} itself enters the kernel, takes a lock and makes garbage at each call, which is too much
 * for one number a packet; this is some 20 ns and an atomic increment.
 *
 * <p>The key is replaced every 2²⁰ values. So a key that leaks some day explains few of the numbers that were ever given
 * out, and repetitions stay as (un)likely as chance would have them, while a permutation of a counter would have none.
 */
final class SecureRandomness implements Randomness {

    static final SecureRandomness INSTANCE = new SecureRandomness(new SecureRandom());

    private static final long VALUES_PER_KEY = 1 << 20;

    private final SecureRandom source;
    private volatile Keyed keyed;

    /** A key and how often it was used. */
    private static final class Keyed {
        final KeyedHash hash;
        final AtomicLong counter = new AtomicLong();

        Keyed(SecureRandom source) {
            hash = new KeyedHash(source.nextLong(), source.nextLong());
        }
    }

    SecureRandomness(SecureRandom source) {
        this.source = source;
        this.keyed = new Keyed(source);
    }

    @Override
    public long nextLong() {
        Keyed current = keyed;
        long count = current.counter.getAndIncrement();
        if (count == VALUES_PER_KEY) {
            keyed = new Keyed(source);      // one thread draws this count; the others use the old key until it is there
        }
        return current.hash.hash(count);
    }

    @Override
    public String toString() {
        return "secure randomness";
    }
}
