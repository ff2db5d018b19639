package dev.weft;

import dev.weft.arp.Arp;
import dev.weft.ipv4.Ipv4;
import dev.weft.link.Link;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** An interface of an open stack. */
public final class StackLink {

    private final Link link;
    private final Optional<Arp> arp;
    private final Ipv4 ipv4;
    /** Makes a change of addresses one step; IPv4 and ARP are told under it, which only compute and queue. */
    private final ReentrantLock lock = new ReentrantLock();
    private List<InterfaceAddress> addresses = List.of();      // guarded by lock
    private Optional<Ipv4Address> gateway = Optional.empty();  // guarded by lock

    StackLink(Link link, Optional<Arp> arp, Ipv4 ipv4) {
        this.link = link;
        this.arp = arp;
        this.ipv4 = ipv4;
    }

    /** Its name: {@code eth0}. */
    public String name() {
        return link.name();
    }

    /** Its hardware address; all zero on a link without. */
    public MacAddress mac() {
        return link.mac();
    }

    /** The largest IP packet it carries, in bytes. */
    public int mtu() {
        return link.mtu();
    }

    /** Whether the device's link is up. */
    public boolean isUp() {
        return link.isUp();
    }

    /** The layer itself. */
    public Link link() {
        return link;
    }

    /**
     * Its address resolution.
     *
     * @throws IllegalStateException when the link has no hardware addresses (TUN, loopback)
     */
    public Arp arp() {
        return arp.orElseThrow(() -> new IllegalStateException(name() + " has no hardware addresses, and so no ARP"));
    }

    /** Its IPv4 addresses. */
    public List<InterfaceAddress> addresses() {
        lock.lock();
        try {
            return addresses;
        } finally {
            lock.unlock();
        }
    }

    /** Gives it these IPv4 addresses and this gateway in place of those it has; see {@link Ipv4#reconfigure}. */
    public void reconfigure(List<InterfaceAddress> newAddresses, Optional<Ipv4Address> newGateway) {
        lock.lock();
        try {
            ipv4.reconfigure(link, newAddresses, newGateway);
            addresses = List.copyOf(newAddresses);
            gateway = newGateway;
        } finally {
            lock.unlock();
        }
    }

    /** Takes an address away that somebody else has; the gateway goes too when no address is left in its subnet. */
    void lose(Ipv4Address lost) {
        lock.lock();
        try {
            List<InterfaceAddress> rest = addresses.stream().filter(own -> !own.address().equals(lost)).toList();
            reconfigure(rest, gateway.filter(router -> rest.stream().anyMatch(own -> own.prefix().contains(router))));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return link.toString();
    }
}
