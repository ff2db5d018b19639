package dev.weft.device.memory;

import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;

/**
 * The device of 127.0.0.1: what is sent into it comes out of it again, on its own reader. Raw IP packets of up to 65,535
 * bytes; a bounded queue, of which {@code transmit} says when it is full.
 */
public final class LoopbackDevice extends QueueDevice {

    /** The largest IPv4 packet there is (RFC 791 §3.1). */
    public static final int MTU = 65_535;

    private static final int MAX_FRAMES = 1024;
    private static final long MAX_BYTES = 4 << 20;

    /** A device with an empty queue of 1024 packets and 4 MiB; its drops are counted as {@code name.full} and so on. */
    public LoopbackDevice(String name, NanoClock clock, Counters counters) {
        super(name, MemoryLinkOptions.defaults().linkType(LinkType.RAW_IP).mtu(MTU).limits(MAX_FRAMES, MAX_BYTES).clock(clock),
                counters);
    }

    @Override
    public boolean isUp() {
        return !isClosed();
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        for (int i = from; i < to; i++) {
            if (isClosed()) {
                drop(DeviceDrop.DOWN);
            } else if (isTooLong(frames[i])) {
                drop(DeviceDrop.TOO_LONG);
            } else if (!incoming().offer(frames[i], 0)) {
                drop(DeviceDrop.FULL);
                return i - from;
            }
        }
        return to - from;
    }
}
