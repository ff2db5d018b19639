package dev.weft.runtime;

/**
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") of one to four longs under a 128-bit key. Who
 * does not know the key can neither predict a value nor find inputs that collide; so it makes initial sequence numbers
 * (RFC 6528 §3: a pseudorandom function of the connection and a secret key), ephemeral ports (RFC 6056 §3.3.3) and hash tables
 * that a hostile peer cannot fill from one bucket. Immutable, makes no garbage, some 20 ns for one long.
 *
 * <p>Each long is hashed as its eight bytes, least significant first; so {@code hash(a, b)} is what any SipHash gives for
 * those 16 bytes.
 */
public final class KeyedHash {

    private final long k0;
    private final long k1;

    /** The hash under the key of these two halves, the first eight bytes first. */
    public KeyedHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** The hash under a fresh key. */
    public static KeyedHash keyedBy(Randomness randomness) {
        return new KeyedHash(randomness.nextLong(), randomness.nextLong());
    }

    /** The hash of one long. */
    public long hash(long a) {
        return hash(1, a, 0, 0, 0);
    }

    /** The hash of two longs, such as an address. */
    public long hash(long a, long b) {
        return hash(2, a, b, 0, 0);
    }

    /** The hash of three longs, such as an address and ports. */
    public long hash(long a, long b, long c) {
        return hash(3, a, b, c, 0);
    }

    /** The hash of four longs. */
    public long hash(long a, long b, long c, long d) {
        return hash(4, a, b, c, d);
    }

    private long hash(int count, long a, long b, long c, long d) {
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        // The words, then the one that says how many bytes there were, then four rounds with a mark in v2.
        for (int i = 0; i <= count; i++) {
            long word = i == count ? (long) count << 59
                    : switch (i) {
                        case 0 -> a;
                        case 1 -> b;
                        case 2 -> c;
                        default -> d;
                    };
            v3 ^= word;
            for (int round = 0; round < 2; round++) {
                v0 += v1;
                v2 += v3;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 = Long.rotateLeft(v0, 32) + v3;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < 4; round++) {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
