package dev.weft.udp;

/**
 * What UDP is told when a stack opens.
 *
 * @param receiveMemory bytes that datagrams waiting in all sockets together may take off the heap, at least 64 KiB;
 *     default 64 MiB
 * @param sendMemory bytes that datagrams too long for a frame's head may take while they are being sent, all threads
 *     together, at least 64 KiB; default 4 MiB
 */
public record UdpSettings(long receiveMemory, long sendMemory) {

    /** Checks the ranges. */
    public UdpSettings {
        if (receiveMemory < 64 << 10 || sendMemory < 64 << 10) {
            throw new IllegalArgumentException("UdpSettings: " + receiveMemory + " or " + sendMemory
                    + " bytes are less than 64 KiB, which one datagram may take");
        }
    }

    /** The defaults. */
    public static UdpSettings defaults() {
        return new UdpSettings(64L << 20, 4L << 20);
    }
}
