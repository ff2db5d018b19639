package dev.weft.udp;

/** Why a received datagram, or an ICMP error about a sent one, reached no application; counted below {@code udp.in}. */
enum UdpDiscard {
    /** The checksum is wrong (RFC 1122 §4.1.3.4: MUST be discarded silently); none, a field of 0, is fine over IPv4. */
    BAD_CHECKSUM,
    /** The destination port is 0, which no socket has (IANA: reserved). */
    PORT_ZERO,
    /** Nobody is bound to the port; who sent it by unicast is told "port unreachable" (RFC 1122 §4.1.3.1). */
    NO_SOCKET,
    /** D8: the receive queue of its socket was full; the socket counts it, too. */
    QUEUE_FULL,
    /** D8: the waiting datagrams of all sockets use up the memory of UDP. */
    NO_MEMORY,
    /** An ICMP error quoted a datagram that no socket can have sent (RFC 5927 §4). */
    ICMP_UNMATCHED,
    /** An ICMP error that is not for the application: transient, or about a socket that is not connected. */
    ICMP_IGNORED
}
