package dev.weft.udp;

import dev.weft.ip.EphemeralPorts;
import dev.weft.ip.IpLayer;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;

/** The UDP of a stack: makes sockets and brings them what comes in. Nothing here suspends; any thread may call it. */
public final class Udp implements AutoCloseable {

    private final IpLayer ip;
    private final NanoClock clock;
    private final UdpTable sockets = new UdpTable();
    private final EphemeralPorts ports;
    private final ChunkPool memory;
    private final UdpOutput output;
    private volatile SocketException closing;   // why, once sockets are not made any more

    /** UDP above {@code ip}; registers itself there. */
    public Udp(IpLayer ip, NanoClock clock, Randomness randomness, Counters counters, UdpSettings settings) {
        this.ip = ip;
        this.clock = clock;
        ports = new EphemeralPorts(randomness);
        memory = new ChunkPool("udp.receive", DatagramQueue.CHUNK_BYTES, settings.receiveMemory());
        output = new UdpOutput(settings.sendMemory(), counters);
        var input = new UdpInput(sockets, ip, counters);
        ip.handle(IpProtocol.UDP, input);
        ip.onError(IpProtocol.UDP, input);
    }

    /** A socket on a port of all addresses with the default options; 0 chooses a free port. */
    public UdpSocket bind(int port) throws IOException {
        return bind(new InetSocketAddress(port), UdpOptions.defaults());
    }

    /** A socket with the default options. */
    public UdpSocket bind(InetSocketAddress local) throws IOException {
        return bind(local, UdpOptions.defaults());
    }

    /**
     * A socket on an address and port.
     *
     * @param local the wildcard address for all of the stack's; port 0 chooses a free one, unpredictably (RFC 6056)
     * @throws BindException when the port is taken on an address that overlaps and not both sockets say
     *     {@link UdpOptions#reuseAddress}, the address is not this stack's, or no port is free
     * @throws SocketException when the stack is closed
     */
    public UdpSocket bind(InetSocketAddress local, UdpOptions options) throws IOException {
        IpAddress address = specific(local);
        UdpSocket socket;
        if (local.getPort() == 0) {
            socket = ephemeral(address, null, 0, options);
        } else {
            socket = socket(address, local.getPort(), options);
            sockets.add(socket);
        }
        return checked(socket);
    }

    /** A socket on a free port of all addresses, with the default options. */
    public UdpSocket open() throws IOException {
        return bind(0);
    }

    /** A socket connected to a host given by its address as text. */
    public UdpSocket connect(String host, int port) throws IOException {
        try {
            return connect(new InetSocketAddress(IpAddress.of(host).toInetAddress(), port));
        } catch (IllegalArgumentException e) {
            var unknown = new UnknownHostException(host + ": not an IP address, and Weft resolves no names yet");
            unknown.initCause(e);
            throw unknown;
        }
    }

    /** A socket on a free port, connected, with the default options. */
    public UdpSocket connect(InetSocketAddress remote) throws IOException {
        return connect(remote, null, UdpOptions.defaults());
    }

    /**
     * A connected socket. Nothing is sent, so it does not show whether anybody is there.
     *
     * @param local null, the wildcard address or port 0 leave the choice to the stack
     * @throws java.net.NoRouteToHostException when no route leads there
     * @throws BindException as {@link #bind(InetSocketAddress, UdpOptions)}
     * @throws SocketException when the port is 0, or the stack is closed
     */
    public UdpSocket connect(InetSocketAddress remote, InetSocketAddress local, UdpOptions options) throws IOException {
        if (remote.isUnresolved()) {
            throw new UnknownHostException(remote.getHostString() + ": Weft resolves no names yet");
        }
        UdpSocket socket;
        if (local == null || local.getPort() == 0) {
            socket = checked(ephemeral(specific(local), IpAddress.of(remote.getAddress()), remote.getPort(), options));
        } else {
            socket = bind(local, options);
        }
        try {
            socket.connect(remote);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /**
     * Closes all sockets, so that whoever is blocked gets an exception, and makes no more.
     *
     * @param cause why the stack ends; null when it is simply closed
     */
    public void shutdown(Throwable cause) {
        SocketException why = UdpFailures.closed(cause);
        if (closing == null) {
            closing = why;
        }
        for (UdpSocket socket : sockets.all()) {
            socket.close(why);
        }
    }

    /** Frees the memory. No reader may run any more; a thread that is inside a call of a socket gets an exception. */
    @Override
    public void close() {
        shutdown(null);
        output.close();
        memory.close();
    }

    /** How many chunks of memory hold datagrams that wait. */
    int waitingChunks() {
        return memory.lent();
    }

    void forget(UdpSocket socket) {
        sockets.remove(socket);
    }

    private UdpSocket ephemeral(IpAddress local, IpAddress remote, int remotePort, UdpOptions options) throws IOException {
        var made = new UdpSocket[1];
        int port = ports.choose(local == null ? 0 : local.lo(), remote == null ? 0 : remote.hi(),
                remote == null ? 0 : remote.lo(), remotePort, candidate -> {
                    made[0] = socket(local, candidate, options);
                    return sockets.tryAdd(made[0], false);
                });
        if (port < 0) {
            throw new BindException("no port is free for one more UDP socket");
        }
        return made[0];
    }

    private UdpSocket socket(IpAddress local, int port, UdpOptions options) {
        return new UdpSocket(this, ip, output, clock, memory, new Endpoint(local, port, null, 0), options);
    }

    /** A stack that closes while a socket is being made finds it in the table, or is found out here. */
    private UdpSocket checked(UdpSocket socket) throws SocketException {
        SocketException why = closing;
        if (why != null) {
            socket.close(why);
            throw UdpFailures.closed(why.getCause());
        }
        return socket;
    }

    /** The address, or null for all. */
    private IpAddress specific(InetSocketAddress local) throws IOException {
        InetAddress given = local == null ? null : local.getAddress();
        if (local != null && given == null) {
            throw new UnknownHostException(local.getHostString() + ": Weft resolves no names yet");
        }
        if (given == null || given.isAnyLocalAddress()) {
            return null;
        }
        IpAddress address = IpAddress.of(given);
        if (!ip.isLocal(address.hi(), address.lo())) {
            throw new BindException("Cannot assign requested address: " + address + " is not an address of this stack");
        }
        return address;
    }
}
