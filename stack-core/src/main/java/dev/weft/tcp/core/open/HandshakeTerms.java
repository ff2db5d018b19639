package dev.weft.tcp.core.open;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.TcpExtensions;

/**
 * What all half-open connections of a listener over one link have in common: what their SYN,ACKs say, and how long they are sent.
 * A value, of which many {@link HalfOpen} share one.
 *
 * @param mss what is announced, in bytes (RFC 9293 §3.7.1)
 * @param defaultMss what a peer takes that announces nothing (RFC 9293 §3.7.1, MUST-15)
 * @param receiveBuffer bytes of the receive buffer that a connection begins with
 * @param windowScale the shift of windows where the peer offers the option (RFC 7323 §2.3)
 * @param extensions what is agreed to; its timestamp offset means nothing here
 * @param retries how often an unanswered SYN,ACK is sent again
 * @param firstTimeout nanoseconds before the first time (RFC 6298 §2.1); the next wait is twice as long
 * @param longestTimeout nanoseconds at most (RFC 6298 §2.5)
 * @param userTimeout nanoseconds for which the handshake may last (RFC 9293 §3.10.8, USER TIMEOUT); 0: as long as retries go on
 * @param counters where is counted
 */
public record HandshakeTerms(int mss, int defaultMss, int receiveBuffer, int windowScale, TcpExtensions extensions, int retries,
                             long firstTimeout, long longestTimeout, long userTimeout, TcpCounters counters) {

    /** The window of the SYN,ACK in bytes, which is never scaled (RFC 7323 §2.2). */
    int synWindow() {
        return Math.min(65_535, receiveBuffer);
    }

    /** The window in bytes of the first segment after it: it may say more, where that is much (RFC 9293 §3.8.6.2.2). */
    int openWindow(int shift) {
        int more = Math.min(receiveBuffer, 65_535 << shift) - synWindow();
        return more >= Math.min(receiveBuffer / 2, mss) ? synWindow() + more : synWindow();
    }

    /** How long the SYN,ACK that was sent again so many times is waited for (RFC 6298 §5.5). */
    long timeout(int again) {
        return Math.min(longestTimeout, firstTimeout << Math.min(again, Byte.SIZE));
    }
}
