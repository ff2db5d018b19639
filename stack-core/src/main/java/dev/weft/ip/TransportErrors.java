package dev.weft.ip;

import java.lang.foreign.MemorySegment;

/** A transport that hears of ICMP errors about packets it sent. Runs on the reader: must not block. */
@FunctionalInterface
public interface TransportErrors {

    /**
     * An error has come about a packet that this stack seems to have sent; the transport checks that by the quoted ports
     * (and sequence number) before it believes it.
     *
     * @param kind what happened
     * @param mtu the next hop's MTU with {@link IcmpErrorKind#PACKET_TOO_BIG}, told or guessed (RFC 1191 §7) and less than the quoted
     *     packet was long; else 0
     * @param srcHi source of the quoted packet: our address
     * @param dstHi destination of the quoted packet: the remote address
     * @param quoted memory with the quoted transport header, borrowed
     * @param offset where it begins
     * @param length how many bytes of it were quoted, at least 8
     */
    void error(IcmpErrorKind kind, int mtu, long srcHi, long srcLo, long dstHi, long dstLo,
               MemorySegment quoted, long offset, int length);
}
