package dev.weft.tcp.core.open;

import dev.weft.runtime.TimerWheel;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.ChallengeAcks;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * A connection in SYN-RECEIVED that a listener has made of a SYN, as little as must be known of it until the peer's ACK makes a whole
 * one: 44 bytes, and the 32 of the timer that it is, instead of the connection's thousands. Anybody can have one made (RFC 4987 §2). It
 * answers as the connection would (RFC 9293 §3.10.7.4), which a property test compares; only what came twice is not named
 * (RFC 2883), since nothing has come yet that a peer may say twice.
 *
 * <p>Pure: it is told the time, and fills segments. What it shares with others stands in {@link HandshakeTerms}, which are the same in
 * all calls. Who drives it
 * <pre>{@code
 * int verdict = half.segment(now, in, out, terms);           // or tick(now, out, terms), at due(terms)
 * if (verdict == HalfOpen.SYN_ACK && !transmit(out)) {
 *     half.dropped(now, out, terms);
 * }
 * }</pre>
 *
 * <p>Not guarded: readers that come at the same time may answer once more, or forget what the other has noted. That only one
 * of them makes the connection is their caller's business.
 */
public abstract class HalfOpen extends TimerWheel.Timer {

    /** Nothing is to be done. */
    public static final int NOTHING = 0;
    /** The answer, an ACK or a reset, is to be sent. */
    public static final int ANSWER = 1;
    /** The SYN,ACK is to be sent, and counts as sent: its answer may come before the call that sends it returns. See {@link #dropped}. */
    public static final int SYN_ACK = 2;
    /** The segment completes the handshake: it is for the connection that is made of this. */
    public static final int COMPLETE = 3;
    /** It is over, without a word. */
    public static final int END = 4;

    /** From so many time-outs on the path is under suspicion (RFC 9293 §3.8.3, R1). */
    public static final int R1 = 3;

    private static final long MILLI = 1_000_000L;
    /** How long a SYN,ACK waits for a device that had no room for it; doubles up to 64 times. */
    private static final long FIRST_PAUSE = MILLI;
    private static final int LONGEST_PAUSE_SHIFT = 6;

    // The bits of flags. The lowest: the peer's window scale, or NO_SCALE.
    private static final int SCALE = 0xf;
    private static final int NO_SCALE = 0xf;
    private static final int TIMESTAMPS = 1 << 4;
    private static final int SACK = 1 << 5;
    /** The peer has asked for ECN, and this end agrees. */
    private static final int ECN = 1 << 6;
    /** Something has been sent or come that says otherwise (RFC 3168 §6.1.1.1): see {@link Ecn#retried}. */
    private static final int PLAIN = 1 << 7;
    /** The SYN,ACK gives a fast open cookie (RFC 7413 §4.1.2). */
    private static final int COOKIE = 1 << 8;
    /** A SYN,ACK has left. */
    private static final int SENT = 1 << 9;
    /** A SYN,ACK is to leave at {@link #due}: none has left yet, or the device had no room for it. */
    private static final int OWED = 1 << 10;
    /** The window has been told in an ACK, and so may be larger than that of the SYN,ACK. */
    private static final int WINDOW_TOLD = 1 << 11;
    /** How often the device had no room, one after the other. */
    private static final int DROPS_AT = 12;
    private static final int DROPS = 0x7 << DROPS_AT;
    private static final int OVER = 1 << 15;

    private final int irs;
    private final int iss;
    private final int timestampOffset;
    /** TS.Recent. */
    private int recent;
    /** The millisecond up to which answers have been spent, see {@link ChallengeAcks#take}. */
    private int challengesSpent;
    /** The millisecond in which the SYN came, and that in which the last SYN,ACK left. */
    private final int begunAt;
    private int sentAt;
    /** When the SYN,ACK is sent again, or, if it is owed, once more tried. */
    private long due;
    private final char mss;
    private final char synWindow;
    private char flags;
    private byte timeouts;
    private byte repeats;

    /**
     * Of a SYN that has come at {@code now}; the SYN,ACK is owed.
     *
     * @param iss the initial send sequence number, unpredictable (RFC 6528)
     * @param timestampOffset see {@link dev.weft.tcp.core.segment.TcpExtensions#timestampOffset()}
     * @param syn a segment with SYN and without RST and ACK
     * @param givesCookie whether the caller adds a fast open cookie to each SYN,ACK
     */
    protected HalfOpen(HandshakeTerms terms, int iss, int timestampOffset, long now, TcpSegment syn, boolean givesCookie) {
        this.irs = syn.seq;
        this.iss = iss;
        this.timestampOffset = timestampOffset;
        this.mss = (char) (syn.mss == TcpSegment.ABSENT ? terms.defaultMss() : syn.mss);
        this.synWindow = (char) syn.window;
        int bits = syn.windowScale == TcpSegment.ABSENT ? NO_SCALE : Math.min(14, syn.windowScale);
        bits |= syn.timestamps && terms.extensions().timestamps() ? TIMESTAMPS : 0;
        bits |= syn.sackPermitted && terms.extensions().selectiveAcks() ? SACK : 0;
        bits |= Ecn.isSetup(syn) && terms.extensions().ecn() != EcnMode.OFF ? ECN : 0;
        flags = (char) (bits | (givesCookie ? COOKIE : 0) | OWED);
        recent = syn.tsVal;
        due = now;
        begunAt = millis(now);
        challengesSpent = begunAt - ChallengeAcks.UNSPENT_MILLIS;
        if (syn.length() > 1) {
            // As Arrival does for a whole connection: what a bare SYN carries comes again, for nothing acknowledges it.
            terms.counters().count(TcpDiscard.TEXT_WITH_SYN);
        }
    }

    private static int millis(long nanos) {
        return (int) (nanos / MILLI);
    }

    private boolean is(int bit) {
        return (flags & bit) != 0;
    }

    private void set(int bit, boolean on) {
        flags = (char) (on ? flags | bit : flags & ~bit);
    }

    // ---- a segment

    /**
     * A segment has arrived (RFC 9293 §3.10.7.4, with the checks of RFC 5961); it is not changed.
     *
     * @param out is filled where the verdict is to send something
     * @return one of {@link #NOTHING}, {@link #ANSWER}, {@link #SYN_ACK}, {@link #COMPLETE}, {@link #END}
     */
    public int segment(long now, TcpSegment in, TcpSegment out, HandshakeTerms terms) {
        boolean syn = in.has(TcpFlags.SYN);
        int seq = in.seq;
        set(DROPS, false);
        if (syn && seq == irs && !in.has(TcpFlags.RST)) {
            if (!in.has(TcpFlags.ACK)) {
                return synAgain(now, in, out, terms);
            }
            // The SYN,ACK of a peer that opened at the same time is trimmed to the window, see Arrival.
            set(PLAIN, is(PLAIN) || !Ecn.isSetup(in));
            syn = false;
            seq++;
        }
        return checked(now, in, seq, syn, out, terms);
    }

    /** The peer's SYN again: our SYN,ACK was lost, or is late. Fourth check, in the form that {@code Arrival} gives it. */
    private int synAgain(long now, TcpSegment in, TcpSegment out, HandshakeTerms terms) {
        if (in.timestamps && !Seq.lt(in.tsVal, recent)) {
            recent = in.tsVal;                       // RFC 7323 §4.3 (2)
        }
        set(PLAIN, true);
        return is(OWED) ? NOTHING : synAck(now, out, terms);
    }

    private int checked(long now, TcpSegment in, int seq, boolean syn, TcpSegment out, HandshakeTerms terms) {
        int next = irs + 1;
        int window = is(WINDOW_TOLD) ? terms.openWindow(shift(terms)) : terms.synWindow();
        if (in.has(TcpFlags.RST)) {
            return reset(now, seq, window, out, terms);
        }
        if (is(TIMESTAMPS) && !in.timestamps && !syn) {
            terms.counters().count(TcpDiscard.NO_TIMESTAMP);         // RFC 7323 §3.2
            return NOTHING;
        }
        if (is(TIMESTAMPS) && in.timestamps && Seq.lt(in.tsVal, recent)) {
            terms.counters().count(TcpDiscard.OLD_TIMESTAMP);        // RFC 7323 §5.3, R1
            return answer(now, in, out, terms);
        }
        int length = in.payload.length() + (syn ? 1 : 0) + (in.has(TcpFlags.FIN) ? 1 : 0);
        // First check; Receiver.isAcceptable says why the number behind the window counts where there is no text.
        boolean acceptable = length == 0 ? Seq.inWindow(seq, next, window + 1)
                : Seq.lt(seq, next + window) && Seq.gt(seq + length, next);
        if (!acceptable) {
            terms.counters().count(TcpDiscard.OUTSIDE_WINDOW);
            return answer(now, in, out, terms);
        }
        if (syn) {
            // RFC 5961 §4.2, also here, see Arrival: a forged SYN must not end the handshake of another.
            terms.counters().count(TcpDiscard.UNEXPECTED_SYN);
            return challenge(now, out, terms);
        }
        if (!in.has(TcpFlags.ACK)) {
            terms.counters().count(TcpDiscard.NO_ACK_FLAG);
            return NOTHING;
        }
        if (in.ack != iss + 1 || !is(SENT)) {
            // Fifth check, SYN-RECEIVED: <SEQ=SEG.ACK><CTL=RST>.
            terms.counters().count(TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE);
            begin(out, TcpFlags.RST, in.ack);
            terms.counters().count(TcpEvent.RESET_SENT);
            stamp(now, out, 0);
            return ANSWER;
        }
        return COMPLETE;
    }

    /** Second check, after RFC 5961 §3.2. */
    private int reset(long now, int seq, int window, TcpSegment out, HandshakeTerms terms) {
        if (seq == irs + 1) {
            set(OVER, true);
            terms.counters().count(TcpEvent.RESET_RECEIVED);
            return END;
        }
        if (Seq.inWindow(seq, irs + 1, window)) {
            terms.counters().count(TcpDiscard.RESET_NOT_EXACT);
            return challenge(now, out, terms);
        }
        terms.counters().count(TcpDiscard.RESET_OUTSIDE_WINDOW);
        return NOTHING;
    }

    /** An ACK in answer to a segment that does not fit: with text always, without it within the limit of RFC 5961 §7. */
    private int answer(long now, TcpSegment in, TcpSegment out, HandshakeTerms terms) {
        return in.payload.length() > 0 ? ack(now, out, terms) : challenge(now, out, terms);
    }

    private int challenge(long now, TcpSegment out, HandshakeTerms terms) {
        int spent = ChallengeAcks.take(challengesSpent, millis(now));
        if (spent == challengesSpent) {
            terms.counters().count(TcpDiscard.CHALLENGE_LIMIT);
            return NOTHING;
        }
        challengesSpent = spent;
        terms.counters().count(TcpEvent.CHALLENGE_ACK);
        return ack(now, out, terms);
    }

    private int ack(long now, TcpSegment out, HandshakeTerms terms) {
        set(WINDOW_TOLD, true);
        begin(out, TcpFlags.ACK, sndNxt());
        out.ack = irs + 1;
        int shift = shift(terms);
        out.window = Math.min(65_535, terms.openWindow(shift) >> shift);
        stamp(now, out, recent);
        return ANSWER;
    }

    // ---- what leaves

    private int synAck(long now, TcpSegment out, HandshakeTerms terms) {
        begin(out, TcpFlags.SYN | TcpFlags.ACK, iss);
        out.ack = irs + 1;
        out.window = terms.synWindow();
        out.mss = terms.mss();
        if (isScaling()) {
            out.windowScale = terms.windowScale();   // RFC 7323 §2.2: only if the peer's SYN has it
        }
        out.sackPermitted = is(SACK);                // RFC 2018 §2
        if (is(ECN) && !is(PLAIN)) {
            out.flags |= TcpFlags.ECE;               // RFC 3168 §6.1.1
        }
        stamp(now, out, recent);
        out.retransmission = is(SENT);
        if (out.retransmission) {
            terms.counters().count(TcpEvent.RETRANSMITTED);
            repeats = (byte) Math.min(Byte.MAX_VALUE, repeats + 1);
        }
        sentAt = millis(now);
        if (is(OWED)) {
            due = now + terms.timeout(timeouts);     // RFC 6298 §5.1
        }
        flags = (char) (flags & ~OWED | SENT);
        return SYN_ACK;
    }

    private void begin(TcpSegment out, int bits, int seq) {
        out.clear();
        out.flags = bits;
        out.seq = seq;
    }

    private void stamp(long now, TcpSegment out, int echo) {
        if (is(TIMESTAMPS)) {                        // RFC 7323 §3.2
            out.timestamps = true;
            out.tsVal = Timestamps.clock(now, timestampOffset);
            out.tsEcr = echo;
        }
    }

    /** This SYN,ACK has not left, for the device has no room: it counts as never sent, and is tried again soon. */
    public void dropped(long now, TcpSegment synAck, HandshakeTerms terms) {
        terms.counters().count(TcpEvent.LOCAL_DROP);
        int drops = (flags & DROPS) >> DROPS_AT;
        due = now + (FIRST_PAUSE << drops);
        int rest = flags & ~(DROPS | (synAck.retransmission ? 0 : SENT));
        flags = (char) (rest | Math.min(LONGEST_PAUSE_SHIFT, drops + 1) << DROPS_AT | OWED);
    }

    /** The connection is to end, because its listener does: fills {@code out} with the reset that says so (RFC 9293 §3.10.5). */
    public void abort(long now, TcpSegment out, HandshakeTerms terms) {
        begin(out, TcpFlags.RST | TcpFlags.ACK, sndNxt());
        out.ack = irs + 1;
        stamp(now, out, recent);
        terms.counters().count(TcpEvent.RESET_SENT);
    }

    // ---- time

    /** When {@link #tick} wants to be called. */
    public long due(HandshakeTerms terms) {
        return terms.userTimeout() == 0 ? due : Math.min(due, giveUpAt(terms));
    }

    /** Time has passed; too early is harmless. Returns {@link #NOTHING}, {@link #SYN_ACK} or {@link #END}. */
    public int tick(long now, TcpSegment out, HandshakeTerms terms) {
        if (now < due(terms)) {
            return NOTHING;
        }
        if (terms.userTimeout() > 0 && now >= giveUpAt(terms)) {
            return giveUp(terms);
        }
        if (is(OWED)) {
            return synAck(now, out, terms);
        }
        // RFC 6298 §5.4 to §5.6, within the limit of RFC 9293 §3.8.3.
        terms.counters().count(TcpEvent.RETRANSMISSION_TIMEOUT);
        if (timeouts >= terms.retries()) {
            return giveUp(terms);
        }
        timeouts++;
        set(PLAIN, true);                            // RFC 3168 §6.1.1.1: ECN may be why nobody answers
        due = now + terms.timeout(timeouts);
        return synAck(now, out, terms);
    }

    private int giveUp(HandshakeTerms terms) {
        set(OVER, true);
        terms.counters().count(TcpEvent.GIVEN_UP);
        return END;
    }

    /** To the millisecond. */
    private long giveUpAt(HandshakeTerms terms) {
        long begun = at(due, begunAt);
        return terms.userTimeout() >= Long.MAX_VALUE - begun ? Long.MAX_VALUE : begun + terms.userTimeout();
    }

    /** The time of a millisecond that is known by its lowest 32 bits, and lies at or before {@code after}. */
    private static long at(long after, int milli) {
        return (after / MILLI - Integer.toUnsignedLong(millis(after) - milli)) * MILLI;
    }

    // ---- what the whole connection is made of

    /** Fills {@code syn} with the SYN that began it, as far as it was agreed to. */
    public void recall(TcpSegment syn) {
        syn.clear();
        syn.flags = TcpFlags.SYN | (is(ECN) ? TcpFlags.ECE | TcpFlags.CWR : 0);
        syn.seq = irs;
        syn.window = synWindow;
        syn.mss = mss;
        syn.windowScale = isScaling() ? flags & SCALE : TcpSegment.ABSENT;
        syn.sackPermitted = is(SACK);
        syn.timestamps = is(TIMESTAMPS);
        syn.tsVal = recent;
    }

    private boolean isScaling() {
        return (flags & SCALE) != NO_SCALE;
    }

    private int shift(HandshakeTerms terms) {
        return isScaling() ? terms.windowScale() : 0;
    }

    /** Whether it has said {@link #END}: known before that is counted. */
    public boolean isOver() {
        return is(OVER);
    }

    /** ISS. */
    public int iss() {
        return iss;
    }

    /** SND.NXT. */
    public int sndNxt() {
        return is(SENT) ? iss + 1 : iss;
    }

    /** Whether a SYN,ACK has left. */
    public boolean isSent() {
        return is(SENT);
    }

    /** When the first SYN,ACK left: exactly where it was sent once, as the round trip is measured then (RFC 6298 §3, Karn's algorithm). */
    public long firstSentAt(HandshakeTerms terms) {
        return timeouts == 0 && !is(OWED) ? due - terms.timeout(0) : at(due, begunAt);
    }

    /** When the last SYN,ACK left, to the millisecond. */
    public long lastSentAt() {
        return at(due, sentAt);
    }

    /** When the SYN,ACK is sent again. */
    public long retransmitsAt() {
        return due;
    }

    /** How often the SYN,ACK was sent again. */
    public int repeats() {
        return repeats;
    }

    /** How often it timed out. */
    public int timeouts() {
        return timeouts;
    }

    /** Up to when answers have been spent that RFC 5961 §7 limits. */
    public long challengesSpentUntil(long now) {
        return (now / MILLI - (millis(now) - challengesSpent)) * MILLI;
    }

    /** Whether something speaks against ECN since it was agreed, see {@link Ecn#retried}. */
    public boolean isPlain() {
        return is(PLAIN);
    }

    /** Whether an ACK has told the window, see {@link HandshakeTerms#openWindow}. */
    public boolean hasToldWindow() {
        return is(WINDOW_TOLD);
    }

    /** Whether each SYN,ACK gives a fast open cookie. */
    public boolean givesCookie() {
        return is(COOKIE);
    }

    /** Whether an ICMP message that quotes this number can be about our SYN,ACK (RFC 5927 §4.1); counted if not. */
    public boolean isInFlight(int quotedSeq, HandshakeTerms terms) {
        if (quotedSeq != iss || !is(SENT)) {
            terms.counters().count(TcpDiscard.ICMP_NOT_IN_FLIGHT);
            return false;
        }
        return true;
    }
}
