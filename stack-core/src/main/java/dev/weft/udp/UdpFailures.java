package dev.weft.udp;

import dev.weft.ip.IcmpErrorKind;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** The platform's exceptions for what happens to datagrams (D9). */
final class UdpFailures {

    private UdpFailures() {
    }

    /** An error about a datagram that was sent, to be thrown by a later call. */
    static IOException unreachable(IcmpErrorKind kind, IpAddress host, int port) {
        String to = " (an earlier datagram to " + host + " port " + port + ")";
        return switch (kind) {
            case PORT_UNREACHABLE -> new PortUnreachableException("Nobody listens on the port" + to);
            case NETWORK_UNREACHABLE, SOURCE_ROUTE_FAILED -> new NoRouteToHostException("Network is unreachable" + to);
            case PROTOCOL_UNREACHABLE -> new NoRouteToHostException("The host has no UDP" + to);
            case ADMINISTRATIVELY_PROHIBITED -> new NoRouteToHostException("Prohibited by a router or the host" + to);
            default -> new NoRouteToHostException("No route to host" + to + ": it or its next hop does not answer");
        };
    }

    static SocketTimeoutException timedOut(Duration limit) {
        return new SocketTimeoutException("Receive timed out after " + limit.toMillis() + " ms");
    }

    static SocketException closed(Throwable cause) {
        var closed = new SocketException(cause == null ? "Socket closed" : "Socket closed: " + cause.getMessage());
        if (cause != null) {
            closed.initCause(cause);
        }
        return closed;
    }

    static SocketException interrupted() {
        return new SocketException("Closed by interrupt");
    }
}
