package dev.weft.tap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Notices that an interface of the network namespace has changed: an rtnetlink socket (rtnetlink(7)) that the reader
 * polls beside its device. What a message says does not matter, only that one came: the reader then asks for the state of
 * its own interface, which also covers messages that were lost in a full socket.
 */
final class LinkWatch implements AutoCloseable {

    /** Memory that an instance needs. */
    static final int SCRATCH_BYTES = 64;

    private static final int NETLINK_ROUTE = 0;
    private static final int RTMGRP_LINK = 1;
    /** {@code struct sockaddr_nl}: family (2), padding (2), port (4), groups (4). */
    private static final int ADDRESS_BYTES = 12;
    /** Messages taken in one go, so that a storm of changes elsewhere does not keep the reader; poll reports the rest. */
    private static final int MOST_MESSAGES = 64;

    private final int socket;
    private final MemorySegment scratch;

    private LinkWatch(int socket, MemorySegment scratch) {
        this.socket = socket;
        this.scratch = scratch;
    }

    /**
     * Opens the socket in the namespace of the calling thread.
     *
     * @param scratch {@link #SCRATCH_BYTES} bytes, which somebody else frees
     * @return null where netlink cannot be had (sandboxes forbid it); the state is then asked for from time to time
     */
    static LinkWatch open(MemorySegment scratch) {
        int socket = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.O_NONBLOCK | Libc.O_CLOEXEC, NETLINK_ROUTE);
        if (socket < 0) {
            return null;
        }
        scratch.fill((byte) 0);
        scratch.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
        scratch.set(ValueLayout.JAVA_INT, 8, RTMGRP_LINK);
        if (Libc.bind(socket, scratch.address(), ADDRESS_BYTES) < 0) {
            Libc.close(socket);
            return null;
        }
        return new LinkWatch(socket, scratch);
    }

    /** What to poll. */
    int descriptor() {
        return socket;
    }

    /** Takes the messages off; their contents are cut and ignored. */
    void drain() {
        for (int i = 0; i < MOST_MESSAGES; i++) {
            if (Libc.recv(socket, scratch.address(), SCRATCH_BYTES, 0) < 0 && Libc.errno() == Errno.EAGAIN) {
                return;
            }
        }
    }

    /** Closes the socket. */
    @Override
    public void close() {
        Libc.close(socket);
    }
}
