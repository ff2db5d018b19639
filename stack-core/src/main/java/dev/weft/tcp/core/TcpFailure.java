package dev.weft.tcp.core;

/** Why a connection ended other than by both sides' FIN; {@link #NONE} as long as it did not. */
public enum TcpFailure {

    /** It has not failed: it lives, or ended in order. */
    NONE,
    /** The peer answered our SYN with a reset, or its host said that nobody listens (RFC 9293 §3.10.7.3; RFC 5461 §2). */
    REFUSED,
    /** The peer reset an established connection (RFC 9293 §3.10.7.4). */
    RESET,
    /** The peer did not answer until the limit R2 (RFC 9293 §3.8.3), and no ICMP error explained it. */
    TIMED_OUT,
    /** The connection could not be made, or R2 passed, while routers said that the host cannot be reached (RFC 1122 §4.2.3.9). */
    HOST_UNREACHABLE,
    /** As {@link #HOST_UNREACHABLE}, for the whole network. */
    NETWORK_UNREACHABLE,
    /** A router or host forbade the traffic while the connection was being made or until R2 passed (RFC 1812 §5.2.7.1). */
    PROHIBITED,
    /** This end gave it up: {@code abort}, {@code close} with unread data, or data that came after {@code close}. */
    ABORTED
}
