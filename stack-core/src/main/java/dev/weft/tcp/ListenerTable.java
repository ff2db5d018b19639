package dev.weft.tcp;

import dev.weft.wire.IpAddress;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who listens where: by port, and on it by address, where one listener may have all addresses (the wildcard). An immutable
 * map that each change replaces, so that readers look without a lock.
 */
final class ListenerTable {

    /** One listener; {@code address} null means all addresses. */
    private record Entry(IpAddress address, TcpListener listener) {
        boolean matches(long hi, long lo) {
            return address == null || address.hi() == hi && address.lo() == lo;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private volatile Map<Integer, List<Entry>> byPort = Map.of(); // written under lock

    /** The listener for a connection to this address and port: one on the address itself before one on all; or null. */
    TcpListener find(long hi, long lo, int port) {
        TcpListener onAll = null;
        for (Entry entry : byPort.getOrDefault(port, List.of())) {
            if (entry.matches(hi, lo)) {
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
        return byPort.containsKey(port);
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
            List<Entry> present = byPort.getOrDefault(port, List.of());
            for (Entry entry : present) {
                if (address == null || entry.address() == null || entry.address().equals(address)) {
                    return entry.listener();
                }
            }
            var entries = new ArrayList<>(present);
            entries.add(new Entry(address, listener));
            replaceLocked(port, List.copyOf(entries));
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a listener out; no harm if it is not in. */
    void remove(int port, TcpListener listener) {
        lock.lock();
        try {
            replaceLocked(port, byPort.getOrDefault(port, List.of()).stream()
                    .filter(entry -> entry.listener() != listener).toList());
        } finally {
            lock.unlock();
        }
    }

    /** All of them, by port. */
    List<TcpListener> all() {
        return byPort.entrySet().stream().sorted(Map.Entry.comparingByKey())
                .flatMap(e -> e.getValue().stream()).map(Entry::listener).toList();
    }

    private void replaceLocked(int port, List<Entry> entries) {
        assert lock.isHeldByCurrentThread();
        var changed = new TreeMap<>(byPort);
        if (entries.isEmpty()) {
            changed.remove(port);
        } else {
            changed.put(port, entries);
        }
        byPort = Map.copyOf(changed);
    }
}
