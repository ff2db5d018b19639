package dev.weft.tcp.core.open;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;

/**
 * What one connection does of fast open (RFC 7413): data rides on a SYN that carries a cookie of the server's, and is read and
 * answered before the handshake is complete. Kept only by connections that try it.
 *
 * <p>A client's first SYN asks for a cookie, or shows one and carries data; SYNs that repeat it do neither (§4.1.3.1: what
 * lies on the way may drop such SYNs). What a SYN,ACK does not acknowledge of the data is sent again at once (§4.2.1). On a
 * server the connection is in SYN-RECEIVED as any other, but it may send and be read (§4.2.2).
 */
public final class FastOpen {

    /** RFC 9293 §3.1: options take no more. They are not known yet when it is decided how much text rides on a SYN. */
    private static final int MOST_OPTIONS = 40;

    private final TcpCounters counters;
    /** Client: what the SYN shows, null to ask. Server: what the SYN,ACK gives. */
    private final FastOpenCookie cookie;
    private final boolean client;
    private final int knownMss;
    private boolean usedCookie;
    private boolean answered;
    private boolean acknowledged;
    private boolean synLost;
    private FastOpenCookie received;

    private FastOpen(TcpCounters counters, boolean client, FastOpenCookie cookie, int knownMss) {
        this.counters = counters;
        this.client = client;
        this.cookie = cookie;
        this.knownMss = knownMss;
    }

    /** The client's; {@code cookie} is null where it has none; {@code mss}: what the server announced when it gave the cookie. */
    public static FastOpen client(TcpCounters counters, FastOpenCookie cookie, int mss) {
        return new FastOpen(counters, true, cookie, mss);
    }

    /** The server's, which gives {@code cookie}. */
    public static FastOpen server(TcpCounters counters, FastOpenCookie cookie) {
        return new FastOpen(counters, false, cookie, 0);
    }

    /** How many bytes of text the first SYN may carry, for a path that takes {@code most} bytes of text and options. */
    public int room(int most) {
        return client && cookie != null ? Math.max(0, Math.min(knownMss, most) - MOST_OPTIONS) : 0;
    }

    /** Puts the option into a SYN or SYN,ACK. */
    public void write(TcpSegment out) {
        if (client && out.retransmission) {
            return;
        }
        if (cookie != null) {
            cookie.write(out);
        } else {
            out.fastOpen = 0;
        }
        usedCookie |= client && out.payload.length() > 0;
    }

    /** The client's SYN was not answered in time. */
    public void synTimedOut() {
        synLost = true;
    }

    /** A SYN,ACK has come. */
    public void answered(TcpSegment in, int iss) {
        answered = true;
        received = FastOpenCookie.of(in);
        if (!usedCookie) {
            return;
        }
        acknowledged = Seq.gt(in.ack, iss + 1);
        counters.count(acknowledged ? TcpEvent.FAST_OPEN_ACKNOWLEDGED : TcpEvent.FAST_OPEN_IGNORED);
    }

    public FastOpenOutcome outcome(int peerMss) {
        return new FastOpenOutcome(received, peerMss, answered, usedCookie, acknowledged, synLost);
    }
}
