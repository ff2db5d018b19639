package dev.weft.wire;

/** Values of the type field of an Ethernet II frame (IANA "IEEE 802 Numbers", EtherType registry). */
public final class EtherType {

    /** RFC 894. */
    public static final int IPV4 = 0x0800;
    /** RFC 826. */
    public static final int ARP = 0x0806;
    /** RFC 2464 §3. */
    public static final int IPV6 = 0x86dd;

    /** The smallest value that is a type: from here on, IEEE 802.3-2022 §3.2.6. */
    public static final int MINIMUM = 0x0600;
    /** The largest value that is the length of an 802.3 frame's data instead of a type. */
    public static final int MAXIMUM_LENGTH = 1500;

    private EtherType() {
    }
}
