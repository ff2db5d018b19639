package dev.weft.icmp;

import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpPath;
import dev.weft.ip.RouteNotFound;
import dev.weft.ipv4.Content;
import dev.weft.ipv4.Ipv4;
import dev.weft.ipv4.SendOptions;
import dev.weft.resource.Counter;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Suspension;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpProtocol;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;

/**
 * ICMP for IPv4 (RFC 792, RFC 1122 §3.2.2): answers echo requests, sends and takes errors, and pings.
 *
 * <p>All methods may be called by any thread; {@code ping} suspends, until the stack closes at the latest.
 */
public final class Icmp {

    private final Ipv4 ipv4;
    private final NanoClock clock;
    private final Pings pings;
    private final Counter requests;

    private Icmp(Ipv4 ipv4, NanoClock clock, Randomness randomness, Counters counters, IcmpOptions options) {
        this.ipv4 = ipv4;
        this.clock = clock;
        pings = new Pings(clock, randomness);
        requests = counters.counter("icmp.out.echo_requests");
        ipv4.protocols().handle(IpProtocol.ICMP, new IcmpInput(ipv4, pings, counters, options));
        ipv4.protocols().onError(IpProtocol.ICMP, pings);
        ipv4.errors(new IcmpErrorSender(ipv4, clock, counters, options));
    }

    /**
     * Puts ICMP onto an IPv4 layer.
     *
     * @throws IllegalStateException when it has one
     */
    public static Icmp create(Ipv4 ipv4, NanoClock clock, Randomness randomness, Counters counters, IcmpOptions options) {
        return new Icmp(ipv4, clock, randomness, counters, options);
    }

    /**
     * As {@link #ping(IpAddress, PingOptions)} with the default options.
     *
     * @param host an address; names are not looked up here
     * @throws UnknownHostException when it is not an address
     */
    public Duration ping(String host) throws IOException, InterruptedException {
        return ping(host, PingOptions.defaults());
    }

    /**
     * As {@link #ping(IpAddress, PingOptions)}.
     *
     * @param host an address; names are not looked up here
     * @throws UnknownHostException when it is not an address
     */
    public Duration ping(String host, PingOptions options) throws IOException, InterruptedException {
        IpAddress address;
        try {
            address = IpAddress.of(host);
        } catch (IllegalArgumentException e) {
            var unknown = new UnknownHostException("cannot ping " + host + ": give its address, names are not looked up here");
            unknown.initCause(e);
            throw unknown;
        }
        return ping(address, options);
    }

    /** As {@link #ping(IpAddress, PingOptions)} with the default options. */
    public Duration ping(IpAddress address) throws IOException, InterruptedException {
        return ping(address, PingOptions.defaults());
    }

    /**
     * Sends one echo request and suspends until it is answered. Any number of threads may ping at once, up to 1024 of them.
     *
     * @return how long the answer took; of a broadcast or group address, the first answer
     * @throws SocketTimeoutException when no answer came in time
     * @throws NoRouteToHostException when nothing leads there, the next hop does not answer, or a router says so
     * @throws PortUnreachableException when an answer says so, as broken firewalls do
     * @throws SocketException when the request could not be sent, another ICMP error came back, or the stack closes or fails
     * @throws InterruptedException when the thread is or becomes interrupted
     * @throws IllegalStateException on a thread that must not suspend, such as a reader
     */
    public Duration ping(IpAddress address, PingOptions options) throws IOException, InterruptedException {
        Suspension.check("Icmp.ping");
        if (!address.isIpv4()) {
            throw new RouteNotFound("no way to " + address + ": this stack has no IPv6");
        }
        IpPath path = ipv4.path(null, address);
        Pings.Ping ping = pings.begin(path, options.length());
        if (ping == null) {
            throw new SocketException("cannot ping " + address + ": " + Pings.LIMIT + " pings are under way");
        }
        try {
            pings.checkOpen();
            long start = clock.nanoTime();
            Content request = Content.into(IcmpMessage.HEADER_LENGTH + options.length(), ping::writeTo);
            var how = new SendOptions(options.ttl(), options.tos(), options.dontFragment());
            if (!ipv4.send(path, IpProtocol.ICMP, request, how)) {
                throw new SocketException("cannot ping " + address + " over " + path.link().name() + ", MTU " + path.mtu()
                        + ": the request was dropped, for a full queue or because it must not be fragmented");
            }
            requests.increment();
            boolean told = ping.signal.awaitUntil(NanoClock.deadline(start, options.timeout()));
            if (ping.answered >= 0) {
                return Duration.ofNanos(ping.answered - start);
            }
            pings.checkOpen();
            if (told) {
                throw failure(address, ping.failure);
            }
            throw new SocketTimeoutException("no answer from " + address + " within " + options.timeout());
        } finally {
            pings.end(ping);
        }
    }

    /**
     * Ends the pings that wait, and refuses new ones. Does not suspend.
     *
     * @param cause why the stack has failed; null when it is closed in order
     */
    public void shutdown(Throwable cause) {
        var reason = new SocketException(cause == null ? "the stack is closed"
                : "the network stack has failed: " + cause.getMessage());
        reason.initCause(cause);
        pings.close(reason);
    }

    private static IOException failure(IpAddress address, IcmpErrorKind kind) {
        String message = "cannot reach " + address + ": " + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return switch (kind) {
            case PORT_UNREACHABLE -> new PortUnreachableException(message);
            case NETWORK_UNREACHABLE, HOST_UNREACHABLE, ADMINISTRATIVELY_PROHIBITED, SOURCE_ROUTE_FAILED, TIME_EXCEEDED ->
                    new NoRouteToHostException(message);
            case PROTOCOL_UNREACHABLE, PACKET_TOO_BIG, REASSEMBLY_TIME_EXCEEDED, PARAMETER_PROBLEM ->
                    new SocketException(message);
        };
    }
}
