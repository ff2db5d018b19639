package dev.weft.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 address (RFC 791 §3.2).
 *
 * <p>The static questions take the bare 32 bits: the data path asks those.
 *
 * @param bits the 32 bits, the first byte of the address uppermost
 */
public record Ipv4Address(int bits) implements IpAddress {

    /** 0.0.0.0: this host, or none, or any (RFC 1122 §3.2.1.3 a). */
    public static final Ipv4Address ANY = new Ipv4Address(0);
    /** 127.0.0.1. */
    public static final Ipv4Address LOOPBACK = new Ipv4Address(0x7f000001);
    /** 255.255.255.255, the limited broadcast (RFC 1122 §3.2.1.3 c). */
    public static final Ipv4Address BROADCAST = new Ipv4Address(-1);

    private static final long MAPPED = 0x0000_ffff_0000_0000L;

    /**
     * An address from dotted decimal, four numbers without leading zeros: in some programs a leading zero means octal, so
     * such a text does not say which address it means (RFC 6943 §3.1.1).
     *
     * @throws IllegalArgumentException if the text is not that; the message says what is wrong with it
     */
    public static Ipv4Address of(String text) {
        int bits = 0;
        int at = 0;
        for (int part = 0; part < 4; part++) {
            int end = part < 3 ? text.indexOf('.', at) : text.length();
            if (end < 0) {
                throw malformed(text, "four numbers are needed, such as 192.0.2.1");
            }
            bits = bits << 8 | octet(text, at, end);
            at = end + 1;
        }
        return new Ipv4Address(bits);
    }

    /**
     * The address that stands so in a packet.
     *
     * @throws IllegalArgumentException if there are not 4 bytes
     */
    public static Ipv4Address ofBytes(byte[] bytes) {
        if (bytes.length != 4) {
            throw new IllegalArgumentException("an IPv4 address has 4 bytes, not " + bytes.length);
        }
        return (Ipv4Address) IpAddress.ofBytes(bytes);
    }

    private static int octet(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to && i < from + 4; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw malformed(text, c == '.' ? "it has more than four numbers" : "'" + c + "' is not a digit");
            }
            value = value * 10 + (c - '0');
        }
        if (from >= to) {
            throw malformed(text, "a number is missing");
        }
        if (to - from > 1 && text.charAt(from) == '0') {
            throw malformed(text, "a number with a leading zero is ambiguous");
        }
        if (to - from > 3 || value > 255) {
            throw malformed(text, text.substring(from, to) + " is more than 255");
        }
        return value;
    }

    private static IllegalArgumentException malformed(String text, String why) {
        return new IllegalArgumentException("not an IPv4 address: \"" + text + "\": " + why);
    }

    /** The lower half of the 128-bit form of an IPv4 address; the upper half is 0. */
    public static long mapped(int bits) {
        return MAPPED | Integer.toUnsignedLong(bits);
    }

    /** Whether these bits are in 127.0.0.0/8. */
    public static boolean isLoopback(int bits) {
        return bits >>> 24 == 127;
    }

    /** Whether these bits are in 224.0.0.0/4. */
    public static boolean isMulticast(int bits) {
        return bits >>> 28 == 0xe;
    }

    /** Whether these bits are in 0.0.0.0/8, "this network": a source of hosts that have no address yet, never a destination. */
    public static boolean isThisNetwork(int bits) {
        return bits >>> 24 == 0;
    }

    /** Whether these bits are in 240.0.0.0/4, reserved (RFC 1112 §4); the limited broadcast is one of them. */
    public static boolean isReserved(int bits) {
        return bits >>> 28 == 0xf;
    }

    /** The bits of the netmask of a prefix of {@code length} bits, 0 to 32. */
    public static int mask(int length) {
        return length == 0 ? 0 : -1 << 32 - length;
    }

    @Override
    public long hi() {
        return 0;
    }

    @Override
    public long lo() {
        return mapped(bits);
    }

    @Override
    public boolean isIpv4() {
        return true;
    }

    @Override
    public int bitLength() {
        return 32;
    }

    @Override
    public byte[] toBytes() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    @Override
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    @Override
    public boolean isUnspecified() {
        return bits == 0;
    }

    @Override
    public boolean isLoopback() {
        return isLoopback(bits);
    }

    @Override
    public boolean isMulticast() {
        return isMulticast(bits);
    }

    @Override
    public boolean isLinkLocal() {
        return bits >>> 16 == 0xa9fe;
    }

    /** Whether this is the limited broadcast 255.255.255.255; that of a subnet only its prefix tells. */
    public boolean isBroadcast() {
        return bits == -1;
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
    }
}
