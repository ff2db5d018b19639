package dev.weft.device;

import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import java.io.IOException;

/**
 * A description of a device that a stack opens when it starts. It is a value: one description may be opened several times
 * where the device allows that.
 */
@FunctionalInterface
public interface DeviceFactory {

    /**
     * Opens the device; whoever calls closes it.
     *
     * @param clock whose time the deadlines of {@link NetDevice#awaitFrames} are in
     * @param counters where the device counts what it drops
     * @throws IOException when it cannot be opened; the message says what happened, where, and what to do. Nothing is
     *     left behind then
     */
    NetDevice open(NanoClock clock, Counters counters) throws IOException;
}
