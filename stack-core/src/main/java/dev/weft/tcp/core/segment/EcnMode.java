package dev.weft.tcp.core.segment;

/** How far a connection takes part in explicit congestion notification (RFC 3168 §6.1.1). */
public enum EcnMode {

    /** Neither asked for nor agreed to. */
    OFF,
    /** Agreed to when the peer asks for it: what Linux does unless told otherwise (tcp_ecn = 2). */
    ACCEPT,
    /** Asked for in our SYN, and agreed to. */
    REQUEST
}
