package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;

/**
 * The tail loss probe (RFC 8985 §7): when ACKs fail to come for two round trips, one segment is sent, new or once more; its ACK
 * tells of losses behind which nothing was sent, long before a time-out would.
 */
public final class TailLossProbe {

    /** TLP.max_ack_delay: how long a peer may put off the ACK of a single segment, as Linux has it; nanoseconds. */
    static final long MAX_ACK_DELAY = 200_000_000L;
    /** Without a round-trip time (§7.2). */
    static final long FIRST = 1_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private long deadline = NEVER;
    private boolean due;
    /** TLP.end_seq and TLP.is_retrans of the probe that is out. */
    private boolean out;
    private int end;
    private boolean again;

    long deadline() {
        return deadline;
    }

    /** Whether a probe is to be sent now. */
    public boolean isDue() {
        return due;
    }

    /**
     * Data has left, or an ACK came: the timer starts anew (§7.2, TLP_calc_PTO).
     *
     * @param single whether no more than one segment is in flight
     * @param rto when the retransmission timer fires: not later than that
     */
    void arm(long now, long srtt, boolean single, long rto) {
        if (!out) {
            long wait = srtt == 0 ? FIRST : 2 * srtt + (single ? MAX_ACK_DELAY : 2_000_000L);
            deadline = Math.min(now + wait, rto);
        }
    }

    public void cancel() {
        deadline = NEVER;
        due = false;
    }

    void fire() {
        deadline = NEVER;
        due = true;
    }

    /** The probe has left; SND.NXT is {@code nxt} now. */
    public void sent(int nxt, boolean retransmission) {
        due = false;
        out = true;
        end = nxt;
        again = retransmission;
    }

    /** Something else began: a recovery or a time-out. What the probe was for is dealt with there. */
    void abandon() {
        cancel();
        out = false;
    }

    /**
     * §7.4, TLP_process_ack.
     *
     * @param duplicate whether a D-SACK covers the end of the probe
     * @param bare whether it is a duplicate ACK without any SACK
     * @return whether the probe has repaired a loss that nobody else knows of: congestion control must hear of it
     */
    boolean acknowledged(int ack, boolean duplicate, boolean bare) {
        if (!out || Seq.lt(ack, end)) {
            return false;
        }
        boolean repaired = again && !duplicate && Seq.gt(ack, end);
        if (!again || duplicate || repaired || bare) {
            out = false;
        }
        return repaired;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, int una) {
        out = memo.flag(out);
        if (out) {
            end = memo.number(end, una);
            again = memo.flag(again);
        }
    }
}
