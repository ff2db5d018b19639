package dev.weft.device.memory;


/** Why a device in memory dropped a frame. */
public enum DeviceDrop {
    /** The queue of who would receive it holds its limit of frames or bytes: the newest is dropped, as a switch's queue does. */
    FULL,
    /** The link is down, at this end or at the other; a wire loses what is sent into it. */
    DOWN,
    /** Longer than the MTU and the link's header: a giant (IEEE 802.3-2022 §4.2.4.2.1), which no receiver takes. */
    TOO_LONG,
    /** Shorter than an Ethernet header: a switch cannot tell where to (IEEE 802.3-2022 §4.2.4.2.2). */
    RUNT
}
