package dev.weft.ip;

/** What an ICMP error of either family says, as transports care about it. Hard and soft: RFC 1122 §4.2.3.9, RFC 5461. */
public enum IcmpErrorKind {
    /** No route to the network: soft. */
    NETWORK_UNREACHABLE,
    /** No route to the host, or its neighbour does not answer: soft. */
    HOST_UNREACHABLE,
    /** The remote host lacks the protocol: hard. */
    PROTOCOL_UNREACHABLE,
    /** Nobody listens on the port: hard. */
    PORT_UNREACHABLE,
    /** Too long for a link on the way, and fragmentation is forbidden: carries an MTU. */
    PACKET_TOO_BIG,
    /** A source route failed: soft. */
    SOURCE_ROUTE_FAILED,
    /** Prohibited by administration: soft for an established connection. */
    ADMINISTRATIVELY_PROHIBITED,
    /** The hop limit ran out: soft. */
    TIME_EXCEEDED,
    /** Reassembly timed out at the remote end: soft. */
    REASSEMBLY_TIME_EXCEEDED,
    /** A header field was wrong: soft. */
    PARAMETER_PROBLEM
}
