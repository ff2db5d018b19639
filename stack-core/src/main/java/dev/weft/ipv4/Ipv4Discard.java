package dev.weft.ipv4;

/**
 * Why a received packet with a well-formed header was dropped; counters {@code ipv4.in.…}. What is wrong with malformed ones
 * says {@link dev.weft.wire.Defect.Ipv4}, counted under the same prefix.
 */
public enum Ipv4Discard {

    /** RFC 1122 §3.2.1.3: a multicast address is never a source. */
    SOURCE_MULTICAST,
    /** RFC 1122 §3.2.1.3 c, d: neither the limited broadcast nor that of a subnet of ours is ever a source. */
    SOURCE_BROADCAST,
    /** RFC 1112 §4: 240.0.0.0/4 is reserved; no host has such an address. */
    SOURCE_RESERVED,
    /** RFC 1122 §3.2.1.3 g: 127.0.0.0/8 must not appear outside a host. */
    SOURCE_LOOPBACK,
    /** RFC 1122 §3.2.1.3 a, b: 0.0.0.0/8 is a source only of a host that asks for its address, which it does by broadcast from 0.0.0.0. */
    SOURCE_THIS_NETWORK,
    /** RFC 1122 §3.2.1.3: the source is one of our own addresses, but we did not send it. */
    SOURCE_OWN,
    /** RFC 1122 §3.2.1.3 g: 127.0.0.0/8 must not appear outside a host. */
    DESTINATION_LOOPBACK,
    /** RFC 1122 §3.2.1.3 a, b and RFC 1112 §4: 0.0.0.0/8 and 240.0.0.0/4 are never destinations, the limited broadcast apart. */
    DESTINATION_INVALID,
    /** RFC 1122 §3.2.1.3: not for us; a host does not forward (§3.3.1). */
    NOT_OURS,
    /** RFC 1112 §7.1: a group that nobody here has joined on this link. */
    GROUP_NOT_JOINED,
    /** RFC 1122 §3.3.6: a frame sent to all or to a group that carries a packet for a single host. */
    UNICAST_IN_LINK_GROUP,
    /**
     * RFC 7126 §4.3 and §4.4: a loose or strict source route. {@code Deviation:} from RFC 1122 §3.2.1.8 c, by which the final
     * destination takes such packets: they are used to get round filters and for nothing else.
     */
    SOURCE_ROUTE,
    /** RFC 1122 §3.2.2.1: nobody takes packets of this protocol; the sender is told. */
    NO_PROTOCOL
}
