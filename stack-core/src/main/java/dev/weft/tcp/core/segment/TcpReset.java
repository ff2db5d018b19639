package dev.weft.tcp.core.segment;

import dev.weft.wire.TcpFlags;

/** The reset that answers a segment for which there is no connection (RFC 9293 §3.10.7.1). */
public final class TcpReset {

    private TcpReset() {
    }

    /**
     * Fills {@code out} with the answer to a segment that found neither a connection nor a listener. The caller swaps
     * addresses and ports, limits the rate, and does not ask when the segment came to a broadcast or multicast address.
     *
     * @return false if the segment is itself a reset, which is never answered; {@code out} is empty then
     */
    public static boolean answerTo(TcpSegment in, TcpSegment out) {
        out.clear();
        if (in.has(TcpFlags.RST)) {
            return false;
        }
        if (in.has(TcpFlags.ACK)) {
            // Takes its sequence number from what the other side expects next: <SEQ=SEG.ACK><CTL=RST>.
            out.seq = in.ack;
            out.flags = TcpFlags.RST;
        } else {
            // <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>: the ACK shows that it answers this very segment.
            out.ack = in.end();
            out.flags = TcpFlags.RST | TcpFlags.ACK;
        }
        return true;
    }
}
