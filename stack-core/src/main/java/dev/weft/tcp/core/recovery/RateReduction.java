package dev.weft.tcp.core.recovery;

/**
 * Proportional rate reduction (RFC 9937): in fast recovery what leaves follows what arrives, so that the flight comes down
 * to ssthresh evenly over a round trip, whatever the pattern of losses, and with neither a pause nor a burst.
 */
public final class RateReduction {

    private long ssthresh;
    private long recoverFlight;
    private long delivered;
    private long out;
    private int cwnd;

    /**
     * Recovery begins; {@code flight}: RecoverFS, what was in flight before the ACK that told of the loss.
     *
     * <p>{@code Deviation:} from RFC 9937 §6 where that is less than ssthresh, as when most had arrived out of order before:
     * then ssthresh takes its place (in Linux it is the window before, which is never less). More leaves than arrives
     * otherwise, once what was lost turns out not to be and the flight is above ssthresh: a reduction that lets it grow.
     */
    public void begin(int flight, int threshold) {
        recoverFlight = Math.max(1, Math.max(flight, threshold));
        ssthresh = threshold;
        delivered = 0;
        out = 0;
        cwnd = 0;
    }

    /** So many bytes have left. */
    public void sent(int bytes) {
        out += bytes;
    }

    /**
     * An ACK came (RFC 9937 §6).
     *
     * @param bytes DeliveredData
     * @param flight inflight
     * @param safe SafeACK: SND.UNA has moved, and nothing further is known to be lost
     */
    public void acknowledged(int bytes, int flight, boolean safe, int mss) {
        delivered += bytes;
        long count;
        if (flight > ssthresh) {
            count = (delivered * ssthresh + recoverFlight - 1) / recoverFlight - out;
        } else {
            count = Math.max(delivered - out, bytes) + (safe ? mss : 0);
            count = Math.min(ssthresh - flight, count);
        }
        if (out == 0) {
            count = Math.max(count, mss);            // the segment that is known to be lost leaves at once
        }
        cwnd = flight + (int) Math.max(0, count);
    }

    /** The window in this recovery, in bytes. */
    public int cwnd() {
        return cwnd;
    }
}
