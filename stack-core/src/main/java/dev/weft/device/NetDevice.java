package dev.weft.device;

import dev.weft.wire.MacAddress;
import java.util.Optional;

/**
 * Where frames come from and go to: a TAP, one end of a cable, a port of a switch, or a device that wraps another one
 * (capture, impairment).
 *
 * <p><b>Threads.</b> {@link #receive} and {@link #awaitFrames} belong to one reader, those of each {@link #queue} to one of its
 * own. Everything else may be called by any thread at any time. {@link #transmit} never parks, and never delivers to anybody synchronously: what a frame causes
 * happens on the reader of whoever receives it.
 *
 * <p><b>Memory.</b> Received frames are borrowed from the device until its next {@code receive} or
 * {@code awaitFrames}, or for as long as somebody keeps what they were {@link Frame#lent} in; frames to send are lent to it until {@code transmit} returns.
 *
 * <p><b>Life.</b> {@link #close} comes after the reader was woken by {@link #wakeUp} and has ended; it frees the memory of
 * the device. A device that was lost (deleted while it ran) says so with {@link DeviceLostException} from {@code receive} or
 * {@code awaitFrames}, and takes no frames any more. A thread may be in {@code transmit} or {@code wakeUp} while another
 * closes: the device sees to it that this does no harm.
 */
public interface NetDevice extends DeviceQueue, AutoCloseable {

    /** A short name for logs and errors: {@code weft0}. */
    String name();

    /** What its frames begin with. */
    LinkType linkType();

    /** The largest IP packet that fits into a frame, in bytes, without the link's own header. */
    int mtu();

    /** The hardware address that the device wants its stack to use; empty where it has no opinion. */
    Optional<MacAddress> address();

    /** What it does for the stack beyond moving plain frames. */
    Offloads offloads();

    /** The length in bytes to which shorter frames are padded before {@code transmit} (60 on real Ethernet), 0 for none. */
    int minimumFrame();

    /**
     * How many frames towards the stack may wait for its reader before the device silently drops the next, at least 1;
     * {@link Integer#MAX_VALUE} (the default) where it drops none of them unsaid, or cannot say. Who lets a peer send without
     * asking, as TCP does by its window, keeps below that.
     */
    default int queueFrames() {
        return Integer.MAX_VALUE;
    }

    /** Whether the link is up: frames can pass. */
    boolean isUp();

    /** Has {@code listener} told when the link goes up or down, on the reader's thread; one listener, null for none. */
    void onLinkChange(LinkChange listener);

    /**
     * How many queues it has, each with a reader of its own; 1 (the default) where the device itself is all there is. With more, its
     * own {@link #receive}, {@link #awaitFrames} and {@link #wakeUp} are those of the first, whose reader is also told of link
     * changes.
     */
    default int queues() {
        return 1;
    }

    /** One of its queues, from 0; the same object each time. */
    default DeviceQueue queue(int index) {
        return this;
    }

    /**
     * Whether {@link #awaitFrames} waits in a native call, which holds on to the carrier of a virtual thread; false where it
     * parks.
     */
    default boolean waitsInNativeCall() {
        return false;
    }

    /**
     * For how long the reader goes on asking {@link #receive} after the last frame before it waits, in nanoseconds; 0 (the default)
     * where it waits at once. Only for devices that {@linkplain #waitsInNativeCall wait in a native call}.
     */
    default long busyPollNanos() {
        return 0;
    }

    /**
     * Sends frames in order. Never parks.
     *
     * @param frames lent until this returns; the head of each holds the link's header at least
     * @return how many were taken, counted from {@code from}; fewer than asked when the device's queue is full: the rest was
     *     not sent. A link that is down takes frames and drops them, as a wire does.
     */
    int transmit(OutFrame[] frames, int from, int to);

    /** Frees what the device holds; idempotent. */
    @Override
    void close();
}
