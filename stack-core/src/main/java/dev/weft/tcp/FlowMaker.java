package dev.weft.tcp;

import dev.weft.device.Offloads;
import dev.weft.ip.IpPath;
import dev.weft.resource.Counters;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.recovery.RttEstimator;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.wire.IpAddress;
import dev.weft.wire.TcpHeader;
import java.time.Duration;

/**
 * Makes flows, whoever opens them: what a connection is like follows from the settings of the stack, the options of its
 * socket and the way to its peer.
 */
final class FlowMaker {

    /** R2 in retransmissions, where neither a user timeout nor a lower floor is set (RFC 9293 §3.8.3). */
    private static final int DATA_RETRIES = 15;
    /** Frames that any device's queue is taken to hold: an initial window (RFC 6928) and some more. */
    private static final int LEAST_QUEUE = 16;

    private final NanoClock clock;
    private final TcpStatistics statistics;
    private final TcpMemory memory;
    private final FlowHome home;
    private final EventDesk events;
    private final TcpCongestion congestion;
    private final MtuProbing mtuProbing;
    private final TcpEcn ecn;
    private final int largestSend;
    private final int largestReceive;
    private final Duration rtoFloor;
    private final InitialSequence sequence;
    private final KeyedHash timestampOffsets;
    private final Ways ways = new Ways();

    FlowMaker(NanoClock clock, Randomness randomness, Counters counters, TcpStatistics statistics, TcpSettings settings,
              TcpMemory memory, FlowHome home) {
        this.clock = clock;
        this.statistics = statistics;
        this.memory = memory;
        this.home = home;
        events = new EventDesk(settings.events(), clock, counters);
        congestion = settings.congestionControl();
        mtuProbing = settings.mtuProbing().mode();
        ecn = settings.ecn();
        largestSend = settings.largestSendBuffer();
        largestReceive = settings.largestReceiveBuffer();
        rtoFloor = settings.rtoFloor();
        sequence = new InitialSequence(KeyedHash.keyedBy(randomness));
        timestampOffsets = KeyedHash.keyedBy(randomness);
    }

    /** The initial sequence number of a connection that begins now. */
    int initialSequence(FlowKey key, long now) {
        return sequence.of(key, now);
    }

    /** Who is told what a connection does; null if nobody. */
    FlowEvents events(FlowKey key, TcpOptions options) {
        return events.open(key, options.events());
    }

    /** The flow of a connection, not in the table yet. */
    Flow flow(FlowKey key, IpPath path, TcpConnection core, FlowEvents told, TcpOptions options) {
        core.mtuProbing(mtuProbing);
        TcpPatience patience = options.patience();
        long now = clock.nanoTime();
        core.keepAlive(now, NanoClock.deadline(0, patience.keepAliveIdle()), NanoClock.deadline(0, patience.keepAliveInterval()),
                patience.keepAliveCount());
        core.userTimeout(now, NanoClock.deadline(0, patience.userTimeout()));
        // The backlog: as much as the peer may send by its window, and what the readers may have under way.
        return new Flow(key, path, core, told, home, clock, largestReceive(path, options) + (64 << 10));
    }

    /** The path of an earlier connection between the same addresses, if it is still the right one; or null. */
    IpPath knownPath(FlowKey key) {
        return ways.path(key.localHi(), key.localLo(), key.remoteHi(), key.remoteLo());
    }

    /** The same path as an earlier connection has, if there is one, else this. */
    IpPath shared(IpPath path) {
        IpPath known = ways.path(path.local().hi(), path.local().lo(), path.remote().hi(), path.remote().lo());
        return known == null ? path : known;
    }

    /** What the connection is told when it is made. */
    TcpConfig config(IpPath path, TcpOptions options) {
        TcpConfig known = ways.config(path, options);
        if (known != null) {
            return known;
        }
        TcpConfig made = makeConfig(path, options);
        ways.remember(path, options, made);
        return made;
    }

    private TcpConfig makeConfig(IpPath path, TcpOptions options) {
        TcpCongestion algorithm = options.congestionControl() == null ? congestion : options.congestionControl();
        Duration floor = options.patience().rtoFloor() == null ? rtoFloor : options.patience().rtoFloor();
        return TcpConfig.of(memory, statistics)
                .withBuffers(buffers(path, options))
                // What we announce is what our link takes, and not what the way to the peer does (RFC 9293 §3.7.1, RFC 1191 §3.1).
                .withPath(path.link().mtu(), path.remote().isIpv4() ? 20 : 40)
                .withLargestSegment(Math.min(path.link().offloads().maxSegmentBytes(), Offloads.LARGEST_PAYLOAD))
                .withNoDelay(options.noDelay())
                .withRetries(options.patience().synRetries(), options.patience().synAckRetries(),
                        dataRetries(floor.toNanos()))
                .withRtoFloor(floor.toNanos())
                .withCongestionControl(algorithm.algorithm())
                .withExtensions(new TcpExtensions(options.timestamps(), timestampOffset(path), options.selectiveAcks(),
                        (options.ecn() == null ? ecn : options.ecn()).mode()));
    }

    /**
     * RFC 9293 §3.8.3: R2 should be at least 100 s, and a low floor does not make the peer answer sooner: as many doublings more
     * as it takes to get to the usual one.
     */
    private static int dataRetries(long floor) {
        int retries = DATA_RETRIES;
        for (long time = floor; time < RttEstimator.DEFAULT_FLOOR; time *= 2) {
            retries++;
        }
        return retries;
    }

    /** Of the size that was asked for, or else as large as the path needs and the device's queue holds. */
    private TcpBuffers buffers(IpPath path, TcpOptions options) {
        int send = options.sendBuffer();
        int receive = options.receiveBuffer();
        TcpBuffers first = TcpBuffers.TUNED;
        int most = largestReceive(path, options);
        return new TcpBuffers(send == 0 ? Math.min(first.send(), largestSend) : send, send == 0 ? largestSend : send,
                receive == 0 ? Math.min(first.receive(), most) : receive, most);
    }

    private int largestReceive(IpPath path, TcpOptions options) {
        int asked = options.receiveBuffer();
        return asked == 0 ? (int) Math.min(largestReceive, queueBytes(path)) : asked;
    }

    /**
     * What a peer that is near may send at once so that the queue of our device holds it while the reader does not run: half
     * of the queue in full segments. The other half is for ACKs of what we send, and for other connections.
     */
    private static long queueBytes(IpPath path) {
        int segment = path.link().mtu() - (path.remote().isIpv4() ? 20 : 40) - TcpHeader.LENGTH;
        return Math.max(path.link().queueFrames() / 2, LEAST_QUEUE) * (long) Math.max(segment, 1);
    }

    /** RFC 7323 §5.4, §7.1: one offset for all connections between two addresses, so that their timestamps go up. */
    int timestampOffset(IpPath path) {
        IpAddress from = path.local();
        IpAddress to = path.remote();
        return (int) timestampOffsets.hash(from.hi(), from.lo(), to.hi(), to.lo());
    }
}
