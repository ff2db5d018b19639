package dev.weft.arp;

import dev.weft.runtime.Randomness;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The entries by address: a hash table that one thread changes and any thread reads without a lock, and a list in the
 * order in which they were made.
 *
 * <p>A reader walks the chain of a bucket. An entry that is taken out keeps its link, so a reader standing on it goes on
 * behind it, and at worst finds an entry that has just been taken out: as if it had come a moment earlier.
 *
 * <p>The multiplier is random: addresses that fall into one bucket cannot be chosen by who sends them.
 */
final class ArpIndex {

    private final long multiplier;
    private final int shift;
    private final AtomicReferenceArray<ArpEntry> buckets;
    private final ArpEntry ends = new ArpEntry(0, true);
    private int disposable;
    private volatile long changes = 1;

    ArpIndex(int expected, Randomness randomness) {
        multiplier = randomness.nextLong() | 1;
        int bits = Math.clamp(32 - Integer.numberOfLeadingZeros(expected), 4, 20);
        shift = 64 - bits;
        buckets = new AtomicReferenceArray<>(1 << bits);
        ends.before = ends;
        ends.after = ends;
    }

    /** The entry of that address, or null. Any thread; no garbage, no lock. */
    ArpEntry find(int address) {
        ArpEntry entry = buckets.get(bucket(address));
        while (entry != null && entry.address != address) {
            entry = entry.nextInBucket;
        }
        return entry;
    }

    /** The number of the last change, from 1: the clock by which uses are ordered, without one. Any thread. */
    long change() {
        return changes;
    }

    /** Counts a change; returns its number, which no use before it has. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread changes the index
    long nextChange() {
        return ++changes;
    }

    void insert(ArpEntry entry) {
        int bucket = bucket(entry.address);
        entry.nextInBucket = buckets.get(bucket);
        buckets.set(bucket, entry);
        entry.before = ends.before;
        entry.after = ends;
        ends.before.after = entry;
        ends.before = entry;
        if (!entry.trusted) {
            disposable++;
        }
    }

    void remove(ArpEntry entry) {
        int bucket = bucket(entry.address);
        ArpEntry at = buckets.get(bucket);
        if (at == entry) {
            buckets.set(bucket, entry.nextInBucket);
        } else {
            while (at.nextInBucket != entry) {
                at = at.nextInBucket;
            }
            at.nextInBucket = entry.nextInBucket;
        }
        entry.before.after = entry.after;
        entry.after.before = entry.before;
        if (!entry.trusted) {
            disposable--;
        }
    }

    /** The entry made first, or null. */
    ArpEntry first() {
        return orNull(ends.after);
    }

    /** The entry made next, or null; to be asked before {@code entry} is taken out. */
    ArpEntry next(ArpEntry entry) {
        return orNull(entry.after);
    }

    /** How many entries are not trusted. */
    int disposable() {
        return disposable;
    }

    private ArpEntry orNull(ArpEntry entry) {
        return entry == ends ? null : entry;
    }

    private int bucket(int address) {
        return (int) (address * multiplier >>> shift);
    }
}
