package dev.weft.tcp.core.congestion;

/**
 * What one ACK tells a {@link CongestionControl}. One object for each connection, filled anew for each ACK that delivers
 * something: {@link RateSampler} fills what it knows of delivery, {@code Sender} the rest. Bytes and nanoseconds.
 */
public final class AckSample {

    /** When the ACK came. */
    public long now;
    /** Bytes that this ACK says have arrived and none before it did, in order or not (RS.newly_acked). */
    public int acked;
    /** Bytes that were taken for lost since the sample before this one. */
    public int newlyLost;
    /** Bytes in flight before and after this ACK was taken into account. */
    public int flightBefore;
    public int flight;
    /** From sending to now, of the segment sent last among those delivered, or -1 where it was sent twice. */
    public long rtt;
    /** Smoothed round-trip time, this one included; 0 when there was no sample. */
    public long srtt;
    /** Whether the window is in use (RFC 7661 §4.3: a window that is not says nothing about the path). */
    public boolean windowLimited;
    /** Whether this ACK came in fast recovery. */
    public boolean inRecovery;
    /** Whether what was lost by a retransmission time-out is being sent again. */
    public boolean afterTimeout;

    /** Everything delivered on this connection so far, this ACK included (C.delivered). */
    public long totalDelivered;
    /** C.delivered when the segment delivered last was sent: a round trip has passed since it was so (RS.prior_delivered). */
    public long priorDelivered;
    /** Bytes delivered in {@link #interval} (RS.delivered). */
    public long delivered;
    /** Over which the rate was measured: the longer one of sending and acknowledging; 0 if there is no sample. */
    public long interval;
    /** Bytes a second over {@link #interval}, 0 if there is no sample. */
    public long deliveryRate;
    /** Whether the application had nothing to send at some moment of {@link #interval}. */
    public boolean appLimited;
    /** Bytes in flight when the segment delivered last had been sent (RS.tx_in_flight). */
    public int txInFlight;
    /** Bytes lost since then (RS.lost). */
    public long lost;

    /** An answer: the control keeps the rate below what the path takes, so samples of it are {@link #appLimited}. */
    public boolean deliberatelySlow;
}
