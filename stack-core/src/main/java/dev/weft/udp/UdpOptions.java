package dev.weft.udp;

import java.time.Duration;
import java.util.Objects;

/**
 * How a UDP socket behaves.
 *
 * @param receiveTimeout how long {@code receive} waits, zero (the default) for ever
 * @param receiveBuffer bytes that wait to be received at most, 1,024 to 2<sup>30</sup>, default 208 KiB; a datagram counts
 *     with the memory it takes, a multiple of 512 bytes. What does not fit is dropped and counted
 * @param broadcast whether datagrams may be sent to broadcast addresses (RFC 1122 §4.1.3.6 leaves it to the application);
 *     default no. They are received in any case
 * @param reuseAddress whether other sockets that say the same may be bound to the same address and port; default no
 * @param hopLimit TTL of what is sent, 1 to 255; 0 (the default) for the stack's, and 1 to multicast groups (RFC 1112 §6.1)
 * @param trafficClass TOS byte of what is sent, 0 (the default) to 255
 * @param dontFragment whether what is sent must not be fragmented, so that what is too long for the way is an error;
 *     default no
 */
public record UdpOptions(Duration receiveTimeout, int receiveBuffer, boolean broadcast, boolean reuseAddress, int hopLimit,
                         int trafficClass, boolean dontFragment) {

    private static final UdpOptions DEFAULTS = new UdpOptions(Duration.ZERO, 208 << 10, false, false, 0, 0, false);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public UdpOptions {
        Objects.requireNonNull(receiveTimeout, "receiveTimeout");
        require(!receiveTimeout.isNegative(), "receiveTimeout", receiveTimeout);
        require(receiveBuffer >= 1024 && receiveBuffer <= 1 << 30, "receiveBuffer", receiveBuffer);
        require(hopLimit >= 0 && hopLimit <= 255, "hopLimit", hopLimit);
        require(trafficClass >= 0 && trafficClass <= 255, "trafficClass", trafficClass);
    }

    /** The defaults, as the parameters say them. */
    public static UdpOptions defaults() {
        return DEFAULTS;
    }

    /** A copy with this limit on {@code receive}. */
    public UdpOptions receiveTimeout(Duration limit) {
        return new UdpOptions(limit, receiveBuffer, broadcast, reuseAddress, hopLimit, trafficClass, dontFragment);
    }

    /** A copy with this size of the receive queue in bytes. */
    public UdpOptions receiveBuffer(int bytes) {
        return new UdpOptions(receiveTimeout, bytes, broadcast, reuseAddress, hopLimit, trafficClass, dontFragment);
    }

    /** A copy that may or may not send to broadcast addresses. */
    public UdpOptions broadcast(boolean on) {
        return new UdpOptions(receiveTimeout, receiveBuffer, on, reuseAddress, hopLimit, trafficClass, dontFragment);
    }

    /** A copy that shares its address and port or not. */
    public UdpOptions reuseAddress(boolean on) {
        return new UdpOptions(receiveTimeout, receiveBuffer, broadcast, on, hopLimit, trafficClass, dontFragment);
    }

    /** A copy with this TTL. */
    public UdpOptions hopLimit(int hops) {
        return new UdpOptions(receiveTimeout, receiveBuffer, broadcast, reuseAddress, hops, trafficClass, dontFragment);
    }

    /** A copy with this TOS byte. */
    public UdpOptions trafficClass(int octet) {
        return new UdpOptions(receiveTimeout, receiveBuffer, broadcast, reuseAddress, hopLimit, octet, dontFragment);
    }

    /** A copy that allows fragments or does not. */
    public UdpOptions dontFragment(boolean on) {
        return new UdpOptions(receiveTimeout, receiveBuffer, broadcast, reuseAddress, hopLimit, trafficClass, on);
    }

    private static void require(boolean ok, String name, Object value) {
        if (!ok) {
            throw new IllegalArgumentException("UdpOptions." + name + ": " + value + " is out of range");
        }
    }
}
