package dev.weft.tcp;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.ShortLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;

/**
 * The connections, found by addresses and ports without an object and without a lock, so that a reader never waits for a
 * thread that inserts. The hash is keyed: nobody outside can choose addresses and ports that all fall into one place.
 *
 * <h2>How it grows</h2>
 * In small pieces, so that no insertion takes long however many entries there are (Fagin et al., "Extendible hashing"). The
 * leading bits of a hash choose a segment, of at most {@value #LARGEST} slots; its trailing bits say where in the segment a
 * search begins, which goes on from slot to slot up to an empty one.
 * <pre>
 *   directory            segments
 *   000 ─┐
 *   001 ─┴─────────────► depth 2: all hashes that begin with 00
 *   010 ───────────────► depth 3: …             with 010
 *   011 ───────────────► depth 3: …             with 011
 *   1xx ─(four times)──► depth 1: …             with 1
 * </pre>
 * A segment that is full is replaced by two, each with one more leading bit; that moves at most {@value #LARGEST} entries. Where
 * the directory has no more bit than the segment, it is doubled before: one reference for some hundred entries, a copy of
 * 8 KB with a million. A segment that has become nearly empty is replaced by a smaller one.
 *
 * <p>An entry costs 7 bytes on average here (4 a slot, 37 to 75 % of them in use), beside what it keeps of its own.
 *
 * <h2>Searches meanwhile</h2>
 * A segment that is replaced is not touched any more: a search that has begun in it ends in it and finds all that was in it.
 * What is inserted or taken out then is concurrent with that search, which may see it or not. In a segment in use, an entry
 * that is taken out leaves a mark, over which searches go on; slots become empty only where no search needs to go on.
 *
 * @param <E> what is found
 */
final class FlowTable<E extends FlowEntry> {

    /** The most slots of a segment. */
    static final int LARGEST = 1024;
    /** The fewest slots of a segment; the table begins with one of them. */
    private static final int SMALLEST = 16;
    /** Beyond this many leading bits, segments grow instead: what is left of a hash must tell the slots of one apart. */
    private static final int MOST_DEPTH = 20;

    private static final FlowEntry REMOVED = new FlowEntry() {
        @Override
        public FlowKey key() {
            throw new IllegalStateException("the mark of an entry that was taken out has no key");
        }

        @Override
        public int tableHash() {
            return 0;
        }

        @Override
        public void tableHash(int hash) {
            throw new IllegalStateException("the mark of an entry that was taken out has no hash");
        }

        @Override
        public int successorIss() {
            throw new IllegalStateException("the mark of an entry that was taken out has no successor");
        }
    };

    /** Slots for all entries whose hashes begin with the same {@code depth} bits. */
    private static final class Segment {
        final int depth;
        final AtomicReferenceArray<FlowEntry> slots;
        int live;           // guarded by lock
        int marks;          // guarded by lock: slots of entries that were taken out

        Segment(int depth, int size) {
            this.depth = depth;
            slots = new AtomicReferenceArray<>(size);
        }

        int size() {
            return slots.length();
        }

        /** Whether another entry leaves a quarter of the slots empty, so that searches end soon. */
        boolean hasRoom() {
            return live + marks < size() / 4 * 3;
        }

        /** Puts in an entry that is not in. */
        void put(FlowEntry entry) {
            int mask = size() - 1;
            for (int i = entry.tableHash() & mask;; i = i + 1 & mask) {
                FlowEntry there = slots.get(i);
                if (there == null || there == REMOVED) {
                    slots.set(i, entry);
                    live++;
                    marks -= there == null ? 0 : 1;
                    return;
                }
            }
        }

        /** The slot where {@code entry} is, or -1. */
        int slotOf(FlowEntry entry) {
            int mask = size() - 1;
            int i = entry.tableHash() & mask;
            for (FlowEntry there; (there = slots.get(i)) != null; i = i + 1 & mask) {
                if (there == entry) {
                    return i;
                }
            }
            return -1;
        }

        /** Empties a slot. Searches that come by go on, unless nothing is behind: then neither it nor marks before it are needed. */
        void clear(int slot) {
            int mask = size() - 1;
            live--;
            marks++;
            slots.set(slot, REMOVED);
            if (slots.get(slot + 1 & mask) == null) {
                for (int i = slot; slots.get(i) == REMOVED; i = i - 1 & mask) {
                    slots.set(i, null);
                    marks--;
                }
            }
        }
    }

    /** An immutable number of references, 2 to the power of {@code depth}, each changed by who holds the lock. */
    private static final class Directory {
        final int depth;
        final AtomicReferenceArray<Segment> segments;

        Directory(int depth) {
            this.depth = depth;
            segments = new AtomicReferenceArray<>(1 << depth);
        }

        int index(int hash) {
            return (int) ((hash & 0xffff_ffffL) >>> Integer.SIZE - depth);
        }

        Segment segment(int hash) {
            return segments.get(index(hash));
        }

        Directory doubled() {
            var doubled = new Directory(depth + 1);
            for (int i = 0; i < doubled.segments.length(); i++) {
                doubled.segments.setPlain(i, segments.getPlain(i >> 1));
            }
            return doubled;
        }

        /** Puts {@code segment} wherever hashes begin as {@code hash} does in its leading bits. */
        void put(Segment segment, int hash) {
            int count = 1 << depth - segment.depth;
            int from = index(hash) & -count;
            for (int i = from; i < from + count; i++) {
                segments.set(i, segment);
            }
        }
    }

    private final KeyedHash keyedHash;
    /** Guards changes; held for one insertion, removal or split, nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private volatile Directory directory = new Directory(0);    // written under lock
    private volatile int count;                                 // written under lock

    FlowTable(KeyedHash keyedHash) {
        this.keyedHash = keyedHash;
        directory.segments.set(0, new Segment(0, SMALLEST));
    }

    /** The connection, or null. Any thread, never waits. */
    E find(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        return find(hash(remoteHi, remoteLo, localHi, localLo, ports), remoteHi, remoteLo, localHi, localLo, ports);
    }

    @SuppressWarnings("unchecked")      // only insert() puts entries in
    private E find(int hash, long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        AtomicReferenceArray<FlowEntry> slots = directory.segment(hash).slots;
        int mask = slots.length() - 1;
        int i = hash & mask;
        for (FlowEntry entry; (entry = slots.get(i)) != null; i = i + 1 & mask) {
            if (entry.tableHash() == hash && entry != REMOVED && entry.isFor(remoteHi, remoteLo, localHi, localLo, ports)) {
                return (E) entry;
            }
        }
        return null;
    }

    /** Adds a connection; false when there is one with its key. */
    boolean insert(E entry) {
        FlowKey key = entry.key();
        int hash = hash(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports());
        lock.lock();
        try {
            if (find(hash, key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports()) != null) {
                return false;
            }
            entry.tableHash(hash);
            Segment segment = directory.segment(hash);
            while (!segment.hasRoom()) {
                makeRoomLocked(segment, hash);
                segment = directory.segment(hash);
            }
            segment.put(entry);
            count++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Puts an entry with the same key in the place of another; false if that is not in. */
    boolean replace(E present, E entry) {
        int hash = present.tableHash();
        entry.tableHash(hash);
        lock.lock();
        try {
            Segment segment = directory.segment(hash);
            int slot = segment.slotOf(present);
            if (slot < 0) {
                return false;
            }
            segment.slots.set(slot, entry);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a connection out; whether it was in. */
    boolean remove(E entry) {
        int hash = entry.tableHash();
        lock.lock();
        try {
            Segment segment = directory.segment(hash);
            int slot = segment.slotOf(entry);
            if (slot < 0) {
                return false;
            }
            segment.clear(slot);
            count--;
            if (segment.size() > SMALLEST && segment.live < segment.size() / 8) {
                directory.put(copy(segment, segment.size() / 4), hash);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How many there are. */
    int size() {
        return count;
    }

    /** How many slots there are for them, of four bytes each; for who wants to know what an entry costs. */
    int slots() {
        Directory now = directory;
        int slots = 0;
        for (int i = 0; i < now.segments.length(); ) {
            Segment segment = now.segments.get(i);
            slots += segment.size();
            int span = 1 << now.depth - segment.depth;
            i = (i & -span) + span;
        }
        return slots;
    }

    /** All of them at about this moment: what is there all the while is among them, once. Takes no lock. */
    @SuppressWarnings("unchecked")      // only insert() puts entries in
    List<E> all() {
        Directory now = directory;
        var all = new ArrayList<E>(count);
        for (int i = 0; i < now.segments.length(); ) {
            Segment segment = now.segments.get(i);
            for (int slot = 0; slot < segment.size(); slot++) {
                FlowEntry entry = segment.slots.get(slot);
                // One that is split just now is met again at its second half, after the segment that took its first half.
                if (entry != null && entry != REMOVED && now.index(entry.tableHash()) >= i) {
                    all.add((E) entry);
                }
            }
            int span = 1 << now.depth - segment.depth;
            i = (i & -span) + span;
        }
        return all;
    }

    /** Replaces a segment that is full: by one without marks, by a larger one, or by two. */
    private void makeRoomLocked(Segment full, int hash) {
        assert lock.isHeldByCurrentThread();
        if (full.marks > full.size() / 4) {
            directory.put(copy(full, full.size()), hash);
        } else if (full.size() < LARGEST || full.depth == MOST_DEPTH) {
            directory.put(copy(full, full.size() * 2), hash);
        } else {
            splitLocked(full, hash);
        }
    }

    private void splitLocked(Segment full, int hash) {
        if (full.depth == directory.depth) {
            directory = directory.doubled();
        }
        int bit = 1 << Integer.SIZE - 1 - full.depth;
        directory.put(copy(full, full.depth + 1, LARGEST, entry -> (entry.tableHash() & bit) == 0), hash & ~bit);
        directory.put(copy(full, full.depth + 1, LARGEST, entry -> (entry.tableHash() & bit) != 0), hash | bit);
    }

    private static Segment copy(Segment from, int size) {
        return copy(from, from.depth, size, _ -> true);
    }

    private static Segment copy(Segment from, int depth, int size, Predicate<FlowEntry> which) {
        var copy = new Segment(depth, size);
        for (int i = 0; i < from.size(); i++) {
            FlowEntry entry = from.slots.get(i);
            if (entry != null && entry != REMOVED && which.test(entry)) {
                copy.put(entry);
            }
        }
        return copy;
    }

    private int hash(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        // Local addresses are few and not the attacker's choice: they are mixed in, the rest is keyed.
        long hash = keyedHash.hash(remoteHi ^ Long.rotateLeft(localHi, 32), remoteLo ^ Long.rotateLeft(localLo, 32), ports);
        return (int) (hash ^ hash >>> 32);
    }
}
