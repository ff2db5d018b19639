package dev.weft.wire;

/** The ranges of fields, checked where a value is made. */
final class Ranges {

    private Ranges() {
    }

    /** Throws {@link IllegalArgumentException} unless {@code legal}. */
    static void check(boolean legal, String owner, String field, long value) {
        if (!legal) {
            throw new IllegalArgumentException(owner + " cannot have this " + field + ": " + value);
        }
    }

    /** Checks that a field of {@code bits} bits can hold the value. */
    static void checkBits(int bits, String owner, String field, int value) {
        check(value >>> bits == 0, owner, field, value);
    }
}
