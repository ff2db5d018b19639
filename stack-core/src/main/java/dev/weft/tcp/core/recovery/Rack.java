package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;

/**
 * Loss by time (RFC 8985 §6): what was sent before something that has arrived, and is late by more than a window for
 * reordering, is lost. This class remembers what arrived latest and how large the window is; {@link Scoreboard} keeps what
 * is in flight in the order in which it was sent, {@link Recovery} acts.
 */
public final class Rack {

    /** RFC 8985 §6.2, step 4: recoveries after which a window that duplicates had widened shrinks back. */
    public static final int PERSIST = 16;
    /** The least round trip is that of the last five to ten minutes (§6.2, step 1). */
    private static final long MIN_RTT_AGE = 300_000_000_000L;

    /** RACK.xmit_ts, RACK.end_seq: of what has arrived, that which was sent last. */
    private long sentAt;
    private int end;
    private boolean known;
    /** RACK.rtt, in nanoseconds. */
    private long rtt;
    /** RACK.min_RTT of this period and the one before. */
    private long minRtt = Long.MAX_VALUE;
    private long priorMinRtt = Long.MAX_VALUE;
    private long minRttSince;
    /** RACK.fack: the highest number that has arrived. */
    private int fack;
    private boolean reorderingSeen;
    private int multiplier = 1;
    private int persist = PERSIST;
    private boolean inDsackRound;
    private int dsackRound;
    /** What the present ACK echoes, as the time of our clock at which it was sent; MIN_VALUE if unknown. */
    private long echoed = Long.MIN_VALUE;

    void begin(int iss) {
        fack = iss;
    }

    /** An ACK comes, and echoes what was sent at {@code time} or up to a tick of the clock later; MIN_VALUE: no such echo. */
    void beginAck(long time) {
        echoed = time;
    }

    /** Steps 1 to 3: a range that was sent at {@code time} has arrived up to {@code upTo}. */
    void delivered(long now, long time, int upTo, boolean again) {
        if (Seq.gt(upTo, fack)) {
            fack = upTo;
        } else if (Seq.lt(upTo, fack) && !again) {
            reorderingSeen = true;
        }
        long sample = now - time;
        if (again && (echoed != Long.MIN_VALUE && echoed + Timestamps.TICK <= time || sample < minRtt())) {
            return;                                  // it is the first transmission that has arrived, late
        }
        if (!again) {
            noteMinRtt(now, sample);
        }
        if (!known || time > sentAt || time == sentAt && Seq.gt(upTo, end)) {
            known = true;
            rtt = sample;
            sentAt = time;
            end = upTo;
        }
    }

    private void noteMinRtt(long now, long sample) {
        if (now - minRttSince > MIN_RTT_AGE) {
            priorMinRtt = minRtt;
            minRtt = Long.MAX_VALUE;
            minRttSince = now;
        }
        minRtt = Math.min(minRtt, sample);
    }

    long minRtt() {
        long least = Math.min(minRtt, priorMinRtt);
        return least == Long.MAX_VALUE ? 0 : least;
    }

    public boolean reorderingSeen() {
        return reorderingSeen;
    }

    /** Step 4, RACK_update_reo_wnd: a duplicate says that the window was too small; once in a round trip it grows. */
    public void duplicateSeen(int una, int nxt) {
        acknowledged(una);
        if (!inDsackRound) {
            inDsackRound = true;
            dsackRound = nxt;
            multiplier = Math.min(multiplier + 1, 1 << 10);
            persist = PERSIST;
        }
    }

    /** SND.UNA is {@code una}: a round trip ends when it gets there, not 2 GiB later, when that seems to lie ahead. */
    public void acknowledged(int una) {
        inDsackRound &= Seq.lt(una, dsackRound);
    }

    /** A recovery is over. */
    public void recovered() {
        persist--;
        if (persist <= 0) {
            persist = PERSIST;
            multiplier = 1;
        }
    }

    public int multiplier() {
        return multiplier;
    }

    /**
     * RACK.reo_wnd in nanoseconds.
     *
     * @param hasty whether a recovery is under way, or three segments have arrived behind a hole: without a sign of
     *     reordering there is nothing to wait for then
     */
    long window(boolean hasty, long srtt) {
        return hasty && !reorderingSeen ? 0 : Math.min(multiplier * minRtt() / 4, srtt);
    }

    /** Step 5, RACK_detect_loss: gives up what is late, and returns when to look again, MAX_VALUE for never. */
    long detect(long now, Scoreboard board, long window) {
        if (!known) {
            return Long.MAX_VALUE;
        }
        board.loseSentBefore(now, sentAt, end, now - rtt - window);
        // One look for all of them: what is left was sent no later than the segment that has arrived.
        return board.hasSentBefore(sentAt, end) ? Math.max(now + 1, sentAt + rtt + window) : Long.MAX_VALUE;
    }

    /** RFC 8985 §6.3: on a time-out what was sent within the last round trip is not given up yet. */
    void timedOut(long now, Scoreboard board, long window) {
        board.loseSentBefore(now, Long.MAX_VALUE, 0, now - rtt - window);
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, int una) {
        sentAt = memo.time(sentAt, 0);
        end = memo.number(end, una);
        known = memo.flag(known);
        rtt = memo.number(rtt, 0);
        minRtt = memo.number(minRtt, rtt);
        priorMinRtt = memo.number(priorMinRtt, Long.MAX_VALUE);
        minRttSince = memo.time(minRttSince, 0);
        fack = memo.number(fack, una);
        reorderingSeen = memo.flag(reorderingSeen);
        multiplier = memo.number(multiplier, 1);
        persist = memo.number(persist, PERSIST);
    }
}
