package dev.weft;

import dev.weft.arp.AddressListener;
import dev.weft.arp.Arp;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.icmp.Icmp;
import dev.weft.ip.InternetLayer;
import dev.weft.ip.Protocols;
import dev.weft.ipv4.Ipv4;
import dev.weft.link.DeviceLink;
import dev.weft.link.EthernetLink;
import dev.weft.link.LoopbackLink;
import dev.weft.link.PointToPointLink;
import dev.weft.link.ReaderMode;
import dev.weft.resource.Counters;
import dev.weft.route.IpFamily;
import dev.weft.route.PathMtuCache;
import dev.weft.route.RoutingTable;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Suspension;
import dev.weft.tcp.Tcp;
import dev.weft.tcp.TcpSocketInfo;
import dev.weft.udp.Udp;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP/IP stack: interfaces, ARP, IPv4, ICMP, UDP and TCP, wired together, with a life that begins with {@link #open} and
 * ends with {@link #close}. All its threads are daemons of one scope.
 *
 * <p>When a device is lost, or a daemon's own loop fails, the stack fails: every blocked call throws, with the cause, and
 * {@link #failure()} tells it. It still has to be closed.
 */
public final class NetworkStack implements AutoCloseable {

    /** The name of the interface by which the stack talks to itself. */
    public static final String LOOPBACK = "lo";

    private static final Logger LOG = LoggerFactory.getLogger(NetworkStack.class);

    private final StackConfig config;
    private final Counters counters = new Counters();
    /** What has been opened, the last first: the order in which it is closed. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Map<String, StackLink> links = new LinkedHashMap<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile Throwable failure;
    private DaemonScope scope;
    private Ipv4 ipv4;
    private volatile Icmp icmp;
    private volatile Udp udp;
    private volatile Tcp tcp;

    private NetworkStack(StackConfig config) {
        this.config = config;
    }

    // ---------------------------------------------------------------- life

    /**
     * Opens the devices, starts the readers and daemons, and configures and announces the addresses. When a step fails, all
     * that was opened is closed again.
     *
     * @throws IOException when a device cannot be opened; says which and why
     * @throws IllegalArgumentException when addresses or gateways do not fit together
     */
    public static NetworkStack open(StackConfig config) throws IOException {
        var stack = new NetworkStack(config);
        try {
            stack.build();
            return stack;
        } catch (Throwable t) {
            try {
                stack.closeAll();
            } catch (RuntimeException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    /**
     * Opens a stack, runs {@code body} with it on the calling thread, and closes it.
     *
     * @return what {@code body} returns
     * @throws IOException when a device cannot be opened
     * @throws X what {@code body} throws
     */
    public static <R, X extends Exception> R run(StackConfig config, Body<R, X> body) throws IOException, X {
        try (var stack = open(config)) {
            return body.run(stack);
        }
    }

    /** What {@link NetworkStack#run} runs. */
    @FunctionalInterface
    public interface Body<R, X extends Exception> {

        /** Uses the stack, which is closed when this returns or throws. */
        R run(NetworkStack stack) throws X;
    }

    private void build() throws IOException {
        NanoClock clock = config.clock();
        scope = DaemonScope.open(config.name(), FailurePolicy.CANCEL_ALL);
        opened.push(scope);
        scope.onFailure(this::fail);

        var loopback = new LoopbackLink(LOOPBACK, clock, counters);
        opened.push(loopback);
        var table = new RoutingTable(Optional.of(loopback));
        var protocols = new Protocols();
        var pathMtus = new PathMtuCache(table, clock, config.randomness(), counters, config.pathMtu());
        ipv4 = Ipv4.create(table, pathMtus, protocols, clock, config.randomness(), scope, counters, config.ipv4());
        opened.push(ipv4);
        ipv4.addLink(loopback, Optional.empty());
        var internet = new InternetLayer(protocols);
        internet.add(IpFamily.IPV4, ipv4);
        icmp = Icmp.create(ipv4, clock, config.randomness(), counters, config.icmp());
        udp = new Udp(internet, clock, config.randomness(), counters, config.udp());
        opened.push(udp);
        tcp = new Tcp(internet, clock, config.randomness(), counters, config.tcp());
        opened.push(tcp);
        links.put(LOOPBACK, new StackLink(loopback, Optional.empty(), ipv4));

        loopback.start(scope, loopbackReader());
        for (LinkConfig each : config.links()) {
            openLink(each);
        }
        if (failure != null) {
            tcp.fail(failure);      // it came while this was being built, perhaps before there was anybody to tell
        }
    }

    /** The loopback's reader is of the kind of the first link's, so that a whole stack can run on virtual threads alone. */
    private ReaderMode loopbackReader() {
        return config.links().isEmpty() ? ReaderMode.PLATFORM : config.links().getFirst().reader();
    }

    private void openLink(LinkConfig details) throws IOException {
        NetDevice device = details.device().open(config.clock(), counters);
        DeviceLink link;
        try {
            link = device.linkType() == LinkType.ETHERNET
                    ? new EthernetLink(details.name(), device, macFor(details, device), config.clock(), counters)
                    : new PointToPointLink(details.name(), device, config.clock(), counters);
        } catch (Throwable t) {
            device.close();
            throw t;
        }
        opened.push(link);
        Optional<Arp> arp = Optional.empty();
        if (link.hasLinkAddresses()) {
            arp = Optional.of(Arp.create(link, config.clock(), config.randomness(), scope, counters, config.arp()));
            opened.push(arp.get());
        }
        ipv4.addLink(link, arp);
        var stackLink = new StackLink(link, arp, ipv4);
        arp.ifPresent(each -> each.addAddressListener(new ConflictWatch(stackLink)));
        links.put(details.name(), stackLink);
        link.start(scope, details.reader());
        stackLink.reconfigure(details.addresses(), details.gateway().map(Ipv4Address.class::cast));
    }

    private MacAddress macFor(LinkConfig details, NetDevice device) {
        return details.mac().or(device::address).orElseGet(() -> {
            // Locally administered, not a group: the two low bits of the first byte are 10.
            long bits = config.randomness().nextLong() & 0xfcff_ffff_ffffL | 0x0200_0000_0000L;
            return new MacAddress(bits);
        });
    }

    /** Takes an address that ARP has lost to somebody else off its interface (RFC 5227 §2.4 b). */
    private final class ConflictWatch implements AddressListener {

        private final StackLink link;

        ConflictWatch(StackLink link) {
            this.link = link;
        }

        @Override
        public void claimed(Ipv4Address address) {
            LOG.atDebug().addKeyValue("iface", link.name()).addKeyValue("local", address).log("address is ours");
        }

        @Override
        public void lost(Ipv4Address address, MacAddress holder) {
            LOG.atError().addKeyValue("iface", link.name()).addKeyValue("local", address).addKeyValue("holder", holder)
                    .log("another host uses this address: it is given up; give one of the two another address");
            link.lose(address);
        }
    }

    /** A daemon has failed: nothing works any more, and whoever is blocked hears why. */
    private void fail(Throwable cause) {
        failure = cause;
        LOG.atError().addKeyValue("stack", config.name()).setCause(cause).log("the network stack has failed");
        if (icmp != null) {
            icmp.shutdown(cause);
        }
        if (udp != null) {
            udp.shutdown(cause);
        }
        if (tcp != null) {
            tcp.fail(cause);
        }
    }

    /**
     * Closes listeners, sockets, layers and devices. What was written gets up to the close timeout to be delivered with its
     * FIN; the rest is reset. When this returns no thread, descriptor or off-heap memory of the stack is left. Idempotent;
     * several threads may call it, each returns when it is done. Suspends; an interrupt cuts the delivery short and stays set.
     *
     * @throws IllegalStateException on a reader
     */
    @Override
    public void close() {
        Suspension.check("NetworkStack.close");
        if (!closing.compareAndSet(false, true)) {
            closed.join();
            return;
        }
        try {
            closeAll();
        } finally {
            closed.complete(null);
        }
    }

    private void closeAll() {
        RuntimeException first = null;
        if (tcp != null) {
            Duration patience = failure == null ? config.closeTimeout() : Duration.ZERO;
            first = step(() -> tcp.shutdown(NanoClock.deadline(config.clock().nanoTime(), patience)), first);
        }
        if (icmp != null) {
            icmp.shutdown(null);
        }
        // Arp and links end before the layers that their readers call; memory goes last, when no reader runs (D3).
        for (AutoCloseable each : closingOrder()) {
            first = step(each, first);
        }
        if (first != null) {
            throw first;
        }
    }

    /** Takes one step of the end, which the failure of another must not prevent; the first failure carries the others. */
    private static RuntimeException step(AutoCloseable part, RuntimeException first) {
        try {
            part.close();
            return first;
        } catch (Exception e) {
            var failed = e instanceof RuntimeException r ? r : new IllegalStateException(e);
            if (first == null) {
                return failed;
            }
            first.addSuppressed(failed);
            return first;
        }
    }

    /** Links (and with them all readers) before layers, the scope of their daemons last. */
    private List<AutoCloseable> closingOrder() {
        return opened.stream().sorted((a, b) -> Integer.compare(rank(a), rank(b))).toList();
    }

    private static int rank(AutoCloseable part) {
        return part instanceof Arp ? 0 : part instanceof DeviceLink ? 1 : part instanceof DaemonScope ? 3 : 2;
    }

    // ---------------------------------------------------------------- parts

    /** Why the stack has failed; empty as long as it has not. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** The addresses of all interfaces but loopback. */
    public List<InterfaceAddress> addresses() {
        return ipv4.addresses();
    }

    /**
     * An interface.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public StackLink link(String name) {
        StackLink link = links.get(name);
        if (link == null) {
            throw new IllegalArgumentException("no interface " + name + ", there are " + links.keySet());
        }
        return link;
    }

    /** All interfaces, loopback first. */
    public List<StackLink> links() {
        return List.copyOf(links.values());
    }

    /** IPv4. */
    public Ipv4 ipv4() {
        return ipv4;
    }

    /** ICMP: ping. */
    public Icmp icmp() {
        return icmp;
    }

    /** UDP: bind and connect. */
    public Udp udp() {
        return udp;
    }

    /** TCP: connect and listen. */
    public Tcp tcp() {
        return tcp;
    }

    /** The TCP connections at this moment, half-open ones and those in TIME-WAIT included; each prints as one line. */
    public List<TcpSocketInfo> connections() {
        return tcp.connections();
    }

    /** A counter for everything that is dropped and why, and for much else. */
    public Counters counters() {
        return counters;
    }

    @Override
    public String toString() {
        return config.name() + addresses();
    }
}
