package dev.weft.ip;

import dev.weft.wire.IpAddress;
import java.net.NoRouteToHostException;

/** What transports see of IP, for both families. */
public interface IpLayer {

    /**
     * Registers a transport.
     *
     * @throws IllegalStateException when the protocol number has a handler
     */
    void handle(int protocol, IpProtocolHandler handler);

    /** Registers who is told of ICMP errors about packets of this protocol; one listener each. */
    void onError(int protocol, TransportErrors listener);

    /**
     * Finds the way to {@code remote}. Never suspends.
     *
     * @param local the source address, one of this stack's; null lets the stack choose
     * @throws NoRouteToHostException when no route leads there, or no address of ours fits
     */
    IpPath path(IpAddress local, IpAddress remote) throws NoRouteToHostException;

    /** Whether the address is one of this stack's own (configured, or of the loopback network). */
    boolean isLocal(long hi, long lo);

    /** ICMP errors to send about received packets. */
    IcmpErrors errors();
}
