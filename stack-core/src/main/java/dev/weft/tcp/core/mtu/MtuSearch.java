package dev.weft.tcp.core.mtu;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;

/**
 * How long the packets of a connection may be where routers do not say it (RFC 4821): a search between what is known to
 * arrive and what is not known to be too long, by probes that carry data. All sizes are bytes of IP packets.
 * <pre>
 *   floor        low                       high            ceiling
 *   ──┼───────────┼──────────┼──────────────┼─────────────────┼──
 *     │           │ sent     │ probed next  │ not probed      │ what the link, routers
 *     │           │ at all   │              │ again so soon   │ and the peer's MSS allow
 * </pre>
 * The first probe of a search is {@code high} itself, since most paths have what their links have, then the middle. Each probe that
 * arrives moves {@code low} up, each that does not {@code high} down. Packets are as long as {@code low} says; without a search
 * (nothing has vanished) as the ceiling.
 *
 * <p>{@code Deviation:} RFC 4821 §5.2 would have all connections to a host share what is found. Three time-outs in a row are a
 * hint, no proof, and must not slow down others; so it stays with the connection, as in Linux.
 */
public final class MtuSearch {

    /** eff_pmtu at first over IPv4 (§7.2); over IPv6 it is what each link takes, 1280. */
    static final int BASE = 1024;
    static final int IPV6_MINIMUM = 1280;
    /** How short segments become in a black hole at least, without headers: as in Linux. */
    static final int LEAST_SEGMENT = 48;
    /** A gap between low and high that is not worth a probe. */
    public static final int THRESHOLD = 8;
    /** After so long a finished search begins anew (§7.3, and RFC 1191 §6.3: at least 5 minutes); as in Linux. */
    public static final long INTERVAL = 600_000_000_000L;
    /** After a probe that took a time-out to repair (§7.6.3): such losses are dear. */
    static final long AFTER_TIMEOUT = 10_000_000_000L;
    /** After one that was lost among others (§7.6.4). */
    static final long AFTER_DOUBT = 1_000_000_000L;
    /** Segments of a new size that have to arrive before it is trusted (§7.8). */
    static final int VERIFYING_SEGMENTS = 10;

    private final int base;
    private final int floor;

    private MtuProbing mode = MtuProbing.ON_BLACK_HOLE;
    private int ceiling;
    private boolean begun;
    private boolean searching;
    private int low;
    private int high;
    private boolean first = true;
    /** No probe leaves earlier. */
    private long notBefore;
    /** Nothing is left to be probed until then. */
    private boolean finished;

    /** The probe that is out, 0 for none, and the sequence numbers it carries. */
    private int probe;
    private int probeFrom;
    private int probeTo;

    /** After a probe has arrived: what was sent before it, and which number has to be acknowledged to forget that; 0: trusted. */
    private int trusted;
    private int verifiedAt;

    public MtuSearch(int ipHeader, int ceiling) {
        boolean ipv6 = ipHeader == 40;
        this.base = ipv6 ? IPV6_MINIMUM : BASE;
        this.floor = ipv6 ? IPV6_MINIMUM : LEAST_SEGMENT + ipHeader + 20;
        this.ceiling = ceiling;
    }

    /** How long packets may be at present. */
    public int mtu() {
        return searching ? Math.min(low, ceiling) : ceiling;
    }

    public boolean isSearching() {
        return searching;
    }

    /** Whether, and when, it probes. */
    public void mode(MtuProbing probing) {
        mode = probing;
        if (begun) {
            begin();
        }
    }

    /** Data begins to flow. */
    public void begin() {
        begun = true;
        if (mode == MtuProbing.ALWAYS && !searching) {
            search();
        }
    }

    private void search() {
        searching = true;
        low = start();
        high = ceiling;
    }

    /** The length that nearly all paths take; where we never sent as much, half of what we did. */
    private int start() {
        return ceiling > base ? base : Math.max(Math.min(floor, ceiling), ceiling / 2);
    }

    /** The link, a router or the peer allow packets of {@code mtu} bytes. What is learnt of more, or anew, is worth a search. */
    public void ceiling(int mtu) {
        if (mtu > ceiling) {
            high = mtu;
            first = true;
            finished = false;
            notBefore = 0;
        }
        ceiling = mtu;
        if (high > mtu) {
            high = mtu;
            first = true;
        }
        if (trusted > mtu) {
            trusted = 0;
        }
    }

    // ---- time-outs

    /**
     * The retransmission timer has fired.
     *
     * @param persistent whether it has so often in a row that the path is under suspicion (§7.7, full-stop time-out)
     * @param length of the packet that was not acknowledged
     * @return whether packets are shorter from now on
     */
    public boolean timedOut(boolean persistent, int length) {
        int before = mtu();
        if (trusted > 0 && length > trusted) {
            // §7.8: a probe of this size came through, and what followed it has not.
            high = low - 1;
            low = trusted;
            trusted = 0;
        } else if (persistent && mode != MtuProbing.OFF) {
            if (!searching && length > start()) {
                search();
            } else if (searching && length > floor) {
                low = Math.max(floor, Math.min(low, length) / 2);
                first = true;
                finished = false;
                high = ceiling;
            }
        }
        return mtu() < before;
    }

    // ---- probes

    /** The packet that is worth being sent now to see whether it arrives; 0 for none. */
    public int next(long now) {
        if (!searching || probe > 0 || now < notBefore) {
            return 0;
        }
        if (finished) {
            finished = false;
            first = true;
            high = ceiling;
        }
        int at = mtu();
        if (high - at < THRESHOLD) {
            finished = true;
            notBefore = now + INTERVAL;
            return 0;
        }
        return first ? high : at + (high - at + 1) / 2;
    }

    /** A probe of {@code size} leaves, with the text from {@code from} to {@code to}. */
    public void sent(int size, int from, int to) {
        probe = size;
        probeFrom = from;
        probeTo = to;
    }

    /** Whether a probe is out. */
    public boolean isOut() {
        return probe > 0;
    }

    public int probe() {
        return probe;
    }

    public int probeFrom() {
        return probeFrom;
    }

    public int probeTo() {
        return probeTo;
    }

    /** Everything before {@code una} has arrived: whether the probe is among it, so that longer packets may leave (§7.6.1). */
    public boolean acknowledged(int una, int nxt) {
        if (trusted > 0 && Seq.ge(una, verifiedAt)) {
            trusted = 0;
        }
        if (probe == 0 || Seq.lt(una, probeTo)) {
            return false;
        }
        trusted = mtu();
        low = probe;
        verifiedAt = nxt + VERIFYING_SEGMENTS * probe;
        first = false;
        probe = 0;
        return true;
    }

    /** The probe is lost, and nothing else (§7.6.2): it was too long, unless a router has said already what is not. */
    public void failed() {
        if (high >= probe) {
            high = probe - 1;
            first = false;
        }
        probe = 0;
    }

    /** A time-out had to tell that it is lost (§7.6.3). */
    public void failedByTimeout(long now) {
        failed();
        notBefore = now + AFTER_TIMEOUT;
    }

    /** It is lost among others (§7.6.4), or has not left at all: nothing is known. */
    public void doubtful(long now) {
        probe = 0;
        notBefore = Math.max(notBefore, now + AFTER_DOUBT);
    }

    /** Keeps what outlives a sleep, with no probe out; {@code una}: SND.UNA. */
    public void keep(Memo memo, int una, int usable) {
        mode = memo.one(mode, MtuProbing.values());
        ceiling = memo.number(ceiling, usable);
        begun = memo.flag(begun);
        searching = memo.flag(searching);
        low = memo.number(low, 0);
        high = memo.number(high, 0);
        first = memo.flag(first);
        notBefore = memo.time(notBefore, 0);
        finished = memo.flag(finished);
        trusted = memo.number(trusted, 0);
        verifiedAt = memo.number(verifiedAt, trusted == 0 ? 0 : una);
    }
}
