package dev.weft.tap;

import dev.weft.runtime.NanoClock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The reader's wait: {@code ppoll} on the device, on an eventfd that {@link #wakeUp} writes to (an interrupt does not end a
 * native poll), and on the socket that tells of link changes.
 *
 * <pre>
 *   struct pollfd { int fd; short events; short revents; }     8 bytes: device, eventfd, netlink
 *   struct timespec { long seconds; long nanoseconds; }        16 bytes
 * </pre>
 *
 * {@link #await} belongs to the reader, {@link #wakeUp} to everybody.
 */
final class ReaderWait {

    /** Memory that an instance needs. */
    static final int SCRATCH_BYTES = 64;

    /** Bits of what {@link #await} returns: frames may have come. */
    static final int FRAMES = 1;
    /** The state of an interface has changed, or it is time to ask for it where no socket tells. */
    static final int LINK = 2;
    /** The device is gone. */
    static final int LOST = 4;

    /** How often the state of the link is asked for where netlink cannot be had. */
    private static final long ASK_AGAIN_NANOS = 1_000_000_000;

    private static final int POLLFD_BYTES = 8;
    private static final int DEVICE = 0;
    private static final int WAKE = POLLFD_BYTES;
    private static final int NETLINK = 2 * POLLFD_BYTES;
    private static final int TIMEOUT = 3 * POLLFD_BYTES;
    private static final int EVENT_READ = TIMEOUT + 16;
    private static final int EVENT_WRITTEN = EVENT_READ + 8;

    private static final long SECOND = 1_000_000_000;

    private final NanoClock clock;
    private final MemorySegment scratch;
    private final long address;
    private final int wake;
    private final LinkWatch watch;
    private final boolean asks;
    /** Set while the eventfd is readable, so that a reader which is busy costs its wakers one write, not many. */
    private final AtomicBoolean woken = new AtomicBoolean();

    /**
     * @param first whether it is the first queue, whose reader looks after the link: by {@code watch}, or from time to time where that
     *     is null
     */
    ReaderWait(TapHandle.Queue queue, boolean first, LinkWatch watch, NanoClock clock) {
        this.clock = clock;
        scratch = queue.readerScratch();
        address = scratch.address();
        wake = queue.wake();
        this.watch = first ? watch : null;
        asks = first && watch == null;
        poll(DEVICE, queue.tap());
        poll(WAKE, wake);
        // poll(2) ignores a negative descriptor.
        poll(NETLINK, this.watch == null ? -1 : watch.descriptor());
        scratch.set(ValueLayout.JAVA_LONG, EVENT_WRITTEN, 1);
    }

    /**
     * Waits until something has happened, {@link #wakeUp} was called or the deadline has passed.
     *
     * @return what to look at, a sum of the bits above
     */
    int await(long deadline) {
        int ready = Libc.ppoll(address, 3, timeout(deadline), 0);
        if (ready < 0) {
            return Libc.errno() == Errno.EINTR ? 0 : LOST;
        }
        if (ready == 0) {
            return asks ? LINK : 0;
        }
        if (happened(WAKE) != 0) {
            Libc.read(wake, address + EVENT_READ, Long.BYTES);
            // An exchange, not a store: what a waker did before it found the flag set is visible after this.
            woken.getAndSet(false);
        }
        int result = 0;
        if (happened(NETLINK) != 0) {
            watch.drain();
            result |= LINK;
        }
        int device = happened(DEVICE);
        if ((device & (Libc.POLLERR | Libc.POLLHUP | Libc.POLLNVAL)) != 0) {
            result |= LOST;
        }
        return device != 0 ? result | FRAMES : result;
    }

    /** Ends the current wait or the next one. */
    void wakeUp() {
        if (!woken.getAndSet(true)) {
            Libc.write(wake, address + EVENT_WRITTEN, Long.BYTES);
        }
    }

    /** The address of the timeout for a wait until {@code deadline}, 0 for one without end. */
    private long timeout(long deadline) {
        if (deadline == NanoClock.FOREVER && !asks) {
            return 0;
        }
        long remaining = Math.max(0, deadline - clock.nanoTime());
        if (asks) {
            remaining = Math.min(remaining, ASK_AGAIN_NANOS);
        }
        scratch.set(ValueLayout.JAVA_LONG, TIMEOUT, remaining / SECOND);
        scratch.set(ValueLayout.JAVA_LONG, TIMEOUT + 8, remaining % SECOND);
        return address + TIMEOUT;
    }

    private void poll(int at, int descriptor) {
        scratch.set(ValueLayout.JAVA_INT, at, descriptor);
        scratch.set(ValueLayout.JAVA_SHORT, at + 4, Libc.POLLIN);
    }

    private int happened(int at) {
        return scratch.get(ValueLayout.JAVA_SHORT, at + 6);
    }
}
