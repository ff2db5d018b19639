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
import dev.weft.runtime.Signal;
import dev.weft.runtime.Suspension;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.open.FastOpenCookies;
import dev.weft.tcp.core.open.FastOpenOutcome;
import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP of a stack: connections, listeners, and the way between them and IP.
 *
 * <p>Segments come in on readers ({@link TcpInput}) and find their {@link Flow}; each flow runs a pure
 * {@link TcpConnection}. Whoever blocks does so in {@link TcpSocket} and {@link TcpListener}.
 */
public final class Tcp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Tcp.class);
    private static final byte[] NOTHING = {};
    private static final int CHUNK_BYTES = 16 << 10;
    /** R2 in retransmissions, where no user timeout is set (RFC 9293 §3.8.3). */
    private static final int DATA_RETRIES = 15;
    /** Frames that any device's queue is taken to hold: an initial window (RFC 6928) and some more. */
    private static final int LEAST_QUEUE = 16;
    /** How soon a stack that closes looks again whether threads still use its memory. */
    private static final long QUIET_CHECK = 1_000_000L;

    private final IpLayer ip;
    private final NanoClock clock;
    private final TcpStatistics statistics;
    private final EventDesk events;
    private final TcpMemory memory;
    private final TcpCongestion congestion;
    private final MtuProbing mtuProbing;
    private final TcpEcn ecn;
    private final int largestSend;
    private final int largestReceive;
    private final ChunkPool chunks;
    private final TransmitBatches batches = new TransmitBatches();
    private final LongAdder loans = new LongAdder();
    private final FlowTable<Flow> flows;
    private final Orphans orphans;
    private final ListenerTable listeners = new ListenerTable();
    private final EphemeralPorts ports;
    private final InitialSequence sequence;
    private final KeyedHash timestampOffsets;
    private final FastOpenServer fastOpenServer;
    private final FastOpenClient fastOpenClient = new FastOpenClient();
    private final FlowHome home;
    private volatile boolean closing;
    private volatile Throwable failure;
    /**
     * Tells {@link #shutdown} to look again. A signal and no bare {@code unpark}: whoever looks takes the lock of a flow, and a
     * wait for that takes the permit.
     */
    private final Signal delivered;

    /** TCP above {@code ip}; registers itself there. */
    public Tcp(IpLayer ip, NanoClock clock, Randomness randomness, Counters counters, TcpSettings settings) {
        this.ip = ip;
        this.clock = clock;
        delivered = new Signal(clock);
        statistics = new TcpStatistics(counters);
        events = new EventDesk(settings.events(), clock, counters);
        congestion = settings.congestionControl();
        mtuProbing = settings.mtuProbing().mode();
        ecn = settings.ecn();
        largestSend = settings.largestSendBuffer();
        largestReceive = settings.largestReceiveBuffer();
        orphans = new Orphans(settings.orphans());
        chunks = new ChunkPool("tcp.buffers", CHUNK_BYTES, settings.memory());
        memory = new TcpMemory(chunks, new ByteBudget(settings.memory()), statistics);
        flows = new FlowTable<>(KeyedHash.keyedBy(randomness));
        ports = new EphemeralPorts(randomness);
        sequence = new InitialSequence(KeyedHash.keyedBy(randomness));
        timestampOffsets = KeyedHash.keyedBy(randomness);
        home = new FlowHome() {
            @Override
            public TransmitBatches batches() {
                return batches;
            }

            @Override
            public LongAdder loans() {
                return loans;
            }

            @Override
            public void orphaned(Flow flow) {
                Flow tooMany = orphans.add(flow);
                if (tooMany != null && !tooMany.checkDelivered()) {
                    statistics.count(TcpEvent.ORPHAN_RESET);
                    tooMany.abort();
                }
            }

            @Override
            public void memoryShort() {
                Flow oldest = orphans.takeOldest();
                if (oldest != null) {
                    statistics.count(TcpEvent.ORPHAN_RESET_FOR_MEMORY);
                    oldest.abandon();
                }
            }

            @Override
            public void retire(Flow flow) {
                orphans.remove(flow);
                flows.remove(flow);
            }

            @Override
            public void delivered(Flow flow) {
                orphans.remove(flow);
                delivered.raise();
            }

            @Override
            public boolean isClosing() {
                return closing;
            }

            @Override
            public Throwable failure() {
                return failure;
            }
        };
        fastOpenServer = new FastOpenServer(new FastOpenCookies(randomness), statistics);
        var cookies = new CookieDoor(this, new SynCookies(randomness), settings.synCookies(), statistics);
        var input = new TcpInput(this, ip, flows, listeners, cookies, statistics);
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
        checkOpen();
        IpAddress wanted = specific(local);
        checkLocal(wanted);
        IpPath path = ip.path(wanted, IpAddress.of(remote.getAddress()));
        if (path.isGroup()) {
            throw new SocketException("TCP cannot connect to a broadcast or multicast address: " + remote);
        }
        Flow flow = openFlow(path, local == null ? 0 : local.getPort(), remote.getPort(), options);
        var socket = new TcpSocket(flow, clock, options);
        boolean connected = false;
        boolean fast = options.fastOpen() > 0 && first.length > 0;
        try {
            int written = start(flow, fast ? first : NOTHING);
            try {
                socket.awaitConnected(options.connectTimeout());
            } finally {
                if (fast) {
                    learn(flow);
                }
            }
            if (written < first.length) {
                socket.write(first, written, first.length - written);
            }
            connected = true;
            return socket;
        } finally {
            if (!connected) {
                socket.abort();
            }
        }
    }

    /** What the attempt says of the server and the way there. */
    private void learn(Flow flow) {
        FastOpenOutcome outcome;
        flow.lock();
        try {
            outcome = flow.core().fastOpenOutcome();
        } finally {
            flow.unlockUnchanged();
        }
        if (outcome != null) {
            fastOpenClient.learn(flow.key, outcome, clock.nanoTime());
        }
    }

    /** Has the core prepare a SYN with the option, if it may; returns how many bytes of {@code first} it has taken. */
    private int openFast(Flow flow, byte[] first) {
        FastOpenClient.Known known = fastOpenClient.find(flow.key, clock.nanoTime());
        if (known == null) {
            return 0;
        }
        TcpConnection core = flow.core();
        core.fastOpen(known.cookie(), known.mss());
        var pieces = new Pieces();
        int room = core.reserve(pieces, first.length);
        if (room == 0) {
            return 0;
        }
        pieces.copyFrom(MemorySegment.ofArray(first), 0, room);
        core.commit(clock.nanoTime(), room);
        return room;
    }

    /** Has the SYN sent; returns how many bytes of {@code first} have been written, for it to carry or to follow it. */
    private int start(Flow flow, byte[] first) throws SocketException {
        flow.lock();
        try {
            // shutdown() says that it closes, then aborts what is in the table: either it finds this flow connecting, or this
            // finds it closing. Aborted before it was connected, the flow could not be connected any more.
            checkOpen();
            int written = first.length == 0 ? 0 : openFast(flow, first);
            flow.core().connect(clock.nanoTime());
            return written;
        } finally {
            flow.unlock();
        }
    }

    /** Makes the flow of an active open and puts it into the table, on the local port given or one that is free. */
    private Flow openFlow(IpPath path, int localPort, int remotePort, TcpOptions options) throws BindException {
        if (localPort != 0) {
            if (listeners.isUsed(localPort)) {
                throw new BindException("Address already in use: somebody listens on port " + localPort);
            }
            Flow flow = activeFlow(path, localPort, remotePort, options);
            if (!flows.insert(flow)) {
                throw new BindException("Address already in use: there is a connection " + flow.key);
            }
            return flow;
        }
        IpAddress from = path.local();
        IpAddress to = path.remote();
        var made = new Flow[1];
        int port = ports.choose(from.lo(), to.hi(), to.lo(), remotePort, candidate -> {
            // Looked at before: where most ports are taken, a connection is not made for each that is tried.
            if (listeners.isUsed(candidate)
                    || flows.find(to.hi(), to.lo(), from.hi(), from.lo(), remotePort << 16 | candidate) != null) {
                return false;
            }
            made[0] = activeFlow(path, candidate, remotePort, options);
            return flows.insert(made[0]);
        });
        if (port < 0) {
            throw new BindException("no port is free for one more connection from " + from + " to " + to + ":" + remotePort);
        }
        return made[0];
    }

    private Flow activeFlow(IpPath path, int localPort, int remotePort, TcpOptions options) {
        FlowKey key = FlowKey.of(path.local(), localPort, path.remote(), remotePort);
        FlowEvents told = events.open(key, options.events());
        TcpConnection core = TcpConnection.active(config(path, options), sequence.of(key, clock.nanoTime()), told);
        return flow(key, path, core, told, options);
    }

    private Flow flow(FlowKey key, IpPath path, TcpConnection core, FlowEvents told, TcpOptions options) {
        core.mtuProbing(mtuProbing);
        TcpPatience patience = options.patience();
        long now = clock.nanoTime();
        core.keepAlive(now, NanoClock.deadline(0, patience.keepAliveIdle()), NanoClock.deadline(0, patience.keepAliveInterval()),
                patience.keepAliveCount());
        core.userTimeout(now, NanoClock.deadline(0, patience.userTimeout()));
        // As much as the peer may send by its window, and what the readers may have under way.
        var backlog = new Backlog(buffers(path, options).largestReceive() + (64 << 10),
                () -> statistics.count(TcpInDiscard.BACKLOG_FULL));
        return new Flow(key, path, core, told, home, clock, backlog);
    }

    TcpConfig config(IpPath path, TcpOptions options) {
        TcpCongestion algorithm = options.congestionControl() == null ? congestion : options.congestionControl();
        return TcpConfig.of(memory, statistics)
                .withBuffers(buffers(path, options))
                // What we announce is what our link takes, and not what the way to the peer does (RFC 9293 §3.7.1, RFC 1191 §3.1).
                .withPath(path.link().mtu(), path.remote().isIpv4() ? 20 : 40)
                .withNoDelay(options.noDelay())
                .withRetries(options.patience().synRetries(), options.patience().synAckRetries(), DATA_RETRIES)
                .withCongestionControl(algorithm.algorithm())
                .withExtensions(new TcpExtensions(options.timestamps(), timestampOffset(path), options.selectiveAcks(),
                        (options.ecn() == null ? ecn : options.ecn()).mode()));
    }

    /** Of the size that was asked for, or else as large as the path needs and the device's queue holds. */
    private TcpBuffers buffers(IpPath path, TcpOptions options) {
        int send = options.sendBuffer();
        int receive = options.receiveBuffer();
        TcpBuffers first = TcpBuffers.TUNED;
        int most = (int) Math.min(largestReceive, queueBytes(path));
        return new TcpBuffers(send == 0 ? Math.min(first.send(), largestSend) : send, send == 0 ? largestSend : send,
                receive == 0 ? Math.min(first.receive(), most) : receive, receive == 0 ? most : receive);
    }

    /**
     * What a peer that is near may send at once so that the queue of our device holds it while the reader does not run: half
     * of the queue in full segments. The other half is for ACKs of what we send, and for other connections.
     */
    private static long queueBytes(IpPath path) {
        int segment = path.link().mtu() - (path.remote().isIpv4() ? 20 : 40) - TcpHeader.LENGTH;
        return Math.max(path.link().queueFrames() / 2, LEAST_QUEUE) * (long) Math.max(segment, 1);
    }

    /** RFC 7323 §5.4, §7.1: one offset for all connections between two addresses, so that their timestamps go up. */
    int timestampOffset(IpPath path) {
        IpAddress from = path.local();
        IpAddress to = path.remote();
        return (int) timestampOffsets.hash(from.hi(), from.lo(), to.hi(), to.lo());
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
        checkOpen();
        IpAddress address = specific(local);
        checkLocal(address);
        TcpListener listener = local.getPort() == 0 ? listenAnywhere(address, local, options)
                : new TcpListener(this, local, options, clock);
        if (local.getPort() != 0) {
            listeners.add(address, local.getPort(), listener);
        }
        if (closing) {
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

    void forget(TcpListener listener) {
        listeners.remove(listener.port(), listener);
    }

    /**
     * A SYN for a listener: makes the connection and puts it into the table. On the reader.
     *
     * @param predecessor the connection in TIME-WAIT that has given way to the SYN, or null
     * @return the flow, whose SYN,ACK waits for the end of the batch, or null when the SYN is dropped (counted)
     */
    Flow passiveOpen(TcpListener listener, FlowKey key, TcpSegment syn, long now, Flow predecessor) {
        if (closing) {
            statistics.count(TcpInDiscard.CLOSING);
            return null;
        }
        if (!listener.hasPlace()) {
            statistics.count(TcpInDiscard.ACCEPT_QUEUE_FULL);
            return null;
        }
        // In place of one in TIME-WAIT it takes no more memory than that did.
        if (predecessor == null && !listener.hasRoom()) {
            statistics.count(TcpInDiscard.HALF_OPEN_FULL);
            return null;
        }
        IpPath path;
        try {
            path = ip.path(IpAddress.ofBits(key.localHi(), key.localLo()), IpAddress.ofBits(key.remoteHi(), key.remoteLo()));
        } catch (IOException e) {
            statistics.count(TcpInDiscard.NO_ROUTE_BACK);
            return null;
        }
        int iss = sequence.of(key, now);
        if (predecessor != null) {
            iss = Seq.max(iss, predecessor.successorIss());
        }
        FlowEvents told = events(listener, key);
        FastOpenServer.Verdict verdict = fastOpenServer.look(listener, key, syn, now);
        boolean fast = verdict.isFast();
        if (fast && !listener.takePlace()) {
            verdict.ticket().end(now, true);
            statistics.count(TcpInDiscard.ACCEPT_QUEUE_FULL);
            return null;
        }
        TcpConnection core = TcpConnection.passive(config(path, listener.options()), iss, now, syn, told, verdict.given(), fast);
        Flow flow = enter(listener, key, path, core, told, verdict.ticket());
        if (flow != null && (fast || predecessor != null ? listener.admitAlways(flow) : listener.admit(flow))) {
            return flow;
        }
        if (fast) {
            listener.givePlace();
            verdict.ticket().end(now, true);
            core.abort(now);
        }
        if (flow != null) {
            leave(flow);
            statistics.count(TcpInDiscard.HALF_OPEN_FULL);
        }
        return null;
    }

    /** Who is told what a connection of a listener does; null if nobody. */
    FlowEvents events(TcpListener listener, FlowKey key) {
        return events.open(key, listener.options().events());
    }

    /**
     * Puts a connection that a listener has begun into the table; null (counted) if one has its key. Before the listener admits
     * it: one that closes then aborts what it has admitted, and that leaves the table for good.
     *
     * @param ticket the place of a connection that opens fast, else null
     */
    Flow enter(TcpListener listener, FlowKey key, IpPath path, TcpConnection core, FlowEvents told,
               PendingFastOpens.Ticket ticket) {
        Flow flow = flow(key, path, core, told, listener.options());
        flow.openedFast(ticket);
        flow.listener(listener.door());
        if (flows.insert(flow)) {
            return flow;
        }
        statistics.count(TcpInDiscard.SYN_OF_TWO_READERS);
        return null;
    }

    /** Takes a connection that nobody has been told of out of the table. */
    void leave(Flow flow) {
        flows.remove(flow);
    }

    // ---------------------------------------------------------------- the end

    /** All connections in whatever state but CLOSED, each at about this moment, in no particular order. */
    public List<TcpSocketInfo> connections() {
        return flows.all().stream().map(Flow::info).filter(info -> !info.state().equals("CLOSED")).toList();
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
        closing = true;
        Thread current = Thread.currentThread();
        closeEverything();
        for (Flow flow : flows.all()) {
            while (!flow.checkDelivered() && clock.nanoTime() < deadline && !current.isInterrupted()) {
                try {
                    delivered.awaitUntil(deadline);
                } catch (InterruptedException e) {
                    current.interrupt();
                }
            }
        }
        for (Flow flow : flows.all()) {
            guarded(flow::abort);
        }
        awaitQuiet();
    }

    /**
     * Waits until no thread writes a batch to a device or copies to or from a buffer: such a thread waits for nothing but a
     * lock now and then, so this is short, and memory must not be freed before.
     */
    private void awaitQuiet() {
        boolean interrupted = Thread.interrupted();
        while (batches.out() > 0 || loans.sum() > 0) {
            clock.parkUntil(this, clock.nanoTime() + QUIET_CHECK);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The stack has failed: closes everything; whoever is blocked throws, with the cause. Does not suspend for the network. */
    public void fail(Throwable cause) {
        failure = cause;
        closing = true;
        closeEverything();
    }

    private void closeEverything() {
        for (TcpListener listener : listeners.all()) {
            guarded(listener::close);
        }
        for (Flow flow : flows.all()) {
            guarded(flow::stackCloses);
        }
    }

    /** The fault of one connection must not keep the others from being closed. */
    private static void guarded(Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("a connection could not be closed in order");
        }
    }

    /** Whether, and why, the stack has failed; null if not. */
    Throwable failure() {
        return failure;
    }

    /** What a call on something that is closed throws. */
    SocketException closedException() {
        return Failures.closed(failure);
    }

    /** Frees the memory of buffers, after {@link #shutdown} and when no reader runs any more. */
    @Override
    public void close() {
        batches.close();
        chunks.close();
    }

    boolean isClosing() {
        return closing;
    }

    private void checkOpen() throws SocketException {
        if (closing) {
            throw failure == null ? new SocketException("the stack is closed") : closedException();
        }
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
