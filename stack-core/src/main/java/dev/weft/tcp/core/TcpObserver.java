package dev.weft.tcp.core;

import dev.weft.tcp.core.recovery.RetransmitCause;

/**
 * Whom a connection tells what it does, as it does it. There is none unless somebody asks for it, and then it costs nothing:
 * each place where something would be told is one comparison with null.
 *
 * <p>Called under the connection's lock, in the order of things: an implementation takes a note and returns. It must not call
 * the connection.
 */
public interface TcpObserver {

    /** The state has changed; a connection that a SYN opens passively comes from CLOSED. */
    void stateChanged(TcpState from, TcpState to);

    /** {@code bytes} sequence numbers from {@code seq} on leave, and not for the first time. */
    void retransmitted(RetransmitCause why, int seq, int bytes);

    /** The peer says that {@code bytes} from the next one to be read on there is urgent data, or more of it than before. */
    void urgentReceived(int bytes);

    /** The congestion window is {@code cwnd} bytes now, the slow-start threshold {@code ssthresh}. */
    void windowChanged(WindowCause why, int cwnd, int ssthresh);
}
