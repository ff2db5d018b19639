package dev.weft.tcp;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.ShortLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The connections, found by addresses and ports without an object and without a lock, so that a reader never waits for a
 * thread that inserts. The hash is keyed: nobody outside can choose addresses and ports that all fall into one bucket.
 *
 * <p>Chains are of entries of their own, replaced as a whole when the table grows: a search that began before the growth
 * ends in the old table, which still holds all that was in it.
 */
final class FlowTable {

    private static final int FIRST_SIZE = 64;

    private static final class Entry {
        final int hash;
        final Flow flow;
        volatile Entry next;

        Entry(int hash, Flow flow, Entry next) {
            this.hash = hash;
            this.flow = flow;
            this.next = next;
        }
    }

    private static final class Buckets {
        final AtomicReferenceArray<Entry> heads;

        Buckets(int size) {
            heads = new AtomicReferenceArray<>(size);
        }

        int index(int hash) {
            return hash & heads.length() - 1;
        }
    }

    private final KeyedHash keyedHash;
    /** Guards changes; held for one insertion, removal or growth, nothing is called under it. */
    private final ShortLock lock = new ShortLock();
    private volatile Buckets buckets = new Buckets(FIRST_SIZE); // written under lock
    private int count;                                          // guarded by lock

    FlowTable(KeyedHash keyedHash) {
        this.keyedHash = keyedHash;
    }

    /** The connection, or null. Any thread, never waits. */
    Flow find(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        int hash = hash(remoteHi, remoteLo, localHi, localLo, ports);
        Buckets table = buckets;
        for (Entry entry = table.heads.get(table.index(hash)); entry != null; entry = entry.next) {
            FlowKey key = entry.flow.key;
            if (entry.hash == hash && key.ports() == ports && key.remoteLo() == remoteLo && key.localLo() == localLo
                    && key.remoteHi() == remoteHi && key.localHi() == localHi) {
                return entry.flow;
            }
        }
        return null;
    }

    /** Adds a connection; false when there is one with its key. */
    boolean insert(Flow flow) {
        FlowKey key = flow.key;
        int hash = hash(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports());
        lock.lock();
        try {
            if (find(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports()) != null) {
                return false;
            }
            if (count >= buckets.heads.length()) {
                growLocked();
            }
            Buckets table = buckets;
            int i = table.index(hash);
            table.heads.set(i, new Entry(hash, flow, table.heads.get(i)));
            count++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a connection out; no harm if it is not in. */
    void remove(Flow flow) {
        FlowKey key = flow.key;
        int hash = hash(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports());
        lock.lock();
        try {
            Buckets table = buckets;
            int i = table.index(hash);
            Entry before = null;
            for (Entry entry = table.heads.get(i); entry != null; before = entry, entry = entry.next) {
                if (entry.flow == flow) {
                    // A search that stands on the entry still finds its way on: its next stays.
                    if (before == null) {
                        table.heads.set(i, entry.next);
                    } else {
                        before.next = entry.next;
                    }
                    count--;
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many there are. */
    int size() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** All of them at about this moment. */
    List<Flow> all() {
        lock.lock();
        try {
            var flows = new ArrayList<Flow>(count);
            Buckets table = buckets;
            for (int i = 0; i < table.heads.length(); i++) {
                for (Entry entry = table.heads.get(i); entry != null; entry = entry.next) {
                    flows.add(entry.flow);
                }
            }
            return flows;
        } finally {
            lock.unlock();
        }
    }

    private void growLocked() {
        assert lock.isHeldByCurrentThread();
        Buckets old = buckets;
        var grown = new Buckets(old.heads.length() * 2);
        for (int i = 0; i < old.heads.length(); i++) {
            for (Entry entry = old.heads.get(i); entry != null; entry = entry.next) {
                int j = grown.index(entry.hash);
                grown.heads.set(j, new Entry(entry.hash, entry.flow, grown.heads.get(j)));
            }
        }
        buckets = grown;
    }

    private int hash(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        // Local addresses are few and not the attacker's choice: they are mixed in, the rest is keyed.
        long hash = keyedHash.hash(remoteHi ^ Long.rotateLeft(localHi, 32), remoteLo ^ Long.rotateLeft(localLo, 32), ports);
        return (int) (hash ^ hash >>> 32);
    }
}
