package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.memo.Memo;

/**
 * Round-trip time and the retransmission time-out that follows from it (RFC 6298). All times in nanoseconds.
 *
 * <p>Samples come from segments that were sent once (Karn's algorithm, §3); which those are is the {@code Sender}'s
 * business. The granularity G of §2 is a nanosecond and never counts.
 */
public final class RttEstimator {

    /** RFC 6298 §2.1: before any sample. */
    public static final long INITIAL_RTO = 1_000_000_000L;
    /** RFC 6298 §5.7: when data begins after a SYN had to be sent again, with no sample. */
    static final long RTO_AFTER_LOST_SYN = 3_000_000_000L;
    /** RFC 6298 §2.5: not below 60 s. As in Linux. */
    public static final long MAX_RTO = 120_000_000_000L;
    /**
     * The least that is added to SRTT, unless another floor is set. {@code Deviation:} RFC 6298 §2.4 rounds RTO up to 1 s,
     * which on links of today is thousands of round trips. As in Linux it is instead SRTT + max(200 ms, 4·RTTVAR): far
     * enough from SRTT that a delayed ACK (at most 200 ms wherever we know of) does not look like a loss.
     */
    public static final long DEFAULT_FLOOR = 200_000_000L;

    private final long floor;
    private long srtt;
    private long rttvar;
    /** The variation by each sample, and the most of it in this round trip. */
    private long deviation;
    private long mostDeviation;
    private long roundBegan;
    private long base = INITIAL_RTO;
    private int shift;

    /** With the least that is added to SRTT, from 1 ms to {@link #MAX_RTO}. */
    public RttEstimator(long floor) {
        this.floor = floor;
    }

    /** Takes the only measurement of a round trip into account and ends the back-off (RFC 6298 §2.2, §2.3 and the end of §5). */
    void sample(long rtt) {
        take(rtt);
        endRound();
    }

    /**
     * Takes one of many measurements of a round trip into account, which ends at {@code now}.
     *
     * <p>{@code Deviation:} RFC 7323 §4.2 would have each of them count for so much less, lest the history shrinks to one round
     * trip. On a long path the estimate then takes many round trips to follow: while slow start fills a queue the round trip
     * doubles within one, and the timer fires on what is only late. As in Linux each counts in full, and RTTVAR is the most
     * that they varied: it grows at once, and shrinks by a quarter of the way once a round trip.
     */
    void sample(long now, long rtt) {
        take(rtt);
        if (now - roundBegan > srtt) {
            endRound();
            roundBegan = now;
        }
    }

    private void take(long rtt) {
        long r = Math.max(1, rtt);
        if (srtt == 0) {
            srtt = r;
            rttvar = r / 2;
            deviation = rttvar;
        } else {
            // RTTVAR first, from the old SRTT: alpha = 1/8, beta = 1/4.
            deviation += (Math.abs(srtt - r) - deviation) / 4;
            srtt += (r - srtt) / 8;
        }
        mostDeviation = Math.max(mostDeviation, deviation);
        rttvar = Math.max(rttvar, deviation);
        update();
    }

    private void endRound() {
        rttvar -= (rttvar - mostDeviation) / 4;
        mostDeviation = 0;
        update();
    }

    private void update() {
        base = Math.min(MAX_RTO, srtt + Math.max(floor, 4 * rttvar));
        shift = 0;
    }

    /** RFC 6298 §5.5: the timer fired, the next time-out is twice as long. Stays until there is a sample. */
    public void backOff() {
        if (rto() < MAX_RTO) {
            shift++;
        }
    }

    /** RFC 6298 §5.7: the SYN was lost, data begins. */
    public void startAfterLostSyn() {
        if (srtt == 0) {
            base = RTO_AFTER_LOST_SYN;
            shift = 0;
        }
    }

    /** The retransmission time-out at present. */
    public long rto() {
        return Math.min(MAX_RTO, base << shift);     // at most twice MAX_RTO: backOff stops there
    }

    /** Smoothed round-trip time, 0 before the first sample. */
    public long srtt() {
        return srtt;
    }

    public long rttvar() {
        return rttvar;
    }

    /** Keeps what outlives a sleep. */
    public void keep(Memo memo) {
        srtt = memo.number(srtt, 0);
        rttvar = memo.number(rttvar, 0);
        deviation = memo.number(deviation, rttvar);
        mostDeviation = memo.number(mostDeviation, deviation);
        roundBegan = memo.time(roundBegan, 0);
        base = memo.number(base, Math.min(MAX_RTO, srtt + Math.max(floor, 4 * rttvar)));
        shift = memo.number(shift, 0);
    }
}
