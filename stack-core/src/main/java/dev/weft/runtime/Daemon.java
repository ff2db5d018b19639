package dev.weft.runtime;

import java.util.Optional;

/** A task that a {@link DaemonScope} runs on a thread of its own. Its handle may be used by any thread. */
public interface Daemon {

    /** The name of its thread. */
    String name();

    /**
     * Asks it to end: interrupts its thread, then runs what wakes it where an interrupt does not. Returns at once. What
     * it throws from now on is how it ended, not a failure, unless that is an {@link Error}. Again is no harm.
     */
    void cancel();

    /**
     * Waits until it has ended, however it did.
     *
     * @throws InterruptedException if the calling thread is or becomes interrupted meanwhile
     * @throws IllegalStateException where suspension is forbidden, or if it is called by the daemon itself
     */
    void join() throws InterruptedException;

    /** Whether it has ended. */
    boolean isDone();

    /** What it threw, if it has ended by throwing and was not cancelled before. */
    Optional<Throwable> failure();
}
