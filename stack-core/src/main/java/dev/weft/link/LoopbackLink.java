package dev.weft.link;

import dev.weft.device.memory.LoopbackDevice;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;

/**
 * The interface of 127.0.0.1 and of the stack's talk to its own addresses: packets of up to {@link LoopbackDevice#MTU} bytes
 * come back on its own reader, so that a stack that talks to itself holds no lock twice and blocks nobody.
 */
public final class LoopbackLink extends PointToPointLink {

    /** A link with a device of its own. */
    public LoopbackLink(String name, NanoClock clock, Counters counters) {
        super(name, new LoopbackDevice(name, clock, counters), clock, counters);
    }

    @Override
    public boolean isLoopback() {
        return true;
    }
}
