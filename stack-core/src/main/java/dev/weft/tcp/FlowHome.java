package dev.weft.tcp;

import dev.weft.link.LinkReader;
import dev.weft.tcp.core.TimeWait;
import java.util.concurrent.atomic.LongAdder;

/** What a flow needs of the layer that it lives in. */
interface FlowHome {

    /** Where its transmitters borrow frames. */
    TransmitBatches batches();

    /** Copies for the backlogs of its connections. */
    DeferredSegments deferred();

    /** A segment was dropped because the backlog of its connection is full. */
    void backlogFull();

    /** How many threads copy to or from a buffer at this moment, outside the lock of its connection. */
    LongAdder loans();

    /** The application has closed the connection and waits for nothing: it may be reset where there are too many such. */
    void orphaned(Flow flow);

    /** No memory for buffers is left: the oldest connection that its application has closed gives its own back. */
    void memoryShort();

    /** The connection is closed and has sent its last: it leaves the table. Called without the flow's lock. */
    void retire(Flow flow);

    /**
     * The connection has nothing to do any more but to wait in TIME-WAIT, and nobody looks at it: the rest takes its place in the
     * table. Called without the flow's lock.
     *
     * @param deadline when the wait ends
     */
    void beginTimeWait(Flow flow, TimeWait rest, LinkReader reader, long deadline);

    /** What was written has been delivered, or never will be: a stack that waits for it looks again. */
    void delivered(Flow flow);

    /** Whether the stack closes or has failed: no call on a socket begins any more. */
    boolean isClosing();

    /** Why the stack has failed, or null. */
    Throwable failure();
}
