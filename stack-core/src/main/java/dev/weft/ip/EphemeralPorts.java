package dev.weft.ip;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.Randomness;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;

/**
 * Ports for sockets that ask for none: double-hash port selection (RFC 6056 §3.3.4, algorithm 4). Where a connection goes
 * decides where the search begins, keyed, so that nobody outside can guess a port; one of several counters, also chosen
 * by where it goes, moves the beginning on, so that a port is reused as late as possible.
 *
 * <p>Safe for use by any thread.
 */
public final class EphemeralPorts {

    /** The first port handed out. RFC 6056 §3.2 asks for as wide a range as possible; below lie the well-known services. */
    public static final int FIRST = 16_384;
    /** The last port handed out. */
    public static final int LAST = 65_535;

    private static final int RANGE = LAST - FIRST + 1;
    private static final int COUNTERS = 256;

    private final KeyedHash offsets;
    private final KeyedHash indices;
    private final AtomicIntegerArray counters = new AtomicIntegerArray(COUNTERS);

    /** A selection with fresh keys, its counters anywhere. */
    public EphemeralPorts(Randomness randomness) {
        offsets = KeyedHash.keyedBy(randomness);
        indices = KeyedHash.keyedBy(randomness);
        for (int i = 0; i < COUNTERS; i++) {
            counters.set(i, randomness.nextInt());
        }
    }

    /**
     * A free port for a connection.
     *
     * @param localLo lower half of the local address; 0 when there is none yet
     * @param remoteHi upper half of the remote address; 0 when there is none
     * @param remoteLo lower half of the remote address; 0 when there is none
     * @param remotePort 0 when there is none
     * @param isFree asked for candidates until it says yes
     * @return the port, or −1 when none is free
     */
    public int choose(long localLo, long remoteHi, long remoteLo, int remotePort, IntPredicate isFree) {
        int offset = (int) offsets.hash(localLo, remoteHi, remoteLo, remotePort);
        int counter = (int) indices.hash(localLo, remoteHi, remoteLo, remotePort) & COUNTERS - 1;
        for (int tries = 0; tries < RANGE; tries++) {
            int port = FIRST + Integer.remainderUnsigned(offset + counters.getAndIncrement(counter), RANGE);
            if (isFree.test(port)) {
                return port;
            }
        }
        return -1;
    }
}
