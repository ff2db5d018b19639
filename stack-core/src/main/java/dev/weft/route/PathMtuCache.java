package dev.weft.route;

import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.ShortLock;
import dev.weft.wire.IpAddress;
import java.util.Arrays;
import java.util.Comparator;

/**
 * How long packets to a destination may be, where a router has said that the link's MTU is too much (RFC 1191, RFC 8201); for
 * both families. Transports tell it what they have checked ({@link #lower}), paths ask it.
 *
 * <p><b>Who asks.</b> A path keeps the answer together with the {@link #version()} at which it was given and asks again only
 * when that has moved, so that a packet costs two reads of fields. The version moves with each change: an entry that comes,
 * goes or expires, and a change of the routes, which forgets everything: what was learnt is true of another way.
 *
 * <p><b>Bounds.</b> Entries expire (RFC 1191 §6.3) and are limited in number; the one looked up longest ago goes first. Since
 * each change has all paths in use look their entry up again, it is one that nobody uses. There is a floor for each family,
 * lest a forged message make packets of nothing but headers. {@code Deviation:} RFC 1191 §3 goes down to 68; a path of less than
 * the floor of IPv4 gets packets of that length which routers may fragment, as in Linux.
 *
 * <p><b>Concurrency.</b> Look-ups take no lock and make no garbage: a change makes a new array and swaps it in.
 */
public final class PathMtuCache {

    /** The least MTU that each link of IPv6 has (RFC 8200 §5). */
    public static final int IPV6_FLOOR = 1280;

    private static final class Entry {
        final long hi;
        final long lo;
        final int hash;
        final int mtu;
        /** Whether the path takes less than {@link #mtu}: routers have to fragment. */
        final boolean belowFloor;
        final long expiry;
        final long routes;
        /** When it was looked up last, in the order of look-ups; racy, as it has to be right only roughly. */
        long used;

        Entry(long hi, long lo, int hash, int mtu, boolean belowFloor, long expiry, long routes) {
            this.hi = hi;
            this.lo = lo;
            this.hash = hash;
            this.mtu = mtu;
            this.belowFloor = belowFloor;
            this.expiry = expiry;
            this.routes = routes;
        }
    }

    private static final Entry[] EMPTY = new Entry[1];

    private final RoutingTable table;
    private final NanoClock clock;
    private final KeyedHash keyedHash;
    private final PathMtuOptions options;
    private final CounterGroup<PathMtuEvent> events;

    /** Held to make the next array of entries; nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    /** Found by hash, then one after the other; at most half full. Replaced, never changed, under the lock. */
    private volatile Entry[] slots = EMPTY;
    private int count;                                  // guarded by lock
    private volatile long firstExpiry = NanoClock.FOREVER;   // written under lock
    private volatile int changes;                       // written under lock, last
    private long lookUps;                               // counted without a lock, and so only roughly

    /** An empty cache for the ways that {@code table} knows. */
    public PathMtuCache(RoutingTable table, NanoClock clock, Randomness randomness, Counters counters,
                        PathMtuOptions options) {
        this.table = table;
        this.clock = clock;
        this.options = options;
        keyedHash = KeyedHash.keyedBy(randomness);
        events = new CounterGroup<>(counters, "path_mtu", PathMtuEvent.class);
    }

    // ---- asking

    /** A number that has moved whenever {@link #mtu} or {@link #isBelowFloor} may have another answer. Forgets what has expired. */
    public int version() {
        long first = firstExpiry;
        if (first != NanoClock.FOREVER && clock.nanoTime() >= first) {
            expire();
        }
        return changes + (int) table.current().generation();
    }

    /** The largest packet to the destination in bytes: {@code linkMtu}, or less. */
    public int mtu(long hi, long lo, int linkMtu) {
        Entry entry = find(hi, lo);
        return entry == null ? linkMtu : Math.min(linkMtu, entry.mtu);
    }

    /** Whether the way has a link that takes less than the floor, so that routers must be allowed to fragment. */
    public boolean isBelowFloor(long hi, long lo) {
        Entry entry = find(hi, lo);
        return entry != null && entry.belowFloor;
    }

    /** How many destinations are known to have less than their link. */
    public int size() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    private Entry find(long hi, long lo) {
        Entry[] now = slots;
        if (now == EMPTY) {
            return null;
        }
        int hash = hash(hi, lo);
        for (int i = hash & now.length - 1; now[i] != null; i = i + 1 & now.length - 1) {
            Entry entry = now[i];
            if (entry.hash == hash && entry.lo == lo && entry.hi == hi) {
                if (entry.routes != table.current().generation()) {
                    return null;
                }
                entry.used = ++lookUps;
                return entry;
            }
        }
        return null;
    }

    // ---- telling

    /**
     * A router has said that packets to the destination must not be longer than {@code told} bytes; the caller has checked that
     * the message quotes a packet of its own under way (RFC 5927 §7).
     *
     * @param told the MTU of a link on the way, told or guessed ({@link Plateaus})
     * @param linkMtu the MTU of the link that packets leave by
     * @return whether the path MTU is less than before
     */
    public boolean lower(long hi, long lo, int told, int linkMtu) {
        boolean ipv4 = IpAddress.isIpv4(hi, lo);
        if (!ipv4 && told < IPV6_FLOOR) {
            events.increment(PathMtuEvent.BELOW_IPV6_MINIMUM);
            return false;
        }
        boolean below = ipv4 && told < options.ipv4Floor();
        // A link of less than the floor knows best what fits it.
        int mtu = Math.min(linkMtu, below ? options.ipv4Floor() : told);
        int hash = hash(hi, lo);
        lock.lock();
        try {
            Entry known = find(hi, lo);
            if (mtu >= (known == null ? linkMtu : Math.min(linkMtu, known.mtu)) && (!below || known != null && known.belowFloor)) {
                events.increment(PathMtuEvent.NO_DECREASE);
                return false;
            }
            long expiry = NanoClock.deadline(clock.nanoTime(), options.lifetime());
            replaceLocked(new Entry(hi, lo, hash, mtu, below, expiry, table.current().generation()));
        } finally {
            lock.unlock();
        }
        events.increment(below ? PathMtuEvent.BELOW_FLOOR : PathMtuEvent.LOWERED);
        return true;
    }

    private void expire() {
        lock.lock();
        try {
            replaceLocked(null);
        } finally {
            lock.unlock();
        }
    }

    /** Makes the next array: without what has expired, was learnt of other routes or is for the same destination, with {@code added}. */
    private void replaceLocked(Entry added) {
        assert lock.isHeldByCurrentThread();
        long now = clock.nanoTime();
        long generation = table.current().generation();
        var kept = new Entry[count + 1];
        int n = 0;
        for (Entry entry : slots) {
            if (entry == null) {
                continue;
            }
            if (now >= entry.expiry) {
                events.increment(PathMtuEvent.EXPIRED);
            } else if (entry.routes == generation && !(added != null && entry.lo == added.lo && entry.hi == added.hi)) {
                kept[n++] = entry;
            }
        }
        if (added != null) {
            if (n == options.entries()) {
                Arrays.sort(kept, 0, n, Comparator.comparingLong((Entry entry) -> -entry.used));
                n--;
                events.increment(PathMtuEvent.EVICTED);
            }
            added.used = ++lookUps;
            kept[n++] = added;
        }
        count = n;
        slots = arrange(kept, n);
        long first = NanoClock.FOREVER;
        for (int i = 0; i < n; i++) {
            first = Math.min(first, kept[i].expiry);
        }
        firstExpiry = first;
        changes = changes + 1;
    }

    private static Entry[] arrange(Entry[] entries, int n) {
        if (n == 0) {
            return EMPTY;
        }
        var next = new Entry[Integer.highestOneBit(n) << 2];
        for (int k = 0; k < n; k++) {
            int i = entries[k].hash & next.length - 1;
            while (next[i] != null) {
                i = i + 1 & next.length - 1;
            }
            next[i] = entries[k];
        }
        return next;
    }

    private int hash(long hi, long lo) {
        long hash = keyedHash.hash(hi, lo);
        return (int) (hash ^ hash >>> 32);
    }
}
