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

    /**
     * The largest IP packet in bytes that goes this way whole as far as is known: the link's MTU, or less where a router has
     * said so lately (RFC 1191, RFC 8201).
     */
    int mtu();

    /** A number that moves when {@link #mtu()} may have changed; cheap enough to be asked for each batch of packets. */
    int mtuVersion();

    /**
     * A router has said that a packet to the destination was too long (RFC 1191 §4). Whoever calls this has checked that it is
     * about a packet of its own under way (RFC 5927 §7); what is told of this path holds for all to the same destination.
     *
     * @param mtu the MTU of the link that it did not fit
     */
    void tooBig(int mtu);

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
