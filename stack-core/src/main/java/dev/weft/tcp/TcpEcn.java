package dev.weft.tcp;

import dev.weft.tcp.core.segment.EcnMode;

/**
 * Explicit congestion notification (RFC 3168): routers mark packets of a queue that grows, instead of dropping them, the
 * receiver echoes the mark, and the sender slows down as it would for a loss. Used when both ends say so in the handshake.
 */
public enum TcpEcn {

    /** Neither asked for nor agreed to. */
    OFF,
    /** The default, as in Linux (tcp_ecn = 2): agreed to when the peer asks for it, not asked for by connections of our own. */
    ACCEPT,
    /**
     * Asked for, and agreed to. A SYN that gets no answer is sent again without asking, for there still are paths that drop
     * those that ask (RFC 3168 §6.1.1.1): on such a path {@code connect} takes a second longer.
     */
    REQUEST;

    /** What the core calls it. */
    EcnMode mode() {
        return EcnMode.valueOf(name());
    }
}
