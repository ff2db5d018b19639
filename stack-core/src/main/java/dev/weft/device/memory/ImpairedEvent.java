package dev.weft.device.memory;

/** What an {@link ImpairedDevice} did to frames of one direction; the last two are not wanted but happen. */
public enum ImpairedEvent {
    /** Sent on, now or later, once or twice, whole or damaged. */
    PASSED,
    /** Lost outside a burst. */
    LOST,
    /** Lost within a burst. */
    LOST_IN_BURST,
    /** The bottleneck's queue had no room: drop-tail. */
    QUEUE_FULL,
    /** Congestion Experienced was set (RFC 3168 §5). */
    MARKED,
    /** Sent on twice. */
    DUPLICATED,
    /** Held back to be overtaken. */
    HELD_BACK,
    /** A bit flipped. */
    CORRUPTED,
    /** Cut short. */
    TRUNCATED,
    /** More frames or bytes under way than the direction holds: the newest is dropped. */
    FULL,
    /** The device below did not take a frame when its time had come. */
    DEVICE_FULL
}
