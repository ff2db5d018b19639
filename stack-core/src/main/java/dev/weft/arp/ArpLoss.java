package dev.weft.arp;

/** What address resolution gave up for a limit or for want of an answer; counted below {@code arp.drop}. */
public enum ArpLoss {
    /** D8: the daemon's mailbox is full of questions and news; an answer somebody waits for is never among the shed. */
    SHED,
    /** D8: every place of the cache is held by a question somebody waits for. */
    CACHE_FULL,
    /** RFC 1122 §2.3.2.2 asks for at least one waiting frame; this was the oldest for its address, or of all. */
    PARKED_OLDEST_OUT,
    /** D8: no room to copy a frame that has to wait. */
    PARKED_NO_ROOM,
    /** RFC 1122 §2.3.2.1: nobody answered for the next hop; the frame's listener was told. */
    PARKED_UNANSWERED,
    /** The own addresses were changed, or ARP was closed, while the frame waited. */
    PARKED_CLEARED,
    /** A waiting frame or a packet of our own found no buffer, or the device's queue full. */
    NOT_SENT
}
