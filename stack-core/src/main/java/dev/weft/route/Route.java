package dev.weft.route;

import dev.weft.link.Link;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpPrefix;
import java.util.Objects;

/**
 * Where packets for a block of addresses go.
 *
 * @param destination the block; of length 0 it is the default route
 * @param link the link they leave by
 * @param gateway the neighbour that carries them on; null where every destination of the block is itself a neighbour
 * @param metric of two routes to the same block the one with the smaller number is taken; at least 0
 */
public record Route(IpPrefix destination, Link link, IpAddress gateway, int metric) {

    /** Checks the gateway's family and the metric. */
    public Route {
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(link, "link");
        if (gateway != null && gateway.isIpv4() != destination.network().isIpv4()) {
            throw new IllegalArgumentException("the gateway " + gateway + " is not of the family of " + destination);
        }
        if (gateway != null && (gateway.isMulticast() || gateway.isUnspecified())) {
            throw new IllegalArgumentException(gateway + " cannot be a gateway: it names no single host");
        }
        if (metric < 0) {
            throw new IllegalArgumentException("the metric of a route is at least 0, not " + metric);
        }
    }

    /** A route to neighbours. */
    public static Route onLink(IpPrefix destination, Link link) {
        return new Route(destination, link, null, 0);
    }

    /** A route through a neighbour. */
    public static Route via(IpPrefix destination, IpAddress gateway, Link link) {
        return new Route(destination, link, gateway, 0);
    }

    /** The route to everything that no other route leads to, of the gateway's family. */
    public static Route byDefault(IpAddress gateway, Link link) {
        return via(IpPrefix.of(gateway.isIpv4() ? "0.0.0.0/0" : "::/0"), gateway, link);
    }

    /** Whether the destinations are neighbours themselves. */
    public boolean isOnLink() {
        return gateway == null;
    }

    @Override
    public String toString() {
        return destination + (gateway == null ? "" : " via " + gateway) + " on " + link.name()
                + (metric == 0 ? "" : " metric " + metric);
    }
}
