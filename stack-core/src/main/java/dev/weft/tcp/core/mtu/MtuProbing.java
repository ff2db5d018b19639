package dev.weft.tcp.core.mtu;

/** When a connection finds out by probing how long its packets may be (RFC 4821). */
public enum MtuProbing {
    /** Never: routers have to say it. */
    OFF,
    /** Once packets of full size have vanished time and again. */
    ON_BLACK_HOLE,
    /** From the beginning, with small packets at first. */
    ALWAYS
}
