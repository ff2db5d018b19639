package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.ChallengeAcks;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * What is left of a connection in TIME-WAIT that its application has closed: as much as answers segments as
 * {@link Arrival} does in that state (RFC 9293 §3.10.7.4), in 48 bytes instead of the connection's thousands. Old duplicates
 * are acknowledged, resets ignored (RFC 1337), and the peer's FIN begins the wait anew. Only what came twice is not named (RFC 2883).
 *
 * <p>Not guarded: readers that come at the same time send an answer more, or take an older timestamp for the latest.
 */
public final class TimeWait {

    /** Of {@link #segment}: the answer is to be sent. */
    public static final int ANSWER = 1;
    /** Of {@link #segment}: the wait begins anew. */
    public static final int RESTART = 1 << 1;

    private static final long MILLI = 1_000_000L;

    private final int sndNxt;
    private final int rcvNxt;
    private final int rcvWnd;
    private final int maxSndWnd;
    private final char windowField;
    private final int waitMillis;
    private final boolean active;
    /** Whether this end would agree to timestamps in the next incarnation. */
    private final boolean offersTimestamps;
    private final boolean timestamps;
    private final int timestampOffset;
    private int recent;
    /** The millisecond of the last answer to a segment without text. */
    private int answeredAt;

    TimeWait(TcpConfig config, Lifecycle life, long now) {
        Sender snd = life.sender();
        Receiver rcv = life.receiver();
        sndNxt = snd.sndNxt;
        rcvNxt = rcv.rcvNxt;
        rcvWnd = rcv.window();
        maxSndWnd = snd.maxSndWnd;
        windowField = (char) rcv.advertise(rcvNxt, false);
        waitMillis = (int) Math.min(Integer.MAX_VALUE, 2 * config.mslNanos() / MILLI);
        active = life.isActive();
        offersTimestamps = config.extensions().timestamps();
        timestamps = life.timestamps().agreed();
        timestampOffset = config.extensions().timestampOffset();
        recent = life.timestamps().recent();
        answeredAt = (int) (now / MILLI) - ChallengeAcks.INTERVAL_MILLIS;
    }

    /** How long the wait is from its beginning, in nanoseconds. */
    public long waitNanos() {
        return waitMillis * MILLI;
    }

    /** Whether this end had opened the connection. */
    public boolean isActive() {
        return active;
    }

    /** SND.NXT. */
    public int sndNxt() {
        return sndNxt;
    }

    /** A SYN may begin the next incarnation, see {@link TcpConnection#mayBeReopenedBy}. */
    public boolean mayBeReopenedBy(TcpSegment syn) {
        return syn.has(TcpFlags.SYN) && !syn.has(TcpFlags.RST) && !syn.has(TcpFlags.ACK)
                && Timestamps.isLaterIncarnation(syn, offersTimestamps, rcvNxt, timestamps, recent);
    }

    /**
     * A segment has arrived that does not begin a new connection.
     *
     * @param out is filled where there is an answer
     * @return the sum of {@link #ANSWER} and {@link #RESTART}, or 0
     */
    public int segment(long now, TcpSegment in, TcpSegment out, TcpCounters counters) {
        int result = judge(now, in, counters);
        if ((result & ANSWER) != 0) {
            out.clear();
            out.seq = sndNxt;
            out.ack = rcvNxt;
            out.flags = TcpFlags.ACK;
            out.window = windowField;
            if (timestamps) {
                out.timestamps = true;
                out.tsVal = Timestamps.clock(now, timestampOffset);
                out.tsEcr = recent;
            }
        }
        return result;
    }

    private int judge(long now, TcpSegment in, TcpCounters counters) {
        if (in.has(TcpFlags.RST)) {
            return reset(now, in, counters);
        }
        if (timestamps && !in.timestamps && !in.has(TcpFlags.SYN)) {
            counters.count(TcpDiscard.NO_TIMESTAMP);
            return 0;
        }
        if (timestamps && in.timestamps && Seq.lt(in.tsVal, recent)) {
            counters.count(TcpDiscard.OLD_TIMESTAMP);
            return answer(now, in, counters);
        }
        if (!isAcceptable(in)) {
            counters.count(TcpDiscard.OUTSIDE_WINDOW);
            // The peer's FIN again: our ACK was lost (RFC 9293 §3.10.7.4, eighth check).
            boolean fin = in.has(TcpFlags.FIN) && in.end() == rcvNxt;
            return answer(now, in, counters) | (fin ? RESTART : 0);
        }
        if (in.has(TcpFlags.SYN)) {
            counters.count(TcpDiscard.UNEXPECTED_SYN);
            return challenge(now, counters);
        }
        if (!in.has(TcpFlags.ACK)) {
            counters.count(TcpDiscard.NO_ACK_FLAG);
            return 0;
        }
        if (Seq.gt(in.ack, sndNxt)) {
            counters.count(TcpDiscard.ACK_OF_UNSENT);
            return answer(now, in, counters);
        }
        if (Seq.lt(in.ack, sndNxt - maxSndWnd)) {
            counters.count(TcpDiscard.ACK_TOO_OLD);
            return answer(now, in, counters);
        }
        if (timestamps && in.timestamps && Seq.le(in.seq, rcvNxt)) {
            recent = in.tsVal;                       // RFC 7323 §4.3 (2); it is not older, as has been seen
        }
        if (in.payload.length() > 0 || in.has(TcpFlags.FIN)) {
            counters.count(TcpDiscard.TEXT_AFTER_FIN);
            return answer(now, in, counters);
        }
        return 0;
    }

    /** RFC 5961 §3.2, and RFC 1337 §3, F1: even the exact one is ignored, see {@link Arrival}. */
    private int reset(long now, TcpSegment in, TcpCounters counters) {
        if (in.seq == rcvNxt) {
            counters.count(TcpDiscard.RESET_IN_TIME_WAIT);
            return 0;
        }
        if (Seq.inWindow(in.seq, rcvNxt, rcvWnd)) {
            counters.count(TcpDiscard.RESET_NOT_EXACT);
            return challenge(now, counters);
        }
        counters.count(TcpDiscard.RESET_OUTSIDE_WINDOW);
        return 0;
    }

    /** RFC 9293 §3.10.7.4, first check. */
    private boolean isAcceptable(TcpSegment in) {
        if (in.length() == 0) {
            return rcvWnd == 0 ? in.seq == rcvNxt : Seq.inWindow(in.seq, rcvNxt, rcvWnd);
        }
        return rcvWnd > 0 && Seq.lt(in.seq, rcvNxt + rcvWnd) && Seq.gt(in.end(), rcvNxt);
    }

    private int answer(long now, TcpSegment in, TcpCounters counters) {
        return in.payload.length() > 0 ? ANSWER : challenge(now, counters);
    }

    /** One every {@value ChallengeAcks#INTERVAL_MILLIS} ms, lest two ends answer each other for ever (RFC 5961 §7). */
    private int challenge(long now, TcpCounters counters) {
        int milli = (int) (now / MILLI);
        if (milli - answeredAt < ChallengeAcks.INTERVAL_MILLIS) {
            return 0;
        }
        answeredAt = milli;
        counters.count(TcpEvent.CHALLENGE_ACK);
        return ANSWER;
    }
}
