package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * How much may be in flight, and how fast it may leave. Told what the {@code Sender} and its {@code Recovery} find out, in
 * bytes and nanoseconds; keeps its windows and rates and nothing else of the connection.
 *
 * <p>In the order of a connection's life: {@link #start}; {@link #acknowledged} for each ACK that delivers something, also in
 * recovery; {@link #enterRecovery} … {@link #exitRecovery} around each fast recovery; {@link #timeout} when the retransmission timer
 * fires; {@link #undo} when the last of the two turns out to have been for nothing; {@link #restart} when sending begins again
 * after a pause.
 */
public interface CongestionControl {

    /** The congestion window in bytes. */
    int cwnd();

    /** The slow-start threshold in bytes, {@link Integer#MAX_VALUE} before the first loss; BBR has none and leaves it there. */
    int ssthresh();

    /** Whether cwnd doubles each round trip. */
    boolean isInSlowStart();

    /** The rate at which to send in bytes a second; 0 leaves it to {@link Pacer}, which follows cwnd and the round-trip time. */
    long pacingRate();

    /**
     * Whether {@link #cwnd} holds in fast recovery as well, because a model of the path says what is good for it. Otherwise
     * the way from the present flight to {@link #ssthresh} is the recovery's business (RFC 9937).
     */
    boolean rulesRecovery();

    /**
     * Data may flow: sets the initial window.
     *
     * @param mss the largest segment we send
     * @param synLost whether SYN or SYN,ACK had to be sent again
     * @param srtt the round-trip time of the handshake, 0 if not known
     */
    void start(long now, int mss, boolean synLost, long srtt);

    /** The largest segment has changed. */
    void mssChanged(int mss);

    /** An ACK has delivered something. */
    void acknowledged(AckSample ack);

    /**
     * A range that was sent once is taken for lost.
     *
     * @param bytes how long it is
     * @param txInFlight bytes in flight when it had been sent
     * @param lostSince bytes lost since it was sent, it included
     * @param appLimited whether the application had nothing to send then
     */
    void lost(long now, int bytes, int txInFlight, long lostSince, boolean appLimited);

    /** A loss was found and fast recovery begins. {@code flight}: what was in flight then, lost bytes included. */
    void enterRecovery(long now, int flight);

    /**
     * The peer has echoed congestion (RFC 3168 §6.1.2), for the first time in this round trip. The answer is that to a loss.
     * Unless the control {@linkplain #rulesRecovery() rules recovery} itself, {@link #exitRecovery} follows.
     */
    void congestionEchoed(long now, int flight);

    /** Fast recovery is over with {@code flight} bytes left. */
    void exitRecovery(long now, int flight);

    /** The retransmission timer fired; {@code again}: for the second or later time without progress. */
    void timeout(long now, int flight, boolean again);

    /** The last recovery, or time-out, was for nothing: what was reduced for it comes back (RFC 9438 §4.9, RFC 4015). */
    void undo(long now);

    /**
     * Sending begins again and nothing is in flight.
     *
     * @param idle for how long nothing was sent
     * @param rto the retransmission time-out
     * @param appLimited whether the application had nothing to send
     */
    void restart(long now, long idle, long rto, boolean appLimited);

    /**
     * For longer than {@code rto} the application has sent less than the window allows.
     *
     * @param used the most that was in flight meanwhile
     */
    void underused(int used);

    /** The connection falls asleep, or wakes: keeps all that it knows. */
    void keep(Memo memo);
}
