package dev.weft.device;

/** How far the transport checksum of a frame has been dealt with (offload is a property of a frame, not a special path). */
public enum ChecksumMark {
    /** The field holds the whole checksum; on input nobody has verified it yet. */
    COMPLETE,
    /** The field holds the folded pseudo-header sum, not inverted; the device (or whoever leaves the machine last) adds the rest. */
    PARTIAL,
    /** The device or the path vouches for the bytes: do not verify. */
    VERIFIED
}
