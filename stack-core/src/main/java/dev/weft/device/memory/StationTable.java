package dev.weft.device.memory;

import java.util.Arrays;

/**
 * Which port each station was last heard on: the filtering database of a learning bridge (IEEE 802.1Q-2022 §8.8). Pure: told
 * the time, guarded by its caller, no garbage.
 *
 * <p>Bounded by shape: an address may lie in one of {@value #WAYS} places of the set that its hash names. When all of them
 * are taken by live entries the one heard of least recently makes room, so a flood of invented addresses makes the switch
 * forget, and flood, but neither grow nor stop learning.
 */
final class StationTable {

    static final int WAYS = 8;
    static final int UNKNOWN = -1;

    private final long[] addresses;
    private final int[] ports;
    private final long[] heardAt;
    private final long ageing;

    /**
     * An empty table.
     *
     * @param entries how many stations it knows at most, rounded up to a power of two of at least {@value #WAYS}
     * @param ageingNanos how long after a station was last heard it is forgotten
     */
    StationTable(int entries, long ageingNanos) {
        int size = Math.max(WAYS, Integer.highestOneBit(Math.max(1, entries - 1)) << 1);
        addresses = new long[size];
        ports = new int[size];
        heardAt = new long[size];
        ageing = ageingNanos;
        Arrays.fill(ports, UNKNOWN);
    }

    /** A frame from {@code address} came in on {@code port}. Whether a live entry had to be forgotten for it. */
    boolean learn(long address, int port, long now) {
        int set = setOf(address);
        int place = set;
        for (int i = set; i < set + WAYS; i++) {
            if (ports[i] != UNKNOWN && addresses[i] == address) {
                place = i;
                break;
            }
            if (isOlder(i, place)) {
                place = i;
            }
        }
        boolean evicts = isLive(place, now) && addresses[place] != address;
        addresses[place] = address;
        ports[place] = port;
        heardAt[place] = now;
        return evicts;
    }

    /** The port of a station, or {@link #UNKNOWN}. */
    int portOf(long address, long now) {
        int set = setOf(address);
        for (int i = set; i < set + WAYS; i++) {
            if (addresses[i] == address && isLive(i, now)) {
                return ports[i];
            }
        }
        return UNKNOWN;
    }

    /** Forgets the stations of a port, whose link went down (IEEE 802.1Q-2022 §8.8.3 lets them age; nobody is there now). */
    void forget(int port) {
        for (int i = 0; i < ports.length; i++) {
            if (ports[i] == port) {
                ports[i] = UNKNOWN;
            }
        }
    }

    private boolean isOlder(int place, int other) {
        return ports[other] != UNKNOWN && (ports[place] == UNKNOWN || heardAt[place] < heardAt[other]);
    }

    private boolean isLive(int place, long now) {
        return ports[place] != UNKNOWN && now - heardAt[place] < ageing;
    }

    private int setOf(long address) {
        int hash = Long.hashCode(address * 0x9e37_79b9_7f4a_7c15L);
        return (hash & addresses.length / WAYS - 1) * WAYS;
    }
}
