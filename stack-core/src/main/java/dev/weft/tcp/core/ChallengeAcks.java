package dev.weft.tcp.core;

import dev.weft.tcp.core.memo.Memo;

/**
 * How many ACKs a connection sends in answer to segments that carry no text and do not fit (RFC 5961 §7): {@value #BURST}
 * at once, and one every {@value #INTERVAL_MILLIS} ms after that. Two ends that both think the other's ACKs do not fit
 * would answer each other for ever without it. The limit is each connection's own: one shared by all of them tells an
 * attacker about connections that are not his (CVE-2016-5696).
 */
final class ChallengeAcks {

    static final int BURST = 5;
    static final int INTERVAL_MILLIS = 200;

    private static final long INTERVAL = INTERVAL_MILLIS * 1_000_000L;

    /** The time up to which answers have been spent in advance. */
    private long spentUntil = -BURST * INTERVAL;

    /** Whether one more may be sent at {@code now}; if so it counts. */
    boolean tryTake(long now) {
        long from = Math.max(spentUntil, now - BURST * INTERVAL);
        if (from + INTERVAL > now) {
            return false;
        }
        spentUntil = from + INTERVAL;
        return true;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        spentUntil = memo.time(spentUntil, -BURST * INTERVAL);
    }
}
