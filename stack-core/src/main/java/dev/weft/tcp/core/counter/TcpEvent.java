package dev.weft.tcp.core.counter;

/** What connections count besides discards. */
public enum TcpEvent {

    /** A handshake ended in ESTABLISHED. */
    ESTABLISHED,
    /** A SYN was answered with a cookie, and nothing kept of it (RFC 4987 §3.6). */
    COOKIE_SENT,
    /** An ACK brought a cookie back and made a connection (RFC 4987 §3.6). */
    COOKIE_ACCEPTED,
    /** A SYN showed a cookie, and its data was taken before the handshake was complete (RFC 7413 §4.2.2). */
    FAST_OPEN_TAKEN,
    /** A SYN showed a cookie that is not its client's, or is too old: an ordinary handshake follows (RFC 7413 §4.1.2). */
    FAST_OPEN_COOKIE_REFUSED,
    /** A SYN showed a good cookie, and too many connections were open without a complete handshake (RFC 7413 §5.1). */
    FAST_OPEN_TOO_MANY,
    /** The server acknowledged data that rode on our SYN (RFC 7413 §4.2.1). */
    FAST_OPEN_ACKNOWLEDGED,
    /** The server acknowledged our SYN without the data, which is sent again (RFC 7413 §4.2.1). */
    FAST_OPEN_IGNORED,
    /** A segment that occupies sequence numbers was sent again, for whatever reason. */
    RETRANSMITTED,
    /** Several segments' worth of text left as one large segment, which the device cuts. */
    LARGE_SEGMENT_OUT,
    /** Text was copied from its frame straight into the array of a reader that waited, in whole or in part (D3). */
    HANDED_TO_READER,
    /** A text was not copied: it stays in the memory of the device that it came in until it has been read (D3). */
    KEPT_IN_FRAME,
    /** Several segments came joined into one by the device. */
    LARGE_SEGMENT_IN,
    /** Both ends have agreed to explicit congestion notification (RFC 3168 §6.1.1). */
    ECN_AGREED,
    /** A segment with text came marked: a router on its way had a long queue (RFC 3168 §6.1.3). */
    CONGESTION_EXPERIENCED,
    /** The peer echoed a mark, and the window was reduced (RFC 3168 §6.1.2). */
    CONGESTION_ECHOED,
    /** The retransmission timer fired (RFC 6298 §5.4). */
    RETRANSMISSION_TIMEOUT,
    /** Three duplicate ACKs began a fast recovery (RFC 5681 §3.2). */
    FAST_RETRANSMIT,
    /** Fast recovery began, with SACK or without; the flight comes down by proportional rate reduction (RFC 9937) or the control's model. */
    FAST_RECOVERY,
    /** What was sent before something that has arrived came too late and is taken for lost (RFC 8985 §6.2, step 5). */
    RACK_LOSS,
    /** The window for reordering passed without a further ACK (RFC 8985 §6.2, step 5). */
    REORDERING_TIMER,
    /** A tail loss probe was sent (RFC 8985 §7.3). */
    TAIL_LOSS_PROBE,
    /** A tail loss probe has repaired a loss that nobody else knows of (RFC 8985 §7.4). */
    PROBE_REPAIRED_LOSS,
    /** An ACK said that a segment came twice (RFC 2883). */
    DSACK_RECEIVED,
    /** A recovery or time-out was for nothing, says the timestamp echoed (RFC 3522). */
    UNDO_BY_TIMESTAMP,
    /** A recovery or time-out was for nothing, all that was sent again came twice (RFC 3708). */
    UNDO_BY_DSACK,
    /** The peer had dropped what it said had arrived (RFC 2018 §8). */
    SACK_RENEGED,
    /** An ACK in fast recovery left part of the loss open (RFC 6582 §3.2, step 5). */
    PARTIAL_ACK,
    /** New data left on the first or second duplicate ACK (RFC 3042). */
    LIMITED_TRANSMIT,
    /** A duplicate ACK came (RFC 5681 §2). */
    DUPLICATE_ACK_IN,
    /** The peer closed its window. */
    ZERO_WINDOW,
    /** The persist timer fired and a probe was sent (RFC 9293 §3.8.6.1). */
    WINDOW_PROBE,
    /** The connection was silent, and the peer was asked whether it is there (RFC 9293 §3.8.4). */
    KEEPALIVE_PROBE,
    /** The peer has said that there is urgent data ahead (RFC 9293 §3.8.5). */
    URGENT_RECEIVED,
    /** A segment came that leaves a hole before it. */
    OUT_OF_ORDER,
    /** A segment filled a hole, wholly or in part. */
    HOLE_FILLED,
    /** An ACK named selectively what came out of order (RFC 2018 §4). */
    SACK_SENT,
    /** An ACK named a range that came twice (RFC 2883 §4). */
    DSACK_SENT,
    /** The delayed ACK timer fired (RFC 9293 §3.8.6.3). */
    DELAYED_ACK,
    /** A pure ACK was spared because a later one of the same batch says more (D6). */
    ACK_MERGED,
    /** An ACK was sent because the application made room (RFC 9293 §3.8.6.2.2). */
    WINDOW_UPDATE,
    /** An ACK was sent in answer to something suspicious (RFC 5961). */
    CHALLENGE_ACK,
    /** A RST was sent. */
    RESET_SENT,
    /** A RST ended the connection. */
    RESET_RECEIVED,
    /** Both ends opened at the same time (RFC 9293 §3.5, figure 7). */
    SIMULTANEOUS_OPEN,
    /** Both ends closed at the same time (RFC 9293 §3.6, figure 13). */
    SIMULTANEOUS_CLOSE,
    /** The device's queue was full, a segment came back unsent. */
    LOCAL_DROP,
    /** Segments of full size vanished time and again: shorter ones leave (RFC 4821 §7.7). */
    BLACK_HOLE,
    /** A segment longer than others left, to see whether it arrives (RFC 4821 §7.5). */
    MTU_PROBE,
    /** It arrived: segments are so long from now on (RFC 4821 §7.6.1). */
    MTU_PROBE_ARRIVED,
    /** It was lost, alone or as the first of what was: it is too long (RFC 4821 §7.6.2, §7.6.3). */
    MTU_PROBE_LOST,
    /** The connection was idle for longer than the time-out and starts again slowly (RFC 5681 §4.1). */
    IDLE_RESTART,
    /** R2 passed, the peer is given up (RFC 9293 §3.8.3). */
    GIVEN_UP,
    /** Too many connections were closed and not acknowledged: the oldest of them was reset (D8). */
    ORPHAN_RESET,
    /** Too many connections were in TIME-WAIT: one more did not wait (D8). */
    TIME_WAIT_OVERFLOW,
    /** The receive buffer has grown with what the application reads in a round trip. */
    RECEIVE_BUFFER_GROWN,
    /** The receive buffer has its first size again: nothing came for a while, or the stack's memory is short. */
    RECEIVE_BUFFER_SHRUNK,
    /** The send buffer has grown with the congestion window. */
    SEND_BUFFER_GROWN,
    /** Two thirds of the stack's memory for buffers are in use: none grows until it is less than half (D8). */
    MEMORY_PRESSURE,
    /** What came out of order was dropped to make room for what is in order; the peer may have been told of it (RFC 2018 §8). */
    OUT_OF_ORDER_PRUNED,
    /** The stack's memory for buffers was used up: the oldest connection that its application has closed was reset (D8). */
    ORPHAN_RESET_FOR_MEMORY,
    /** A path with a smaller MTU was found and what was in flight is cut anew. */
    MTU_LOWERED
}
