package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;

/**
 * Whether the congestion window is in use: only then does an ACK say that the path would take more (RFC 7661 §4.3). The rule
 * is Linux': of each window's worth of data the fullest moment counts.
 */
public final class WindowUse {

    private boolean blocked;
    private int most;
    private int windowEnd;
    private int used;
    private long usedSince;

    /** Data may flow. */
    public void start(long now, int nxt) {
        windowEnd = nxt;
        usedSince = now;
    }

    /**
     * Nothing more leaves for the moment.
     *
     * @param flight bytes in flight
     * @param byWindow whether it is the congestion window that holds back what waits
     * @param rto for how long a window may be underused
     * @return the most that was in flight, if the window has not been in use for {@code rto}; else 0
     */
    public int stopped(long now, int flight, boolean byWindow, int una, int nxt, boolean limited, long rto) {
        if (Seq.ge(una, windowEnd) || byWindow || !blocked && flight > most) {
            blocked = byWindow;
            most = flight;
            windowEnd = nxt;
        }
        if (byWindow || limited) {
            used = 0;
            usedSince = now;
            return 0;
        }
        used = Math.max(used, flight);
        if (used == 0 || now - usedSince < rto) {
            return 0;
        }
        int result = used;
        used = 0;
        usedSince = now;
        return result;
    }

    /** In slow start twice what was in flight may be open, for otherwise pacing would keep the window from doubling. */
    public boolean isLimited(int cwnd, boolean slowStart) {
        return blocked || slowStart && cwnd < 2L * most;
    }

    /** Whether {@link #stopped} has nothing to tell or to note any more, as long as nothing is in flight. */
    public boolean isSettled(int nxt) {
        return !blocked && most == 0 && used == 0 && windowEnd == nxt;
    }

    /** Keeps what outlives a sleep, of one that is settled. */
    public void keep(Memo memo, int nxt) {
        windowEnd = nxt;
        usedSince = memo.time(usedSince, 0);
    }
}
