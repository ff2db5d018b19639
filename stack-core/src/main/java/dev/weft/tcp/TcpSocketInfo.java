package dev.weft.tcp;

import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpInfo;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.wire.IpAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;

/**
 * A connection at one moment, what {@code tcp_info} shows on Linux; a snapshot that holds on to nothing.
 *
 * @param local this end
 * @param remote the other end
 * @param active whether this end connected; otherwise it listened
 * @param state the state by its name in RFC 9293 §3.3.2, with underscores: {@code ESTABLISHED}, {@code FIN_WAIT_1}
 * @param roundTrip smoothed round-trip time, zero before the first sample
 * @param roundTripVariation its variation
 * @param retransmissionTimeout after how long something unacknowledged is sent again at present, back-off included
 * @param congestionControl {@code cubic}, {@code newreno} or {@code bbr}
 * @param cwnd congestion window in bytes
 * @param ssthresh slow-start threshold in bytes, {@link Integer#MAX_VALUE} before the first loss
 * @param mss the largest payload of a segment sent, in bytes
 * @param inFlight bytes sent and not acknowledged, less those taken for lost
 * @param unsent bytes written and never sent
 * @param readable bytes received in order and not read
 * @param sendWindow bytes that the peer allows at present
 * @param receiveWindow bytes that this end allows at present
 * @param bytesAcknowledged bytes that the peer has acknowledged since the connection began
 * @param bytesReceived bytes received in order since the connection began
 * @param retransmits segments sent again since the connection began
 * @param retransmittedBytes bytes sent again since the connection began
 * @param timeouts retransmission time-outs in a row without progress
 * @param sacked bytes that have arrived behind a hole, as the peer says
 * @param lost bytes taken for lost and not sent again yet
 * @param reorderingSeen whether the path has been seen to reorder
 * @param pacingRate bytes a second at which segments leave, 0 when they are not paced
 * @param deliveryRate bytes a second that the path has delivered lately, 0 before anything was
 * @param timestamps whether timestamps are agreed (RFC 7323 §3)
 * @param selectiveAcks whether selective acknowledgements are agreed (RFC 2018)
 * @param windowScaling whether window scaling is agreed (RFC 7323 §2)
 * @param pathMtu the largest IP packet in bytes that the path takes, as far as is known: the link's MTU, or less because a
 *     router has said so or nothing longer has arrived
 * @param ecn whether explicit congestion notification is agreed (RFC 3168)
 * @param sendBuffer size of the send buffer at present, in bytes
 * @param receiveBuffer size of the receive buffer at present, in bytes; it grows with the next data that are read, and an
 *     idle connection's shrinks with the next data that come
 * @param receiveRoundTrip the round-trip time as the receiving half sees it, zero while unknown
 * @param receiveSpace the most that was read in a round trip, in bytes, from which the receive buffer follows
 */
public record TcpSocketInfo(InetSocketAddress local, InetSocketAddress remote, boolean active, String state,
                            Duration roundTrip, Duration roundTripVariation, Duration retransmissionTimeout,
                            String congestionControl, int cwnd, int ssthresh, int mss, int inFlight, int unsent, int readable,
                            int sendWindow, int receiveWindow, long bytesAcknowledged, long bytesReceived, long retransmits,
                            long retransmittedBytes, int timeouts, int sacked, int lost, boolean reorderingSeen,
                            long pacingRate, long deliveryRate, boolean timestamps, boolean selectiveAcks,
                            boolean windowScaling, int pathMtu, boolean ecn, int sendBuffer, int receiveBuffer,
                            Duration receiveRoundTrip, long receiveSpace) {

    static TcpSocketInfo of(FlowKey key, TcpConnection core) {
        TcpInfo info = core.info();
        return new TcpSocketInfo(key.local(), key.remote(), core.isActive(), info.state().name(),
                Duration.ofNanos(info.srttNanos()), Duration.ofNanos(info.rttvarNanos()), Duration.ofNanos(info.rtoNanos()),
                nameOf(core.congestionControl()), info.cwnd(), info.ssthresh(), info.sendMss(), info.inFlight(), info.unsent(),
                info.readable(), info.peerWindow(), info.receiveWindow(), core.bytesAcknowledged(), core.bytesReceived(),
                info.retransmits(), info.retransmittedBytes(), info.timeouts(), info.sacked(), info.lost(),
                info.reorderingSeen(), info.pacingRate(), info.deliveryRate(), info.timestamps(), info.selectiveAcks(),
                info.windowScaling(), info.pathMtu(), info.ecn(), info.sendBuffer(), info.receiveBuffer(),
                Duration.ofNanos(info.receiveRttNanos()), info.receiveSpace());
    }

    /** One of which only TIME-WAIT is left: that, its ends, and nothing else. */
    static TcpSocketInfo ofTimeWait(FlowKey key, boolean active) {
        return new TcpSocketInfo(key.local(), key.remote(), active, TcpState.TIME_WAIT.name(), Duration.ZERO, Duration.ZERO,
                Duration.ZERO, "", 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, 0, 0, false, false, false, 0, false, 0, 0,
                Duration.ZERO, 0);
    }

    private static String nameOf(CongestionAlgorithm algorithm) {
        return algorithm.name().replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * One line for people; the arrow points from who connected, the window is counted in segments:
     * {@code tcp ESTABLISHED 10.9.0.2:7 ← 10.9.0.1:40312 rtt 0.4 ms cwnd 10 rwnd 512 KiB retrans 0 cubic}.
     */
    @Override
    public String toString() {
        return "tcp " + state + " " + text(local) + (active ? " → " : " ← ") + text(remote)
                + " rtt " + String.format(Locale.ROOT, "%.1f", roundTrip.toNanos() / 1e6) + " ms cwnd " + cwnd / mss
                + " rwnd " + (receiveWindow >> 10) + " KiB retrans " + retransmits + " " + congestionControl;
    }

    private static String text(InetSocketAddress end) {
        return FlowKey.text(IpAddress.of(end.getAddress()), end.getPort());
    }
}
