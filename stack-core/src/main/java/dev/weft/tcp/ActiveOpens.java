package dev.weft.tcp;

import dev.weft.ip.EphemeralPorts;
import dev.weft.ip.IpPath;
import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.open.FastOpenOutcome;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.SocketException;

/** Connections that this stack opens: a port, a place in the table, the SYN, with data where fast open allows it, and the wait. */
final class ActiveOpens {

    private static final byte[] NOTHING = {};

    private final FlowKeeper keeper;
    private final FlowTable<FlowEntry> flows;
    private final ListenerTable listeners;
    private final EphemeralPorts ports;
    private final FlowMaker maker;
    private final NanoClock clock;
    private final FastOpenClient fastOpenClient = new FastOpenClient();

    ActiveOpens(FlowKeeper keeper, FlowTable<FlowEntry> flows, ListenerTable listeners, EphemeralPorts ports, FlowMaker maker,
                NanoClock clock) {
        this.keeper = keeper;
        this.flows = flows;
        this.listeners = listeners;
        this.ports = ports;
        this.maker = maker;
        this.clock = clock;
    }

    /**
     * See {@link Tcp#connect(java.net.InetSocketAddress, java.net.InetSocketAddress, TcpOptions, byte[])}.
     *
     * @param localPort 0 for any that is free
     */
    TcpSocket connect(IpPath path, int localPort, int remotePort, TcpOptions options, byte[] first) throws IOException {
        Flow flow = openFlow(maker.shared(path), localPort, remotePort, options);
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
        FlowEvents told = maker.events(key, options);
        TcpConnection core = TcpConnection.active(maker.config(path, options), maker.initialSequence(key, clock.nanoTime()), told);
        return maker.flow(key, path, core, told, options);
    }

    /** Has the SYN sent; returns how many bytes of {@code first} have been written, for it to carry or to follow it. */
    private int start(Flow flow, byte[] first) throws SocketException {
        flow.lock();
        try {
            // FlowKeeper.shutdown() says that it closes, then aborts what is in the table: either it finds this flow connecting, or this
            // finds it closing. Aborted before it was connected, the flow could not be connected any more.
            keeper.checkOpen();
            int written = first.length == 0 ? 0 : openFast(flow, first);
            flow.core().connect(clock.nanoTime());
            return written;
        } finally {
            flow.unlock();
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

    /** What the attempt says of the server and the way there. */
    private void learn(Flow flow) {
        FastOpenOutcome outcome;
        flow.lock();
        try {
            outcome = flow.core().takeFastOpenOutcome();
        } finally {
            flow.unlockUnchanged();
        }
        if (outcome != null) {
            fastOpenClient.learn(flow.key, outcome, clock.nanoTime());
        }
    }
}
