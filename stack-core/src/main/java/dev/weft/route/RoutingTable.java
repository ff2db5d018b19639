package dev.weft.route;

import dev.weft.link.Link;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The addresses and routes of a stack, of both families. Changes make a new {@link Routes} and swap it in; whoever looks
 * something up takes {@link #current()} once and works on that, without a lock.
 *
 * <p>Each address brings a route to its subnet and, when there is a loopback link, one to itself over that.
 */
public final class RoutingTable {

    /** 127.0.0.1 with its network, which the loopback link has. */
    private static final InterfaceAddress LOOPBACK = new InterfaceAddress(Ipv4Address.LOOPBACK, 8);

    private final Link loopback;

    /** Held to compute the next {@link Routes}; nothing is called under it. */
    private final ReentrantLock lock = new ReentrantLock();
    private List<LocalAddress> addresses = List.of();  // guarded by lock
    private List<Route> routes = List.of();            // guarded by lock
    private volatile Routes current;                   // written under lock

    /**
     * A table with the addresses of the loopback link alone.
     *
     * @param loopback the link by which the stack talks to itself; empty for a stack that does not
     */
    public RoutingTable(Optional<Link> loopback) {
        this.loopback = loopback.orElse(null);
        if (this.loopback != null) {
            addresses = List.of(new LocalAddress(LOOPBACK, this.loopback));
        }
        current = new Routes(0, this.loopback, addresses, routes);
    }

    /** What the table says now. */
    public Routes current() {
        return current;
    }

    /** The addresses of a link, of both families, in the order given. */
    public List<InterfaceAddress> addresses(Link link) {
        return current.addresses().stream().filter(own -> own.link() == link).map(LocalAddress::address).toList();
    }

    /**
     * Replaces the addresses of one family on a link and the routes of that family over it, at once: nobody sees the one
     * without the other.
     *
     * @throws IllegalArgumentException when an address or route is not of the family, a route is not over the link, or an
     *     address is given twice or belongs to another link; nothing changes then
     */
    public void configure(Link link, IpFamily family, List<InterfaceAddress> newAddresses, List<Route> newRoutes) {
        lock.lock();
        try {
            var nextAddresses = new ArrayList<LocalAddress>();
            for (LocalAddress own : addresses) {
                if (own.link() != link || IpFamily.of(own.address().address()) != family) {
                    nextAddresses.add(own);
                }
            }
            for (InterfaceAddress address : newAddresses) {
                if (IpFamily.of(address.address()) != family) {
                    throw new IllegalArgumentException(address + " is not of family " + family);
                }
                for (LocalAddress other : nextAddresses) {
                    if (other.address().address().equals(address.address())) {
                        throw new IllegalArgumentException(address.address() + " is an address of "
                                + other.link().name() + " already");
                    }
                }
                nextAddresses.add(new LocalAddress(address, link));
            }
            var nextRoutes = new ArrayList<Route>();
            for (Route route : routes) {
                if (route.link() != link || familyOf(route) != family) {
                    nextRoutes.add(route);
                }
            }
            for (Route route : newRoutes) {
                if (route.link() != link || familyOf(route) != family) {
                    throw new IllegalArgumentException("the route " + route + " is not an " + family + " route over "
                            + link.name());
                }
                nextRoutes.add(route);
            }
            replaceLocked(nextAddresses, nextRoutes);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a route; one that is there already stays once. */
    public void add(Route route) {
        lock.lock();
        try {
            if (!routes.contains(route)) {
                var next = new ArrayList<>(routes);
                next.add(route);
                replaceLocked(addresses, next);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes a route out that was given; whether it was there. Routes that follow from addresses go with those. */
    public boolean remove(Route route) {
        lock.lock();
        try {
            var next = new ArrayList<>(routes);
            boolean found = next.remove(route);
            if (found) {
                replaceLocked(addresses, next);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** The link by which the stack talks to itself. */
    public Optional<Link> loopback() {
        return Optional.ofNullable(loopback);
    }

    private void replaceLocked(List<LocalAddress> nextAddresses, List<Route> nextRoutes) {
        assert lock.isHeldByCurrentThread();
        addresses = List.copyOf(nextAddresses);
        routes = List.copyOf(nextRoutes);
        current = new Routes(current.generation() + 1, loopback, addresses, routes);
    }

    private static IpFamily familyOf(Route route) {
        return IpFamily.of(route.destination().network());
    }
}
