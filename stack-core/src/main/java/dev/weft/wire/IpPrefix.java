package dev.weft.wire;

/**
 * A block of addresses that begin with the same bits, such as {@code 10.9.0.0/24} (RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * @param network the first address of the block: all bits behind the prefix are 0
 * @param length the number of bits in common, 0 to 32 or 0 to 128
 */
public record IpPrefix(IpAddress network, int length) {

    /** Checks the length and that no bit behind it is set. */
    public IpPrefix {
        checkLength(network, length);
        IpAddress first = first(network, length);
        if (!first.equals(network)) {
            throw new IllegalArgumentException(network + "/" + length + " has bits set behind the prefix: the network is "
                    + first + "/" + length);
        }
    }

    /**
     * A prefix from its text, such as {@code 10.9.0.0/24} or {@code 2001:db8::/32}.
     *
     * @throws IllegalArgumentException if the text is not that, or bits behind the prefix are set
     */
    public static IpPrefix of(String text) {
        InterfaceText parts = InterfaceText.split(text);
        return new IpPrefix(parts.address(), parts.length());
    }

    /**
     * The prefix of this length in which an address lies.
     *
     * @throws IllegalArgumentException if the length is negative or more than the address has bits
     */
    public static IpPrefix containing(IpAddress address, int length) {
        checkLength(address, length);
        return new IpPrefix(first(address, length), length);
    }

    /** Whether the address lies in this block. An IPv4 address never lies in an IPv6 block, nor the other way. */
    public boolean contains(IpAddress address) {
        return address.isIpv4() == network.isIpv4() && contains(address.hi(), address.lo());
    }

    /** Whether the address with this 128-bit form lies in this block; ::/0 does not contain IPv4. */
    public boolean contains(long hi, long lo) {
        if (IpAddress.isIpv4(hi, lo) != network.isIpv4()) {
            return false;
        }
        int bits = bits(network, length);
        return ((hi ^ network.hi()) & hiMask(bits)) == 0 && ((lo ^ network.lo()) & loMask(bits)) == 0;
    }

    private static void checkLength(IpAddress address, int length) {
        if (length < 0 || length > address.bitLength()) {
            throw new IllegalArgumentException("a prefix of " + address + " has 0 to " + address.bitLength()
                    + " bits, not " + length);
        }
    }

    /** The length of the prefix in the 128-bit form, where an IPv4 address begins at bit 96. */
    private static int bits(IpAddress address, int length) {
        return length + 128 - address.bitLength();
    }

    private static IpAddress first(IpAddress address, int length) {
        if (address instanceof Ipv4Address(int v4)) {
            return new Ipv4Address(v4 & Ipv4Address.mask(length));
        }
        return new Ipv6Address(address.hi() & hiMask(length), address.lo() & loMask(length));
    }

    private static long hiMask(int bits) {
        return bits == 0 ? 0 : bits >= 64 ? -1 : -1L << 64 - bits;
    }

    private static long loMask(int bits) {
        return bits <= 64 ? 0 : -1L << 128 - bits;
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }
}
