package dev.weft.tcp.core.counter;

/** Why a connection did not use a segment that came for it, or a part of it. */
public enum TcpDiscard {

    /** RFC 9293 §3.10.7.4, first check: wholly outside the receive window. Answered with an ACK. */
    OUTSIDE_WINDOW,
    /** RFC 9293 §3.8.6.1: bytes past the window we advertised, cut off; a probe of our closed window ends up here. */
    BEYOND_WINDOW,
    /** RFC 9293 §3.4: bytes that had come before; a retransmission that crossed our ACK, or a duplicate of the network. */
    DUPLICATE_DATA,
    /** RFC 9293 §3.10.7.4, fifth check: a segment of a synchronized connection without ACK. */
    NO_ACK_FLAG,
    /** RFC 7323 §3.2: timestamps are agreed, and a segment that is no reset has none. */
    NO_TIMESTAMP,
    /** RFC 7323 §5.3, R1 (PAWS): a timestamp before TS.Recent, an old duplicate. Answered with an ACK. */
    OLD_TIMESTAMP,
    /** RFC 5961 §5.2 and RFC 9293 §3.10.7.4: acknowledges what we never sent. Answered with an ACK. */
    ACK_OF_UNSENT,
    /** RFC 5961 §5.2: acknowledges less than the last window before SND.UNA: an old segment, or blind data injection. */
    ACK_TOO_OLD,
    /** RFC 5961 §3.2: a reset outside the window. */
    RESET_OUTSIDE_WINDOW,
    /** RFC 1337 §3: a reset in TIME-WAIT, which does not end the wait. */
    RESET_IN_TIME_WAIT,
    /** RFC 5961 §3.2: a reset in the window but not at RCV.NXT. Answered with a challenge ACK. */
    RESET_NOT_EXACT,
    /** RFC 9293 §3.10.7.3: a reset in SYN-SENT that does not acknowledge our SYN. */
    RESET_UNACCEPTABLE,
    /** RFC 5961 §4.2: a SYN on a synchronized connection. Answered with a challenge ACK. */
    UNEXPECTED_SYN,
    /** RFC 9293 §3.10.7.3: neither SYN nor RST while we wait for a SYN. */
    NOT_A_SYN,
    /** RFC 9293 §3.10.7.3 and §3.10.7.4: an ACK during the handshake that does not acknowledge our SYN. Answered with a reset. */
    HANDSHAKE_ACK_UNACCEPTABLE,
    /**
     * RFC 9293 §3.10.7.4, fifth check: the ACK that would complete the handshake, while as many connections as the listener
     * allows wait to be accepted. The SYN,ACK goes out again, and the peer answers again.
     */
    ACCEPT_QUEUE_FULL,
    /** RFC 9293 §3.10.7.2: text or FIN that came with a bare SYN is left to the peer's retransmission. */
    TEXT_WITH_SYN,
    /** RFC 9293 §3.10.7.4, seventh step: text in a state after the peer's FIN, or behind its number and here before it. */
    TEXT_AFTER_FIN,
    /** RFC 9293 §3.6.1: data that came after {@code close}; the connection was reset. */
    DATA_AFTER_CLOSE,
    /** {@code shutdownInput}: data that came after it, acknowledged and thrown away. */
    DATA_AFTER_SHUTDOWN,
    /** D8: more separate ranges out of order than we keep; the peer will send it again. */
    TOO_MANY_HOLES,
    /** D8: no memory left in the budget of all connections; the peer will send it again. */
    NO_MEMORY,
    /** RFC 5961 §7: an ACK was due in answer to a segment without text, and this connection has sent enough of them. */
    CHALLENGE_LIMIT,
    /** RFC 5927 §4.1: an ICMP error about a segment that is not in flight. */
    ICMP_NOT_IN_FLIGHT,
    /** RFC 9293 §3.10.7.1: a segment for a connection that has ended. */
    CLOSED
}
