package dev.weft.ipv4;

/** Why a packet to be sent was dropped here; counters {@code ipv4.out.…}. */
public enum Ipv4Drop {

    /** RFC 791 §3.1: longer than 65,535 bytes with its header. */
    TOO_LONG,
    /** RFC 791 §3.2: longer than the link takes, and it must not be fragmented. */
    MUST_NOT_FRAGMENT,
    /** Several segments for the device to cut, each of them longer than the path takes: a device makes no fragments. */
    SEGMENTS_TOO_LONG,
    /** The device's queue is full, or the link closed. */
    DEVICE_FULL,
    /** All frames of the link's pool are in use. */
    NO_FRAME,
    /** All memory for long content is in use. */
    NO_BUFFER
}
