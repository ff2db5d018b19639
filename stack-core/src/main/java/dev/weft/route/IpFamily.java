package dev.weft.route;

import dev.weft.wire.IpAddress;

/** The two families of IP addresses. What is configured for one leaves the other alone. */
public enum IpFamily {
    /** RFC 791. */
    IPV4,
    /** RFC 8200. */
    IPV6;

    /** The family of an address. */
    public static IpFamily of(IpAddress address) {
        return address.isIpv4() ? IPV4 : IPV6;
    }
}
