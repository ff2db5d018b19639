package dev.weft.arp;

import java.lang.foreign.MemorySegment;

/** Who is told when a frame could not leave because its next hop did not answer: IP, which reports "host unreachable". */
@FunctionalInterface
public interface ParkedFrameListener {

    /**
     * Nobody answers for the next hop. Runs on ARP's daemon: must be short and must not suspend.
     *
     * @param nextHop the bits of the IPv4 address that nobody answers for
     * @param etherType as the frame was to be sent
     * @param packet memory with the packet as it was handed to {@link Arp#sendWhenResolved}, borrowed until this returns
     * @param offset where the packet begins
     * @param length how many of its bytes are there: all, or the first 2048 at least
     */
    void unreachable(int nextHop, int etherType, MemorySegment packet, long offset, int length);
}
