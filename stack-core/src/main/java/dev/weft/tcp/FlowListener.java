package dev.weft.tcp;

/** Who is told what becomes of a connection; called without its lock, on whatever thread noticed. Must not block. */
interface FlowListener {

    /** Nobody. */
    FlowListener NONE = (flow, events) -> {
    };

    /**
     * Something happened.
     *
     * @param events bits of {@link dev.weft.tcp.core.TcpConnection}: CONNECTED, READABLE, WRITABLE, INPUT_ENDED, FAILED, CLOSED, URGENT
     */
    void ready(Flow flow, int events);

    /**
     * A segment has come for a half-open connection, and may complete its handshake: whether there is room for it then. With
     * the connection's lock; must not take any other. {@link #didNotComplete} follows if it did not complete.
     */
    default boolean mayComplete() {
        return true;
    }

    /** The segment for which there was room has not completed the handshake: the room is free again. With the connection's lock. */
    default void didNotComplete() {
        // there was room for it without asking
    }

    /** The stack closes: whoever holds the connection closes it now, and wakes the threads that are blocked on it. */
    default void stackCloses() {
    }
}
