package dev.weft.link;

import dev.weft.device.FrameHandler;
import dev.weft.device.LinkChange;
import dev.weft.device.LinkType;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.wire.MacAddress;

/**
 * An interface of the stack: a device with the framing of its link, dispatching what it receives by EtherType.
 *
 * <p>Input runs on the link's {@link #reader()}. Output may come from any thread and never parks.
 */
public interface Link {

    /** The name under which the stack knows it: {@code eth0}. */
    String name();

    /** Ethernet or raw IP. */
    LinkType linkType();

    /** The largest IP packet that it carries, in bytes. */
    int mtu();

    /**
     * How many frames that come in may wait for the reader; the next is lost, and nobody is told. {@link Integer#MAX_VALUE} where
     * that is not so or not known.
     */
    default int queueFrames() {
        return Integer.MAX_VALUE;
    }

    /**
     * What costs nothing to leave to the device: checksums, and segments larger than the MTU by
     * {@link OutFrame#mark(dev.weft.device.ChecksumMark, int)}. The link takes frames with marks whatever this says, and does in
     * software what the device does not.
     */
    default Offloads offloads() {
        return Offloads.NONE;
    }

    /** Its own hardware address; all zero where {@link #hasLinkAddresses()} is false. */
    MacAddress mac();

    /** Whether a neighbour's hardware address is needed to send: true on Ethernet, false on TUN and loopback. */
    boolean hasLinkAddresses();

    /** Whether frames leave for this stack itself. */
    boolean isLoopback();

    /** Whether the device's link is up. */
    boolean isUp();

    /** Adds somebody to be told when the link goes up or down, on the reader: must not block. */
    void addLinkListener(LinkChange listener);

    /**
     * Has {@code handler} called for each frame of this EtherType, its window after the link's header. On a raw IP link the
     * type follows from the IP version.
     *
     * @throws IllegalStateException when the type has a handler already
     */
    void setHandler(int etherType, FrameHandler handler);

    /**
     * Sends an IP packet or ARP packet: prepends the link's header, pads where the device asks, hands it to the device.
     * Never parks. The frame is the caller's again when this returns; its link header has been stripped off again, and a partial
     * checksum may have been finished.
     *
     * @param destinationMac 48 bits; ignored where {@link #hasLinkAddresses()} is false
     * @return false when the device's queue is full or the link is closed (a local drop; it was counted)
     */
    boolean transmit(OutFrame frame, long destinationMac, int etherType);

    /**
     * The same for several frames to one destination, in one call to the device.
     *
     * @return how many were taken, counted from {@code from}
     */
    int transmit(OutFrame[] frames, int from, int to, long destinationMac, int etherType);

    /** Receives frames to this group too; joins are counted. */
    void joinMulticast(MacAddress group);

    /** Takes one join back. */
    void leaveMulticast(MacAddress group);

    /** The loop that carries this link's input and runs the timers of its flows; the first where the device has several queues. */
    LinkReader reader();

    /** How many loops there are, one for each queue of the device. */
    default int readers() {
        return 1;
    }

    /** The loop that reads one of the device's queues, from 0. */
    default LinkReader reader(int queue) {
        return reader();
    }

    /** Where frames to send come from. */
    OutFramePool frames();
}
