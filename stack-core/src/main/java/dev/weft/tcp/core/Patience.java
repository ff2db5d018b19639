package dev.weft.tcp.core;

import dev.weft.tcp.core.memo.Memo;

/**
 * How long this end believes in its peer: keep-alives on a silent connection (RFC 9293 §3.8.4), and the user timeout on one
 * that has something to deliver (RFC 9293 §3.8.3 and §3.10.8, RFC 5482 §2). Both are off unless the application asks for them
 * (MUST-25).
 *
 * <p>They take turns: with something unacknowledged or unsent, retransmissions and window probes ask the peer and no
 * keep-alive is sent (MUST-26); with nothing, there is nothing to time out. A connection with keep-alives and a user timeout
 * ends by the latter: its probes go on until the peer has been silent for so long (RFC 5482 §4.2).
 */
final class Patience {

    private static final long NEVER = Long.MAX_VALUE;

    private long idle;
    private long interval;
    private int count;
    private long userTimeout;

    /**
     * How long a peer may acknowledge nothing new after the application has closed the connection, its window closed or not.
     * RFC 9293 §3.8.6.1 (MUST-37) has it open for ever while probes are answered; RFC 6429 §3 leaves it to the host to end
     * connections that only hold its memory.
     */
    private static final long ABANDONED = 300_000_000_000L;

    /** When the peer was heard last. */
    private long heardAt;
    /** Keep-alives sent since, when the last was, and whether one is to be sent now. */
    private int probes;
    private long probedAt;
    private boolean probeDue;
    /** Whether silence is watched: a synchronized connection with nothing to deliver. */
    private boolean watching;
    /** When the application closed the connection. */
    private long closedAt = NEVER;
    /** Since when something waits for an acknowledgement. */
    private long waitingSince = NEVER;

    /** Sends keep-alives after {@code idleNanos} of silence, every {@code intervalNanos}, {@code most} of them; 0 for none. */
    void keepAlive(long idleNanos, long intervalNanos, int most) {
        idle = idleNanos;
        interval = intervalNanos;
        count = most;
        probes = 0;
        probeDue = false;
    }

    /** Ends a connection whose peer acknowledges nothing for so long; 0 leaves that to the limit of retransmissions. */
    void userTimeout(long nanos) {
        userTimeout = nanos;
    }

    /** The application has closed the connection: nobody waits for its delivery. */
    void closed(long now) {
        closedAt = Math.min(closedAt, now);
    }

    boolean hasUserTimeout() {
        return userTimeout > 0;
    }

    /** An acceptable ACK has come. */
    void heard(long now) {
        heardAt = now;
        probes = 0;
        probeDue = false;
    }

    /** The peer has acknowledged something new: what still waits gets its time from now. */
    void progress() {
        waitingSince = NEVER;
    }

    /**
     * What the connection is about.
     *
     * @param waits whether something is unacknowledged or unsent
     * @param synchronizedAndOpen whether silence may mean that the peer is gone
     */
    void follow(long now, boolean waits, boolean synchronizedAndOpen) {
        waitingSince = waits ? Math.min(waitingSince, now) : NEVER;
        watching = synchronizedAndOpen && !waits;
        probeDue &= watching;
    }

    /** Nothing is expected any more. */
    void stop() {
        watching = false;
        probeDue = false;
        waitingSince = NEVER;
    }

    long deadline() {
        return Math.min(nextProbe(), end());
    }

    /** When what waits will have waited for too long. */
    private long end() {
        if (waitingSince == NEVER) {
            return NEVER;
        }
        long byUser = userTimeout == 0 ? NEVER : saturated(waitingSince, userTimeout);
        return closedAt == NEVER ? byUser : Math.min(byUser, Math.max(waitingSince, closedAt) + ABANDONED);
    }

    private long nextProbe() {
        if (!watching || count == 0 || probeDue) {
            return NEVER;
        }
        return probes == 0 ? saturated(heardAt, idle) : saturated(probedAt, interval);
    }

    private static long saturated(long from, long nanos) {
        return nanos >= NEVER - from ? NEVER : from + nanos;
    }

    /** Whether what waits has waited for the user timeout, or nobody wants it any more and it has waited long enough. */
    boolean hasTimedOut(long now) {
        return waitingSince != NEVER && now >= end();
    }

    /**
     * Time has passed: has a probe sent if it is time for one.
     *
     * @return false if there has been one too many without an answer. RFC 9293 §3.8.4 (MUST-29): never a single one
     */
    boolean tick(long now) {
        if (now < nextProbe()) {
            return true;
        }
        if (probes > 0 && (userTimeout > 0 ? now - heardAt >= userTimeout : probes >= count)) {
            return false;
        }
        probes++;
        probedAt = now;
        probeDue = true;
        return true;
    }

    /** Whether a keep-alive is to be sent now; asking takes it. */
    boolean takeProbe() {
        boolean taken = probeDue;
        probeDue = false;
        return taken;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        idle = memo.number(idle, 0);
        interval = memo.number(interval, 0);
        count = memo.number(count, 0);
        userTimeout = memo.number(userTimeout, 0);
        heardAt = memo.time(heardAt, 0);
        probes = memo.number(probes, 0);
        probedAt = memo.time(probedAt, 0);
        watching = true;
    }

    /** Whether nothing waits, nor is a keep-alive to be sent now, and the application has not closed the connection. */
    boolean isAtRest() {
        return waitingSince == NEVER && closedAt == NEVER && !probeDue && watching;
    }
}
