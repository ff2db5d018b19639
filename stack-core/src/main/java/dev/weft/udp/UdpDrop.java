package dev.weft.udp;

/** Why a datagram that an application sent did not leave; counted below {@code udp.out}. UDP promises nothing (RFC 768). */
enum UdpDrop {
    /** D8: every frame to send is in use by other threads. */
    NO_FRAME,
    /** D8: other threads' long datagrams use up the memory for sending. */
    NO_MEMORY,
    /** IP did not take it: device queue full, no room to wait for the neighbour's address (counted there, too). */
    NOT_TAKEN
}
