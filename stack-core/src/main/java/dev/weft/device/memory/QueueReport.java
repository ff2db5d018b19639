package dev.weft.device.memory;

import java.time.Duration;

/**
 * What the queue of a direction has seen since the device was made. Frames that were lost before it, or found it full, are
 * not in it.
 *
 * @param frames how many frames passed
 * @param bytes their bytes
 * @param waitedNanos how long all of them together waited until they were sent, in nanoseconds; their own sending not included
 * @param longestWaitNanos how long the one that waited longest did
 * @param mostFrames how many waited at once at most
 * @param mostBytes how many bytes waited at once at most
 */
public record QueueReport(long frames, long bytes, long waitedNanos, long longestWaitNanos, int mostFrames, long mostBytes) {

    /** How long a frame waited in the mean; zero when none has passed. */
    public Duration meanWait() {
        return Duration.ofNanos(frames == 0 ? 0 : waitedNanos / frames);
    }
}
