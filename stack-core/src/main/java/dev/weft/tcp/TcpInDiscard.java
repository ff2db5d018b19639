package dev.weft.tcp;

/** Why a received TCP segment never reached a connection; counted as {@code tcp.in.…}. */
enum TcpInDiscard {
    /** Header cut, or data offset or options beyond the segment (RFC 9293 §3.1). */
    MALFORMED,
    /** The checksum is wrong (RFC 9293 §3.1, MUST-3). */
    BAD_CHECKSUM,
    /** Sent to a broadcast or multicast address (RFC 9293 §3.9.2.3, MUST-57). */
    NOT_UNICAST,
    /** A port is 0, which no socket has (IANA: reserved). */
    PORT_ZERO,
    /** Nobody listens on the port: answered with a reset (RFC 9293 §3.10.7.1). */
    NO_CONNECTION,
    /** A SYN for a listener that is a FIN, too: scanners send such. Dropped without an answer (RFC 9293 §3.10.7.2, {@code Deviation}). */
    SYN_WITH_FIN,
    /** A SYN found as many half-open connections as its listener allows: dropped without an answer, so that the peer tries again. */
    HALF_OPEN_FULL,
    /**
     * RFC 4987 §3.6: SYNs have lately been answered with cookies, and an ACK that belongs to no connection brought back none of
     * them, or one that is too old. Answered with a reset.
     */
    COOKIE_INVALID,
    /** A SYN found the backlog full: dropped without an answer, so that the peer tries again when somebody has accepted; or the ACK of a cookie did. */
    ACCEPT_QUEUE_FULL,
    /** A connection was locked by its application and its backlog full: the peer sends the segment again. */
    BACKLOG_FULL,
    /** The same SYN came over two links at once and one has made the connection (RFC 9293 §3.10.7.4: a duplicate). */
    SYN_OF_TWO_READERS,
    /** A SYN could not be answered, since no route leads back. */
    NO_ROUTE_BACK,
    /** The stack is closing: new connections are not taken any more. */
    CLOSING,
    /** An ICMP error quoted a connection that does not exist or a sequence number not in flight (RFC 5927 §4). */
    ICMP_UNMATCHED
}
