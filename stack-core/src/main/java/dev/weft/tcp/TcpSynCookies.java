package dev.weft.tcp;

/**
 * When listeners answer a SYN without remembering it (RFC 4987 §3.6). A connection made so has no window scale and no selective
 * acknowledgements unless the peer offers timestamps, an MSS rounded down, and its SYN,ACK is not repeated when it is lost.
 */
public enum TcpSynCookies {
    /** Never: a SYN beyond the limit of half-open connections is dropped. */
    OFF,
    /** For a SYN beyond the limit of half-open connections. */
    WHEN_FULL,
    /** For every SYN: for tests. */
    ALWAYS
}
