package dev.weft.wire;

import java.net.InetAddress;

/**
 * An IP address of either family.
 *
 * <p>Both families share one 128-bit form, {@link #hi()} and {@link #lo()}: an IPv4 address a.b.c.d is there the mapped
 * address ::ffff:a.b.c.d (RFC 4291 §2.5.5.2). The data path works on the two longs alone and makes no address objects;
 * keys of tables are the two longs. A mapped address never stands for IPv6 in Weft: {@link #ofBits} and {@link #of(String)}
 * give an {@link Ipv4Address} for it.
 *
 * <p>Addresses are ordered by their 128 bits as an unsigned number, so all of a prefix lie side by side.
 */
public sealed interface IpAddress extends Comparable<IpAddress> permits Ipv4Address, Ipv6Address {

    /** The upper 64 bits of the 128-bit form; 0 for IPv4. */
    long hi();

    /** The lower 64 bits of the 128-bit form; {@code 0x0000ffff_aabbccdd} for IPv4. */
    long lo();

    /** Whether this is an {@link Ipv4Address}. */
    boolean isIpv4();

    /** 32 for IPv4, 128 for IPv6. */
    int bitLength();

    /** The address as it stands in a packet: 4 or 16 bytes. */
    byte[] toBytes();

    /** The same address for {@code java.net}; never looks anything up. */
    InetAddress toInetAddress();

    /** Whether this is the address that says "none" or "any": 0.0.0.0 or ::. */
    boolean isUnspecified();

    /** Whether this never leaves the host: 127.0.0.0/8 (RFC 1122 §3.2.1.3 g) or ::1. */
    boolean isLoopback();

    /** Whether this is a group: 224.0.0.0/4 (RFC 1112 §4) or ff00::/8. */
    boolean isMulticast();

    /** Whether this is valid on one link only: 169.254.0.0/16 (RFC 3927) or fe80::/10. */
    boolean isLinkLocal();

    @Override
    default int compareTo(IpAddress other) {
        int order = Long.compareUnsigned(hi(), other.hi());
        if (order == 0) {
            order = Long.compareUnsigned(lo(), other.lo());
        }
        // Only an IPv6 object that spells a mapped address can tie with another family.
        return order != 0 ? order : Boolean.compare(other.isIpv4(), isIpv4());
    }

    /** Whether the 128-bit form is that of an IPv4 address, ::ffff:0:0/96. */
    static boolean isIpv4(long hi, long lo) {
        return hi == 0 && lo >>> 32 == 0xffff;
    }

    /**
     * An address from its text: dotted decimal, or any IPv6 form of RFC 4291 §2.2. Names are not looked up.
     *
     * @throws IllegalArgumentException if the text is neither; the message says what is wrong with it
     */
    static IpAddress of(String text) {
        if (text.indexOf(':') < 0) {
            return Ipv4Address.of(text);
        }
        Ipv6Address address = Ipv6Address.of(text);
        return ofBits(address.hi(), address.lo());
    }

    /** An address of {@code java.net}; the zone of a scoped IPv6 address is left out. */
    static IpAddress of(InetAddress address) {
        return ofBytes(address.getAddress());
    }

    /** The address with this 128-bit form; a mapped one is an {@link Ipv4Address}. */
    static IpAddress ofBits(long hi, long lo) {
        return isIpv4(hi, lo) ? new Ipv4Address((int) lo) : new Ipv6Address(hi, lo);
    }

    /**
     * The address that stands so in a packet.
     *
     * @throws IllegalArgumentException if there are neither 4 nor 16 bytes
     */
    static IpAddress ofBytes(byte[] bytes) {
        long hi = 0;
        long lo = 0;
        for (byte b : bytes) {
            hi = hi << 8 | lo >>> 56;
            lo = lo << 8 | b & 0xff;
        }
        return switch (bytes.length) {
            case 4 -> new Ipv4Address((int) lo);
            case 16 -> ofBits(hi, lo);
            default -> throw new IllegalArgumentException(
                    "an IP address has 4 or 16 bytes, not " + bytes.length);
        };
    }
}
