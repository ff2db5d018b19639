package dev.weft.tcp;

import dev.weft.runtime.ShortLock;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.open.FastOpenOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client knows of servers it has tried fast open with: their cookies, and whether a SYN with the option gets through
 * at all (RFC 7413 §4.1.3 and §4.1.3.1). By address and port of the server and address of ours; the least recently used goes
 * first.
 */
final class FastOpenClient {

    /** Servers remembered. */
    static final int MOST = 1_024;
    /** How long fast open is not tried after the first failure; doubles with each up to 64 times. */
    static final long FIRST_REST = 60_000_000_000L;
    private static final int LONGEST_REST_SHIFT = 6;

    /**
     * One server.
     *
     * @param cookie null while there is none
     * @param failures so often in a row nothing came back
     * @param restsUntil when to try again
     */
    record Known(FastOpenCookie cookie, int mss, int failures, long restsUntil) {

        static final Known NOTHING = new Known(null, 0, 0, Long.MIN_VALUE);
    }

    /** Guards the map; nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private final LinkedHashMap<FlowKey, Known> servers = new LinkedHashMap<>(16, 0.75f, true); // guarded by lock

    /** What is known of the server of this connection, or null if fast open is not to be tried with it at {@code now}. */
    Known find(FlowKey key, long now) {
        lock.lock();
        try {
            Known known = servers.getOrDefault(server(key), Known.NOTHING);
            return now < known.restsUntil ? null : known;
        } finally {
            lock.unlock();
        }
    }

    /** An attempt at connecting with fast open has ended so. */
    void learn(FlowKey key, FastOpenOutcome outcome, long now) {
        lock.lock();
        try {
            Known before = servers.getOrDefault(server(key), Known.NOTHING);
            servers.put(server(key), after(before, outcome, now));
            if (servers.size() > MOST) {
                Map.Entry<FlowKey, Known> oldest = servers.firstEntry();
                servers.remove(oldest.getKey());
            }
        } finally {
            lock.unlock();
        }
    }

    private static Known after(Known before, FastOpenOutcome outcome, long now) {
        FastOpenCookie cookie = outcome.cookie() != null ? outcome.cookie() : before.cookie;
        int mss = outcome.answered() ? outcome.peerMss() : before.mss;
        if (outcome.dataAcknowledged()) {
            return new Known(cookie, mss, 0, Long.MIN_VALUE);
        }
        if (outcome.synLost() || !outcome.answered()) {
            // Perhaps something on the way drops such SYNs: RFC 7413 §4.1.3.1 (MUST).
            int failures = before.failures + 1;
            return new Known(cookie, mss, failures, now + (FIRST_REST << Math.min(failures - 1, LONGEST_REST_SHIFT)));
        }
        // Data that was not taken, and no other cookie: this one is no good, the next SYN asks.
        boolean useless = outcome.usedCookie() && outcome.cookie() == null;
        return new Known(useless ? null : cookie, mss, before.failures, Long.MIN_VALUE);
    }

    private static FlowKey server(FlowKey key) {
        return new FlowKey(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports() & 0xffff_0000);
    }

    /** How many servers are remembered. */
    int size() {
        lock.lock();
        try {
            return servers.size();
        } finally {
            lock.unlock();
        }
    }
}
