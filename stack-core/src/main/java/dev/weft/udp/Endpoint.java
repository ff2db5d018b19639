package dev.weft.udp;

import dev.weft.wire.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a socket is and whom it talks to; replaced as a whole, so that readers see it consistent.
 *
 * @param local its address; null for all of the stack's
 * @param remote whom it is connected to; null when it is not
 */
record Endpoint(IpAddress local, int localPort, IpAddress remote, int remotePort) {

    /** The same, connected. */
    Endpoint connectedTo(IpAddress from, IpAddress to, int port) {
        return new Endpoint(from, localPort, to, port);
    }

    /** Whether a socket here and one there would get the same datagrams. */
    boolean overlaps(Endpoint other) {
        return localPort == other.localPort && (local == null || other.local == null || local.equals(other.local));
    }

    /** How much this says about a datagram: −1 when it is not for here, more when it says more. Makes no garbage. */
    int fit(long localHi, long localLo, int port, long remoteHi, long remoteLo, int fromPort) {
        if (port != localPort) {
            return -1;
        }
        int fit = 0;
        if (local != null) {
            if (local.hi() != localHi || local.lo() != localLo) {
                return -1;
            }
            fit += 1;
        }
        if (remote != null) {
            if (remotePort != fromPort || remote.hi() != remoteHi || remote.lo() != remoteLo) {
                return -1;
            }
            fit += 2;
        }
        return fit;
    }

    InetSocketAddress localSocketAddress() {
        return new InetSocketAddress(local == null ? wildcard() : local.toInetAddress(), localPort);
    }

    /** Null when it is not connected. */
    InetSocketAddress remoteSocketAddress() {
        return remote == null ? null : new InetSocketAddress(remote.toInetAddress(), remotePort);
    }

    private static InetAddress wildcard() {
        try {
            return InetAddress.getByAddress(new byte[4]);
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    @Override
    public String toString() {
        return localSocketAddress() + (remote == null ? "" : " ↔ " + remoteSocketAddress());
    }
}
