package dev.weft.udp;

/** Who is told that a socket has something for its user: what a selector registers. */
@FunctionalInterface
public interface UdpReadiness {

    /**
     * A datagram has come, an error is to be reported, or the socket was closed. Runs on whatever thread noticed, often a
     * reader: must be short and must not suspend. May come more than once for one datagram.
     */
    void ready(UdpSocket socket);
}
