package dev.weft.ipv4;

import dev.weft.device.LinkCast;
import dev.weft.link.Link;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.Ipv4View;

/**
 * Puts fragments together again (RFC 791 §3.2, RFC 815, RFC 1122 §3.3.2), in any order and with duplicates. A plain object
 * that is told the time: no thread, lock or clock; its caller guards it.
 *
 * <p><b>Memory.</b> Every datagram counts for its pages and a fixed overhead. There is a budget for all and a smaller one for
 * each source address. Whoever is over his own loses his oldest datagram; when all together are over the budget, the source
 * that holds most loses its oldest, so that a flood from few sources costs these sources and nobody else. A source that
 * forges addresses can still push out others: the price of a bound.
 *
 * <p><b>Time.</b> A datagram lives a fixed time from its first fragment to arrive, whatever comes later, so datagrams expire
 * in the order in which they began and a list in that order is all the timer there is.
 *
 * <p>The table is hashed under a secret key, so that nobody can fill one bucket.
 */
final class FragmentCache {

    /** What a datagram counts for besides its pages: objects, bit tables. */
    static final int OVERHEAD_BYTES = 1024;
    /** The smallest limit of one source, with which any single datagram can be put together. */
    static final int MINIMUM_PER_SOURCE = OVERHEAD_BYTES
            + (FragmentedDatagram.MAX_BYTES / FragmentedDatagram.PAGE_BYTES + 1) * FragmentedDatagram.PAGE_BYTES;

    private final ChunkPool pages;
    private final long budget;
    private final long perSource;
    private final long lifetime;
    private final KeyedHash hash;
    private final FragmentedDatagram[] buckets;
    private final FragmentSource[] sources;

    private FragmentedDatagram oldest;
    private FragmentedDatagram youngest;
    private FragmentedDatagram completed;
    private long used;
    private int count;
    private long evicted;

    /**
     * An empty cache.
     *
     * @param pages chunks of {@link FragmentedDatagram#PAGE_BYTES}
     * @param budget bytes for all datagrams
     * @param perSource bytes for those of one source, at least {@link #MINIMUM_PER_SOURCE}
     * @param lifetime nanoseconds from the first fragment to the end
     */
    FragmentCache(ChunkPool pages, long budget, long perSource, long lifetime, KeyedHash hash) {
        if (perSource < MINIMUM_PER_SOURCE || budget < perSource) {
            throw new IllegalArgumentException("reassembly needs a budget of at least " + MINIMUM_PER_SOURCE
                    + " bytes for a source and as much for all, not " + perSource + " and " + budget);
        }
        if (pages.chunkBytes() != FragmentedDatagram.PAGE_BYTES || lifetime <= 0) {
            throw new IllegalArgumentException("pages of " + pages.chunkBytes() + " bytes, lifetime " + lifetime + " ns");
        }
        this.pages = pages;
        this.budget = budget;
        this.perSource = perSource;
        this.lifetime = lifetime;
        this.hash = hash;
        int size = Integer.highestOneBit(Math.clamp(budget / (2 * OVERHEAD_BYTES), 16, 1 << 16));
        buckets = new FragmentedDatagram[size];
        sources = new FragmentSource[size];
    }

    /**
     * Takes a fragment in; its bytes are copied.
     *
     * @param fragment a legal packet that is a fragment
     * @param link where it came in
     * @param cast to whom it was addressed
     * @return what became of it; after {@link FragmentOutcome#COMPLETED} the caller takes the datagram by {@link #takeCompleted}
     */
    FragmentOutcome add(long now, Ipv4View fragment, Link link, LinkCast cast) {
        int from = fragment.fragmentOffset();
        int to = from + fragment.payloadLength();
        boolean last = !fragment.moreFragments();
        if (from == to) {
            return FragmentOutcome.EMPTY_FRAGMENT;
        }
        long addresses = (long) fragment.source() << 32 | Integer.toUnsignedLong(fragment.destination());
        long protocolAndId = (long) fragment.protocol() << 16 | fragment.identification();
        FragmentedDatagram datagram = find(addresses, protocolAndId);
        if (datagram == null) {
            datagram = begin(now, addresses, protocolAndId, link, cast);
            if (datagram == null) {
                return FragmentOutcome.NO_MEMORY;
            }
        }
        if (datagram.dropped) {
            return FragmentOutcome.OF_DROPPED_DATAGRAM;
        }
        if (datagram.touches(from, to)) {
            if (datagram.has(from, to, fragment.segment(), fragment.payloadOffset())
                    && last == (to == datagram.length())) {
                datagram.sawEcn(fragment.tos());
                return FragmentOutcome.DUPLICATE;
            }
            drop(datagram);
            return FragmentOutcome.OVERLAP;
        }
        if (datagram.contradictsLength(from, to, last)) {
            drop(datagram);
            return FragmentOutcome.CONTRADICTORY_LENGTH;
        }
        if (!reservePages(datagram, from, to)) {
            return FragmentOutcome.NO_MEMORY;
        }
        datagram.put(from, to, last, fragment.segment(), fragment.payloadOffset());
        datagram.sawEcn(fragment.tos());
        if (from == 0) {
            datagram.putHeader(fragment.segment(), fragment.offset(), fragment.headerLength());
        }
        return datagram.isComplete() ? complete(datagram) : FragmentOutcome.STORED;
    }

    private FragmentOutcome complete(FragmentedDatagram datagram) {
        if (datagram.headerLength() + datagram.length() > Ipv4Header.MAXIMUM_TOTAL_LENGTH) {
            drop(datagram);
            return FragmentOutcome.DATAGRAM_TOO_LONG;
        }
        if (datagram.combinedEcn() < 0) {
            drop(datagram);
            return FragmentOutcome.CONTRADICTORY_ECN;
        }
        unlink(datagram);
        completed = datagram;
        return FragmentOutcome.COMPLETED;
    }

    /** The datagram that the last fragment completed; it is the caller's until {@link #release}. */
    FragmentedDatagram takeCompleted() {
        FragmentedDatagram datagram = completed;
        completed = null;
        return datagram;
    }

    /**
     * Takes out the next datagram whose time has run out, or null when there is none; it is the caller's until
     * {@link #release}. One that was dropped before is forgotten without a word.
     */
    FragmentedDatagram expire(long now) {
        while (oldest != null && oldest.deadline <= now) {
            FragmentedDatagram datagram = oldest;
            unlink(datagram);
            if (!datagram.dropped) {
                return datagram;
            }
            release(datagram);
        }
        return null;
    }

    /** When {@link #expire} has something to do next, {@link NanoClock#FOREVER} when the cache is empty. */
    long deadline() {
        return oldest == null ? NanoClock.FOREVER : oldest.deadline;
    }

    /** Gives back the memory of a datagram that was taken out. */
    void release(FragmentedDatagram datagram) {
        releasePages(datagram);
        account(datagram, -datagram.held);
        if (datagram.source.held == 0) {
            forget(datagram.source);
        }
    }

    /** Forgets everything. */
    void clear() {
        while (oldest != null) {
            FragmentedDatagram datagram = oldest;
            unlink(datagram);
            release(datagram);
        }
    }

    /** How many datagrams are in it, dropped ones that are remembered included. */
    int count() {
        return count;
    }

    /** Bytes held, as the budget counts them. */
    long used() {
        return used;
    }

    /** How many datagrams have been pushed out for lack of memory so far. */
    long evicted() {
        return evicted;
    }

    /** Bytes held for a source. */
    long heldFor(int source) {
        FragmentSource found = findSource(source);
        return found == null ? 0 : found.held;
    }

    // ---- memory

    private FragmentedDatagram begin(long now, long addresses, long protocolAndId, Link link, LinkCast cast) {
        int address = (int) (addresses >>> 32);
        FragmentSource source = findSource(address);
        if (source == null) {
            source = new FragmentSource(address);
        }
        if (!makeRoom(source, null, OVERHEAD_BYTES)) {
            return null;
        }
        // Making room may have taken the source's last datagram and the source with it.
        FragmentSource known = findSource(address);
        if (known == null) {
            int bucket = bucketOf(hash.hash(address));
            source.nextInBucket = sources[bucket];
            sources[bucket] = source;
        }
        long deadline = now + lifetime < 0 ? NanoClock.FOREVER : now + lifetime;
        var datagram = new FragmentedDatagram(addresses, protocolAndId, deadline, link, cast, source);
        account(datagram, OVERHEAD_BYTES);
        link(datagram);
        return datagram;
    }

    /** Gives the datagram every page it needs for these bytes, or none. */
    private boolean reservePages(FragmentedDatagram datagram, int from, int to) {
        // The header of the first fragment lies in page 0, which bytes at offset 0 need anyway.
        int need = datagram.pagesMissing(from, to) * FragmentedDatagram.PAGE_BYTES;
        if (!makeRoom(datagram.source, datagram, need)) {
            return false;
        }
        for (int page = datagram.missingPage(from, to); page >= 0; page = datagram.missingPage(from, to)) {
            Chunk chunk = pages.tryAcquire();
            if (chunk == null) {
                return false;
            }
            datagram.page(page, chunk);
            account(datagram, FragmentedDatagram.PAGE_BYTES);
        }
        return true;
    }

    /** Drops old datagrams, never {@code spared}, until {@code need} bytes fit both limits; false when they cannot. */
    private boolean makeRoom(FragmentSource source, FragmentedDatagram spared, int need) {
        while (source.held + need > perSource) {
            if (!evictOldestOf(source, spared)) {
                return false;
            }
        }
        while (used + need > budget) {
            FragmentSource largest = largestSource();
            // Where the one who asks would hold more than anybody, he pays himself, if there is anything else of his.
            boolean selfish = largest == null || source.held + need > largest.held;
            if (!(selfish && evictOldestOf(source, spared)) && (largest == null || !evictOldestOf(largest, spared))) {
                return false;
            }
        }
        return true;
    }

    private boolean evictOldestOf(FragmentSource source, FragmentedDatagram spared) {
        for (FragmentedDatagram datagram = oldest; datagram != null; datagram = datagram.younger) {
            if (datagram.source == source && datagram != spared) {
                unlink(datagram);
                release(datagram);
                evicted++;
                return true;
            }
        }
        return false;
    }

    private FragmentSource largestSource() {
        FragmentSource largest = null;
        for (FragmentedDatagram datagram = oldest; datagram != null; datagram = datagram.younger) {
            if (largest == null || datagram.source.held > largest.held) {
                largest = datagram.source;
            }
        }
        return largest;
    }

    /** Forgets the bytes and remembers the key. */
    private void drop(FragmentedDatagram datagram) {
        datagram.dropped = true;
        releasePages(datagram);
        account(datagram, OVERHEAD_BYTES - datagram.held);
    }

    private void releasePages(FragmentedDatagram datagram) {
        for (Chunk chunk = datagram.takePage(); chunk != null; chunk = datagram.takePage()) {
            pages.release(chunk);
        }
    }

    private void account(FragmentedDatagram datagram, int change) {
        datagram.held += change;
        datagram.source.held += change;
        used += change;
    }

    // ---- tables

    private int bucketOf(long hashed) {
        return (int) hashed & buckets.length - 1;
    }

    private FragmentedDatagram find(long addresses, long protocolAndId) {
        FragmentedDatagram datagram = buckets[bucketOf(hash.hash(addresses, protocolAndId))];
        while (datagram != null && (datagram.addresses != addresses || datagram.protocolAndId != protocolAndId)) {
            datagram = datagram.nextInBucket;
        }
        return datagram;
    }

    private void link(FragmentedDatagram datagram) {
        int bucket = bucketOf(hash.hash(datagram.addresses, datagram.protocolAndId));
        datagram.nextInBucket = buckets[bucket];
        buckets[bucket] = datagram;
        datagram.older = youngest;
        if (youngest == null) {
            oldest = datagram;
        } else {
            youngest.younger = datagram;
        }
        youngest = datagram;
        count++;
    }

    private void unlink(FragmentedDatagram datagram) {
        int bucket = bucketOf(hash.hash(datagram.addresses, datagram.protocolAndId));
        if (buckets[bucket] == datagram) {
            buckets[bucket] = datagram.nextInBucket;
        } else {
            FragmentedDatagram before = buckets[bucket];
            while (before.nextInBucket != datagram) {
                before = before.nextInBucket;
            }
            before.nextInBucket = datagram.nextInBucket;
        }
        if (datagram.older == null) {
            oldest = datagram.younger;
        } else {
            datagram.older.younger = datagram.younger;
        }
        if (datagram.younger == null) {
            youngest = datagram.older;
        } else {
            datagram.younger.older = datagram.older;
        }
        datagram.older = null;
        datagram.younger = null;
        datagram.nextInBucket = null;
        count--;
    }

    private FragmentSource findSource(int address) {
        FragmentSource source = sources[bucketOf(hash.hash(address))];
        while (source != null && source.address != address) {
            source = source.nextInBucket;
        }
        return source;
    }

    private void forget(FragmentSource source) {
        int bucket = bucketOf(hash.hash(source.address));
        if (sources[bucket] == source) {
            sources[bucket] = source.nextInBucket;
            return;
        }
        FragmentSource before = sources[bucket];
        while (before.nextInBucket != source) {
            before = before.nextInBucket;
        }
        before.nextInBucket = source.nextInBucket;
    }
}
