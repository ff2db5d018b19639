package dev.weft.tcp.core.segment;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * Explicit congestion notification of a connection (RFC 3168 §6.1), both halves.
 * <pre>
 *   sender            ECT(0) on new data          router            receiver
 *     ──────────────────────────────────────────▸ long queue: CE ─────▸ notes it
 *     ◂──────────────────────────── ECE on every ACK ──────────────────
 *   reduces its window,
 *   once a round trip  ── CWR on the next new data ───────────────────▸ echoes no more
 * </pre>
 * An echo goes on until it is answered, so neither a lost ACK nor a peer that reduces once for many marks loses anything.
 * {@code Recovery} does the reducing.
 */
public final class Ecn {

    /** The two bits in the IP header (RFC 3168 §5): ECN-capable transport, congestion experienced. */
    public static final int ECT_0 = 0b10;
    public static final int CE = 0b11;

    private static final int SETUP = TcpFlags.ECE | TcpFlags.CWR;

    private final EcnMode mode;
    /** Both have said by an ECN-setup SYN or SYN,ACK that they can: what the peer marks is echoed. */
    private boolean agreed;
    /** One of the two has also sent a SYN or SYN,ACK that says it cannot: nothing of ours may be marked. */
    private boolean plain;
    /** As a receiver: ECE is in every ACK. */
    private boolean echoing;
    /** As a sender: CWR is to go with the next new data. */
    private boolean cwrDue;
    /** SND.NXT at the last reduction of the window: only an ACK of more can echo something that it did not answer. */
    private int reducedAt;

    public Ecn(EcnMode mode, int iss) {
        this.mode = mode;
        this.reducedAt = iss;
    }

    // ---- negotiation (§6.1.1)

    /** The flags that our SYN, or SYN,ACK, carries for it. */
    public int setupFlags(boolean synAck) {
        if (plain) {
            return 0;
        }
        if (synAck) {
            return agreed ? TcpFlags.ECE : 0;
        }
        return mode == EcnMode.REQUEST ? SETUP : 0;
    }

    /**
     * The peer's first SYN or SYN,ACK. SYN asks with ECE and CWR, SYN,ACK agrees with ECE alone: some hosts send back what flags
     * came, reserved ones as they used to be, and have agreed to nothing.
     *
     * @param active whether our SYN has gone before
     */
    public void peerSyn(TcpSegment syn, boolean active) {
        agreed = isSetup(syn) && mode != EcnMode.OFF && (!active || mode == EcnMode.REQUEST);
    }

    /** A further SYN or SYN,ACK of the peer's: one that does not ask takes back what the first said. */
    public void peerSynAgain(TcpSegment syn) {
        plain |= !isSetup(syn);
    }

    /** Whether a SYN asks for it, or a SYN,ACK agrees. */
    public static boolean isSetup(TcpSegment syn) {
        return (syn.flags & SETUP) == (syn.has(TcpFlags.ACK) ? TcpFlags.ECE : SETUP);
    }

    /** Our SYN or SYN,ACK has to be sent again: from now on without asking, for that may be why nobody answered (§6.1.1.1). */
    public void retried() {
        plain = true;
    }

    /** Whether what is sent may be marked. */
    public boolean isAgreed() {
        return agreed && !plain;
    }

    // ---- receiving (§6.1.3)

    /**
     * Text has come within the window; outside of it nothing is believed (§6.1.5).
     *
     * @return whether ACKs say something else from now on
     */
    public boolean arrived(TcpSegment in) {
        if (!agreed) {
            return false;
        }
        boolean before = echoing;
        echoing = in.ecn == CE || echoing && !in.has(TcpFlags.CWR);
        return echoing != before;
    }

    /** Whether ACKs carry ECE. */
    public boolean isEchoing() {
        return echoing;
    }

    // ---- sending (§6.1.2)

    /** Marks a segment of new data, which is all that may be marked: no retransmissions (§6.1.5), no window probes (§6.1.6). */
    public void newData(TcpSegment out) {
        if (isAgreed()) {
            out.ecn = ECT_0;
            if (cwrDue) {
                out.flags |= TcpFlags.CWR;
                cwrDue = false;
            }
        }
    }

    /** Our segment did not leave this host. */
    public void unsent(TcpSegment segment) {
        cwrDue |= segment.ecn == ECT_0 && segment.has(TcpFlags.CWR);
    }

    /** Whether the ACK says that something of ours was marked. */
    public boolean isEcho(TcpSegment in) {
        return in.has(TcpFlags.ECE) && !in.has(TcpFlags.SYN) && isAgreed();
    }

    /** Whether an ACK of all before {@code una} that echoes congestion tells something new: one reduction a round trip. */
    public boolean isNews(int una) {
        return Seq.gt(una, reducedAt);
    }

    /** SND.UNA is {@code una}: what was reduced long ago must not seem to lie ahead. */
    public void acknowledged(int una) {
        if (Seq.gt(una, reducedAt)) {
            reducedAt = una - 1;
        }
    }

    /** The window was reduced, for whatever reason; SND.NXT is {@code nxt}. The peer is told (§6.1.2). */
    public void reduced(int nxt) {
        reducedAt = nxt;
        cwrDue = isAgreed();
    }

    /** The last reduction was taken back. */
    public void restored() {
        cwrDue = false;
    }

    /** Keeps what outlives a sleep; {@code una}: SND.UNA. */
    public void keep(Memo memo, int una) {
        agreed = memo.flag(agreed);
        plain = memo.flag(plain);
        echoing = memo.flag(echoing);
        cwrDue = memo.flag(cwrDue);
        reducedAt = memo.number(reducedAt, una - 1);
    }
}
