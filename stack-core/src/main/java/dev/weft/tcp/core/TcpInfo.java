package dev.weft.tcp.core;

/**
 * A connection at one moment, for people and for tests.
 *
 * @param state the state
 * @param srttNanos smoothed round-trip time, 0 before the first sample
 * @param rttvarNanos round-trip time variation
 * @param rtoNanos the retransmission time-out at present, back-off included
 * @param cwnd congestion window in bytes
 * @param ssthresh slow-start threshold in bytes; {@link Integer#MAX_VALUE} before the first loss
 * @param inFlight bytes sent and not acknowledged, less those taken for lost
 * @param unsent bytes queued and never sent
 * @param sendMss the largest payload of a segment we send
 * @param peerWindow SND.WND: bytes the peer's window allows past SND.UNA
 * @param receiveWindow RCV.WND: bytes we allow past RCV.NXT
 * @param readable bytes in order that the application has not consumed
 * @param retransmits segments sent again since the connection began
 * @param timeouts consecutive retransmission time-outs without progress
 * @param pacingRate bytes a second at which segments leave, 0 when they are not paced
 * @param deliveryRate bytes a second that the path has delivered lately, 0 before anything was
 * @param sacked bytes that have arrived behind a hole, as the peer says
 * @param lost bytes taken for lost and not sent again yet
 * @param retransmittedBytes bytes sent again since the connection began
 * @param reorderingSeen whether the path has been seen to reorder (RFC 8985 §6.2, step 3)
 * @param reorderingWindows how many quarters of the least round trip a segment may be late (RFC 8985 §6.2, step 4)
 * @param timestamps whether timestamps are agreed (RFC 7323 §3)
 * @param selectiveAcks whether selective acknowledgements are agreed (RFC 2018)
 * @param windowScaling whether window scaling is agreed (RFC 7323 §2)
 * @param pathMtu the largest IP packet in bytes that the path takes, as far as is known
 * @param ecn whether explicit congestion notification is agreed (RFC 3168)
 * @param sendBuffer size of the send buffer at present, in bytes
 * @param receiveBuffer size of the receive buffer at present, in bytes
 * @param receiveRttNanos round-trip time as the receiving half sees it, 0 while unknown
 * @param receiveSpace the most that the application has read in a round trip, in bytes
 */
public record TcpInfo(TcpState state, long srttNanos, long rttvarNanos, long rtoNanos, int cwnd, int ssthresh,
                      int inFlight, int unsent, int sendMss, int peerWindow, int receiveWindow, int readable,
                      long retransmits, int timeouts, long pacingRate, long deliveryRate, int sacked, int lost,
                      long retransmittedBytes, boolean reorderingSeen, int reorderingWindows, boolean timestamps, boolean selectiveAcks, boolean windowScaling,
                      int pathMtu, boolean ecn, int sendBuffer, int receiveBuffer, long receiveRttNanos, long receiveSpace) {

    /** What can be seen of a connection now. */
    static TcpInfo of(Lifecycle life) {
        Sender snd = life.sender();
        Receiver rcv = life.receiver();
        return new TcpInfo(life.state(), snd.rtt.srtt(), snd.rtt.rttvar(), snd.rtt.rto(), snd.congestion.cwnd(),
                snd.congestion.ssthresh(), snd.flight(), snd.unsentText(), snd.mss(), snd.sndWnd, rcv.window(), rcv.readable(),
                snd.recovery.retransmits(), snd.timeouts(), snd.rate.pacer.rate(), snd.rate.deliveryRate(),
                snd.recovery.board.sacked(), snd.recovery.board.lost(), snd.recovery.retransmittedBytes(),
                snd.recovery.rack.reorderingSeen(), snd.recovery.rack.multiplier(), life.timestamps().agreed(),
                rcv.sacks.isPermitted(), life.isScaling(), snd.size.pathMtu(), life.ecn().isAgreed(), snd.buffer.capacity(),
                rcv.buffer.capacity(), rcv.tuning.roundTrip(), rcv.tuning.space());
    }
}
