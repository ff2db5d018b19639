package dev.weft.tcp;

import dev.weft.wire.IpAddress;
import java.net.InetSocketAddress;

/**
 * Which connection: both addresses in their 128-bit form, and both ports.
 *
 * @param ports the remote port in the upper half, the local one in the lower, as they lie in a received header
 */
record FlowKey(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {

    static FlowKey of(IpAddress local, int localPort, IpAddress remote, int remotePort) {
        return new FlowKey(remote.hi(), remote.lo(), local.hi(), local.lo(), remotePort << 16 | localPort);
    }

    int localPort() {
        return ports & 0xffff;
    }

    int remotePort() {
        return ports >>> 16;
    }

    InetSocketAddress local() {
        return new InetSocketAddress(IpAddress.ofBits(localHi, localLo).toInetAddress(), localPort());
    }

    InetSocketAddress remote() {
        return new InetSocketAddress(IpAddress.ofBits(remoteHi, remoteLo).toInetAddress(), remotePort());
    }

    /** As errors and logs name it: {@code 10.9.0.2:7 ↔ 10.9.0.1:40312}. */
    @Override
    public String toString() {
        return text(localHi, localLo, localPort()) + " ↔ " + text(remoteHi, remoteLo, remotePort());
    }

    /** The remote end as errors name it: {@code 10.9.0.1:80}, {@code [2001:db8::1]:80}. */
    String remoteText() {
        return text(remoteHi, remoteLo, remotePort());
    }

    private static String text(long hi, long lo, int port) {
        return text(IpAddress.ofBits(hi, lo), port);
    }

    static String text(IpAddress address, int port) {
        return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
    }
}
