package dev.weft.tcp;

/** What went wrong where events are told; counted as {@code tcp.events.…}. */
enum EventFault {
    /** A listener has thrown. */
    FAILED,
    /** So many events of one connection waited for a listener that this one was thrown away. */
    DROPPED
}
