package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.ChallengeAcks;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * SEGMENT ARRIVES (RFC 9293 §3.10.7) with the checks of RFC 5961, in the order of the text: sequence number, RST, SYN, ACK,
 * URG, text, FIN. Security and precedence (third check) are gone from the Internet.
 */
final class Arrival {

    private final Lifecycle life;
    private final TcpCounters counters;
    private final Sender snd;
    private final Receiver rcv;
    private final Timestamps timestamps;
    final ChallengeAcks challenges = new ChallengeAcks();

    Arrival(Lifecycle life, TcpCounters counters) {
        this.life = life;
        this.counters = counters;
        this.snd = life.sender();
        this.rcv = life.receiver();
        this.timestamps = life.timestamps();
    }

    void segment(long now, TcpSegment in) {
        switch (life.state()) {
            case CLOSED -> counters.count(TcpDiscard.CLOSED);
            case SYN_SENT -> inSynSent(now, in);
            case SYN_RECEIVED -> inSynReceived(now, in);
            default -> checked(now, in);
        }
    }

    /** RFC 9293 §3.10.7.3. */
    private void inSynSent(long now, TcpSegment in) {
        boolean ack = in.has(TcpFlags.ACK);
        if (ack && (Seq.le(in.ack, snd.iss) || Seq.gt(in.ack, snd.sndNxt))) {
            if (in.has(TcpFlags.RST)) {
                counters.count(TcpDiscard.RESET_UNACCEPTABLE);
            } else {
                // An old connection of the peer's, or a forgery: <SEQ=SEG.ACK><CTL=RST> ends it there (§3.5.1, figure 8).
                counters.count(TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE);
                life.resetOnce(in.ack);
            }
            return;
        }
        if (in.has(TcpFlags.RST)) {
            if (ack) {
                counters.count(TcpEvent.RESET_RECEIVED);
                life.end(TcpFailure.REFUSED);
            } else {
                counters.count(TcpDiscard.RESET_UNACCEPTABLE);
            }
            return;
        }
        if (!in.has(TcpFlags.SYN)) {
            counters.count(TcpDiscard.NOT_A_SYN);
            return;
        }
        life.synchronize(now, in);
        if (ack) {
            if (life.fastOpen() != null) {
                life.fastOpen().answered(in, snd.iss);
            }
            snd.acknowledge(now, in);
            life.established(now);
            rcv.acks.soon();
            text(now, in);
        } else {
            // Both have opened at the same time (RFC 9293 §3.5, figure 7): our SYN goes out again, with the ACK of theirs.
            counters.count(TcpEvent.SIMULTANEOUS_OPEN);
            countTextWithSyn(in);
            life.simultaneousOpen(now);
        }
    }

    /**
     * Text and FIN of a bare SYN are not taken; nothing acknowledges them, so they come again. {@code Deviation:} RFC 9293
     * §3.10.7.2 and §3.10.7.3 would queue them. As in Linux a half-open connection holds no buffers, for anybody can make one.
     */
    void countTextWithSyn(TcpSegment syn) {
        if (syn.length() > 1) {
            counters.count(TcpDiscard.TEXT_WITH_SYN);
        }
    }

    private void inSynReceived(long now, TcpSegment in) {
        if (in.has(TcpFlags.SYN) && !in.has(TcpFlags.RST) && in.seq == rcv.irs) {
            if (!in.has(TcpFlags.ACK)) {
                // The peer's SYN again: our SYN,ACK was lost, or is late. Sent again it says what the ACK of RFC 9293
                // §3.10.7.4 would say, and the peer, in SYN-SENT, can use it.
                timestamps.accepted(now, in);
                life.ecn().peerSynAgain(in);
                life.ecn().retried();
                snd.repeatSyn(now);
                return;
            }
            // The SYN,ACK of a peer that opened at the same time: begins before the window, and is trimmed to it
            // (RFC 9293 §3.10.7.4: "trimming off any portions that lie outside the window (including SYN and FIN)").
            life.ecn().peerSynAgain(in);
            in.flags &= ~(TcpFlags.SYN | TcpFlags.ECE);
            in.seq++;
            in.window >>= snd.windowShift;           // the window of a SYN is not scaled (RFC 7323 §2.2)
        }
        checked(now, in);
    }

    /** RFC 9293 §3.10.7.4. */
    private void checked(long now, TcpSegment in) {
        if (in.has(TcpFlags.RST)) {
            reset(now, in);                          // also an old one: RFC 7323 §5.2, PAWS is not asked about resets
            return;
        }
        if (timestamps.agreed() && !isTimely(now, in)) {
            return;
        }
        boolean probe = false;
        if (!rcv.isAcceptable(in)) {
            // "If the RCV.WND is zero, no segments will be acceptable, but special allowance should be made to accept valid
            // ACKs": else two ends that probe each other's closed windows would never hear that one has opened.
            probe = rcv.window() == 0 && in.seq == rcv.rcvNxt && !in.has(TcpFlags.SYN);
            counters.count(probe ? TcpDiscard.BEYOND_WINDOW : TcpDiscard.OUTSIDE_WINDOW);
            if (!probe) {
                repeatedFin(now, in);
                answer(now, in);
                return;
            }
        }
        if (in.has(TcpFlags.SYN)) {
            // RFC 5961 §4.2, RFC 9293 §3.10.7.4, fourth check. A peer that has forgotten the connection and opens a new one
            // answers the challenge with a reset. {@code Deviation:} also in SYN-RECEIVED after a passive OPEN, where the
            // RFC returns to LISTEN: there a forged SYN would end the handshake of another.
            counters.count(TcpDiscard.UNEXPECTED_SYN);
            challenge(now);
            return;
        }
        if (!in.has(TcpFlags.ACK)) {
            counters.count(TcpDiscard.NO_ACK_FLAG);
            return;
        }
        if (!acknowledgement(now, in)) {
            return;
        }
        // RFC 7323 §5.3, R3. After the ACK has proved to be of the present (RFC 5961 §5.2): a forged timestamp would have
        // everything that follows dropped.
        timestamps.accepted(now, in);
        urgent(in);
        if (probe) {
            answer(now, in);
        } else {
            text(now, in);
        }
    }

    /** Sixth check, also where the window is closed: "special allowance should be made to accept valid ACKs, URGs, and RSTs". */
    private void urgent(TcpSegment in) {
        if (in.has(TcpFlags.URG) && life.state().takesText() && !life.isInputShut() && rcv.urgent(in)) {
            counters.count(TcpEvent.URGENT_RECEIVED);
            life.urgentReceived(rcv.urgent.remaining(rcv.buffer.read()));
            rcv.skipUrgent();
            if (rcv.buffer.isTooLittle()) {
                life.raise(TcpConnection.READABLE);  // a read ends before the mark, so who waits for more is to look now
            }
        }
    }

    /**
     * Timestamps are agreed: whether the segment has one, and a present one (RFC 7323 §3.2 and §5.3, R1). A SYN may do without: a
     * peer that has begun anew, and offers none this time, must be challenged to find out (RFC 9293 §3.5.1, figure 9).
     */
    private boolean isTimely(long now, TcpSegment in) {
        if (!in.timestamps && !in.has(TcpFlags.SYN)) {
            counters.count(TcpDiscard.NO_TIMESTAMP);
            return false;
        }
        if (timestamps.isOld(now, in)) {
            counters.count(TcpDiscard.OLD_TIMESTAMP);
            answer(now, in);
            return false;
        }
        return true;
    }

    /** The only thing that can come in TIME-WAIT is the peer's FIN again: our ACK was lost, the wait begins anew. */
    private void repeatedFin(long now, TcpSegment in) {
        if (life.state() == TcpState.TIME_WAIT && in.has(TcpFlags.FIN) && in.end() == rcv.rcvNxt) {
            life.enterTimeWait(now);
        }
    }

    /** Second check, after RFC 5961 §3.2: only the exact number resets; in the window it earns a challenge. */
    private void reset(long now, TcpSegment in) {
        if (in.seq != rcv.rcvNxt) {
            if (Seq.inWindow(in.seq, rcv.rcvNxt, rcv.window())) {
                counters.count(TcpDiscard.RESET_NOT_EXACT);
                challenge(now);
            } else {
                counters.count(TcpDiscard.RESET_OUTSIDE_WINDOW);
            }
            return;
        }
        if (life.state() == TcpState.TIME_WAIT) {
            // RFC 1337 §3, F1: the reset answers an old duplicate of ours or of the peer's, and ending the wait by it would let
            // others into the next connection. Deviation: RFC 9293 §3.10.7.4 ends it, which frees the port sooner.
            counters.count(TcpDiscard.RESET_IN_TIME_WAIT);
            return;
        }
        counters.count(TcpEvent.RESET_RECEIVED);
        life.end(switch (life.state()) {
            case SYN_RECEIVED -> life.isActive() ? TcpFailure.REFUSED : TcpFailure.RESET;
            // Both sides have closed: nothing is missing unless data is.
            case CLOSING, LAST_ACK -> snd.buffer.length() == 0 ? TcpFailure.NONE : TcpFailure.RESET;
            default -> TcpFailure.RESET;
        });
    }

    /** Fifth check; returns whether the segment is good for more. */
    private boolean acknowledgement(long now, TcpSegment in) {
        if (life.state() == TcpState.SYN_RECEIVED) {
            if (Seq.le(in.ack, snd.sndUna) || Seq.gt(in.ack, snd.sndNxt)) {
                counters.count(TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE);
                life.resetOnce(in.ack);
                return false;
            }
            if (life.isHalfOpen() && life.isHeld()) {
                counters.count(TcpDiscard.ACCEPT_QUEUE_FULL);
                return false;
            }
            snd.acknowledge(now, in);
            life.established(now);
            return life.finAcknowledged(now);
        }
        if (Seq.gt(in.ack, snd.sndNxt)) {
            counters.count(TcpDiscard.ACK_OF_UNSENT);
            answer(now, in);
            return false;
        }
        // RFC 5961 §5.2: an ACK older than a window is no ACK of this connection's present, its text may be injected.
        if (Seq.lt(in.ack, snd.sndUna - snd.maxSndWnd)) {
            counters.count(TcpDiscard.ACK_TOO_OLD);
            answer(now, in);
            return false;
        }
        if (Seq.ge(in.ack, snd.sndUna)) {
            snd.acknowledge(now, in);
            return life.finAcknowledged(now);
        }
        return true;
    }

    /** Seventh and eighth check. */
    private void text(long now, TcpSegment in) {
        if (in.payload.length() == 0 && !in.has(TcpFlags.FIN)) {
            return;
        }
        if (!life.state().takesText()) {
            // After the peer's FIN nothing can follow (RFC 9293 §3.10.7.4: "This should not occur").
            counters.count(TcpDiscard.TEXT_AFTER_FIN);
            answer(now, in);
            return;
        }
        int textEnd = in.end() - (in.has(TcpFlags.FIN) ? 1 : 0);
        if (life.isClosedByUser() && Seq.gt(textEnd, rcv.rcvNxt)) {
            // RFC 9293 §3.6.1, RFC 2525 §2.17: nobody will read it, and the peer should know.
            counters.count(TcpDiscard.DATA_AFTER_CLOSE);
            life.reset(TcpFailure.ABORTED);
            return;
        }
        if (life.isInputShut() && Seq.gt(textEnd, rcv.rcvNxt)) {
            counters.count(TcpDiscard.DATA_AFTER_SHUTDOWN);
        }
        if (rcv.text(now, in) > 0) {
            rcv.skipUrgent();
            life.raise(TcpConnection.READABLE);
        }
        if (rcv.buffer.takeStarved()) {
            life.raise(TcpConnection.MEMORY_SHORT | TcpConnection.READABLE);      // for a reader that waits for more than is there
        }
        if (rcv.finReceived()) {
            life.finReceived(now);
        }
    }

    /** An ACK in answer to a segment that does not fit; without text, not more of them than {@link ChallengeAcks} allows. */
    private void answer(long now, TcpSegment in) {
        if (in.payload.length() > 0) {
            rcv.answer(in);
        } else {
            challenge(now);
        }
    }

    private void challenge(long now) {
        if (challenges.tryTake(now)) {
            counters.count(TcpEvent.CHALLENGE_ACK);
            rcv.acks.immediately(rcv.rcvNxt, true);
        } else {
            counters.count(TcpDiscard.CHALLENGE_LIMIT);
        }
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        challenges.keep(memo);
    }
}
