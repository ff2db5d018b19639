package dev.weft.runtime;

import java.io.Serial;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock for a few field accesses, on which nobody ever queues.
 *
 * <p>A {@link ReentrantLock} hands itself to the first in its queue. Where that is a virtual thread that has been woken and
 * has no carrier yet, a reader that came after it waits, although nobody holds the lock: seconds, behind CPU-bound virtual
 * threads. Thread dumps under load have shown it. Here whoever finds the lock taken tries again until it is free, which is
 * soon, since the holder runs: under a short lock nothing parks, calls a device or calls back (D4). Only the operating system
 * can stop it there; therefore a thread that has tried for a while gives up its time slice each time.
 *
 * <p>For locks that readers and user threads share, other than a connection's, which a reader only tries.
 */
public final class ShortLock extends ReentrantLock {

    @Serial
    private static final long serialVersionUID = 1;

    private static final int SPINS = 100;

    /** A free lock. */
    public ShortLock() {
        // nothing to set up: not fair, for nobody queues
    }

    @Override
    public void lock() {
        for (int i = 0; !tryLock(); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
