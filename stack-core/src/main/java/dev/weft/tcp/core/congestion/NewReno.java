package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * The standard congestion control: slow start and congestion avoidance (RFC 5681 §3.1) counted in bytes (RFC 3465), fast
 * recovery as NewReno does it (RFC 6582 §3.2), initial window of ten segments (RFC 6928).
 */
public final class NewReno extends LossBasedControl {

    /** Congestion avoidance: bytes acknowledged since cwnd last grew (RFC 3465 §2.1, bytes_acked). */
    private int bytesAcked;

    /**
     * RFC 3465 §2.2, L = 2: an ACK counts for two segments at most, lest a burst follows a stretch ACK; §2.3: after a
     * time-out for one, because the ACK may be for what arrived long ago.
     */
    @Override
    protected void slowStart(AckSample ack) {
        grow(Math.min(ack.acked, (ack.afterTimeout ? 1 : 2) * mss));
    }

    /** RFC 3465 §2.1: one segment for each whole window acknowledged. */
    @Override
    protected void avoidCongestion(AckSample ack) {
        bytesAcked += Math.min(ack.acked, cwnd);
        if (bytesAcked >= cwnd) {
            bytesAcked -= cwnd;
            grow(mss);
        }
    }

    /** RFC 5681 §3.1, equation (4). */
    @Override
    protected int reduced(int flight) {
        return flight / 2;
    }

    @Override
    protected void forgetGrowth() {
        bytesAcked = 0;
    }

    @Override
    public void keep(Memo memo) {
        super.keep(memo);
        bytesAcked = memo.number(bytesAcked, 0);
    }
}
