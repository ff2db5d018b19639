package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.memo.Memo;

/**
 * The parts of a connection, which are given up while nothing happens (D8): a second after the last segment an established
 * connection that has nothing to send, to read, to wait for or to tell is a {@link Memo} of some 180 bytes in place of forty objects of
 * 2,500 bytes. Whatever needs the parts has them made anew, as they were: nobody can tell by its segments that a connection
 * has slept. What is asked of idle connections, their state and their deadline, and polls, are answered asleep.
 *
 * <p>Where more than the memo is to be kept (an observer, what an attempt at fast open has come to, a FIN), or something is still to
 * be done, only arrays are given up that nothing lies in.
 */
abstract sealed class Sleeper permits UserCalls {

    /**
     * So long after the last segment a connection is taken for idle. Not at once, for an exchange of requests and answers
     * would make everything anew each time.
     */
    static final long REST = 1_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;
    /** Of {@link #restAt}: {@link #REST} after the next poll. */
    private static final long SOON = -1;

    final TcpConfig config;
    private final boolean active;
    /** Null while asleep. */
    private Parts parts;
    /** What is left of them, null while awake. */
    private byte[] memo;
    /** While asleep: the reader that waits. */
    private ReceiveRequest waiting;
    /** When it is taken for idle, or never again before the next segment; asleep, when it must wake. */
    private long restAt = NEVER;

    Sleeper(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        this.config = config;
        this.active = active;
        this.parts = new Parts(config, iss, active, observer);
    }

    /** Whether this end opened it, by {@link TcpConnection#active}. */
    public boolean isActive() {
        return active;
    }

    final boolean isAsleep() {
        return parts == null;
    }

    /** The parts, awake. */
    final Parts parts() {
        if (parts == null) {
            parts = recalled();
            if (waiting != null) {
                parts.rcv.buffer.request(waiting);
            }
            memo = null;
            waiting = null;
            restAt = SOON;
        }
        return parts;
    }

    /** For a look that changes nothing: the parts, or others like them if it is asleep and is to sleep on. */
    final Parts seen() {
        return parts == null ? recalled() : parts;
    }

    final Lifecycle life() {
        return parts().life;
    }

    final Sender snd() {
        return parts().snd;
    }

    final Receiver rcv() {
        return parts().rcv;
    }

    // ---- what is answered asleep

    /** When {@link #restsAt} or the protocol wants something to happen, see {@link TcpConnection#deadline}. */
    final long wakesAt() {
        return restAt;
    }

    /** A reader waits: {@link UserCalls#request}, asleep. */
    final void waits(ReceiveRequest reader) {
        if (waiting != null) {
            throw new IllegalStateException("one reader at a time: a request is queued");
        }
        waiting = reader;
    }

    /** Whether a reader waits, asleep. */
    final boolean hasWaiting() {
        return waiting != null;
    }

    /** A reader that waits, and has got nothing, goes, asleep. */
    final void waitsNoMore() {
        if (waiting != null) {
            waiting.end();
            waiting = null;
        }
    }

    // ---- falling asleep

    /** A segment has come: idleness begins anew. */
    final void stirred(long now) {
        restAt = now + REST;
    }

    /** Something is over that may have kept it awake. */
    final void restsLater() {
        if (restAt == NEVER) {
            restAt = SOON;
        }
    }

    /** When it is taken for idle; {@link Long#MAX_VALUE} if it is, or is not known to be. */
    final long restsAt() {
        return restAt == SOON ? NEVER : restAt;
    }

    /** Awake, and nothing is to be sent. */
    final void nothingLeaves(long now) {
        if (restAt == SOON) {
            restAt = now + REST;
        } else if (now >= restAt) {
            parts.rest();
            if (!sleep()) {
                restAt = parts.areSettling() ? now + REST : NEVER;
            }
        }
    }

    /** Falls asleep if it may, for tests at any moment. */
    final boolean sleep() {
        if (parts == null || !parts.areAtRest()) {
            return false;
        }
        var written = Memo.blank();
        written.number(parts.snd.iss, 0);
        parts.keep(written);
        memo = written.bytes();
        waiting = parts.rcv.buffer.waiting();
        restAt = parts.deadline();
        parts = null;
        return true;
    }

    private Parts recalled() {
        var read = Memo.of(memo);
        var recalled = new Parts(config, read.number(0, 0), active, null);
        recalled.keep(read);
        return recalled;
    }
}
