package dev.weft.device;

/**
 * Where frames come from: a device that has one queue, or one of several ({@link NetDevice#queue}). It has one reader, to which
 * {@link #receive} and {@link #awaitFrames} belong; {@link #wakeUp} is anybody's.
 */
public interface DeviceQueue {

    /**
     * Takes the frames that have come, at most as many as the batch has room for. Never blocks. The reader only.
     *
     * @return how many frames were added to {@code batch}, 0 when there is none
     * @throws DeviceLostException when the device is gone
     */
    int receive(FrameBatch batch) throws DeviceLostException;

    /**
     * Waits until there are frames to take, {@link #wakeUp} was called, or {@code deadline} has passed; it may return early
     * for no reason. A {@code wakeUp} since the last wait is not lost: the next wait returns at once, as it does when frames
     * are there already. An interrupt ends the wait where the device parks, and its status stays set; a wait in a native call
     * does not notice it. The reader only.
     *
     * @param deadline nanoseconds of the stack's clock, {@code NanoClock.FOREVER} for none
     * @throws DeviceLostException when the device is gone
     */
    void awaitFrames(long deadline) throws DeviceLostException;

    /** Ends the reader's current or next wait. */
    void wakeUp();
}
