package dev.weft.tcp.core;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * What we send as urgent data (RFC 9293 §3.8.5): SND.UP, the number of the octet that follows it, on each segment until the
 * peer has acknowledged that far. It points behind the last urgent octet, as RFC 6093 §3 has it and everybody does: what
 * Linux calls TCP_STDURG, the reading of RFC 1122, there is not.
 */
final class UrgentOut {

    private static final int FARTHEST = 0xffff;

    private boolean pending;
    private int up;

    /** Text up to {@code end} is urgent; more than before, if there was some (RFC 9293 §3.8.5, MUST-31: of any length). */
    void mark(int end) {
        pending = true;
        up = end;
    }

    /** Whether the peer has not acknowledged all of it. */
    boolean isPending() {
        return pending;
    }

    /** SND.UNA is {@code una} now. */
    void acknowledged(int una) {
        pending = pending && Seq.lt(una, up);
    }

    /** Points to the end of urgent data in a segment that begins before that; {@code nxt} is SND.NXT. */
    void stamp(TcpSegment out, int nxt) {
        if (!pending || out.has(TcpFlags.RST) || out.has(TcpFlags.SYN) || Seq.ge(out.seq, up)) {
            return;
        }
        int ahead = Seq.diff(up, out.seq);
        if (ahead <= FARTHEST) {
            out.urgentPointer = ahead;
        } else if (Seq.gt(out.seq + FARTHEST, nxt)) {
            out.urgentPointer = FARTHEST;            // as far as it reaches, to what has not been sent: a later one says more
        } else {
            return;
        }
        out.flags |= TcpFlags.URG;
    }
}
