package dev.weft.tcp;

/** Why the congestion window is another one, see {@link TcpSocketEvent.WindowChanged}. */
public enum TcpWindowCause {
    /** Data may flow: the initial window (RFC 6928). */
    START,
    /** Something has been acknowledged. */
    ACKNOWLEDGED,
    /** Something was lost, fast recovery begins (RFC 5681 §3.2). */
    LOSS,
    /** The peer has echoed that a router marked a segment (RFC 3168 §6.1.2). */
    CONGESTION_ECHOED,
    /** Fast recovery is over. */
    RECOVERED,
    /** The retransmission timer has fired (RFC 5681 §3.1). */
    TIMEOUT,
    /** The last reduction was for nothing and is taken back (RFC 4015). */
    UNDO,
    /** Nothing was sent for longer than the time-out (RFC 5681 §4.1). */
    IDLE,
    /** The application sends less than the window allows (RFC 7661). */
    UNDERUSED,
    /** The largest segment has changed. */
    SEGMENT_SIZE
}
