package dev.weft.route;

/** What became of a path MTU that a router told. */
public enum PathMtuEvent {
    /** The path MTU of a destination was lowered. */
    LOWERED,
    /** Less than the floor of IPv4: the floor was taken, and packets to there may be fragmented on the way. */
    BELOW_FLOOR,
    /** Less than 1280 bytes for IPv6: ignored (RFC 8201 §4: such a message must be discarded). */
    BELOW_IPV6_MINIMUM,
    /** Not less than what is known, a late message of several: ignored. */
    NO_DECREASE,
    /** An entry was old enough to be forgotten (RFC 1191 §6.3). */
    EXPIRED,
    /** An entry made room for another. */
    EVICTED
}
