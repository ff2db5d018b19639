package dev.weft.wire;

/**
 * An Ethernet address, an EUI-48 (IEEE 802 §8).
 *
 * <p>The static questions take the bare 48 bits: the data path asks those.
 *
 * @param bits the 48 bits, the first byte on the wire uppermost; 0 to 2<sup>48</sup> − 1
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {

    /** ff:ff:ff:ff:ff:ff, every station. */
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);
    /** 00:00:00:00:00:00, used where an address is not known. */
    public static final MacAddress ZERO = new MacAddress(0);

    private static final long GROUP = 1L << 40;
    private static final long LOCAL = 1L << 41;

    /** Checks the range. */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits: 0x" + Long.toHexString(bits));
        }
    }

    /**
     * An address from six pairs of hexadecimal digits with colons or hyphens between them.
     *
     * @throws IllegalArgumentException if the text is not that
     */
    public static MacAddress of(String text) {
        long bits = 0;
        boolean legal = text.length() == 17;
        for (int i = 0; legal && i < 17; i++) {
            char c = text.charAt(i);
            if (i % 3 == 2) {
                legal = (c == ':' || c == '-') && c == text.charAt(2);
            } else {
                int digit = c < 128 ? Character.digit(c, 16) : -1;
                legal = digit >= 0;
                bits = bits << 4 | digit & 0xf;
            }
        }
        if (!legal) {
            throw new IllegalArgumentException("not a MAC address: \"" + text
                    + "\": six pairs of hexadecimal digits are needed, such as 02:00:00:00:00:01");
        }
        return new MacAddress(bits);
    }

    /**
     * The address that stands so in a frame.
     *
     * @throws IllegalArgumentException if there are not 6 bytes
     */
    public static MacAddress ofBytes(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException("a MAC address has 6 bytes, not " + bytes.length);
        }
        long bits = 0;
        for (byte b : bytes) {
            bits = bits << 8 | b & 0xff;
        }
        return new MacAddress(bits);
    }

    /**
     * The Ethernet group that carries an IP multicast group.
     *
     * @throws IllegalArgumentException if the address is not multicast
     */
    public static MacAddress multicastFor(IpAddress group) {
        if (!group.isMulticast()) {
            throw new IllegalArgumentException(group + " is not a multicast address");
        }
        return new MacAddress(multicastBits(group.hi(), group.lo()));
    }

    /** The bits of {@link #multicastFor} for an address in its 128-bit form, which the caller knows to be multicast. */
    public static long multicastBits(long hi, long lo) {
        // RFC 1112 §6.4: 01:00:5e and the low 23 bits; RFC 2464 §7: 33:33 and the low 32 bits.
        return IpAddress.isIpv4(hi, lo)
                ? 0x0100_5e00_0000L | lo & 0x7f_ffff
                : 0x3333_0000_0000L | lo & 0xffff_ffffL;
    }

    /** Whether these bits name a group of stations, of which the broadcast is one. */
    public static boolean isMulticast(long bits) {
        return (bits & GROUP) != 0;
    }

    /** Whether this is a group of stations, of which the broadcast is one. */
    public boolean isMulticast() {
        return isMulticast(bits);
    }

    /** Whether this is ff:ff:ff:ff:ff:ff. */
    public boolean isBroadcast() {
        return bits == BROADCAST.bits;
    }

    /** Whether whoever runs the network chose it, instead of the maker of the hardware. */
    public boolean isLocallyAdministered() {
        return (bits & LOCAL) != 0;
    }

    /** The six bytes as they stand in a frame. */
    public byte[] toBytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (bits >>> 40 - 8 * i);
        }
        return bytes;
    }

    @Override
    public int compareTo(MacAddress other) {
        return Long.compare(bits, other.bits);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(17);
        for (int shift = 44; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((int) (bits >>> shift) & 0xf, 16));
            if (shift % 8 == 0 && shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}
