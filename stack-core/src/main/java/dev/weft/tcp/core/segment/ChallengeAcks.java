package dev.weft.tcp.core.segment;

import dev.weft.tcp.core.memo.Memo;

/**
 * How many ACKs a connection sends in answer to segments that carry no text and do not fit (RFC 5961 §7): {@value #BURST}
 * at once, and one every {@value #INTERVAL_MILLIS} ms after that. Two ends that both think the other's ACKs do not fit
 * would answer each other for ever without it. The limit is each connection's own: one shared by all of them tells an
 * attacker about connections that are not his (CVE-2016-5696).
 */
public final class ChallengeAcks {

    public static final int BURST = 5;
    public static final int INTERVAL_MILLIS = 200;
    /** As long before the present as answers may have been spent in advance: a whole burst may leave. In milliseconds. */
    public static final int UNSPENT_MILLIS = BURST * INTERVAL_MILLIS;

    private static final long INTERVAL = INTERVAL_MILLIS * 1_000_000L;

    /** The time up to which answers have been spent in advance. */
    private long spentUntil = -BURST * INTERVAL;

    /** Whether one more may be sent at {@code now}; if so it counts. */
    public boolean tryTake(long now) {
        long from = Math.max(spentUntil, now - BURST * INTERVAL);
        if (from + INTERVAL > now) {
            return false;
        }
        spentUntil = from + INTERVAL;
        return true;
    }

    /** Keeps what outlives a sleep. */
    public void keep(Memo memo) {
        spentUntil = memo.time(spentUntil, -BURST * INTERVAL);
    }

    /** Somebody else has answered for this connection before: up to this time answers have been spent. */
    public void spentUntil(long time) {
        spentUntil = time;
    }

    /**
     * The same for who has four bytes for it: milliseconds, which may wrap.
     *
     * @param spentUntil the time up to which answers have been spent; {@link #UNSPENT_MILLIS} before the present to begin with
     * @return the new one, the same if none may be sent
     */
    public static int take(int spentUntil, int nowMillis) {
        int behind = Math.min(nowMillis - spentUntil, UNSPENT_MILLIS);
        return behind < INTERVAL_MILLIS ? spentUntil : nowMillis - behind + INTERVAL_MILLIS;
    }
}
