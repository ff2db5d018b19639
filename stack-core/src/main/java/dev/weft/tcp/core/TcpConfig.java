package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.recovery.RttEstimator;
import dev.weft.tcp.core.segment.TcpExtensions;
import java.util.Objects;

/**
 * What a connection is told when it is made. A value; the {@code with} methods give changed copies.
 *
 * @param memory where its buffers come from
 * @param counters where it counts
 * @param buffers how much may be queued and received, and how far that grows
 * @param mtu the largest IP packet the path takes, as far as known, 68 and more
 * @param ipHeader bytes of IP header on each packet: 20 for IPv4, 40 for IPv6
 * @param noDelay whether small segments are sent at once, without Nagle's algorithm (RFC 9293 §3.7.4)
 * @param synRetries how often an unanswered SYN of an active open is sent again. 7 gives 1 + 2 + … + 64 + 120 = 247 s,
 *     more than the 3 minutes of RFC 9293 §3.8.3 (MUST-23); a caller who wants to wait less gives up earlier itself
 * @param synAckRetries how often an unanswered SYN,ACK of a passive open is sent again. {@code Deviation:} 5 gives 63 s,
 *     less than 3 minutes, as in Linux: half-open connections are made by whoever likes to, and a peer that lives
 *     repeats its own SYN
 * @param dataRetries R2 of RFC 9293 §3.8.3 in retransmissions: so many time-outs in a row without progress, one more
 *     ends the connection. 15 gives at least 924 s with the smallest RTO of 200 ms and its back-off up to 120 s, as in
 *     Linux; the rule asks for at least 100 s. Probes of a closed window count the same way when no ACK answers them
 * @param mslNanos the maximum segment lifetime; TIME-WAIT lasts twice as long (RFC 9293 §3.4.2 would have 2 minutes)
 * @param finWait2Nanos how long FIN-WAIT-2 lasts after the application has closed both directions
 * @param delayedAckNanos the longest an ACK is put off, at most 500 ms (RFC 9293 §3.8.6.3)
 * @param extensions timestamps and selective acknowledgements, both on by default
 * @param congestionControl how much may be in flight, and how fast it leaves
 * @param rtoFloorNanos the least that is added to SRTT for the retransmission time-out (RFC 6298 §2.4), 1 ms to 120 s
 * @param largestSegment the most text in bytes that may leave as one large segment, for the device to cut into segments; 0 where
 *     it cuts none
 */
public record TcpConfig(TcpMemory memory, TcpCounters counters, TcpBuffers buffers, int mtu, int ipHeader,
                        boolean noDelay, int synRetries,
                        int synAckRetries, int dataRetries, long mslNanos, long finWait2Nanos, long delayedAckNanos,
                        TcpExtensions extensions, CongestionAlgorithm congestionControl, long rtoFloorNanos,
                        int largestSegment) {

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpConfig {
        Objects.requireNonNull(buffers, "buffers");
        require(mtu >= 68 && mtu <= 65_575, "mtu", mtu);
        require(ipHeader == 20 || ipHeader == 40, "ipHeader", ipHeader);
        require(synRetries >= 0 && synRetries <= 127, "synRetries", synRetries);
        require(synAckRetries >= 0 && synAckRetries <= 127, "synAckRetries", synAckRetries);
        require(dataRetries >= 0 && dataRetries <= 127, "dataRetries", dataRetries);
        require(mslNanos >= 0, "mslNanos", mslNanos);
        require(finWait2Nanos >= 0, "finWait2Nanos", finWait2Nanos);
        Objects.requireNonNull(extensions, "extensions");
        require(rtoFloorNanos >= MILLISECOND && rtoFloorNanos <= RttEstimator.MAX_RTO, "rtoFloorNanos", rtoFloorNanos);
        require(largestSegment >= 0 && largestSegment <= 65_535 - 20 - 60, "largestSegment", largestSegment);
        require(delayedAckNanos >= 0 && delayedAckNanos < 500 * MILLISECOND, "delayedAckNanos", delayedAckNanos);
    }

    private static void require(boolean ok, String name, long value) {
        if (!ok) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }

    /** The defaults: buffers that grow, MTU 1500 over IPv4, Nagle, MSL 30 s, FIN-WAIT-2 60 s, ACKs within 40 ms, CUBIC. */
    public static TcpConfig of(TcpMemory memory, TcpCounters counters) {
        return new TcpConfig(memory, counters, TcpBuffers.TUNED, 1500, 20, false, 7, 5, 15,
                30 * SECOND, 60 * SECOND, 40 * MILLISECOND, TcpExtensions.ALL, CongestionAlgorithm.CUBIC,
                RttEstimator.DEFAULT_FLOOR, 0);
    }

    /** A copy with these buffers. */
    public TcpConfig withBuffers(TcpBuffers sizes) {
        return new TcpConfig(memory, counters, sizes, mtu, ipHeader, noDelay, synRetries, synAckRetries, dataRetries, mslNanos,
                finWait2Nanos, delayedAckNanos, extensions, congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with buffers that keep these sizes in bytes. */
    public TcpConfig withBuffers(int send, int receive) {
        return withBuffers(TcpBuffers.fixed(send, receive));
    }

    /** A copy for a path with this MTU and this length of IP header, both in bytes. */
    public TcpConfig withPath(int pathMtu, int ipHeaderBytes) {
        return new TcpConfig(memory, counters, buffers, pathMtu, ipHeaderBytes,
                noDelay, synRetries, synAckRetries, dataRetries, mslNanos, finWait2Nanos, delayedAckNanos, extensions,
                congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with or without Nagle's algorithm. */
    public TcpConfig withNoDelay(boolean on) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, on,
                synRetries, synAckRetries, dataRetries, mslNanos, finWait2Nanos, delayedAckNanos, extensions,
                congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with these limits on retransmission. */
    public TcpConfig withRetries(int syn, int synAck, int data) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay,
                syn, synAck, data, mslNanos, finWait2Nanos, delayedAckNanos, extensions,
                congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with these times: MSL, FIN-WAIT-2 after a full close, longest delay of an ACK. */
    public TcpConfig withTimes(long msl, long finWait2, long delayedAck) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay,
                synRetries, synAckRetries, dataRetries, msl, finWait2, delayedAck, extensions, congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with this congestion control. */
    public TcpConfig withCongestionControl(CongestionAlgorithm algorithm) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay,
                synRetries, synAckRetries, dataRetries, mslNanos, finWait2Nanos, delayedAckNanos, extensions,
                algorithm, rtoFloorNanos, largestSegment);
    }

    /** A copy that offers these options. */
    public TcpConfig withExtensions(TcpExtensions offered) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay,
                synRetries, synAckRetries, dataRetries, mslNanos, finWait2Nanos, delayedAckNanos, offered, congestionControl, rtoFloorNanos, largestSegment);
    }

    /** A copy with this floor of the retransmission time-out. */
    public TcpConfig withRtoFloor(long nanos) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay,
                synRetries, synAckRetries, dataRetries, mslNanos, finWait2Nanos, delayedAckNanos, extensions,
                congestionControl, nanos, largestSegment);
    }

    /** A copy for a device that cuts segments with up to so much text. */
    public TcpConfig withLargestSegment(int bytes) {
        return new TcpConfig(memory, counters, buffers, mtu, ipHeader, noDelay, synRetries, synAckRetries, dataRetries, mslNanos,
                finWait2Nanos, delayedAckNanos, extensions, congestionControl, rtoFloorNanos, bytes);
    }

    /** The MSS we announce: what fits a packet of this MTU without IP and TCP options (RFC 9293 §3.7.1, MUST-67). */
    int announcedMss() {
        return Math.min(mtu - ipHeader - 20, 65_535);
    }

    /** What a peer takes that announced no MSS (RFC 9293 §3.7.1, MUST-15). */
    public int defaultMss() {
        return ipHeader == 40 ? 1220 : 536;
    }
}
