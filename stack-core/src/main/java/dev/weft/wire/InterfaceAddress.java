package dev.weft.wire;

import java.util.Optional;

/**
 * An address of an interface with the prefix of its link, such as {@code 10.9.0.2/24}.
 *
 * @param address an address a host can have: not unspecified, multicast or limited broadcast, and, in an IPv4 prefix of
 *     at most 30 bits, neither the network's own number nor its broadcast (RFC 1122 §3.2.1.3)
 * @param prefixLength the number of bits that all addresses on the link begin with, 0 to 32 or 0 to 128
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {

    /** Checks that a host can have this address. */
    public InterfaceAddress {
        IpPrefix prefix = IpPrefix.containing(address, prefixLength);
        String what = address.isUnspecified() ? "says that there is no address"
                : address.isMulticast() ? "is multicast"
                : address.equals(Ipv4Address.BROADCAST) ? "is the broadcast address"
                : null;
        if (what == null && address instanceof Ipv4Address v4) {
            what = address.equals(subnetBroadcast(v4, prefixLength)) ? "is the broadcast address of " + prefix
                    : address.equals(prefix.network()) && prefixLength <= 30 ? "is the number of the network " + prefix
                    : null;
        }
        if (what != null) {
            throw new IllegalArgumentException("an interface cannot have the address " + address + "/" + prefixLength
                    + ": it " + what);
        }
    }

    /**
     * An interface address from its text, such as {@code 10.9.0.2/24} or {@code fd00::2/64}.
     *
     * @throws IllegalArgumentException if the text is not that, or no host can have the address
     */
    public static InterfaceAddress of(String text) {
        InterfaceText parts = InterfaceText.split(text);
        return new InterfaceAddress(parts.address(), parts.length());
    }

    /** The block of addresses on the link. */
    public IpPrefix prefix() {
        return IpPrefix.containing(address, prefixLength);
    }

    /** The directed broadcast of the subnet; empty for IPv6, and for prefixes of 31 (RFC 3021 §2.1) and 32 bits. */
    public Optional<Ipv4Address> subnetBroadcast() {
        return address instanceof Ipv4Address v4 ? Optional.ofNullable(subnetBroadcast(v4, prefixLength)) : Optional.empty();
    }

    private static Ipv4Address subnetBroadcast(Ipv4Address address, int length) {
        return length > 30 ? null : new Ipv4Address(address.bits() | ~Ipv4Address.mask(length));
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
