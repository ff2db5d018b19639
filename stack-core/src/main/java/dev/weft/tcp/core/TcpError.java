package dev.weft.tcp.core;

/**
 * What an ICMP error message says about a connection (RFC 1122 §4.2.3.9). "Fragmentation needed" is not here, it is
 * {@link TcpConnection#packetTooBig}.
 *
 * <p>Each ends an attempt to connect (SYN-SENT, and SYN-RECEIVED when this end began), as RFC 5461 §4.1 allows and Linux
 * does. On a synchronized connection all are soft: remembered, and named as the cause when R2 passes.
 * {@code Deviation:} RFC 9293 §3.9.2.2 (SHLD-26) would let protocol and port unreachable abort an established connection;
 * anybody who can guess a sequence number in flight could then end it (RFC 5927 §5.2).
 */
public enum TcpError {

    /** Destination unreachable, code 0 (net), 5 (source route failed), 6, 8, 11. */
    NETWORK_UNREACHABLE(TcpFailure.NETWORK_UNREACHABLE),
    /** Destination unreachable, code 1 (host), 7, 12. */
    HOST_UNREACHABLE(TcpFailure.HOST_UNREACHABLE),
    /** Destination unreachable, code 2: the host has no TCP. */
    PROTOCOL_UNREACHABLE(TcpFailure.REFUSED),
    /** Destination unreachable, code 3: nobody listens. TCP should have sent a reset, some packet filters send this. */
    PORT_UNREACHABLE(TcpFailure.REFUSED),
    /** Destination unreachable, codes 9, 10, 13: forbidden. */
    PROHIBITED(TcpFailure.PROHIBITED),
    /** Time exceeded: a routing loop, or a reassembly that never ended. */
    TIME_EXCEEDED(TcpFailure.HOST_UNREACHABLE),
    /** Parameter problem: a router dislikes our header. */
    PARAMETER_PROBLEM(TcpFailure.HOST_UNREACHABLE);

    private final TcpFailure failure;

    TcpError(TcpFailure failure) {
        this.failure = failure;
    }

    /** The failure of a connection that ends because of this. */
    public TcpFailure failure() {
        return failure;
    }
}
