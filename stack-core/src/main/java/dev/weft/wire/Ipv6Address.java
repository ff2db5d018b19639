package dev.weft.wire;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv6 address (RFC 4291), without a zone: which link a link-local address is on is said beside it.
 *
 * @param hi the upper 64 bits
 * @param lo the lower 64 bits
 */
public record Ipv6Address(long hi, long lo) implements IpAddress {

    /** ::, none or any (RFC 4291 §2.5.2). */
    public static final Ipv6Address ANY = new Ipv6Address(0, 0);
    /** ::1 (RFC 4291 §2.5.3). */
    public static final Ipv6Address LOOPBACK = new Ipv6Address(0, 1);

    /**
     * An address from any text form of RFC 4291 §2.2: eight groups, {@code ::} once, the last 32 bits in dotted decimal.
     *
     * @throws IllegalArgumentException if the text is not that, or has a zone; the message says what is wrong with it
     */
    public static Ipv6Address of(String text) {
        return Ipv6Text.parse(text);
    }

    /**
     * The address that stands so in a packet.
     *
     * @throws IllegalArgumentException if there are not 16 bytes
     */
    public static Ipv6Address ofBytes(byte[] bytes) {
        if (bytes.length != 16) {
            throw new IllegalArgumentException("an IPv6 address has 16 bytes, not " + bytes.length);
        }
        IpAddress address = IpAddress.ofBytes(bytes);
        return new Ipv6Address(address.hi(), address.lo());
    }

    @Override
    public boolean isIpv4() {
        return false;
    }

    @Override
    public int bitLength() {
        return 128;
    }

    @Override
    public byte[] toBytes() {
        byte[] bytes = new byte[16];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (hi >>> 56 - 8 * i);
            bytes[8 + i] = (byte) (lo >>> 56 - 8 * i);
        }
        return bytes;
    }

    @Override
    public InetAddress toInetAddress() {
        try {
            return Inet6Address.getByAddress(null, toBytes(), -1);
        } catch (UnknownHostException e) {
            throw new AssertionError("sixteen bytes are an address", e);
        }
    }

    @Override
    public boolean isUnspecified() {
        return hi == 0 && lo == 0;
    }

    @Override
    public boolean isLoopback() {
        return hi == 0 && lo == 1;
    }

    @Override
    public boolean isMulticast() {
        return hi >>> 56 == 0xff;
    }

    @Override
    public boolean isLinkLocal() {
        return hi >>> 54 == 0xfe80 >>> 6;
    }

    /** The canonical text of RFC 5952, such as {@code 2001:db8::1}; mapped addresses end in dotted decimal (§5). */
    @Override
    public String toString() {
        return Ipv6Text.format(hi, lo);
    }
}
