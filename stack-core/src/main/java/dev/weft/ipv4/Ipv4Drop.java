package dev.weft.ipv4;

/** Why a packet to be sent was dropped here; counters {@code ipv4.out.…}. */
public enum Ipv4Drop {

    /** RFC 791 §3.1: longer than 65,535 bytes with its header. */
    TOO_LONG,
    /** RFC 791 §3.2: longer than the link takes, and it must not be fragmented. */
    MUST_NOT_FRAGMENT,
    /** A fragment has no transport header of its own, so a device could not complete the checksum; whoever sends more than an MTU computes it. */
    PARTIAL_CHECKSUM,
    /** The device's queue is full, or the link closed. */
    DEVICE_FULL,
    /** All frames of the link's pool are in use. */
    NO_FRAME,
    /** All memory for long content is in use. */
    NO_BUFFER
}
