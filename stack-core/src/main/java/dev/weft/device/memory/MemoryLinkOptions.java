package dev.weft.device.memory;

import dev.weft.device.LinkType;
import dev.weft.device.Offloads;
import dev.weft.runtime.NanoClock;
import java.time.Duration;

/**
 * How a cable or a switch is made.
 *
 * @param name what its ends or ports are named after; default {@code cable}
 * @param linkType what its frames begin with; default Ethernet. A switch takes Ethernet only
 * @param mtu the largest IP packet in bytes, 68 to 65,535; default 1500
 * @param minimumFrame the length in bytes that shorter frames are padded to, 0 to 1514; default 0, for no padding
 * @param maxFrames how many frames wait for one receiver at most; default 1024
 * @param maxBytes how many bytes wait for one receiver at most, at least a frame's; default 2 MiB. The memory is taken at once
 * @param delay how long a frame travels, in the clock's time; default none
 * @param clock the clock of the readers on it; default the system's
 * @param offloads what its ends take, and give as they took it, like a pair of veth: large segments travel whole, partial
 *     checksums unfinished; default none, so that each frame is one packet
 */
public record MemoryLinkOptions(String name, LinkType linkType, int mtu, int minimumFrame, int maxFrames, long maxBytes,
                                Duration delay, NanoClock clock, Offloads offloads) {

    /** Checks the ranges. */
    public MemoryLinkOptions {
        // RFC 791 §3.2: every internet module must be able to forward a datagram of 68 octets.
        check(mtu >= 68 && mtu <= 65_535, "MTU", mtu, "68 to 65535");
        check(minimumFrame >= 0 && minimumFrame <= 1514, "minimum frame", minimumFrame, "0 to 1514");
        check(maxFrames >= 1, "limit of frames", maxFrames, "at least 1");
        check(maxBytes >= mtu + 14, "limit of bytes", maxBytes, "at least one frame of the MTU, " + (mtu + 14));
        check(!delay.isNegative(), "delay", delay.toMillis(), "at least 0");
    }

    /** An Ethernet of MTU 1500 without delay or offloads, on the system's clock. */
    public static MemoryLinkOptions defaults() {
        return new MemoryLinkOptions("cable", LinkType.ETHERNET, 1500, 0, 1024, 2 << 20, Duration.ZERO, NanoClock.system(),
                Offloads.NONE);
    }

    /** With another name. */
    public MemoryLinkOptions name(String newName) {
        return new MemoryLinkOptions(newName, linkType, mtu, minimumFrame, maxFrames, maxBytes, delay, clock, offloads);
    }

    /** With another link type. */
    public MemoryLinkOptions linkType(LinkType newType) {
        return new MemoryLinkOptions(name, newType, mtu, minimumFrame, maxFrames, maxBytes, delay, clock, offloads);
    }

    /** With another MTU. */
    public MemoryLinkOptions mtu(int newMtu) {
        return new MemoryLinkOptions(name, linkType, newMtu, minimumFrame, maxFrames, Math.max(maxBytes, newMtu + 14L), delay,
                clock, offloads);
    }

    /** With frames padded to this length. */
    public MemoryLinkOptions minimumFrame(int newMinimum) {
        return new MemoryLinkOptions(name, linkType, mtu, newMinimum, maxFrames, maxBytes, delay, clock, offloads);
    }

    /** With other limits of what waits for one receiver. */
    public MemoryLinkOptions limits(int newMaxFrames, long newMaxBytes) {
        return new MemoryLinkOptions(name, linkType, mtu, minimumFrame, newMaxFrames, newMaxBytes, delay, clock, offloads);
    }

    /** With another delay. */
    public MemoryLinkOptions delay(Duration newDelay) {
        return new MemoryLinkOptions(name, linkType, mtu, minimumFrame, maxFrames, maxBytes, newDelay, clock, offloads);
    }

    /** On another clock. */
    public MemoryLinkOptions clock(NanoClock newClock) {
        return new MemoryLinkOptions(name, linkType, mtu, minimumFrame, maxFrames, maxBytes, delay, newClock, offloads);
    }

    /** With these offloads. */
    public MemoryLinkOptions offloads(Offloads newOffloads) {
        return new MemoryLinkOptions(name, linkType, mtu, minimumFrame, maxFrames, maxBytes, delay, clock, newOffloads);
    }

    private static void check(boolean legal, String what, long value, String range) {
        if (!legal) {
            throw new IllegalArgumentException(what + " " + value + " is out of range: " + range);
        }
    }
}
