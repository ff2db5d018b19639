package dev.weft.route;

import dev.weft.link.Link;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a {@link RoutingTable} says at one moment; immutable. Questions of the data path take the two longs of an address
 * and make no garbage. A stack has a handful of routes and addresses, so they are walked.
 */
public final class Routes {

    private static final IpPrefix LOOPBACK_NETWORK = IpPrefix.of("127.0.0.0/8");

    private final long generation;
    private final List<LocalAddress> addresses;
    private final Route[] byLength;
    private final LocalAddress[] local;
    private final int[] broadcasts;
    private final Link[] broadcastLinks;

    /**
     * @param loopback where packets to this stack's own addresses go; null for a stack that does not talk to itself
     * @param routes those that were given; those that follow from the addresses are added here
     */
    Routes(long generation, Link loopback, List<LocalAddress> addresses, List<Route> routes) {
        this.generation = generation;
        this.addresses = List.copyOf(addresses);
        local = addresses.toArray(new LocalAddress[0]);
        var all = new ArrayList<Route>(routes);
        for (LocalAddress own : addresses) {
            InterfaceAddress address = own.address();
            all.add(Route.onLink(address.prefix(), own.link()));
            if (loopback != null) {
                // RFC 1122 §3.3.1.1, by longest prefix: an own address is nearer than the network it lies in.
                all.add(Route.onLink(IpPrefix.containing(address.address(), address.address().bitLength()), loopback));
            }
        }
        all.sort(Comparator.comparingInt((Route route) -> -route.destination().length()).thenComparingInt(Route::metric));
        byLength = all.toArray(new Route[0]);

        List<LocalAddress> withBroadcast = addresses.stream()
                .filter(own -> own.address().subnetBroadcast().isPresent() && !own.link().isLoopback()).toList();
        broadcasts = withBroadcast.stream().mapToInt(own -> own.address().subnetBroadcast().orElseThrow().bits()).toArray();
        broadcastLinks = withBroadcast.stream().map(LocalAddress::link).toArray(Link[]::new);
    }

    /** A number that grows with every change of the table. */
    public long generation() {
        return generation;
    }

    /** The addresses of this stack, in the order they were given. */
    public List<LocalAddress> addresses() {
        return addresses;
    }

    /** All routes, those that follow from addresses included, in the order they are tried. */
    public List<Route> all() {
        return List.of(byLength);
    }

    /**
     * The route with the longest prefix that contains the address (RFC 1122 §3.3.1.1, RFC 1812 §5.2.4.3); of several such
     * routes the one over {@code preferred}, else the one with the smallest metric, else the first given.
     *
     * @param preferred the link of a source address that has been chosen already; null for none
     * @return null when no route leads there
     */
    public Route find(long hi, long lo, Link preferred) {
        Route best = null;
        for (Route route : byLength) {
            if (best != null && route.destination().length() < best.destination().length()) {
                break;
            }
            if (route.destination().contains(hi, lo)) {
                if (preferred == null || route.link() == preferred) {
                    return route;
                }
                if (best == null) {
                    best = route;
                }
            }
        }
        return best;
    }

    /** The link with this address of the stack, or null if it is none: 127.0.0.0/8 is nobody's here but 127.0.0.1. */
    public Link linkOf(long hi, long lo) {
        for (LocalAddress own : local) {
            if (own.address().address().lo() == lo && own.address().address().hi() == hi) {
                return own.link();
            }
        }
        return null;
    }

    /** Whether packets to the address are for this stack: one of its own, or in the loopback network. */
    public boolean isLocal(long hi, long lo) {
        return linkOf(hi, lo) != null || LOOPBACK_NETWORK.contains(hi, lo);
    }

    /** The link on which the IPv4 address is the broadcast of a subnet of ours (RFC 1122 §3.2.1.3 d), or null. */
    public Link broadcastLink(int bits) {
        for (int i = 0; i < broadcasts.length; i++) {
            if (broadcasts[i] == bits) {
                return broadcastLinks[i];
            }
        }
        return null;
    }

    /** Whether the IPv4 address is the broadcast of a subnet on that link. */
    public boolean isBroadcastOn(Link link, int bits) {
        for (int i = 0; i < broadcasts.length; i++) {
            if (broadcasts[i] == bits && broadcastLinks[i] == link) {
                return true;
            }
        }
        return false;
    }

    /** The first address of the family on the link, or null; what a broadcast is sent from. */
    public IpAddress firstOn(Link link, IpFamily family) {
        for (LocalAddress own : local) {
            if (own.link() == link && IpFamily.of(own.address().address()) == family) {
                return own.address().address();
            }
        }
        return null;
    }

    /**
     * The source address for packets that take {@code route} to the destination (RFC 1122 §3.3.4.3), by the rules of RFC 6724 §5
     * that mean something without IPv6's lifetimes and labels: the destination itself (1), an address of the link that the
     * packet leaves by (5), one whose subnet has the next hop (5.5), a link-local source only for link-local destinations
     * and the other way round (2), the longest prefix in common with the destination (8), the first configured.
     *
     * @return null when the stack has no address of the family
     */
    public IpAddress source(Route route, long hi, long lo) {
        boolean ipv4 = IpAddress.isIpv4(hi, lo);
        LocalAddress best = null;
        long bestScore = -1;
        for (LocalAddress own : local) {
            IpAddress address = own.address().address();
            if (address.isIpv4() != ipv4) {
                continue;
            }
            long score = score(own, route, hi, lo);
            if (score > bestScore) {
                best = own;
                bestScore = score;
            }
        }
        return best == null ? null : best.address().address();
    }

    /** The rules as the digits of a number, the first rule uppermost. */
    private static long score(LocalAddress own, Route route, long hi, long lo) {
        IpAddress address = own.address().address();
        boolean same = address.hi() == hi && address.lo() == lo;
        boolean onLink = own.link() == route.link();
        boolean nearGateway = route.gateway() != null && own.link() == route.link()
                && common(address, route.gateway().hi(), route.gateway().lo()) >= own.address().prefixLength();
        boolean fittingScope = address.isLinkLocal() == isLinkLocal(hi, lo) && !address.isLoopback()
                || address.isLoopback() && route.link().isLoopback();
        int common = Math.min(common(address, hi, lo), own.address().prefixLength());
        return (same ? 1L << 40 : 0) | (onLink ? 1L << 39 : 0) | (nearGateway ? 1L << 38 : 0)
                | (fittingScope ? 1L << 37 : 0) | common;
    }

    private static boolean isLinkLocal(long hi, long lo) {
        return IpAddress.isIpv4(hi, lo) ? (int) lo >>> 16 == 0xa9fe : hi >>> 54 == 0xfe80 >>> 6;
    }

    /** How many bits two addresses of one family begin with in common. */
    private static int common(IpAddress address, long hi, long lo) {
        int bits = address.hi() != hi ? Long.numberOfLeadingZeros(address.hi() ^ hi)
                : 64 + Long.numberOfLeadingZeros(address.lo() ^ lo);
        return bits - (128 - address.bitLength());
    }

    /** The link for packets to 255.255.255.255 or to a group, when no source address tells: the default route's, else the first. */
    public Link linkForGroups(IpFamily family) {
        Link first = null;
        for (Route route : byLength) {
            if (IpFamily.of(route.destination().network()) != family || route.link().isLoopback()) {
                continue;
            }
            if (route.destination().length() == 0) {
                return route.link();
            }
            if (first == null) {
                first = route.link();
            }
        }
        return first;
    }

    @Override
    public String toString() {
        return "routes " + generation + " " + List.of(byLength);
    }
}
