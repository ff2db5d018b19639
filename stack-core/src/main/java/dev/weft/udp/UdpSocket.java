package dev.weft.udp;

import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Suspension;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A UDP socket in the blocking style, bound to a port of one of the stack's addresses or of all, and connected to one peer
 * or not.
 *
 * <p><b>Blocking.</b> {@link #receive()} suspends the calling thread until a datagram is there, the timeout has passed, an
 * error about an earlier datagram has come, or the socket is closed. {@link #send} never suspends: what finds no room on
 * its way is dropped and counted, what waits for ARP waits without the sender.
 *
 * <p><b>Threads.</b> Any number may do anything at once. Each datagram goes to one of those that receive.
 *
 * <p><b>Interruption.</b> A thread that is interrupted in or before {@code receive} closes the socket, and gets
 * {@code SocketException("Closed by interrupt")} with its interrupt status set.
 *
 * <p><b>Errors</b> about what was sent come later, if at all. A connected socket throws them from its next {@code send} or
 * {@code receive}: {@link java.net.PortUnreachableException} when nobody listens there, {@link NoRouteToHostException}
 * when a router or ARP found no way. A socket that is not connected throws the latter from its next {@code send} to the
 * same address and port, and never from {@code receive}: what one peer brings about must not disturb the others.
 */
public final class UdpSocket implements AutoCloseable {

    /** An error about a datagram that was sent. */
    private record Failure(IcmpErrorKind kind, IpAddress host, int port) {
    }

    /** A way that was found, and what was asked for. */
    private record Way(IpAddress from, IpPath path) {

        boolean leads(IpAddress wantedFrom, IpAddress to) {
            return path.remote().equals(to) && (from == null ? wantedFrom == null : from.equals(wantedFrom))
                    && path.isCurrent();
        }
    }

    private final Udp udp;
    private final IpLayer ip;
    private final UdpOutput output;
    private final NanoClock clock;
    private final Endpoint bound;
    private final DatagramQueue queue;
    private final Waiters waiters;
    private final AtomicReference<Failure> failure = new AtomicReference<>();
    private final AtomicReference<SocketException> closed = new AtomicReference<>();   // why, once it is
    private final AtomicLong dropped = new AtomicLong();
    private volatile Endpoint endpoint;
    private volatile UdpOptions options;
    private volatile Way way;
    private volatile UdpReadiness readiness;

    UdpSocket(Udp udp, IpLayer ip, UdpOutput output, NanoClock clock, ChunkPool memory, Endpoint bound, UdpOptions options) {
        this.udp = udp;
        this.ip = ip;
        this.output = output;
        this.clock = clock;
        this.bound = bound;
        this.options = options;
        endpoint = bound;
        queue = new DatagramQueue(memory, options.receiveBuffer());
        waiters = new Waiters(clock);
    }

    // ---- Sending ------------------------------------------------------------------------------------------------

    /**
     * Sends a datagram. Never suspends, so an interrupt does not matter.
     *
     * @param datagram its source, where given, is an address of this stack and this socket's port
     * @throws DatagramTooLongException when it is longer than 65,507 bytes over IPv4, or than what goes unfragmented where
     *     that is asked for
     * @throws NoRouteToHostException when no route leads there, or an earlier datagram there came to nothing
     * @throws java.net.PortUnreachableException when the socket is connected and nobody listened for an earlier datagram
     * @throws BindException when its source is not an address of this stack or not this socket's
     * @throws SocketException when the destination is a broadcast address and {@link UdpOptions#broadcast} is off, its port
     *     is 0, or the socket is closed
     * @throws IllegalArgumentException when the socket is connected to somebody else
     */
    public void send(Datagram datagram) throws IOException {
        send(datagram, 0);
    }

    /**
     * Sends many datagrams to one destination in one call: the payload in pieces of {@code size} bytes, the last of which may be
     * shorter. What is on the wire, and what their receiver sees, are the same as of as many calls of {@link #send(Datagram)};
     * but up to 64 of them go through the stack, and to a device that can cut them (UDP segmentation offload), as one. As ever,
     * each may be dropped on its way, and the later ones here, which is counted.
     *
     * @param size bytes of payload in each datagram, at least 1
     * @throws IllegalArgumentException also when {@code size} is less than 1
     * @throws IOException as {@link #send(Datagram)}; where a datagram is too long none was sent
     */
    public void sendAll(Datagram datagram, int size) throws IOException {
        if (size < 1) {
            throw new IllegalArgumentException("datagrams of " + size + " bytes");
        }
        send(datagram, size);
    }

    /** Sends it as one datagram, or if {@code size} is not 0 as several of that size. */
    private void send(Datagram datagram, int size) throws IOException {
        InetSocketAddress to = datagram.destination();
        if (to.isUnresolved()) {
            throw new UnknownHostException(to.getHostString() + ": Weft resolves no names yet");
        }
        checkOpen();
        Endpoint here = endpoint;
        IpAddress remote = IpAddress.of(to.getAddress());
        if (here.remote() != null && !(here.remotePort() == to.getPort() && here.remote().equals(remote))) {
            throw new IllegalArgumentException("the socket is connected to " + here.remoteSocketAddress()
                    + " and cannot send to " + to);
        }
        send(here, sourceOf(datagram.source(), here), remote, to.getPort(), datagram.payload(), size);
    }

    /**
     * Sends a datagram to the peer that the socket is connected to; otherwise as {@link #send(Datagram)}.
     *
     * @throws IllegalStateException when it is not connected
     */
    public void send(byte[] payload) throws IOException {
        checkOpen();
        Endpoint here = endpoint;
        if (here.remote() == null) {
            throw new IllegalStateException("the socket is not connected; say where to: send(Datagram.to(address, payload))");
        }
        send(here, here.local(), here.remote(), here.remotePort(), payload, 0);
    }

    private void send(Endpoint here, IpAddress from, IpAddress to, int port, byte[] payload, int size)
            throws IOException {
        if (port == 0) {
            throw new SocketException("cannot send to port 0 of " + to);
        }
        throwFailure(here, to, port);
        IpPath path = path(from, to);
        if (path.isGroup() && !to.isMulticast() && !options.broadcast()) {
            throw new SocketException("Permission denied: " + to + " is a broadcast address; allow it with"
                    + " UdpOptions.broadcast(true)");
        }
        try {
            if (size > 0 && payload.length > size) {
                output.sendAll(path, here.localPort(), port, payload, size, options);
            } else {
                output.send(path, here.localPort(), port, payload, options);
            }
        } catch (IllegalStateException e) {
            checkOpen();   // the stack has closed and its memory is gone
            throw e;
        }
    }

    private IpPath path(IpAddress from, IpAddress to) throws NoRouteToHostException {
        Way known = way;
        if (known != null && known.leads(from, to)) {
            return known.path;
        }
        IpPath path = ip.path(from, to);
        way = new Way(from, path);
        return path;
    }

    /** The address to send from, null to let the stack choose. */
    private IpAddress sourceOf(InetSocketAddress wanted, Endpoint here) throws BindException {
        if (wanted == null || wanted.getAddress() == null) {
            return here.local();
        }
        if (wanted.getPort() != 0 && wanted.getPort() != here.localPort()) {
            throw new BindException("Cannot send from port " + wanted.getPort() + ": the socket has port " + here.localPort());
        }
        IpAddress from = IpAddress.of(wanted.getAddress());
        if (from.isUnspecified() || from.equals(here.local())) {
            return here.local();
        }
        if (here.local() == null && ip.isLocal(from.hi(), from.lo())) {
            return from;
        }
        if (isGroup(from)) {
            // RFC 1122 §4.1.3.5: the answer to a broadcast or multicast comes from an address of one host.
            return here.local();
        }
        throw new BindException("Cannot assign requested address: " + from + " is not "
                + (here.local() == null ? "an address of this stack" : "that of the socket, " + here.local()));
    }

    private boolean isGroup(IpAddress address) {
        if (address.isMulticast() || address.equals(Ipv4Address.BROADCAST)) {
            return true;
        }
        try {
            return ip.path(null, address).isGroup();
        } catch (NoRouteToHostException e) {
            return false;
        }
    }

    // ---- Receiving ----------------------------------------------------------------------------------------------

    /**
     * Waits for a datagram and takes it.
     *
     * @throws SocketTimeoutException when {@link UdpOptions#receiveTimeout} passes first; the socket is as before
     * @throws java.net.PortUnreachableException when the socket is connected and nobody listened for an earlier datagram
     * @throws NoRouteToHostException when the socket is connected and an earlier datagram came to nothing
     * @throws SocketException when the thread is interrupted ("Closed by interrupt"), or the socket or the stack closes
     * @throws IllegalStateException on a thread that must not suspend, such as a reader
     */
    public Datagram receive() throws IOException {
        return receive(options.receiveTimeout());
    }

    /** As {@link #receive()}, with a timeout for this call; zero waits for ever. */
    public Datagram receive(Duration timeout) throws IOException {
        Suspension.check("UdpSocket.receive");
        Thread thread = Thread.currentThread();
        long deadline = timeout.isZero() ? NanoClock.FOREVER : NanoClock.deadline(clock.nanoTime(), timeout);
        boolean enlisted = false;
        try {
            while (true) {
                if (thread.isInterrupted()) {
                    close(UdpFailures.interrupted());
                    throw UdpFailures.interrupted();
                }
                Datagram datagram = take();
                if (datagram != null) {
                    return datagram;
                }
                if (!enlisted) {
                    waiters.enlist(thread);
                    enlisted = true;
                } else if (deadline != NanoClock.FOREVER && clock.nanoTime() >= deadline) {
                    throw UdpFailures.timedOut(timeout);
                } else if (!hasNews()) {
                    clock.parkUntil(this, deadline);
                }
            }
        } finally {
            if (enlisted) {
                Thread next = waiters.leave(thread);
                if (next != null && !queue.isEmpty()) {
                    clock.unpark(next);
                }
            }
        }
    }

    /** Takes a datagram if one is there; never suspends. Throws as {@link #receive()} but for timeouts and interrupts. */
    public Optional<Datagram> poll() throws IOException {
        return Optional.ofNullable(take());
    }

    /**
     * Whether an error or the end has come since the look at them, which precedes that into the queue: the lock of the queue
     * may have taken the permit of their wake-up.
     */
    private boolean hasNews() {
        return closed.get() != null || failure.get() != null && endpoint.remote() != null;
    }

    private Datagram take() throws IOException {
        checkOpen();
        Endpoint here = endpoint;
        if (here.remote() != null) {
            throwFailure(here, here.remote(), here.remotePort());
        }
        try {
            Chunk taken = queue.poll();
            if (taken == null) {
                return null;
            }
            byte[] payload = new byte[DatagramQueue.length(taken)];
            DatagramQueue.read(taken, MemorySegment.ofArray(payload), 0, payload.length);
            var source = IpAddress.ofBits(DatagramQueue.srcHi(taken), DatagramQueue.srcLo(taken));
            var destination = IpAddress.ofBits(DatagramQueue.dstHi(taken), DatagramQueue.dstLo(taken));
            var datagram = new Datagram(new InetSocketAddress(source.toInetAddress(), DatagramQueue.sourcePort(taken)),
                    new InetSocketAddress(destination.toInetAddress(), here.localPort()), payload);
            queue.free(taken);
            return datagram;
        } catch (IllegalStateException e) {
            checkOpen();   // the stack has closed and its memory is gone
            throw e;
        }
    }

    /** A datagram has come for this socket; why it was not kept, or null. On a reader. */
    UdpDiscard deliver(IpPacket packet, int sourcePort, long payloadOffset, int payloadLength) {
        UdpDiscard why = queue.push(packet, sourcePort, payloadOffset, payloadLength);
        if (why != null) {
            dropped.incrementAndGet();
            return why;
        }
        waiters.wakeFirst();
        tellReady();
        return null;
    }

    /** An error has come about a datagram to that host and port; false when it is not for the application. On a reader. */
    boolean error(IcmpErrorKind kind, long hostHi, long hostLo, int port) {
        boolean connected = endpoint.remote() != null;
        boolean reported = switch (kind) {
            case PORT_UNREACHABLE -> connected;
            case HOST_UNREACHABLE, NETWORK_UNREACHABLE, SOURCE_ROUTE_FAILED, PROTOCOL_UNREACHABLE,
                 ADMINISTRATIVELY_PROHIBITED -> true;
            // RFC 1122 §4.1.3.3 wants all errors passed up; of these the next datagram may know nothing any more, and the
            // platform has no exception for them.
            case PACKET_TOO_BIG, TIME_EXCEEDED, REASSEMBLY_TIME_EXCEEDED, PARAMETER_PROBLEM -> false;
        };
        if (reported) {
            failure.set(new Failure(kind, IpAddress.ofBits(hostHi, hostLo), port));
            if (connected) {
                waiters.wakeFirst();
                tellReady();
            }
        }
        return reported;
    }

    private void throwFailure(Endpoint here, IpAddress to, int port) throws IOException {
        Failure known = failure.get();
        if (known == null || here.remote() == null && !(known.port == port && known.host.equals(to))) {
            return;
        }
        if (failure.compareAndSet(known, null)) {
            throw UdpFailures.unreachable(known.kind, known.host, known.port);
        }
    }

    // ---- Connecting, closing, settings --------------------------------------------------------------------------

    /**
     * Sends to and receives from this peer alone from now on; datagrams that wait are dropped, since they may be others'. A
     * socket bound to all addresses gets the one that the way there begins with. Nothing is sent.
     *
     * @throws NoRouteToHostException when no route leads there
     * @throws SocketException when the port is 0 or the socket is closed
     */
    public void connect(InetSocketAddress remote) throws IOException {
        if (remote.isUnresolved()) {
            throw new UnknownHostException(remote.getHostString() + ": Weft resolves no names yet");
        }
        if (remote.getPort() == 0) {
            throw new SocketException("cannot connect to port 0 of " + remote.getHostString());
        }
        checkOpen();
        IpAddress to = IpAddress.of(remote.getAddress());
        IpPath path = ip.path(bound.local(), to);
        endpoint = bound.connectedTo(path.local(), to, remote.getPort());
        failure.set(null);
        queue.clear();
    }

    /** Takes back {@link #connect}. */
    public void disconnect() {
        endpoint = bound;
        failure.set(null);
    }

    /**
     * Closes the socket: its port is free, datagrams that wait are dropped, threads that wait get
     * {@code SocketException("Socket closed")}. Never suspends. Again is no harm.
     */
    @Override
    public void close() {
        close(UdpFailures.closed(null));
    }

    /** Closes it for a reason that later calls throw. */
    void close(SocketException why) {
        if (!closed.compareAndSet(null, why)) {
            return;
        }
        udp.forget(this);
        queue.close();
        waiters.wakeAll();
        tellReady();
    }

    private void checkOpen() throws SocketException {
        SocketException why = closed.get();
        if (why != null) {
            // A fresh one each time: its stack trace is that of the caller.
            throw UdpFailures.closed(why.getCause());
        }
    }

    private void tellReady() {
        UdpReadiness listener = readiness;
        if (listener != null) {
            listener.ready(this);
        }
    }

    /** Who is told of datagrams, errors and the end from now on; null for nobody. Called once at once, to miss nothing. */
    public void onReady(UdpReadiness listener) {
        readiness = listener;
        tellReady();
    }

    /** Sets how long {@link #receive()} waits from the next call on, zero for ever. */
    public void receiveTimeout(Duration limit) {
        options = options.receiveTimeout(limit);
    }

    /** Allows or forbids sending to broadcast addresses from now on. */
    public void broadcast(boolean on) {
        options = options.broadcast(on);
    }

    /** The options as they are. */
    public UdpOptions options() {
        return options;
    }

    /** Where it is: the wildcard address when bound to all and not connected. */
    public InetSocketAddress localAddress() {
        return endpoint.localSocketAddress();
    }

    /** Whom it is connected to; empty when it is not. */
    public Optional<InetSocketAddress> remoteAddress() {
        return Optional.ofNullable(endpoint.remoteSocketAddress());
    }

    /** How many datagrams were dropped because they found the queue, or the memory of UDP, full. */
    public long dropped() {
        return dropped.get();
    }

    /** Whether it was closed, by whomever. */
    public boolean isClosed() {
        return closed.get() != null;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Endpoint bound() {
        return bound;
    }

    @Override
    public String toString() {
        return "udp " + endpoint + (isClosed() ? " closed" : "");
    }
}
