package dev.weft.tcp.core;

import dev.weft.tcp.core.recovery.Recovery.Phase;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * What an {@link Endpoint} owes the network rather than its peer, seen from one step to the next: it sends less after a loss, a
 * mark or a time-out, echoes marks, asks a closed window more and more seldom, and believes in no path MTU that nothing has
 * shown. None of it is missed by the streams, which arrive all the same.
 */
final class Restraint {

    private static final long MAX_GAP = 120_000_000_000L;

    private final Endpoint end;
    /** The longest packet that the channel carries. */
    int longest = Integer.MAX_VALUE;

    // As they were after the last step.
    private Phase phase = Phase.OPEN;
    private int outstanding;
    private int mss;
    private int ssthresh;
    private int flight;

    /** Where the flight may go in this recovery. */
    private int mostFlight;
    /** Where SND.NXT was when something was reduced last. */
    private int cutAt;
    private boolean cut;
    private boolean owesEcho;
    /** What ACKs acknowledge that echo it; others were due before it came. */
    private int markedUpTo;

    private long probeAt;
    private long gap;
    private long gapRto;
    private long lastRto;

    Restraint(Endpoint end) {
        this.end = end;
    }

    /** RFC 3168 §6.1.2, §6.1.3: a segment has come; SND.UNA and RCV.NXT were these before. */
    void arrived(TcpSegment in, int unaBefore, int nxtBefore) {
        TcpConnection connection = end.connection;
        if (!connection.state().isSynchronized() || !connection.info().ecn()) {
            return;
        }
        if (in.payload.length() > 0) {
            boolean taken = Seq.gt(connection.rcvNxt(), nxtBefore);
            markedUpTo = in.ecn == Ecn.CE && taken && !owesEcho ? connection.rcvNxt() : markedUpTo;
            owesEcho = in.ecn == Ecn.CE && taken || owesEcho && !in.has(TcpFlags.CWR);
        }
        Sender snd = connection.sender();
        boolean news = Seq.gt(snd.sndUna, unaBefore) && (!cut || Seq.gt(snd.sndUna, cutAt));
        if (in.has(TcpFlags.ECE) && !in.has(TcpFlags.SYN) && news && phase == Phase.OPEN && outstanding > 0
                && !snd.congestion.rulesRecovery()) {
            // A tail loss probe that has repaired a loss has reduced it in the same step; what is two segments stays.
            int now = snd.congestion.ssthresh();
            end.require(snd.recovery.phase() != Phase.OPEN || now < ssthresh || now <= 2 * snd.mss(), "an echo of congestion reduces the window (RFC 3168 §6.1.2)");
        }
    }

    /** RFC 3168 §6.1.3. */
    void leaves(TcpSegment out) {
        end.require(!owesEcho || Seq.lt(out.ack, markedUpTo) || !out.has(TcpFlags.ACK) || out.has(TcpFlags.SYN) || out.has(TcpFlags.RST) || out.has(TcpFlags.ECE),
                "each ACK echoes a mark until the peer has reduced its window (RFC 3168 §6.1.3)");
    }

    /** After each step. */
    void check() {
        Sender snd = end.connection.sender();
        Phase now = snd.recovery.phase();
        int segment = Math.max(mss, snd.mss());
        if (!snd.congestion.rulesRecovery() && end.connection.state().isSynchronized()) {
            if (now == Phase.FAST && phase == Phase.OPEN) {
                end.require(snd.congestion.ssthresh() <= Math.max(2 * segment, outstanding - outstanding / 4),
                        "a loss reduces the window (RFC 5681 §3.2)");
            }
            if (now == Phase.TIMEOUT && phase != Phase.TIMEOUT) {
                end.require(snd.congestion.cwnd() <= segment, "a time-out reduces the window to a segment (RFC 5681 §3.1)");
            }
            boolean reducing = now == Phase.FAST || now == Phase.CWR;
            if (reducing && phase != Phase.FAST && phase != Phase.CWR) {
                // Of a time-out that turns out to be none (RFC 3522) all flies again that it took for lost.
                int begins = phase == Phase.TIMEOUT ? Math.max(flight, snd.flight()) : flight;
                mostFlight = 2 * Math.max(begins, snd.congestion.ssthresh()) + 6 * segment;
            }
            // Twice: what was taken for lost may be in flight still. Without SACK it is a guess, which partial ACKs correct.
            end.require(!reducing || !end.connection.info().selectiveAcks() || snd.flight() <= Math.max(mostFlight, flight),
                    "the flight does not grow while it is reduced (RFC 9937 §6)");
        }
        end.require(longest == Integer.MAX_VALUE || !end.connection.state().isSynchronized() || snd.size.pathMtu() <= longest,
                "no path MTU is believed in that nothing has shown (RFC 4821 §7.6)");
        if (now != Phase.OPEN || snd.congestion.ssthresh() != ssthresh) {
            cut = true;
            cutAt = snd.sndNxt;
        }
        if (snd.sndWnd != 0 || snd.outstanding() == 0 && snd.sndEnd() == snd.sndNxt) {
            gap = 0;                                 // open, or nothing waits: what is written next asks anew
        }
        phase = now;
        outstanding = snd.outstanding();
        flight = snd.flight();
        mss = snd.mss();
        ssthresh = snd.congestion.ssthresh();
    }

    /** RFC 9293 §3.8.6.1 (SHLD-30): at the end of a step that takes no time. */
    void checkProbes(long now) {
        Sender snd = end.connection.sender();
        long at = snd.persist.deadline();
        long rto = snd.rtt.rto();
        long before = lastRto;
        lastRto = rto;
        if (snd.sndWnd != 0 || at == Long.MAX_VALUE || at == probeAt) {
            return;
        }
        end.require(gap == 0 || rto < gapRto || at - now >= Math.min(MAX_GAP, 2 * gap), "probes of a closed window back off");
        probeAt = at;
        gap = at - now;
        gapRto = Math.max(rto, before);              // an ACK that closes the window may shorten the time-out: the timer runs already
    }
}
