package dev.weft.tcp.core.segment;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * The timestamps option (RFC 7323 §3 to §5): what is sent in it, the peer's that is echoed, and PAWS, the protection against
 * segments that are so old that their sequence numbers mean something again.
 *
 * <p>The clock ticks every millisecond (§5.4: between 1 ms and 1 s), so it wraps its sign after 24.8 days.
 */
public final class Timestamps {

    /** How long a tick of the clock lasts, in nanoseconds. */
    public static final long TICK = 1_000_000L;
    /** RFC 7323 §5.5: after 24 days without a word TS.Recent may have been overtaken by half the space, and says nothing. */
    static final long OUTDATED = 24L * 24 * 3600 * 1_000_000_000L;

    private final int offset;
    private boolean agreed;
    /** TS.Recent, the timestamp to echo, and when it was set. */
    private int recent;
    private long recentAt;
    /** Last.ACK.sent. */
    private int lastAckSent;
    /** When the first timestamp was sent: nothing older can come back. */
    private long stampedAt = Long.MAX_VALUE;

    public Timestamps(int offset) {
        this.offset = offset;
    }

    /** Both SYNs carry the option; this is the peer's. */
    public void agree(long now, TcpSegment syn) {
        agreed = true;
        recent = syn.tsVal;
        recentAt = now;
        lastAckSent = syn.seq + 1;
    }

    /** Whether both SYNs carry the option: then every segment but resets has it. */
    public boolean agreed() {
        return agreed;
    }

    /** TS.Recent. */
    public int recent() {
        return recent;
    }

    /** What the clock shows in TSval. */
    public int clock(long now) {
        return clock(now, offset);
    }

    public static int clock(long now, int offset) {
        return (int) (now / TICK) + offset;
    }

    /** Puts the option into a segment, and takes note of what it acknowledges. */
    public void stamp(long now, TcpSegment out) {
        out.timestamps = true;
        out.tsVal = clock(now);
        stampedAt = Math.min(stampedAt, now);
        // RFC 7323 §3.2: TSecr is valid if ACK is set, and otherwise zero.
        out.tsEcr = out.has(TcpFlags.ACK) ? recent : 0;
        if (out.has(TcpFlags.ACK)) {
            lastAckSent = out.ack;
        }
    }

    /** RFC 7323 §5.3, R1: whether a segment is older than one that was taken. Not to be asked about resets (§5.2). */
    public boolean isOld(long now, TcpSegment in) {
        return in.timestamps && Seq.lt(in.tsVal, recent) && now - recentAt < OUTDATED;
    }

    /**
     * RFC 7323 §4.3 (2), §5.3 R3: an acceptable segment that reaches back to what was acknowledged last sets TS.Recent; so
     * a delayed ACK echoes the first segment it answers, and one behind a hole the last before it.
     */
    public void accepted(long now, TcpSegment in) {
        if (in.timestamps && Seq.le(in.seq, lastAckSent) && (!Seq.lt(in.tsVal, recent) || now - recentAt >= OUTDATED)) {
            recent = in.tsVal;
            recentAt = now;
        }
    }

    /** When what the segment echoes was sent: the beginning of the tick of our clock that it names. */
    public long sentAt(long now, TcpSegment in) {
        return (now / TICK - (clock(now) - in.tsEcr)) * TICK;
    }

    /** Whether the segment echoes what this end can have sent. */
    public boolean echoes(long now, TcpSegment in) {
        if (!agreed || !in.timestamps) {
            return false;
        }
        int age = clock(now) - in.tsEcr;
        return age >= 0 && age <= now / TICK - stampedAt / TICK;
    }

    /**
     * Whether a SYN may end the TIME-WAIT of this connection (RFC 6191 §2, RFC 9293 §3.6.1 MAY-2): it must be later than all
     * that has come, by its timestamp or else by its number.
     *
     * @param offered whether this end would agree to timestamps in the next incarnation
     */
    public boolean isLaterIncarnation(TcpSegment syn, boolean offered, int rcvNxt) {
        return isLaterIncarnation(syn, offered, rcvNxt, agreed, recent);
    }

    /** The same, of a connection with this answer to {@link #agreed()} and this {@link #recent()}. */
    public static boolean isLaterIncarnation(TcpSegment syn, boolean offered, int rcvNxt, boolean agreed, int recent) {
        if (!syn.timestamps || !offered) {
            return Seq.gt(syn.seq, rcvNxt);
        }
        if (!agreed) {
            return true;                             // what is left of the old one has no timestamp and will be dropped
        }
        return Seq.gt(syn.tsVal, recent) || syn.tsVal == recent && Seq.gt(syn.seq, rcvNxt);
    }

    /** Keeps what outlives a sleep; {@code rcvNxt}: RCV.NXT. */
    public void keep(Memo memo, int rcvNxt) {
        agreed = memo.flag(agreed);
        recent = memo.number(recent, 0);
        recentAt = memo.time(recentAt, 0);
        lastAckSent = memo.number(lastAckSent, agreed ? rcvNxt : 0);
        stampedAt = memo.time(stampedAt, Long.MAX_VALUE);
    }
}
