package dev.weft.wire;

/** Protocol numbers of the IPv4 protocol field and the IPv6 next-header field (IANA "Assigned Internet Protocol Numbers"). */
public final class IpProtocol {

    /** RFC 792. */
    public static final int ICMP = 1;
    /** RFC 9293. */
    public static final int TCP = 6;
    /** RFC 768. */
    public static final int UDP = 17;
    /** RFC 4443. */
    public static final int ICMPV6 = 58;

    private IpProtocol() {
    }
}
