package dev.weft.link;

import dev.weft.runtime.TimerWheel;

/**
 * The reader of a device: drains a batch, has each frame handled, does once what the batch has earned, fires the timers that
 * are due, and waits for frames or the next deadline. The timers of a flow run here so that they never starve behind
 * CPU-bound tasks.
 */
public interface LinkReader {

    /**
     * Has {@code timer} fire on the reader, not before {@code deadline}; a timer that is set already moves. Any thread.
     * A deadline earlier than the reader's current wait wakes it.
     *
     * @param deadline nanoseconds of the stack's clock
     */
    void schedule(TimerWheel.Timer timer, long deadline);

    /** Takes a timer back; it may be firing at this very moment. Any thread. */
    void cancel(TimerWheel.Timer timer);

    /** Runs {@code task} on the reader soon. Any thread. */
    void execute(Runnable task);
}
