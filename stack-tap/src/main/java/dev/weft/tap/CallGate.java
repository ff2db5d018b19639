package dev.weft.tap;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the threads that use the descriptors and the memory of a device, so that both are given back when the device has
 * been shut and the last thread has left, and not under the hands of a thread that is inside a native call. Nobody waits:
 * who leaves last does it.
 */
final class CallGate {

    private static final int SHUT = Integer.MIN_VALUE;

    private final Runnable release;
    /** How many are inside; plus {@link #SHUT}, which makes it negative, once nobody may enter any more. */
    private final AtomicInteger inside = new AtomicInteger();

    /** @param release run once, by the last to leave a gate that is shut */
    CallGate(Runnable release) {
        this.release = release;
    }

    /** Goes in; false when the gate is shut. Who got true calls {@link #leave}. */
    boolean enter() {
        int count = inside.get();
        while (count >= 0) {
            int seen = inside.compareAndExchange(count, count + 1);
            if (seen == count) {
                return true;
            }
            count = seen;
        }
        return false;
    }

    /** Goes out. */
    void leave() {
        if (inside.decrementAndGet() == SHUT) {
            release.run();
        }
    }

    /** Lets nobody in from now on; the caller must itself be inside. */
    void shut() {
        inside.getAndUpdate(count -> count | SHUT);
    }
}
