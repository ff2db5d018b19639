package dev.weft.wire;

/**
 * Arithmetic on 32-bit sequence numbers, which wrap (RFC 9293 §3.4).
 *
 * <p>A number is before another when the way forward to it is less than 2<sup>31</sup>: the comparison is right as long
 * as the two are less than half the space apart, which a window of at most 2<sup>30</sup> bytes guarantees
 * (RFC 7323 §2.2). Sequence numbers are never compared in any other way than through this class.
 */
public final class Seq {

    private Seq() {
    }

    /** Whether {@code a} lies before {@code b}. */
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /** Whether {@code a} is {@code b} or lies before it. */
    public static boolean le(int a, int b) {
        return a - b <= 0;
    }

    /** Whether {@code a} lies after {@code b}. */
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /** Whether {@code a} is {@code b} or lies after it. */
    public static boolean ge(int a, int b) {
        return a - b >= 0;
    }

    /** The signed distance from {@code b} to {@code a}: what has to be added to {@code b} to get {@code a}. */
    public static int diff(int a, int b) {
        return a - b;
    }

    /** The later of the two. */
    public static int max(int a, int b) {
        return lt(a, b) ? b : a;
    }

    /** The earlier of the two. */
    public static int min(int a, int b) {
        return lt(b, a) ? b : a;
    }

    /** Whether {@code seq} is one of the {@code size} numbers from {@code start} on; none is when {@code size} is 0. */
    public static boolean inWindow(int seq, int start, int size) {
        return Integer.compareUnsigned(seq - start, size) < 0;
    }
}
