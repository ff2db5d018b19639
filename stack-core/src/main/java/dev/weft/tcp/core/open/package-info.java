/**
 * Beginnings that are not a whole connection's three-way handshake: {@code HalfOpen} is what a listener keeps of a connection until its
 * ACK comes, {@code SynCookies} put what must be remembered of a SYN into the numbers of its answer, so that a flood of SYNs finds
 * nothing to fill (RFC 4987), and {@code FastOpen} lets a SYN carry data for whoever has shown before that it receives at its address
 * (RFC 7413).
 */
package dev.weft.tcp.core.open;
