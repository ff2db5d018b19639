package dev.weft.device;

/** What the frames of a device begin with. */
public enum LinkType {
    /** An Ethernet II or 802.3 header: TAP, cable, switch. */
    ETHERNET,
    /** The IP header itself, of version 4 or 6: TUN, loopback. */
    RAW_IP
}
