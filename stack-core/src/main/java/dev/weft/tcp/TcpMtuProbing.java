package dev.weft.tcp;

import dev.weft.tcp.core.mtu.MtuProbing;

/**
 * When connections find out by themselves how long their packets may be, with segments that carry data (RFC 4821), besides
 * believing what routers say (RFC 1191); what {@code tcp_mtu_probing} is on Linux.
 */
public enum TcpMtuProbing {
    /** Never: a path whose routers say nothing is a black hole for full segments. */
    OFF,
    /** After three time-outs in a row, when full segments seem to vanish; the default. */
    ON_BLACK_HOLE,
    /** From the beginning: packets have 1,024 bytes over IPv4, 1,280 over IPv6, until longer ones have been seen to arrive. */
    ALWAYS;

    /** What the core calls it. */
    MtuProbing mode() {
        return MtuProbing.valueOf(name());
    }
}
