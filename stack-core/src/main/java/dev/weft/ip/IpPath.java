package dev.weft.ip;

import dev.weft.device.OutFrame;
import dev.weft.link.Link;
import dev.weft.wire.IpAddress;

/**
 * The way from a local address to a remote one: what a socket asks for once and keeps. It stays usable when routes or
 * addresses change; {@link #isCurrent()} tells that a better one may be asked for.
 */
public interface IpPath {

    /** The source address that packets get. */
    IpAddress local();

    /** The destination. */
    IpAddress remote();

    /** The link that packets leave by. */
    Link link();

    /** The largest IP packet in bytes that leaves this way whole: the link's MTU. */
    int mtu();

    /** Whether the destination is a broadcast or multicast address. */
    boolean isGroup();

    /** Whether no route or address has changed since it was made. */
    boolean isCurrent();

    /**
     * Sends one packet: prepends the IP header, fragments where it is too long and may be, finds the next hop's link address
     * or parks a copy of the frame with the neighbour entry while it is being asked for. Never suspends. The frame is the
     * caller's again when this returns, its IP header stripped off.
     *
     * @param frame transport header and payload, transport checksum complete or marked partial
     * @param protocol protocol number
     * @param hopLimit TTL 1 to 255, or 0 for the stack's default
     * @param trafficClass TOS byte 0 to 255
     * @param dontFragment whether routers (and this host) must not fragment it
     * @return false when it was dropped here: device queue full, too long, link closed (it was counted)
     */
    boolean send(OutFrame frame, int protocol, int hopLimit, int trafficClass, boolean dontFragment);

    /**
     * The same for several packets, in one call to the device where possible.
     *
     * @return how many were taken, counted from {@code from}
     */
    int send(OutFrame[] frames, int from, int to, int protocol, int hopLimit, int trafficClass, boolean dontFragment);

    /** The remote end has shown that it receives what we send (TCP: new data acknowledged): the neighbour is reachable. */
    void confirm();

    /** Nothing comes back (TCP passed R1, RFC 9293 §3.8.3): the neighbour is asked for again. */
    void suspect();
}
