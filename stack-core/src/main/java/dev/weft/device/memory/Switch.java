package dev.weft.device.memory;

import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counter;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Bytes;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.MacAddress;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An Ethernet switch in memory: each port is a device for a stack. It learns from source addresses who is on which port, sends
 * what is for a known station to its port alone, and what is for a group, everybody or somebody unknown to all other ports.
 * It has no thread: whoever transmits into a port puts the frame into the queues of the receiving ones.
 *
 * <p>A queue that is full, or a port that is down, loses its copy of a frame and the switch counts it
 * ({@code NAME.pN.full} of the port that would have received it); the sender, like the one before a real switch, is not told.
 * The table is bounded and ages as {@link StationTable} says; stations of a port that goes down are forgotten.
 */
public final class Switch {

    /** How many stations are known at most. */
    public static final int MAX_STATIONS = 1024;
    /** How long after it was last heard a station is known: the default of IEEE 802.1Q-2022, table 8-6. */
    public static final Duration AGEING = Duration.ofSeconds(300);

    private final Counters counters = new Counters();
    private final Counter flooded;
    private final Counter evicted;
    private final NanoClock clock;
    private final Duration delay;
    private final int maxFrames;
    private final Port[] ports;

    /** Held to learn and look up; no frame is copied under it. */
    private final ReentrantLock lock = new ReentrantLock();
    private final StationTable stations = new StationTable(MAX_STATIONS, AGEING.toNanos());   // guarded by lock

    /**
     * A switch whose ports are up, named {@code name.p0}, {@code name.p1} and so on.
     *
     * @param portCount at least 1
     * @param options of each port; the delay is that of a frame through the switch
     * @throws IllegalArgumentException when there is no port, or the link type is not Ethernet
     */
    public Switch(int portCount, MemoryLinkOptions options) {
        if (portCount < 1 || options.linkType() != LinkType.ETHERNET) {
            throw new IllegalArgumentException("no switch has " + portCount + " ports of type " + options.linkType());
        }
        clock = options.clock();
        delay = options.delay();
        maxFrames = options.maxFrames();
        flooded = counters.counter(options.name() + ".flooded");
        evicted = counters.counter(options.name() + ".station_evicted");
        ports = new Port[portCount];
        for (int i = 0; i < portCount; i++) {
            ports[i] = new Port(i, options);
        }
    }

    /** A switch named {@code switch} with {@link MemoryLinkOptions#defaults()}. */
    public Switch(int portCount) {
        this(portCount, MemoryLinkOptions.defaults().name("switch"));
    }

    /** How many ports it has. */
    public int portCount() {
        return ports.length;
    }

    /** The device of a port, 0 to {@link #portCount()} − 1. */
    public NetDevice port(int index) {
        return ports[index];
    }

    /** What each port dropped, how many frames were flooded and how many stations evicted. */
    public Counters counters() {
        return counters;
    }

    /** Takes a port up or down; its stack hears of it on its reader. Any thread. */
    public void setUp(int port, boolean up) {
        ports[port].enabled = up;
        if (!up) {
            forget(port);
        }
        ports[port].linkHasChanged();
    }

    private void forget(int port) {
        lock.lock();
        try {
            stations.forget(port);
        } finally {
            lock.unlock();
        }
    }

    /** Where a frame goes that came in on {@code port}; learns where its source is. */
    private int learnAndFind(int port, long source, long destination, long now) {
        boolean evicts = false;
        int found = StationTable.UNKNOWN;
        lock.lock();
        try {
            if (!MacAddress.isMulticast(source)) {
                evicts = stations.learn(source, port, now);
            }
            if (!MacAddress.isMulticast(destination)) {
                found = stations.portOf(destination, now);
            }
        } finally {
            lock.unlock();
        }
        if (evicts) {
            evicted.increment();
        }
        return found;
    }

    private final class Port extends QueueDevice {

        private final int index;
        private volatile boolean enabled = true;

        private Port(int index, MemoryLinkOptions options) {
            super(options.name() + ".p" + index, options, counters);
            this.index = index;
        }

        /** What does not fit is lost, and its sender not told. */
        @Override
        public int queueFrames() {
            return maxFrames;
        }

        @Override
        public boolean isUp() {
            return enabled && !isClosed();
        }

        @Override
        public int transmit(OutFrame[] frames, int from, int to) {
            long now = clock.nanoTime();
            long due = delay.isZero() ? 0 : NanoClock.deadline(now, delay);
            for (int i = from; i < to; i++) {
                if (!isUp()) {
                    drop(DeviceDrop.DOWN);
                } else if (isTooLong(frames[i])) {
                    drop(DeviceDrop.TOO_LONG);
                } else if (frames[i].headLength() < EthernetHeader.LENGTH) {
                    drop(DeviceDrop.RUNT);
                } else {
                    forward(frames[i], now, due);
                }
            }
            return to - from;
        }

        private void forward(OutFrame frame, long now, long due) {
            long header = frame.start();
            int found = learnAndFind(index, Bytes.u48(frame.head(), header + EthernetHeader.SOURCE),
                    Bytes.u48(frame.head(), header + EthernetHeader.DESTINATION), now);
            if (found == StationTable.UNKNOWN) {
                flooded.increment();
                for (Port port : ports) {
                    if (port != this) {
                        port.deliver(frame, due);
                    }
                }
            } else if (found != index) {
                // On its own port the station has heard the frame already (IEEE 802.1Q-2022 §8.6.1).
                ports[found].deliver(frame, due);
            }
        }

        private void deliver(OutFrame frame, long due) {
            if (!isUp()) {
                drop(DeviceDrop.DOWN);
            } else if (!incoming().offer(frame, due)) {
                drop(DeviceDrop.FULL);
            }
        }

        @Override
        void closedByOwner() {
            forget(index);
        }
    }
}
