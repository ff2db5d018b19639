package dev.weft.tap;

/** Why a frame of the kernel did not reach the stack; counters {@code tap.in.…}. */
enum TapInDiscard {
    /** Longer than the MTU at the time of opening allows: somebody has raised the interface's MTU since. */
    TOO_LONG
}
