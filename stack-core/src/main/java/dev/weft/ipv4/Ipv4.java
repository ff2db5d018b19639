package dev.weft.ipv4;

import dev.weft.arp.Arp;
import dev.weft.device.Frame;
import dev.weft.device.OutFrame;
import dev.weft.ip.FamilyLayer;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPath;
import dev.weft.ip.Protocols;
import dev.weft.ip.RouteNotFound;
import dev.weft.link.Link;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.Counters;
import dev.weft.route.IpFamily;
import dev.weft.route.LocalAddress;
import dev.weft.route.PathMtuCache;
import dev.weft.route.Route;
import dev.weft.route.Routes;
import dev.weft.route.RoutingTable;
import dev.weft.runtime.Daemon;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Suspension;
import dev.weft.wire.Bytes;
import dev.weft.wire.EtherType;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpPrefix;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * IPv4 (RFC 791, RFC 1122 §3) of a stack, over any number of links: what programs use that speak a protocol of their own
 * on IP, and what transports stand on by way of {@link FamilyLayer}.
 *
 * <p>{@link #write} may suspend for ARP; nothing else here does. All methods may be called by any thread.
 */
public final class Ipv4 implements FamilyLayer, AutoCloseable {

    /** RFC 791 §3.2: every link carries packets of 68 bytes. */
    private static final int MINIMUM_MTU = 68;
    /** Content too long for the head of a frame lies here while it is sent; this many at once. */
    private static final int CONTENT_AT_ONCE = 32;

    private final RoutingTable table;
    private final PathMtuCache pathMtus;
    private final Protocols protocols;
    private final Ipv4Options options;
    private final Ipv4Output output;
    private final Ipv4Input input;
    private final Reassembly reassembly;
    private final Daemon expiry;
    private final ChunkPool contents = new ChunkPool("ipv4.content", Content.MAX_LENGTH,
            (long) CONTENT_AT_ONCE * Content.MAX_LENGTH);
    private volatile List<Ipv4Interface> interfaces = List.of();   // grows while the stack is put together
    private volatile IcmpErrors errors = IcmpErrors.NONE;

    private Ipv4(RoutingTable table, PathMtuCache pathMtus, Protocols protocols, NanoClock clock, Randomness randomness,
                 DaemonScope scope, Counters counters, Ipv4Options options) {
        this.table = table;
        this.pathMtus = pathMtus;
        this.protocols = protocols;
        this.options = options;
        output = new Ipv4Output(options.ttl(), randomness, counters);
        reassembly = new Reassembly(clock, randomness, counters, this::errors, options);
        input = new Ipv4Input(table, protocols, reassembly, this::errors, counters);
        try {
            expiry = scope.fork("ipv4-fragments", reassembly::run);
        } catch (Throwable t) {
            reassembly.close();
            throw t;
        }
    }

    /**
     * IPv4 without a link; its daemon, which expires fragments, runs in {@code scope}.
     *
     * @param table the addresses and routes of the stack
     * @param pathMtus how long packets to other hosts may be
     * @param protocols what received packets are delivered to
     * @throws IllegalStateException when the scope is closed
     */
    public static Ipv4 create(RoutingTable table, PathMtuCache pathMtus, Protocols protocols, NanoClock clock,
                              Randomness randomness, DaemonScope scope, Counters counters, Ipv4Options options) {
        return new Ipv4(table, pathMtus, protocols, clock, randomness, scope, counters, options);
    }

    // ---- links and addresses

    /**
     * Takes the IPv4 packets of a link, and sends by it where routes say so.
     *
     * @param arp who knows the neighbours; empty on a link without link addresses (TUN, loopback)
     * @throws IllegalArgumentException when the link needs ARP and there is none, or its MTU is less than 68
     * @throws IllegalStateException when the link was added before
     */
    public void addLink(Link link, Optional<Arp> arp) {
        if (link.hasLinkAddresses() && arp.isEmpty()) {
            throw new IllegalArgumentException(link.name() + " has link addresses: IPv4 needs ARP there");
        }
        if (link.mtu() < MINIMUM_MTU) {
            throw new IllegalArgumentException("the MTU of " + link.name() + " is " + link.mtu()
                    + "; IPv4 needs at least " + MINIMUM_MTU + " (RFC 791 §3.2)");
        }
        Neighbours neighbours = arp.<Neighbours>map(a -> new ArpNeighbours(link, a, protocols)).orElse(Neighbours.NONE);
        var added = new Ipv4Interface(link, neighbours);
        link.setHandler(EtherType.IPV4, frame -> input.handle(added, frame));
        var next = new ArrayList<>(interfaces);
        next.add(added);
        interfaces = List.copyOf(next);
    }

    /**
     * Gives a link its IPv4 addresses and gateway in place of those it had, all at once, and has ARP announce them. With a
     * gateway the link gets the default route. Never suspends.
     *
     * @throws IllegalArgumentException when an address is not IPv4 or another link's, the gateway lies in none of the
     *     subnets, or the link was not added; nothing changes then
     */
    public void reconfigure(Link link, List<InterfaceAddress> addresses, Optional<Ipv4Address> gateway) {
        Ipv4Interface out = interfaceOf(link);
        if (out == null) {
            throw new IllegalArgumentException("IPv4 does not know the link " + link.name() + ": addLink first");
        }
        gateway.ifPresent(router -> {
            if (link.hasLinkAddresses() && addresses.stream().noneMatch(own -> own.prefix().contains(router))) {
                throw new IllegalArgumentException("the gateway " + router + " is no neighbour on " + link.name()
                        + ", whose addresses are " + addresses);
            }
        });
        List<Route> routes = gateway.map(router -> Route.byDefault(router, link)).stream().toList();
        table.configure(link, IpFamily.IPV4, addresses, routes);
        out.neighbours.ownAddresses(addresses);
    }

    /** Takes the IPv4 addresses and routes of a link away. Never suspends. */
    public void unconfigure(Link link) {
        table.configure(link, IpFamily.IPV4, List.of(), List.of());
        Ipv4Interface out = interfaceOf(link);
        if (out != null) {
            out.neighbours.ownAddresses(List.of());
        }
    }

    /** The IPv4 addresses of all links but loopback, in the order they were given. */
    public List<InterfaceAddress> addresses() {
        return table.current().addresses().stream()
                .filter(own -> !own.link().isLoopback() && own.address().address().isIpv4())
                .map(LocalAddress::address).toList();
    }

    /**
     * The address that packets to {@code destination} come from.
     *
     * @throws RouteNotFound when nothing leads there
     */
    public Ipv4Address src(Ipv4Address destination) throws RouteNotFound {
        return way(null, destination).local;
    }

    /**
     * Receives packets to a group on a link. Does not tell routers (IGMP): groups of the link itself work.
     *
     * @throws IllegalArgumentException when the address is not multicast or the link was not added
     */
    public void join(Link link, Ipv4Address group) {
        knownGroup(link, group).join(group);
    }

    /** Takes one join back; whether there was one. */
    public boolean leave(Link link, Ipv4Address group) {
        return knownGroup(link, group).leave(group);
    }

    private Ipv4Interface knownGroup(Link link, Ipv4Address group) {
        Ipv4Interface in = interfaceOf(link);
        if (in == null || !group.isMulticast()) {
            throw new IllegalArgumentException("cannot join " + group + " on " + link.name() + ": "
                    + (in == null ? "IPv4 does not know the link" : "it is not a multicast address"));
        }
        return in;
    }

    /** What log lines about this layer carry: the names of its links and its addresses. */
    public Map<String, String> tags() {
        var tags = new LinkedHashMap<String, String>();
        tags.put("layer", "ipv4");
        tags.put("iface", String.join(",", interfaces.stream().map(each -> each.link.name()).toList()));
        tags.put("addresses", String.join(",", addresses().stream().map(InterfaceAddress::toString).toList()));
        return tags;
    }

    // ---- input

    /**
     * Has {@code handler} called for every packet of an IP protocol.
     *
     * @param protocol 0 to 255
     * @throws IllegalStateException when the protocol has a handler, as ICMP, TCP and UDP have in a full stack
     */
    public void handle(int protocol, PayloadHandler handler) {
        protocols.handle(protocol, packet -> {
            handler.handle(packet, packet.isReassembled()
                    ? new Payload.Reassembled(Bytes.toArray(packet.payload(), packet.payloadOffset(),
                            packet.payloadLength()))
                    : new Payload.Slice(packet.payload().asSlice(packet.payloadOffset(), packet.payloadLength())
                            .asReadOnly()));
            return true;
        });
    }

    /**
     * Handles a frame as if it had come from the link; on that link's reader only.
     *
     * @param frame its window is the IPv4 packet; borrowed until this returns
     * @throws IllegalArgumentException when the link was not added
     */
    public void input(Link link, Frame frame) {
        Ipv4Interface in = interfaceOf(link);
        if (in == null) {
            throw new IllegalArgumentException("IPv4 does not know the link " + link.name());
        }
        input.handle(in, frame);
    }

    // ---- output

    /** What packets get when nothing else is said. */
    public SendOptions defaults() {
        return new SendOptions(options.ttl(), options.tos(), options.dontFragment());
    }

    /** As {@link #write(Ipv4Address, int, Content, SendOptions)} with the layer's {@link #defaults()}. */
    public boolean write(Ipv4Address destination, int protocol, Content content) throws IOException, InterruptedException {
        return write(destination, protocol, content, defaults());
    }

    /**
     * Sends a packet, in fragments where it is longer than the link takes. Suspends while the next hop's link address is
     * asked for.
     *
     * @return false when it was dropped here, which was counted: the device's queue is full, or it is too long and must not
     *     be fragmented. As ever with IP, true does not say that it arrives
     * @throws RouteNotFound when nothing leads there, or the next hop does not answer
     * @throws IOException when nobody can be asked for the next hop (ARP was closed)
     * @throws InterruptedException when the thread is or becomes interrupted while it waits; nothing was sent
     * @throws IllegalStateException on a thread that must not suspend, such as a reader
     */
    public boolean write(Ipv4Address destination, int protocol, Content content, SendOptions how)
            throws IOException, InterruptedException {
        Suspension.check("Ipv4.write");
        Ipv4Path path = way(null, destination);
        while (path.mac() == Ipv4Path.ASK && !path.out.neighbours.resolve(path.nextHop)) {
            path = way(null, destination);
        }
        return send(path, protocol, content, how);
    }

    /** As {@link #writeDirectly(Ipv4Address, MacAddress, int, Content, SendOptions)} with the layer's {@link #defaults()}. */
    public boolean writeDirectly(Ipv4Address destination, MacAddress mac, int protocol, Content content)
            throws RouteNotFound {
        return writeDirectly(destination, mac, protocol, content, defaults());
    }

    /**
     * Sends a packet, in fragments where it is longer than the link takes, to a link address that the caller knows. Never
     * suspends.
     *
     * @param mac ignored on a link without link addresses
     * @return false when it was dropped here, as with {@link #write}
     * @throws RouteNotFound when no route tells the link and the source address
     */
    public boolean writeDirectly(Ipv4Address destination, MacAddress mac, int protocol, Content content, SendOptions how)
            throws RouteNotFound {
        return send(way(null, destination).to(mac.bits()), protocol, content, how);
    }

    /**
     * The link address that packets to {@code destination} would be sent to, where it is known: the neighbour's, the
     * gateway's, or that of a group. Empty when it would have to be asked for, nothing leads there, or the link has no link
     * addresses. Never suspends, asks nobody.
     */
    public Optional<MacAddress> attemptToDiscoverDestination(Ipv4Address destination) {
        try {
            Ipv4Path path = way(null, destination);
            long mac = path.mac();
            return mac < 0 || !path.out.link.hasLinkAddresses() ? Optional.empty() : Optional.of(new MacAddress(mac));
        } catch (RouteNotFound _) {
            return Optional.empty();
        }
    }

    /**
     * Sends a packet over a path that {@link #path} gave, in fragments where it is longer than the link takes; a copy waits
     * for ARP where it must. Never suspends.
     *
     * @param protocol 0 to 255
     * @return false when it was dropped here, as with {@link #write}
     */
    public boolean send(IpPath path, int protocol, Content content, SendOptions how) {
        if (protocol < 0 || protocol > 255) {
            throw new IllegalArgumentException("an IP protocol number is 0 to 255, not " + protocol);
        }
        OutFrame frame = path.link().frames().tryAcquire();
        if (frame == null) {
            output.dropped(Ipv4Drop.NO_FRAME);
            return false;
        }
        Chunk chunk = null;
        try {
            int length = content.length();
            if (length <= frame.tailroom()) {
                content.writeTo(frame.head().asSlice(frame.append(length), length));
            } else {
                chunk = contents.tryAcquire();
                if (chunk == null) {
                    output.dropped(Ipv4Drop.NO_BUFFER);
                    return false;
                }
                content.writeTo(chunk.segment().asSlice(0, length));
                frame.addPiece(chunk.segment(), 0, length);
            }
            return path.send(frame, protocol, how.ttl(), how.tos(), how.dontFragment());
        } finally {
            path.link().frames().release(frame);
            if (chunk != null) {
                contents.release(chunk);
            }
        }
    }

    // ---- what InternetLayer and ICMP use

    @Override
    public IpPath path(IpAddress local, IpAddress remote) throws RouteNotFound {
        return way((Ipv4Address) local, (Ipv4Address) remote);
    }

    @Override
    public boolean isLocal(long hi, long lo) {
        return table.current().isLocal(hi, lo);
    }

    @Override
    public IcmpErrors errors() {
        return errors;
    }

    /** For ICMP: who sends errors about received packets from now on. */
    public void errors(IcmpErrors sender) {
        errors = sender;
    }

    /** The registry that packets are delivered to and errors go to. */
    public Protocols protocols() {
        return protocols;
    }

    private Ipv4Path way(Ipv4Address local, Ipv4Address remote) throws RouteNotFound {
        Routes routes = table.current();
        Link preferred = null;
        if (local != null) {
            preferred = routes.linkOf(local.hi(), local.lo());
            if (preferred == null && !local.isLoopback()) {
                throw new RouteNotFound("no way from " + local + ": it is not an address of this stack, which has " + addresses());
            }
        }
        boolean group = remote.isMulticast() || remote.isBroadcast();
        Route route = group ? groupRoute(routes, preferred, remote) : routes.find(remote.hi(), remote.lo(), preferred);
        Link link = route == null ? null : route.link();
        Ipv4Interface out = link == null ? null : interfaceOf(link);
        if (out == null || isNoDestination(remote)) {
            throw new RouteNotFound("no way to " + remote + ": " + (isNoDestination(remote)
                    ? "no host has that address" : "no route; the stack has " + routes.all()));
        }
        Ipv4Address source = local != null ? local : (Ipv4Address) (group ? routes.firstOn(link, IpFamily.IPV4)
                : routes.source(route, remote.hi(), remote.lo()));
        // RFC 1122 §3.2.1.3 g: addresses of the loopback network never appear on a wire.
        if (source == null || !link.isLoopback() && (source.isLoopback() || remote.isLoopback())) {
            throw new RouteNotFound("no way to " + remote + ": "
                    + (source == null ? "this stack has no IPv4 address on " + link.name()
                            : "it would leave the host over " + link.name()));
        }
        boolean broadcast = remote.isBroadcast() || routes.isBroadcastOn(link, remote.bits());
        long mac = !link.hasLinkAddresses() ? 0
                : broadcast ? MacAddress.BROADCAST.bits()
                : remote.isMulticast() ? MacAddress.multicastBits(remote.hi(), remote.lo())
                : Ipv4Path.ASK;
        int nextHop = route.isOnLink() ? remote.bits() : ((Ipv4Address) route.gateway()).bits();
        return new Ipv4Path(output, table, routes.generation(), pathMtus, out, source, remote, nextHop, mac,
                group || broadcast);
    }

    /** RFC 1122 §3.3.4.2, RFC 1112 §6.2: what has no single destination leaves by the link of its source, or by the default one. */
    private static Route groupRoute(Routes routes, Link preferred, Ipv4Address remote) {
        Link link = preferred != null && !preferred.isLoopback() ? preferred : null;
        if (link == null && remote.isMulticast()) {
            Route special = routes.find(remote.hi(), remote.lo(), null);
            link = special != null && special.destination().length() > 0 ? special.link() : null;
        }
        if (link == null) {
            link = routes.linkForGroups(IpFamily.IPV4);
        }
        return link == null ? null : Route.onLink(IpPrefix.containing(remote, 32), link);
    }

    /** RFC 1122 §3.2.1.3 a, b, RFC 1112 §4. */
    private static boolean isNoDestination(Ipv4Address remote) {
        return Ipv4Address.isThisNetwork(remote.bits()) || Ipv4Address.isReserved(remote.bits()) && !remote.isBroadcast();
    }

    private Ipv4Interface interfaceOf(Link link) {
        for (Ipv4Interface each : interfaces) {
            if (each.link == link) {
                return each;
            }
        }
        return null;
    }

    /**
     * Ends the daemon and frees memory; idempotent. The readers have ended before (D3). May wait for the daemon's last
     * step; an interrupt cuts that short and stays set.
     */
    @Override
    public void close() {
        expiry.cancel();
        try {
            expiry.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        reassembly.close();
        contents.close();
    }
}
