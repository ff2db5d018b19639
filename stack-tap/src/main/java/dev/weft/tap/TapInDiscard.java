package dev.weft.tap;

/** Why a frame of the kernel did not reach the stack; counters {@code tap.in.…}. */
enum TapInDiscard {
    /** Longer than the MTU at the time of opening allows: somebody has raised the interface's MTU since. */
    TOO_LONG,
    /**
     * What the kernel says before the frame about its checksum and segments makes no sense: an unknown kind, a segment size of
     * 0, a header or checksum beyond the end of the frame.
     */
    BAD_VNET_HEADER
}
