package dev.weft.tcp;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.open.FastOpenCookies;
import dev.weft.tcp.core.segment.TcpSegment;

/** What listeners do about the fast open option of a SYN (RFC 7413 §4.1.2, §4.2.2). On readers. */
final class FastOpenServer {

    /**
     * What becomes of a SYN.
     *
     * @param ticket the place of one whose data is taken at once; null: an ordinary handshake follows
     * @param given the cookie that the SYN,ACK gives; null for none
     */
    record Verdict(PendingFastOpens.Ticket ticket, FastOpenCookie given) {

        static final Verdict ORDINARY = new Verdict(null, null);

        boolean isFast() {
            return ticket != null;
        }
    }

    private final FastOpenCookies cookies;
    private final TcpStatistics statistics;

    FastOpenServer(FastOpenCookies cookies, TcpStatistics statistics) {
        this.cookies = cookies;
        this.statistics = statistics;
    }

    /** The cookie for a client. */
    FastOpenCookie cookie(FlowKey key, long now) {
        return cookies.make(now, key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo());
    }

    /** Looks at a SYN for this listener, which has a place for one more to accept. */
    Verdict look(TcpListener listener, FlowKey key, TcpSegment syn, long now) {
        PendingFastOpens pending = listener.pendingFastOpens();
        if (pending == null || syn.fastOpen == TcpSegment.ABSENT) {
            return Verdict.ORDINARY;
        }
        FastOpenCookie own = cookie(key, now);
        if (!cookies.isGood(now, key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), syn)) {
            if (syn.fastOpen > 0) {
                statistics.count(TcpEvent.FAST_OPEN_COOKIE_REFUSED);
            }
            return new Verdict(null, own);
        }
        FastOpenCookie given = own.equals(FastOpenCookie.of(syn)) ? null : own;       // that of yesterday has a day to live
        if (syn.payload.length() == 0) {
            return new Verdict(null, given);
        }
        PendingFastOpens.Ticket ticket = pending.take(now);
        if (ticket == null) {
            statistics.count(TcpEvent.FAST_OPEN_TOO_MANY);
        }
        return new Verdict(ticket, given);
    }
}
