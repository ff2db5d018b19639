package dev.weft.icmp;

/** Why no ICMP error was sent about a packet; counters {@code icmp.out.not_sent.…}. */
public enum IcmpSuppressed {

    /** RFC 1122 §3.2.2: never about a packet to an IP broadcast or multicast address, nor one in a link-layer broadcast. */
    ABOUT_GROUP,
    /** RFC 1122 §3.2.2: never about an ICMP error, or two hosts could answer each other without end; nor about unknown types. */
    ABOUT_ERROR,
    /** RFC 1122 §3.2.2: never about a fragment but the first. */
    ABOUT_LATER_FRAGMENT,
    /** RFC 1122 §3.2.2: never to a source that does not name a single host: zero, loopback from a wire, group, reserved. */
    SOURCE_NOT_A_HOST,
    /** RFC 1812 §4.3.2.8: more errors than the rate allows. */
    RATE_LIMITED,
    /** No way back, no frame, or a full device. */
    DROPPED
}
