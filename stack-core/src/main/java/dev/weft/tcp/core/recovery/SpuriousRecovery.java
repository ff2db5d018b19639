package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;

/**
 * Whether what was sent again since the last loss was sent again for nothing: by the timestamp that the first ACK after it
 * echoes (Eifel detection, RFC 3522), or because the peer says of each byte of it that it came twice (RFC 3708 §2).
 */
final class SpuriousRecovery {

    private boolean watching;
    /** SND.UNA when the loss was found. */
    private int from;
    private long firstRetransmission;
    /** The first byte of the first retransmission. */
    private int firstStart;
    /** Bytes sent again, less those that the peer says came twice. */
    private long unexplained;
    private boolean ackSeen;

    /** A recovery or a time-out begins. */
    void begin(int una) {
        watching = true;
        from = una;
        firstRetransmission = Long.MAX_VALUE;
        unexplained = 0;
        ackSeen = false;
    }

    void end() {
        watching = false;
    }

    void retransmitted(long now, int start, int bytes) {
        if (firstRetransmission == Long.MAX_VALUE) {
            firstRetransmission = now;
            firstStart = start;
        }
        unexplained += bytes;
    }

    /** A D-SACK: the range came twice. */
    void duplicate(int left, int right) {
        if (watching && Seq.ge(left, from)) {
            unexplained -= Seq.diff(right, left);
        }
    }

    /** Whether all that was sent again came twice. */
    boolean isProvedByDuplicates() {
        return watching && firstRetransmission != Long.MAX_VALUE && unexplained <= 0;
    }

    /**
     * An ACK has moved SND.UNA: whether it answers what was sent before anything was sent again (RFC 3522 §3.2). Only the first
     * such ACK says so, and only where what it acknowledges first is what was sent again first. In a recovery that follows
     * another, retransmissions of the other may still be under way before that; their echoes are older and prove nothing.
     *
     * @param echoed when what it echoes was sent, by our clock; MIN_VALUE if it echoes nothing
     * @param duplicate whether it reports a duplicate: then it answers a retransmission, which PAWS' rules do not echo
     */
    boolean isProvedByEcho(long echoed, boolean duplicate) {
        if (!watching || ackSeen || firstRetransmission == Long.MAX_VALUE) {
            return false;
        }
        ackSeen = true;
        return firstStart == from && echoed != Long.MIN_VALUE && !duplicate && echoed + Timestamps.TICK <= firstRetransmission;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, int una) {
        watching = memo.flag(watching);
        if (watching) {
            from = memo.number(from, una);
            firstRetransmission = memo.time(firstRetransmission, Long.MAX_VALUE);
            firstStart = memo.number(firstStart, una);
            unexplained = memo.number(unexplained, 0);
            ackSeen = memo.flag(ackSeen);
        }
    }
}
