package dev.weft.arp;

/** What a received packet is to us; each packet is counted under one of these, below {@code arp.in}. */
public enum ArpInput {
    /** From an address that we ask for: the answer somebody waits for. Never shed. */
    AWAITED,
    /** From an address that the cache knows: the entry is updated (RFC 826 "Packet Reception", the merge flag). */
    NEWS,
    /** From another machine that uses or probes for an address of ours (RFC 5227 §2.1.1, §2.4). */
    CONFLICT,
    /** A request for an address of ours: answered, and its sender remembered (RFC 826 "Packet Reception"). */
    QUESTION,
    /** Our own packet, which a hub or a bridge has sent back: ignored, as RFC 5227 §2.4 does by the hardware address. */
    OWN_ECHO,
    /** The sender's hardware address is a group, or all zero: nobody can be reached there (RFC 1812 §3.3.2). */
    BAD_SENDER_MAC,
    /** The sender's IPv4 address is one that no host can have (RFC 1122 §3.2.1.3): loopback, a group, a broadcast. */
    BAD_SENDER_ADDRESS,
    /** A reply from an address that nobody asked for and the cache does not know: believed by nobody. */
    UNSOLICITED_REPLY,
    /** Speaks for an address that was configured with another hardware address: the configuration stands. */
    STATIC_KEPT,
    /** A request for somebody else by somebody we do not know (RFC 826: not the target, so no new entry). */
    NOT_FOR_US
}
