package dev.weft.tcp;

import dev.weft.ip.IpPath;
import dev.weft.tcp.core.CookieHandshake;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.TcpSegment;

/**
 * The way into a listener for which nothing is kept between SYN and ACK, so that a flood of SYNs takes no memory and shuts
 * nobody out. On readers; holds nothing but a configuration that is the same for all peers on links of one MTU.
 */
final class CookieDoor {

    /** The configuration used last, and what it was made for. */
    private record Prepared(TcpOptions options, int mtu, boolean ipv4, TcpConfig config) {
        boolean fits(TcpListener listener, IpPath path) {
            return options == listener.options() && mtu == path.mtu() && ipv4 == path.remote().isIpv4();
        }
    }

    private final PassiveOpens passives;
    private final FlowMaker maker;
    private final SynCookies cookies;
    private final TcpSynCookies when;
    private final TcpStatistics statistics;
    private volatile Prepared prepared;

    CookieDoor(PassiveOpens passives, FlowMaker maker, SynCookies cookies, TcpSynCookies when, TcpStatistics statistics) {
        this.passives = passives;
        this.maker = maker;
        this.cookies = cookies;
        this.when = when;
        this.statistics = statistics;
    }

    /** Whether a SYN for this listener is to be answered here. */
    boolean isFor(TcpListener listener) {
        return when != TcpSynCookies.OFF && listener.hasPlace() && (when == TcpSynCookies.ALWAYS || !listener.hasRoom());
    }

    /** Fills {@code out} with the SYN,ACK to {@code syn}, and keeps nothing of either. */
    void answer(TcpListener listener, IpPath path, int ports, long now, TcpSegment syn, TcpSegment out) {
        TcpConfig config = config(listener, path);
        int mss = syn.mss == TcpSegment.ABSENT ? config.defaultMss() : syn.mss;
        int iss = cookies.make(now, path.remote().hi(), path.remote().lo(), path.local().hi(), path.local().lo(), ports,
                syn.seq, mss);
        CookieHandshake.answer(config, maker.timestampOffset(path), now, iss, syn, out);
        listener.cookieSent(now);
        statistics.count(TcpEvent.COOKIE_SENT);
    }

    private TcpConfig config(TcpListener listener, IpPath path) {
        Prepared last = prepared;
        if (last == null || !last.fits(listener, path)) {
            last = new Prepared(listener.options(), path.mtu(), path.remote().isIpv4(), maker.config(path, listener.options()));
            prepared = last;
        }
        return last.config;
    }

    /**
     * Whether a segment with ACK that belongs to no connection brings back a cookie.
     *
     * @return the MSS that it brings, or 0
     */
    int check(TcpListener listener, FlowKey key, long now, TcpSegment ack) {
        // RFC 4987 §3.6: guessing costs as many ACKs as there are numbers, and only while there is an attack to hide in.
        if (when == TcpSynCookies.OFF || !listener.hasSentCookies(now)) {
            return 0;
        }
        int mss = cookies.check(now, key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports(), ack.seq - 1,
                ack.ack - 1);
        if (mss == 0) {
            statistics.count(TcpInDiscard.COOKIE_INVALID);
        }
        return mss;
    }

    /**
     * Makes the connection of an ACK that has been checked.
     *
     * @return the flow, which has to be told of at the end of the batch, or null when the segment is dropped (counted)
     */
    Flow open(TcpListener listener, FlowKey key, IpPath path, long now, TcpSegment ack, int mss) {
        if (!listener.takePlace()) {
            statistics.count(TcpInDiscard.ACCEPT_QUEUE_FULL);
            return null;
        }
        FlowEvents told = maker.events(key, listener.options());
        TcpConnection core = TcpConnection.ofCookie(maker.config(path, listener.options()), now, ack, mss, told);
        if (core == null) {
            listener.givePlace();
            statistics.count(TcpInDiscard.COOKIE_INVALID);
            return null;
        }
        Flow flow = passives.enter(listener, key, path, core, told, null);
        if (flow != null && listener.admitAlways(flow)) {
            statistics.count(TcpEvent.COOKIE_ACCEPTED);
            return flow;
        }
        listener.givePlace();
        core.abort(now);
        if (flow != null) {
            passives.leave(flow);
        }
        return null;
    }
}
