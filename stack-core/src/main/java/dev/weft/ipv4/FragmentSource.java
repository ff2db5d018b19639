package dev.weft.ipv4;

/** A sender of fragments, and what is held for it: the unit of fairness in the {@link FragmentCache}. */
final class FragmentSource {

    final int address;
    /** Bytes held for it. */
    long held;
    FragmentSource nextInBucket;

    FragmentSource(int address) {
        this.address = address;
    }
}
