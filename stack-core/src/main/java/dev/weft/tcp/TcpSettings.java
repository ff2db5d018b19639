package dev.weft.tcp;

import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.recovery.RttEstimator;
import java.time.Duration;
import java.util.Objects;

/**
 * What TCP is told when a stack opens.
 *
 * @param memory bytes that the buffers of all connections together may take off the heap, at least 1 MiB; default 256 MiB.
 *     From two thirds of it on buffers grow no more, until less than half is in use; what is done when all of it is, stands
 *     in {@link dev.weft.tcp.core.buffer.TcpMemory}
 * @param orphans how many connections may be closed by their application and not acknowledged by their peer yet, at least 1,
 *     default 16,384; one more resets the oldest
 * @param synCookies when listeners answer SYNs without remembering them (RFC 4987 §3.6); default when there is no room for more
 * @param congestionControl how fast connections send whose {@link TcpOptions} say nothing else; default CUBIC
 * @param mtuProbing whether connections probe for the path MTU; default once packets have vanished in a black hole
 * @param ecn explicit congestion notification of connections whose {@link TcpOptions} say nothing else; default
 *     {@link TcpEcn#ACCEPT}, as in Linux
 * @param largestSendBuffer up to how many bytes the send buffer of a connection grows whose {@link TcpOptions} name no size,
 *     1,024 to 2<sup>30</sup>, default 4 MiB
 * @param largestReceiveBuffer the same of the receive buffer, default 6 MiB. It decides the window scale (RFC 7323 §2.3)
 * @param events who is told what all connections do; null (the default): nobody
 * @param rtoFloor what connections whose {@link TcpPatience} says nothing else add at least to their round trip for the
 *     retransmission time-out, which is SRTT + max(floor, 4·RTTVAR) (RFC 6298 §2.3, §2.4), 1 ms to 120 s; default 200 ms, as
 *     in Linux. With less than the longest that a peer delays its ACKs, what is only late is sent again
 * @param timeWaits how many connections that their application has closed may be in TIME-WAIT, at least 1, default 262,144 as in
 *     Linux; one more ends at once. Those that somebody watches ({@code events}) do not count
 */
public record TcpSettings(long memory, TcpCongestion congestionControl, int orphans, TcpSynCookies synCookies,
                          TcpMtuProbing mtuProbing, TcpEcn ecn, TcpEventListener events, int largestSendBuffer,
                          int largestReceiveBuffer, Duration rtoFloor, int timeWaits) {

    /** Checks the ranges. */
    public TcpSettings {
        Objects.requireNonNull(congestionControl, "congestionControl");
        Objects.requireNonNull(synCookies, "synCookies");
        Objects.requireNonNull(mtuProbing, "mtuProbing");
        Objects.requireNonNull(ecn, "ecn");
        if (memory < 1 << 20) {
            throw new IllegalArgumentException("TcpSettings.memory: " + memory + " is less than 1 MiB");
        }
        if (timeWaits < 1) {
            throw new IllegalArgumentException("TcpSettings.timeWaits: " + timeWaits + " is less than 1");
        }
        if (orphans < 1) {
            throw new IllegalArgumentException("TcpSettings.orphans: " + orphans + " is less than 1");
        }
        Objects.requireNonNull(rtoFloor, "rtoFloor");
        TcpPatience.requireFloor("TcpSettings.rtoFloor", rtoFloor);
        requireSize("largestSendBuffer", largestSendBuffer);
        requireSize("largestReceiveBuffer", largestReceiveBuffer);
    }

    private static void requireSize(String name, int bytes) {
        if (bytes < 1024 || bytes > 1 << 30) {
            throw new IllegalArgumentException("TcpSettings." + name + ": " + bytes + " is out of range");
        }
    }

    /** The defaults. */
    public static TcpSettings defaults() {
        return new TcpSettings(256L << 20, TcpCongestion.CUBIC, 16_384, TcpSynCookies.WHEN_FULL,
                TcpMtuProbing.ON_BLACK_HOLE, TcpEcn.ACCEPT, null, TcpBuffers.TUNED.largestSend(),
                TcpBuffers.TUNED.largestReceive(), Duration.ofNanos(RttEstimator.DEFAULT_FLOOR), 262_144);
    }

    /** A copy with this limit in bytes. */
    public TcpSettings memory(long bytes) {
        return new TcpSettings(bytes, congestionControl, orphans, synCookies, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy with this congestion control for connections that do not choose one. */
    public TcpSettings congestionControl(TcpCongestion algorithm) {
        return new TcpSettings(memory, algorithm, orphans, synCookies, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy with this limit on closed connections that are not acknowledged yet. */
    public TcpSettings orphans(int connections) {
        return new TcpSettings(memory, congestionControl, connections, synCookies, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy whose listeners answer SYNs with cookies so often. */
    public TcpSettings synCookies(TcpSynCookies when) {
        return new TcpSettings(memory, congestionControl, orphans, when, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy whose connections probe for the path MTU so. */
    public TcpSettings mtuProbing(TcpMtuProbing when) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, when, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy whose stack tells {@code listener} what each of its connections does; null: nobody. */
    public TcpSettings events(TcpEventListener listener) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, mtuProbing, ecn, listener, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy with these limits in bytes for the buffers of connections that do not choose their size. */
    public TcpSettings largestBuffers(int send, int receive) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, mtuProbing, ecn, events, send, receive, rtoFloor,
                timeWaits);
    }

    /** A copy with this floor of the retransmission time-out, for connections that do not choose theirs. */
    public TcpSettings rtoFloor(Duration floor) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, floor, timeWaits);
    }

    /** A copy with this explicit congestion notification for connections that do not choose. */
    public TcpSettings ecn(TcpEcn use) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, mtuProbing, use, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, timeWaits);
    }

    /** A copy with this limit on connections in TIME-WAIT. */
    public TcpSettings timeWaits(int connections) {
        return new TcpSettings(memory, congestionControl, orphans, synCookies, mtuProbing, ecn, events, largestSendBuffer,
                largestReceiveBuffer, rtoFloor, connections);
    }
}
