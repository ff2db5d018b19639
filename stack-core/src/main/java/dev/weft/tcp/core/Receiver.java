package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.ReceiveBuffer;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * The receiving half of a connection: which bytes of a segment are taken, when they are acknowledged, and how much the peer
 * may send (RFC 9293 §3.8.6).
 */
final class Receiver {

    private final TcpConfig config;
    private final TcpCounters counters;
    private final Ecn ecn;

    final ReceiveBuffer buffer;
    final AckPolicy acks;
    final SackReport sacks;
    final UrgentIn urgent = new UrgentIn();
    final ReceiveTuning tuning;

    int irs;
    /** RCV.NXT: the next sequence number expected. */
    int rcvNxt;
    /** The right edge of the window we advertised: RCV.NXT + RCV.WND. Never goes back (RFC 9293 §3.8.6, SHLD-14). */
    int rcvAdv;
    /** Rcv.Wind.Shift of RFC 7323 §2.3; 0 unless both SYNs carry the option. */
    int windowShift;

    /** The last acknowledgement number sent. */
    private int lastAck;
    /** What came twice of the segment at hand (RFC 2883 §4); empty if nothing. */
    private int twiceLeft;
    private int twiceRight;
    private boolean finKnown;
    private int finSeq;
    private boolean finReceived;

    Receiver(TcpConfig config, Ecn ecn, Timestamps timestamps) {
        this.config = config;
        this.counters = config.counters();
        this.ecn = ecn;
        this.buffer = new ReceiveBuffer(config.memory(), config.buffers().receive());
        this.tuning = new ReceiveTuning(config, buffer, timestamps);
        this.sacks = new SackReport(buffer);
        this.acks = new AckPolicy(config.delayedAckNanos(), counters);
    }

    /** The shift that lets the largest buffer be advertised in 16 bits (RFC 7323 §2.3: at most 14). */
    static int windowShiftFor(int largestBuffer) {
        int shift = 0;
        while (shift < 14 && largestBuffer >> shift > 65_535) {
            shift++;
        }
        return shift;
    }

    /** Nothing has come or gone for a while: what is not needed now is not kept. */
    void rest() {
        buffer.rest();
        acks.rest();
    }

    void peerSyn(int seq, boolean scaling) {
        irs = seq;
        rcvNxt = seq + 1;
        rcvAdv = rcvNxt + synWindow(buffer.capacity());
        windowShift = scaling ? windowShiftFor(config.buffers().largestReceive()) : 0;
    }

    /** RCV.WND: how much may come as far as the peer knows. */
    int window() {
        return Seq.diff(rcvAdv, rcvNxt);
    }

    /** Whether the peer's FIN and all before it have come. */
    boolean finReceived() {
        return finReceived;
    }

    // ---- input

    /**
     * RFC 9293 §3.10.7.4, first check: whether any of the segment lies in the window.
     * <pre>
     *   length  window  acceptable if
     *     0       0     SEG.SEQ = RCV.NXT
     *     0      >0     RCV.NXT ≤ SEG.SEQ ≤ RCV.NXT + RCV.WND
     *    >0       0     never
     *    >0      >0     the first or the last number of the segment lies in the window
     * </pre>
     * {@code Deviation:} the RFC has {@code <} in the second line, Linux {@code ≤} as we do. A peer that has used up the window
     * acknowledges with {@code SEG.SEQ = SND.NXT}, which is the number behind it. If both ends have, and each has lost an ACK, what they send
     * again is old to the other and such ACKs are all they say; dropping them stops both for good.
     */
    boolean isAcceptable(TcpSegment in) {
        int window = window();
        int length = in.length();
        if (length == 0) {
            return Seq.inWindow(in.seq, rcvNxt, window + 1);
        }
        // A segment longer than the window could begin before it and end behind it: no peer of ours may send that much,
        // but what lies in the window is good, so an overlap is enough.
        return window > 0 && Seq.lt(in.seq, rcvAdv) && Seq.gt(in.end(), rcvNxt);
    }

    /**
     * Takes the text and FIN of an acceptable segment, as far as they lie in the window (RFC 9293 §3.10.7.4, seventh and
     * eighth check).
     *
     * @return how many bytes have become readable
     */
    int text(long now, TcpSegment in) {
        int seq = in.has(TcpFlags.SYN) ? in.seq + 1 : in.seq;
        int end = seq + in.payload.length();
        noteFin(in, end);
        int from = Seq.max(seq, rcvNxt);
        int to = Seq.min(end, rcvAdv);
        if (finKnown) {
            to = Seq.min(to, finSeq);                // nothing lies behind the end of the stream
        }
        if (Seq.lt(seq, rcvNxt)) {
            counters.count(TcpDiscard.DUPLICATE_DATA);
        }
        if (Seq.gt(end, rcvAdv)) {
            counters.count(TcpDiscard.BEYOND_WINDOW);
        }
        noteTwice(seq, from, to);
        boolean marksChange = noteMark(in);
        if (in.segments() > 1) {
            counters.count(TcpEvent.LARGE_SEGMENT_IN);
        }
        int before = rcvNxt;
        boolean hadHoles = !buffer.ranges().isEmpty();
        if (Seq.lt(from, to)) {
            rcvNxt += keep(in, Seq.diff(from, rcvNxt), Seq.diff(from, seq), Seq.diff(to, from));
        }
        if (finKnown && rcvNxt == finSeq && !finReceived) {
            finReceived = true;
            rcvNxt++;
        }
        if (rcvNxt != before) {
            tuning.arrived(now, in, rcvNxt);
        }
        acknowledge(now, in, before, hadHoles, marksChange);
        return Seq.diff(rcvNxt, before);
    }

    /**
     * Takes {@code length} bytes of the text from {@code skip} on, which lie {@code distance} bytes after the next one in order;
     * returns by how much the order has grown. A reader that waits gets them at once, unless urgent data is ahead: a read ends
     * before the marked byte.
     */
    private int keep(TcpSegment in, int distance, int skip, int length) {
        int handed = 0;
        if (distance == 0 && urgent.remaining(buffer.read()) == 0) {
            handed = buffer.hand(in.payload, skip, length);
            if (handed > 0) {
                counters.count(TcpEvent.HANDED_TO_READER);
            }
        }
        // A text that a chunk holds is copied: one that is kept keeps all that was received with it from being used again.
        if (distance == 0 && in.memory != null && length - handed >= config.memory().chunkBytes()
                && buffer.keepInFrame(in.payload, skip + handed, length - handed, in.memory)) {
            counters.count(TcpEvent.KEPT_IN_FRAME);
            return length;
        }
        return handed == length ? handed
                : handed + buffer.put(distance, in.payload, skip + handed, length - handed, counters);
    }

    /** RFC 3168 §6.1.3; returns whether that changes what ACKs say. */
    private boolean noteMark(TcpSegment in) {
        if (in.payload.length() == 0) {
            return false;
        }
        if (in.ecn == Ecn.CE) {
            counters.count(TcpEvent.CONGESTION_EXPERIENCED);
        }
        boolean changes = ecn.arrived(in);
        acks.echoing(ecn.isEchoing());
        return changes;
    }

    /** RFC 2883 §4: the first part of {@code [seq, to)} that is here already; {@code from}: where the new part may begin. */
    private void noteTwice(int seq, int from, int to) {
        twiceLeft = seq;
        twiceRight = seq;
        if (Seq.lt(seq, rcvNxt)) {
            twiceRight = Seq.min(rcvNxt, Seq.max(seq, to));
        } else if (Seq.lt(from, to)) {
            long first = buffer.next() + Seq.diff(from, rcvNxt);
            long last = first + Seq.diff(to, from);
            long present = buffer.ranges().nextPresent(first, last);
            twiceLeft = from + (int) (present - first);
            twiceRight = from + (int) (Math.min(last, buffer.ranges().nextMissing(present)) - first);
            if (present == last) {
                twiceRight = twiceLeft;
            }
        }
        if (twiceLeft != twiceRight && sacks.isPermitted()) {
            counters.count(TcpEvent.DSACK_SENT);
        }
    }

    /**
     * RFC 9293 §3.10.7.4, sixth check: RCV.UP = max(RCV.UP, SEG.UP).
     *
     * @return whether the application is to be told: there is urgent data ahead that it did not know of (MUST-32)
     */
    boolean urgent(TcpSegment in) {
        return urgent.arrived(buffer.next() + Seq.diff(in.seq + in.urgentPointer, rcvNxt), buffer.read());
    }

    /** Takes the marked octet out of the stream, if that is wanted and it is the next one. */
    void skipUrgent() {
        if (!urgent.isInLine() && urgent.isMark(buffer.read())) {
            buffer.skip();
        }
    }

    /** How many bytes the application can read. */
    int readable() {
        return urgent.untilHole(buffer.read(), buffer.readable());
    }

    /**
     * Whether a reader must not wait for more than there is: hardly any more can come, or it holds memory that others need, or
     * urgent data is ahead, before the mark of which a read ends.
     */
    boolean mustNotWait() {
        int edge = Math.min(buffer.capacity() / 2, config.announcedMss());
        return urgent.remaining(buffer.read()) > 0 || config.memory().isUnderPressure() || buffer.isSqueezed()
                || Math.max(buffer.free(), window()) <= edge;
    }

    /** A segment with text is wholly outside the window: answers it, and tells if it came twice (RFC 2883 §4, cases 1 and 2). */
    void answer(TcpSegment in) {
        int end = Seq.min(rcvNxt, in.seq + in.payload.length());
        noteTwice(in.seq, in.seq, Seq.max(in.seq, end));
        acks.disordered();
        acks.immediately(rcvNxt, true, rcvNxt, twiceLeft, twiceRight);
    }

    /** Remembers where the stream ends, also when bytes before the FIN are missing; the first FIN in the window counts. */
    private void noteFin(TcpSegment in, int end) {
        if (in.has(TcpFlags.FIN) && !finKnown && Seq.ge(end, rcvNxt) && Seq.lt(end, rcvAdv)) {
            finKnown = true;
            finSeq = end;
            if (buffer.endsAt(Seq.diff(end, rcvNxt))) {
                counters.count(TcpDiscard.TEXT_AFTER_FIN);
            }
        }
    }

    private void acknowledge(long now, TcpSegment in, int before, boolean hadHoles, boolean marksChange) {
        if (in.length() == 0) {
            return;
        }
        int advance = Seq.diff(rcvNxt, before);
        if (advance == 0) {
            // RFC 5681 §4.2: a segment out of order earns a duplicate ACK at once; one that came before, or for which
            // there was no room, is answered at once, too (RFC 9293 §3.10.7.4).
            if (Seq.gt(in.seq, rcvNxt)) {
                counters.count(TcpEvent.OUT_OF_ORDER);
                sacks.arrived(in.seq, rcvNxt);
            }
            acks.disordered();
            acks.immediately(rcvNxt, true, in.seq, twiceLeft, twiceRight);
        } else if (hadHoles || finReceived || marksChange || Seq.lt(in.seq, before)) {
            // RFC 5681 §4.2: a hole is filled, wholly or in part. FIN is acknowledged at once, as everybody does, and so is
            // a mark: the sender should slow down now; and a CWR, after which its window may be one segment.
            if (hadHoles) {
                counters.count(TcpEvent.HOLE_FILLED);
            }
            acks.immediately(rcvNxt, false, rcvNxt, twiceLeft, twiceRight);
        } else {
            acks.inOrder(now, advance, sizeOfSegments(in, advance), rcvNxt);
        }
    }

    /** How long the segments were of which so many bytes are new: that of the one, or of each that the device has joined. */
    private static int sizeOfSegments(TcpSegment in, int bytes) {
        return in.segmentSize == 0 ? bytes : in.segmentSize;
    }

    // ---- the window we advertise

    /** Whether an ACK with this number repeats the one before it, so that its window must do so as well (RFC 5681 §2 (e)). */
    boolean repeatsLast(int ack) {
        return ack == lastAck;
    }

    /**
     * The window field for a segment that acknowledges {@code ack}; moves the right edge when that makes no silly window and
     * {@code mayMove} says so.
     */
    int advertise(int ack, boolean mayMove) {
        lastAck = ack;
        if (mayMove) {
            rcvAdv += sensibleAdvance();
        }
        // Rounded down: as the peer reads it the edge may go back by less than 2^shift, which RFC 7323 §2.4 knows of and lets be.
        // Deviation: Linux rounds up, and with each odd ACK its edge creeps on, past the buffer. Ours is the bound of memory.
        return Math.min(65_535, Math.max(0, Seq.diff(rcvAdv, ack)) >> windowShift);
    }

    /** The window field of our SYN and SYN,ACK, which is never scaled (RFC 7323 §2.2); {@code known}: the peer's SYN has come. */
    int synWindow(boolean known) {
        return known ? Math.min(65_535, window()) : synWindow(buffer.capacity());
    }

    static int synWindow(int capacity) {
        return Math.min(65_535, capacity);
    }

    /** How far the right edge could move: as the buffer has room and the window field has bits. */
    private int possibleAdvance() {
        return finReceived ? 0 : Math.min(buffer.free(), 65_535 << windowShift) - window();
    }

    /** RFC 9293 §3.8.6.2.2: the right edge stays until it can move by Min(RCV.BUFF/2, Eff.snd.MSS). */
    private int sensibleAdvance() {
        int possible = possibleAdvance();
        return possible >= Math.min(buffer.capacity() / 2, config.announcedMss()) ? Math.max(0, possible) : 0;
    }

    /**
     * The application has made room: an ACK is due when the peer may be waiting for it. That is when the edge can move by
     * two segments (or half the buffer) and this is much, or the window was nearly closed; otherwise the ACK of the next
     * segments tells it, and one for every few reads would only cost.
     */
    void roomMade() {
        int possible = possibleAdvance();
        int mss = config.announcedMss();
        int capacity = buffer.capacity();
        boolean enough = possible >= Math.min(2 * mss, (capacity + 1) / 2);
        boolean worthIt = possible >= capacity / 4 || window() <= capacity / 8 || capacity <= 8 * mss;
        if (enough && worthIt && possible > 0) {
            counters.count(TcpEvent.WINDOW_UPDATE);
            acks.soon();
        }
    }

    /** Whether nothing has come that is not read, and nothing is owed for it. */
    boolean isIdle() {
        return buffer.isAtRest() && acks.isAtRest() && !finKnown && urgent.remaining(buffer.read()) == 0;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        irs = memo.number(irs, 0);
        rcvNxt = memo.number(rcvNxt, irs + 1);
        rcvAdv = memo.number(rcvAdv, rcvNxt);
        windowShift = memo.number(windowShift, 0);
        lastAck = memo.number(lastAck, rcvNxt);
        buffer.keep(memo, Integer.toUnsignedLong(rcvNxt - irs - 1), config.buffers().receive());
        acks.keep(memo);
        sacks.keep(memo, rcvNxt);
        urgent.keep(memo, buffer.read());
        tuning.keep(memo, rcvNxt);
    }
}
