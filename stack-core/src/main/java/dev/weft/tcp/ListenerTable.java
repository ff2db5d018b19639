package dev.weft.tcp;

import dev.weft.wire.IpAddress;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who listens where: by port, and on it by address, where one listener may have all addresses (the wildcard). Readers look
 * without a lock and make no garbage, for anybody may send SYNs: the listeners of a bucket are an array that is replaced, never
 * changed.
 */
final class ListenerTable {

    private static final int BUCKETS = 1024;
    private static final Entry[] NONE = {};

    /** One listener; {@code address} null means all addresses. */
    private record Entry(int port, IpAddress address, TcpListener listener) {
        boolean matches(long hi, long lo) {
            return address == null || address.hi() == hi && address.lo() == lo;
        }

        boolean overlaps(IpAddress other) {
            return address == null || other == null || address.equals(other);
        }
    }

    private final AtomicReferenceArray<Entry[]> buckets = new AtomicReferenceArray<>(BUCKETS);
    /** Held to change a bucket; nothing is called under it. */
    private final ReentrantLock lock = new ReentrantLock();

    /** The listener for a connection to this address and port: one on the address itself before one on all; or null. */
    TcpListener find(long hi, long lo, int port) {
        TcpListener onAll = null;
        for (Entry entry : bucket(port)) {
            if (entry.port() == port && entry.matches(hi, lo)) {
                if (entry.address() != null) {
                    return entry.listener();
                }
                onAll = entry.listener();
            }
        }
        return onAll;
    }

    /** Whether anybody listens on the port, on whatever address. */
    boolean isUsed(int port) {
        for (Entry entry : bucket(port)) {
            if (entry.port() == port) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds a listener.
     *
     * @param address null for all addresses
     * @throws BindException when another one has the port, on this address or on all
     */
    void add(IpAddress address, int port, TcpListener listener) throws BindException {
        TcpListener other = tryAdd(address, port, listener);
        if (other != null) {
            throw new BindException("Address already in use: " + other + " has the port");
        }
    }

    /** The same, but returns the listener that has the port, null when there was none. */
    TcpListener tryAdd(IpAddress address, int port, TcpListener listener) {
        lock.lock();
        try {
            Entry[] present = bucket(port);
            for (Entry entry : present) {
                if (entry.port() == port && entry.overlaps(address)) {
                    return entry.listener();
                }
            }
            Entry[] more = Arrays.copyOf(present, present.length + 1);
            more[present.length] = new Entry(port, address, listener);
            buckets.set(index(port), more);
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a listener out; no harm if it is not in. */
    void remove(int port, TcpListener listener) {
        lock.lock();
        try {
            buckets.set(index(port), Arrays.stream(bucket(port)).filter(entry -> entry.listener() != listener)
                    .toArray(Entry[]::new));
        } finally {
            lock.unlock();
        }
    }

    /** All of them, by port. */
    List<TcpListener> all() {
        var all = new ArrayList<Entry>();
        for (int i = 0; i < BUCKETS; i++) {
            all.addAll(Arrays.asList(bucket(i)));
        }
        all.sort(Comparator.comparingInt(Entry::port));
        return all.stream().map(Entry::listener).toList();
    }

    private Entry[] bucket(int port) {
        Entry[] entries = buckets.get(index(port));
        return entries == null ? NONE : entries;
    }

    private static int index(int port) {
        return port & BUCKETS - 1;
    }
}
