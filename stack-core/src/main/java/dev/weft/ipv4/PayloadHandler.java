package dev.weft.ipv4;

import dev.weft.ip.IpPacket;

/** A program that takes the packets of an IP protocol itself. Runs on the reader: must not block. */
@FunctionalInterface
public interface PayloadHandler {

    /**
     * Takes a packet that has passed every check of the IPv4 header.
     *
     * @param packet addresses and header fields, borrowed until this returns
     * @param payload borrowed or the handler's own, as its type says
     */
    void handle(IpPacket packet, Payload payload);
}
