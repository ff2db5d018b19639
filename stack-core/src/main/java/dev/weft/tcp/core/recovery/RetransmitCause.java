package dev.weft.tcp.core.recovery;

/** Why something is sent again. */
public enum RetransmitCause {
    /** Nobody has answered the SYN or SYN,ACK, or the peer has sent its SYN again. */
    SYN,
    /** It rode on a SYN, and the SYN,ACK does not acknowledge it (RFC 7413 §4.2.1). */
    FAST_OPEN,
    /** The retransmission timer has fired (RFC 6298 §5.4); what it takes to repair that. */
    TIMEOUT,
    /** A tail loss probe (RFC 8985 §7.3). */
    TAIL_LOSS_PROBE,
    /** What was sent later has arrived, so this is lost (RFC 8985 §6.2). */
    RACK,
    /** Three duplicate ACKs, or a partial one after them (RFC 5681 §3.2, RFC 6582 §3.2). */
    FAST,
    /** The peer's window is closed and is asked whether it still is (RFC 9293 §3.8.6.1). */
    WINDOW_PROBE,
    /** The peer's window was closed when it came, and has opened (RFC 9293 §3.8.6.1). */
    REFUSED,
    /** It was longer than the path takes (RFC 1191 §6.4). */
    TOO_LONG
}
