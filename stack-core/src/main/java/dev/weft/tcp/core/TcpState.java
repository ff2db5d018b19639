package dev.weft.tcp.core;

/**
 * The states of a connection (RFC 9293 §3.3.2). LISTEN is not among them: a listening port has no sequence numbers and
 * belongs to the demultiplexer, which makes a connection in SYN-RECEIVED out of a SYN.
 */
public enum TcpState {

    /** No connection: before {@link TcpConnection#connect(long)}, and after the end, however it came. */
    CLOSED,
    /** Our SYN is on its way, nothing has come back. */
    SYN_SENT,
    /** Both have sent a SYN, ours is not acknowledged yet. */
    SYN_RECEIVED,
    /** Data flows both ways. */
    ESTABLISHED,
    /** We sent FIN (or will, behind the data still queued), the peer has not acknowledged it. */
    FIN_WAIT_1,
    /** Our FIN is acknowledged, the peer may still send. */
    FIN_WAIT_2,
    /** The peer sent FIN, we may still send. */
    CLOSE_WAIT,
    /** Both sent FIN at the same time, ours is not acknowledged. */
    CLOSING,
    /** The peer closed first, then we did; our FIN is not acknowledged. */
    LAST_ACK,
    /** Both FINs are acknowledged; twice the maximum segment lifetime passes so that old segments die out. */
    TIME_WAIT;

    /** Whether the application of this end may still queue data: ESTABLISHED or CLOSE-WAIT. */
    public boolean canSend() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /** Whether both sequence spaces are agreed: everything from ESTABLISHED on (RFC 9293 §3.5.2, "synchronized"). */
    public boolean isSynchronized() {
        return ordinal() >= ESTABLISHED.ordinal();
    }

    /** Whether the peer may still send data that counts: ESTABLISHED, FIN-WAIT-1 or FIN-WAIT-2. */
    boolean takesText() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
