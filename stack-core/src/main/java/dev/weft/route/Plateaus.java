package dev.weft.route;

/**
 * The MTUs that links have (RFC 1191 §7.1, with Ethernet's 1500 between): what is guessed where a router does not tell the MTU
 * of the link that a packet was too long for.
 */
public final class Plateaus {

    private static final int[] SIZES = {65_535, 32_000, 17_914, 8166, 4352, 2002, 1500, 1492, 1006, 508, 296, 68};

    private Plateaus() {
    }

    /** The greatest of them that is less than {@code length}; 68, the least, for what is not longer than that. */
    public static int below(int length) {
        for (int size : SIZES) {
            if (size < length) {
                return size;
            }
        }
        return SIZES[SIZES.length - 1];
    }
}
