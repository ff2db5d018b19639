package dev.weft.tcp;

import dev.weft.ip.EphemeralPorts;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPath;
import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.Counters;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Suspension;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.open.FastOpenCookies;
import dev.weft.tcp.core.open.SynCookies;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * The TCP of a stack: connections, listeners, and the way between them and IP.
 *
 * <p>Segments come in on readers ({@link TcpInput}) and find their {@link Flow}; each flow runs a pure
 * {@link TcpConnection}. Connections begin in {@link ActiveOpens} and {@link PassiveOpens}, and end at the latest in {@link
 * FlowKeeper}. Whoever blocks does so in {@link TcpSocket} and {@link TcpListener}.
 */
public final class Tcp implements AutoCloseable {

    private static final byte[] NOTHING = {};
    private static final int CHUNK_BYTES = 16 << 10;

    private final IpLayer ip;
    private final NanoClock clock;
    private final ChunkPool chunks;
    private final FlowTable<FlowEntry> flows;
    private final ListenerTable listeners = new ListenerTable();
    private final FlowKeeper keeper;
    private final HalfOpens halfOpens;
    private final EphemeralPorts ports;
    private final ActiveOpens actives;

    /** TCP above {@code ip}; registers itself there. */
    public Tcp(IpLayer ip, NanoClock clock, Randomness randomness, Counters counters, TcpSettings settings) {
        this.ip = ip;
        this.clock = clock;
        var statistics = new TcpStatistics(counters);
        chunks = new ChunkPool("tcp.buffers", CHUNK_BYTES, settings.memory());
        var memory = new TcpMemory(chunks, new ByteBudget(settings.memory()), statistics);
        flows = new FlowTable<>(KeyedHash.keyedBy(randomness));
        keeper = new FlowKeeper(clock, statistics, flows, listeners, settings.orphans(), settings.timeWaits());
        ports = new EphemeralPorts(randomness);
        var maker = new FlowMaker(clock, randomness, counters, statistics, settings, memory, keeper);
        actives = new ActiveOpens(keeper, flows, listeners, ports, maker, clock);
        var fastOpen = new FastOpenServer(new FastOpenCookies(randomness), statistics);
        halfOpens = new HalfOpens(keeper, ip, flows, maker, fastOpen, clock, statistics);
        var passives = new PassiveOpens(keeper, flows, maker, fastOpen, halfOpens, statistics);
        var cookies = new CookieDoor(passives, maker, new SynCookies(randomness), settings.synCookies(), statistics);
        var input = new TcpInput(keeper, ip, flows, listeners, passives, cookies, halfOpens, statistics);
        ip.handle(IpProtocol.TCP, input);
        ip.onError(IpProtocol.TCP, input);
    }

    // ---------------------------------------------------------------- clients

    /** Connects with the default options; see {@link #connect(InetSocketAddress, InetSocketAddress, TcpOptions)}. */
    public TcpSocket connect(String host, int port) throws IOException {
        return connect(host, port, TcpOptions.defaults());
    }

    /**
     * Connects to a host given by its address as text.
     *
     * @throws UnknownHostException when {@code host} is not an address: Weft resolves no names yet
     * @throws IOException as {@link #connect(InetSocketAddress, InetSocketAddress, TcpOptions)}
     */
    public TcpSocket connect(String host, int port, TcpOptions options) throws IOException {
        IpAddress address;
        try {
            address = IpAddress.of(host);
        } catch (IllegalArgumentException e) {
            var unknown = new UnknownHostException(host + ": not an IP address, and Weft resolves no names yet");
            unknown.initCause(e);
            throw unknown;
        }
        return connect(new InetSocketAddress(address.toInetAddress(), port), null, options);
    }

    /** Connects with the default options. */
    public TcpSocket connect(InetSocketAddress remote) throws IOException {
        return connect(remote, null, TcpOptions.defaults());
    }

    /**
     * Connects: suspends through ARP and handshake. An interrupt gives the attempt up.
     *
     * @param remote where to
     * @param local the address and port to connect from; null, the wildcard address or port 0 leave the choice to the stack
     * @throws java.net.ConnectException when the peer refuses, or answers no SYN
     * @throws java.net.NoRouteToHostException when no route leads there, or the next hop does not answer
     * @throws java.net.SocketTimeoutException when the connect timeout passes first
     * @throws BindException when the local address is not this stack's, its port is taken, or no port is free
     * @throws SocketException when the thread is interrupted ("Closed by interrupt") or the stack closes
     */
    public TcpSocket connect(InetSocketAddress remote, InetSocketAddress local, TcpOptions options) throws IOException {
        return connect(remote, local, options, NOTHING);
    }

    /**
     * Connects as {@link #connect(InetSocketAddress, InetSocketAddress, TcpOptions)} does, and writes {@code first}. Suspends
     * until the connection is there and all of it lies in the send buffer.
     *
     * <p>Where the options ask for {@linkplain TcpOptions#fastOpen fast open} (RFC 7413), what fits rides on the SYN, once the
     * server has given a cookie at an earlier attempt; the answer may then come a round trip sooner. The server may see these bytes
     * twice, also when this throws: let them ask for something that does no harm when it is done twice (RFC 7413 §2.1). A
     * server that has no fast open, and a path that drops such SYNs, is noticed and connected to as usual.
     */
    public TcpSocket connect(InetSocketAddress remote, InetSocketAddress local, TcpOptions options, byte[] first)
            throws IOException {
        Suspension.check("Tcp.connect");
        if (remote.isUnresolved()) {
            throw new UnknownHostException(remote.getHostString() + ": Weft resolves no names yet");
        }
        if (remote.getPort() == 0) {
            throw new SocketException("cannot connect to port 0 of " + remote.getHostString());
        }
        keeper.checkOpen();
        IpAddress wanted = specific(local);
        checkLocal(wanted);
        IpPath path = ip.path(wanted, IpAddress.of(remote.getAddress()));
        if (path.isGroup()) {
            throw new SocketException("TCP cannot connect to a broadcast or multicast address: " + remote);
        }
        return actives.connect(path, local == null ? 0 : local.getPort(), remote.getPort(), options, first);
    }

    // ---------------------------------------------------------------- servers

    /** Listens on a port of all addresses with the default options; 0 chooses a free port. */
    public TcpListener listen(int port) throws IOException {
        return listen(port, TcpOptions.defaults());
    }

    /** Listens on a port of all addresses; 0 chooses a free port. */
    public TcpListener listen(int port, TcpOptions options) throws IOException {
        return listen(new InetSocketAddress(port), options);
    }

    /**
     * Listens. Does not suspend.
     *
     * @param local the wildcard address for all addresses; port 0 chooses a free port
     * @throws BindException when the port is taken or the address is not this stack's
     * @throws UnknownHostException when the address is a name that was not resolved
     * @throws SocketException when the stack is closed
     */
    public TcpListener listen(InetSocketAddress local, TcpOptions options) throws IOException {
        keeper.checkOpen();
        IpAddress address = specific(local);
        checkLocal(address);
        TcpListener listener = local.getPort() == 0 ? listenAnywhere(address, local, options)
                : new TcpListener(this, local, options, clock);
        if (local.getPort() != 0) {
            listeners.add(address, local.getPort(), listener);
        }
        if (keeper.isClosing()) {
            listener.close();
            throw closedException();
        }
        return listener;
    }

    private TcpListener listenAnywhere(IpAddress address, InetSocketAddress local, TcpOptions options) throws BindException {
        var made = new TcpListener[1];
        int port = ports.choose(0, 0, 0, 0, candidate -> {
            made[0] = new TcpListener(this, new InetSocketAddress(local.getAddress(), candidate), options, clock);
            return !listeners.isUsed(candidate) && listeners.tryAdd(address, candidate, made[0]) == null;
        });
        if (port < 0) {
            throw new BindException("no port is free to listen on");
        }
        return made[0];
    }

    /** The listener is closed: nothing finds it any more, and its half-open connections end, if the table has {@code any}. */
    void forget(TcpListener listener, boolean any) {
        listeners.remove(listener.port(), listener);
        if (any) {
            halfOpens.abort(listener);
        }
    }

    // ---------------------------------------------------------------- the end

    /** All connections in whatever state but CLOSED, each at about this moment, in no particular order. */
    public List<TcpSocketInfo> connections() {
        return flows.all().stream().filter(entry -> !(entry instanceof HalfOpenEntry half && half.isOver())).map(this::info).filter(info -> !info.state().equals("CLOSED")).toList();
    }

    private TcpSocketInfo info(FlowEntry entry) {
        return switch (entry) {
            case Flow flow -> flow.info();
            case HalfOpenEntry half -> halfOpens.info(half);
            case TimeWaitEntry rest -> TcpSocketInfo.ofTimeWait(rest.key(), rest.isActive());
            default -> throw new IllegalStateException("neither a connection nor the rest of one: " + entry);
        };
    }

    /** How many connections there are, in whatever state but CLOSED. */
    public int connectionCount() {
        return flows.size();
    }

    /**
     * Closes listeners and connections: what was written gets until {@code deadline} to be delivered with its FIN, then the
     * rest is reset. Does not wait for TIME-WAIT. When this returns, no thread is sending or copying for a connection: the
     * links may be closed. Suspends; an interrupt resets what is left at once and stays set.
     */
    public void shutdown(long deadline) {
        Suspension.check("Tcp.shutdown");
        keeper.shutdown(deadline);
    }

    /** The stack has failed: closes everything; whoever is blocked throws, with the cause. Does not suspend for the network. */
    public void fail(Throwable cause) {
        keeper.fail(cause);
    }

    /** Whether, and why, the stack has failed; null if not. */
    Throwable failure() {
        return keeper.failure();
    }

    /** What a call on something that is closed throws. */
    SocketException closedException() {
        return Failures.closed(keeper.failure());
    }

    /** Frees the memory of buffers, after {@link #shutdown} and when no reader runs any more. */
    @Override
    public void close() {
        keeper.close();
        chunks.close();
    }

    private void checkLocal(IpAddress address) throws BindException {
        if (address != null && !ip.isLocal(address.hi(), address.lo())) {
            throw new BindException("Cannot assign requested address: " + address + " is not an address of this stack");
        }
    }

    /** The address, or null for the wildcard. */
    private static IpAddress specific(InetSocketAddress local) throws UnknownHostException {
        if (local == null) {
            return null;
        }
        if (local.isUnresolved()) {
            throw new UnknownHostException(local.getHostString() + ": Weft resolves no names yet");
        }
        return local.getAddress().isAnyLocalAddress() ? null : IpAddress.of(local.getAddress());
    }
}
