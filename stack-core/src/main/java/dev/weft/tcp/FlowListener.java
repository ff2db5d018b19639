package dev.weft.tcp;

/** Who is told what becomes of a connection; called without its lock, on whatever thread noticed. Must not block. */
interface FlowListener {

    /** Nobody. */
    FlowListener NONE = (flow, events) -> {
    };

    /**
     * Something happened.
     *
     * @param events bits of {@link dev.weft.tcp.core.TcpConnection}: CONNECTED, READABLE, WRITABLE, INPUT_ENDED, FAILED, CLOSED
     */
    void ready(Flow flow, int events);

    /** The stack closes: whoever holds the connection closes it now, and wakes the threads that are blocked on it. */
    default void stackCloses() {
    }
}
