package dev.weft.tcp;

import java.net.InetSocketAddress;

/**
 * Something that a connection has done, told to a {@link TcpEventListener}. Values that hold on to nothing.
 *
 * <pre>{@code
 * switch (event) {
 *     case TcpSocketEvent.StateChanged e  -> log.info("{} {} → {}", e.remote(), e.from(), e.to());
 *     case TcpSocketEvent.Retransmitted e -> lost.add(e.bytes());
 *     case TcpSocketEvent.WindowChanged e -> plot(e.nanos(), e.cwnd());
 *     case TcpSocketEvent.UrgentReceived e -> interrupted = true;
 * }
 * }</pre>
 */
public sealed interface TcpSocketEvent {

    /** This end of the connection. */
    InetSocketAddress local();

    /** The other end. */
    InetSocketAddress remote();

    /** When, by the stack's clock, in nanoseconds. */
    long nanos();

    /**
     * The state is another one.
     *
     * @param local this end
     * @param remote the other end
     * @param nanos when
     * @param from the state before, by its name in RFC 9293 §3.3.2 with underscores; CLOSED where a connection begins, also
     *     one that a listener makes
     * @param to the state now; after CLOSED nothing follows
     */
    record StateChanged(InetSocketAddress local, InetSocketAddress remote, long nanos, String from, String to)
            implements TcpSocketEvent {
    }

    /**
     * A segment is sent again.
     *
     * @param local this end
     * @param remote the other end
     * @param nanos when
     * @param cause why
     * @param sequence its sequence number, 0 to 2<sup>32</sup>−1
     * @param bytes how many sequence numbers it takes: bytes, and one each for SYN and FIN
     */
    record Retransmitted(InetSocketAddress local, InetSocketAddress remote, long nanos, TcpRetransmitCause cause, long sequence,
                         int bytes) implements TcpSocketEvent {
    }

    /**
     * The peer says that there is urgent data ahead, or more of it than before (RFC 9293 §3.8.5, MUST-32).
     *
     * @param local this end
     * @param remote the other end
     * @param nanos when
     * @param bytes where it ends, counted from the next byte to be read; see {@link TcpSocket#urgentRemaining()}
     */
    record UrgentReceived(InetSocketAddress local, InetSocketAddress remote, long nanos, int bytes) implements TcpSocketEvent {
    }

    /**
     * The congestion window is another one. In bulk transfers there is one such event for many an ACK.
     *
     * @param local this end
     * @param remote the other end
     * @param nanos when
     * @param cause why
     * @param cwnd congestion window in bytes
     * @param ssthresh slow-start threshold in bytes, {@link Integer#MAX_VALUE} before the first loss
     */
    record WindowChanged(InetSocketAddress local, InetSocketAddress remote, long nanos, TcpWindowCause cause, int cwnd,
                         int ssthresh) implements TcpSocketEvent {
    }
}
