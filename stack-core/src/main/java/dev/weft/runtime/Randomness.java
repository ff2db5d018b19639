package dev.weft.runtime;

/**
 * Where chance comes from: initial sequence numbers, identifications, ephemeral ports, jitter. A stack takes
 * {@link #secure()}; tests and simulations take {@link #seeded(long)}, with which a run can be repeated. Safe for use by
 * any thread, never parks, makes no garbage.
 */
public interface Randomness {

    /** 64 bits, each value as likely as any. */
    long nextLong();

    /** 32 bits, each value as likely as any. */
    default int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /**
     * A number from 0 to {@code bound - 1}, each as likely as any.
     *
     * @throws IllegalArgumentException if {@code bound} is not positive
     */
    default int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("no number is below " + bound + " and at least 0");
        }
        // The top of the product of 31 random bits and the bound is the number; the few values that would make some
        // numbers likelier than others are rejected (Lemire, "Fast Random Integer Generation in an Interval").
        int rejectBelow = -1;
        while (true) {
            long product = (nextLong() >>> 32) * bound;
            int low = (int) product;
            if (Integer.compareUnsigned(low, bound) >= 0) {
                return (int) (product >>> 32);
            }
            if (rejectBelow < 0) {
                rejectBelow = Integer.remainderUnsigned(-bound, bound);
            }
            if (Integer.compareUnsigned(low, rejectBelow) >= 0) {
                return (int) (product >>> 32);
            }
        }
    }

    /** A number from 0, inclusive, to 1, exclusive, in steps of 2⁻⁵³. */
    default double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Fills the array. */
    default void nextBytes(byte[] bytes) {
        for (int i = 0; i < bytes.length; ) {
            long bits = nextLong();
            for (int n = Math.min(bytes.length - i, Long.BYTES); n > 0; n--, bits >>= Byte.SIZE) {
                bytes[i++] = (byte) bits;
            }
        }
    }

    /**
     * Numbers that nobody outside this process can predict, whatever others of them he has seen (RFC 4086). Fast enough
     * for one a packet.
     */
    static Randomness secure() {
        return SecureRandomness.INSTANCE;
    }

    /** The numbers that belong to {@code seed}; two seeds, even adjacent ones, have nothing in common. Not for secrets. */
    static Randomness seeded(long seed) {
        return new SeededRandomness(seed);
    }
}
