package dev.weft.udp;

import dev.weft.ip.IpPacket;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sockets by port. Readers look without a lock and make no garbage: the sockets of a bucket are an array that is
 * replaced, never changed.
 *
 * <p>Of several sockets that a datagram fits, the one that says most about it gets it: connected to its source before not
 * connected, bound to its destination before bound to all addresses, and of equals the one bound last. A broadcast or
 * multicast goes to all that it fits (RFC 1122 §4.1.3.5).
 */
final class UdpTable {

    private static final int BUCKETS = 1024;
    private static final UdpSocket[] NONE = {};

    private final AtomicReferenceArray<UdpSocket[]> buckets = new AtomicReferenceArray<>(BUCKETS);
    /** Held to change a bucket; nothing is called under it. */
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * Adds a socket under its endpoint's port.
     *
     * @throws BindException when another socket has the address, and the two do not agree to share it
     */
    void add(UdpSocket socket) throws BindException {
        if (!tryAdd(socket, socket.options().reuseAddress())) {
            throw new BindException("Address already in use: udp " + socket.localAddress());
        }
    }

    /** Adds a socket unless another one has its address; sharing is allowed where both want it and this is asked for it. */
    boolean tryAdd(UdpSocket socket, boolean share) {
        Endpoint wanted = socket.endpoint();
        int bucket = wanted.localPort() & BUCKETS - 1;
        lock.lock();
        try {
            UdpSocket[] before = sockets(bucket);
            for (UdpSocket other : before) {
                boolean agreed = share && socket.options().reuseAddress() && other.options().reuseAddress();
                if (other.bound().overlaps(wanted) && !agreed) {
                    return false;
                }
            }
            UdpSocket[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = socket;
            buckets.set(bucket, after);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void remove(UdpSocket socket) {
        int bucket = socket.endpoint().localPort() & BUCKETS - 1;
        lock.lock();
        try {
            List<UdpSocket> left = new ArrayList<>(Arrays.asList(sockets(bucket)));
            left.remove(socket);
            buckets.set(bucket, left.toArray(NONE));
        } finally {
            lock.unlock();
        }
    }

    /** The socket that a unicast datagram, or an error about one, is for; null when there is none. */
    UdpSocket find(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort) {
        UdpSocket best = null;
        int bestFit = -1;
        for (UdpSocket socket : sockets(localPort & BUCKETS - 1)) {
            int fit = socket.endpoint().fit(localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
            if (fit >= 0 && fit >= bestFit) {
                best = socket;
                bestFit = fit;
            }
        }
        return best;
    }

    /** The sockets among which those are that a broadcast or multicast to this port fits. */
    UdpSocket[] candidates(int localPort) {
        return sockets(localPort & BUCKETS - 1);
    }

    /** Whether a candidate takes this broadcast or multicast. */
    static boolean fits(UdpSocket candidate, IpPacket packet, int localPort, int remotePort) {
        return candidate.endpoint().fit(packet.dstHi(), packet.dstLo(), localPort, packet.srcHi(), packet.srcLo(),
                remotePort) >= 0;
    }

    /** Every socket. */
    List<UdpSocket> all() {
        List<UdpSocket> all = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            all.addAll(Arrays.asList(sockets(i)));
        }
        return all;
    }

    private UdpSocket[] sockets(int bucket) {
        UdpSocket[] sockets = buckets.get(bucket);
        return sockets == null ? NONE : sockets;
    }
}
