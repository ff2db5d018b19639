package dev.weft.link;

/** Why a link dropped a frame that it received. */
public enum LinkDiscard {
    /** Shorter than the link's header (IEEE 802.3-2022 §4.2.4.2.2 calls such a frame a fragment), or an empty raw packet. */
    RUNT,
    /** RFC 1122 §2.3.3: an 802.3 length where Ethernet II has its type; nothing that Weft speaks comes so. */
    LENGTH_FRAME,
    /** A source address with the group bit set, which no station has (IEEE 802.3-2022 §3.2.5). */
    GROUP_SOURCE,
    /** Sent to another station: a switch that has not learned its port yet floods it (RFC 1122 §2.4 wants none passed up). */
    NOT_OURS,
    /** Sent to a group that nobody here has joined (RFC 1112 §7.3). */
    GROUP_NOT_JOINED,
    /** An EtherType without a handler: a VLAN tag (IEEE 802.1Q), a protocol that is not configured. */
    UNKNOWN_TYPE,
    /** A raw packet whose IP version is neither 4 nor 6 (RFC 791 §3.1, RFC 8200 §3). */
    UNKNOWN_VERSION
}
