package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.Reassembly;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.open.FastOpen;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.open.FastOpenOutcome;
import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;

/**
 * One TCP connection as a pure object (D1): no thread, no lock, no clock, no I/O. It is told what happens and what time it
 * is, and asked what to send.
 *
 * <h2>The sequence space</h2>
 *
 * Every byte has a number, SYN and FIN count as one each (RFC 9293 §3.3.1, figures 3 and 4; names as there):
 * <pre>
 *   sending                 SND.UNA          SND.NXT         SND.UNA+SND.WND
 *                ───────────────┼────────────────┼──────────────────┼───────────────
 *                 acknowledged  │  in flight     │  may be sent     │  not yet allowed
 *                               └─── send buffer: kept until acknowledged ──────────
 *
 *   receiving               RCV.NXT          RCV.NXT+RCV.WND
 *                ───────────────┼────────────────┼─────────────────
 *                 received, in  │  may come, in  │  outside the
 *                 order         │  any order     │  window
 *           receive buffer ─────┴──────┘
 * </pre>
 * {@link Sender} owns the first line, {@link Receiver} the second; {@link Arrival} is RFC 9293 §3.10.7, what happens when
 * a segment comes; {@link Lifecycle} has the state and its transitions; this class is the user's calls (§3.10.1 to
 * §3.10.6) and the order of output. Sequence numbers wrap after 4 GiB and are compared through {@link Seq} only; buffers
 * count positions in {@code long}.
 *
 * <h2>How it is driven</h2>
 *
 * <pre>{@code
 * connection.segment(now, in);                  // or any other input: a user call, tick, error …
 * while (connection.poll(now, out)) {           // then pull what it wants to send
 *     transmit(out);
 * }
 * timer.schedule(connection.deadline());        // and come back then, with tick(now)
 * int events = connection.takeEvents();         // and wake who waits
 * }</pre>
 * All calls are made under one lock, the connection's, which is held only for them (D4): none of them waits, calls back or
 * takes longer than copying one segment. {@code poll} may be called once for a batch of segments; ACKs of data in order
 * then merge (D6). Times are nanoseconds of one clock that never goes back and never is negative.
 *
 * <h2>Memory outside the lock</h2>
 *
 * Three parties touch buffer memory without the lock, each on a range that is its own meanwhile: the writer, between
 * {@link #reserve} and {@link #commit}; the reader, between {@link #peek} and {@link #consumed}; the transmitter, which hands
 * payload polled to a device between {@link #holdAcked} and {@link #releaseAcked}. Whatever happens to the connection, that
 * memory stays until the closing call is made, and goes back to the pool then. Each party must make its closing call.
 * A connection with nothing to send and nothing to read holds no memory.
 *
 * <h2>The end</h2>
 *
 * {@link #CLOSED} among the events, or {@link TcpState#CLOSED}, says that the connection is over. One last {@code poll} may still
 * yield a reset. What came in order before the end can be read even after a failure, until {@link #close} or {@link #abort}.
 *
 * <h2>What a peer can do</h2>
 *
 * At worst end its connection. Any segment at all may be given to {@link #segment}; none makes it throw. A peer can hold at
 * most its two buffers' bytes (rounded up to chunks), by not reading and by leaving holes; ranges out of
 * order and answers owed are bounded by {@link Reassembly#limitFor} and {@link AckPolicy#QUEUE}.
 */
public final class TcpConnection {

    /** Event: the handshake is complete. */
    public static final int CONNECTED = 1;
    /** Event: more can be read than before. */
    public static final int READABLE = 1 << 1;
    /** Event: more may be written than before. */
    public static final int WRITABLE = 1 << 2;
    /** Event: the peer's FIN has come, nothing follows what is readable now. */
    public static final int INPUT_ENDED = 1 << 3;
    /** Event: the connection has failed, see {@link #failure()}; {@link #CLOSED} comes with it. */
    public static final int FAILED = 1 << 4;
    /** Event: the state is CLOSED: when {@link #poll} has nothing more to send, the connection may be forgotten. */
    public static final int CLOSED = 1 << 5;
    /** Event: the peer has acknowledged something new, so the way there works: confirms the ARP entry (RFC 4861 §7.3.1 for ND). */
    public static final int PATH_CONFIRMED = 1 << 6;
    /** Event: R1 has been reached or passed, the way there may be broken (RFC 9293 §3.8.3, MUST-20 a). */
    public static final int PATH_SUSPECT = 1 << 7;
    /** Event: the peer has acknowledged our FIN, and so all that was written; not told when {@link #CLOSED} follows at once. */
    public static final int DELIVERED = 1 << 8;
    /** Event: the peer has said that urgent data is ahead, see {@link #urgentRemaining()} (RFC 9293 §3.8.5, MUST-32). */
    public static final int URGENT = 1 << 11;
    /** Event: what came in order was dropped because the memory of the stack is used up; somebody must give some back. */
    public static final int MEMORY_SHORT = 1 << 10;

    /**
     * Event: a listener may hand the connection out: the handshake is complete, or the SYN brought data that may be answered
     * before it is ({@link #passive(TcpConfig, int, long, TcpSegment, TcpObserver, FastOpenCookie, boolean)}).
     */
    public static final int ACCEPTABLE = 1 << 9;

    private static final long NEVER = Long.MAX_VALUE;
    /** How long output pauses when the device has no room and nobody says that it has; doubles up to 64 times. */
    private static final long FIRST_PAUSE = 1_000_000L;
    private static final int LONGEST_PAUSE_SHIFT = 6;

    private final TcpConfig config;
    private final TcpCounters counters;
    private final Lifecycle life;
    private final Sender snd;
    private final Receiver rcv;
    private final Arrival arrival;
    private long pausedUntil;
    private int drops;

    private TcpConnection(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        this.config = config;
        this.counters = config.counters();
        this.life = new Lifecycle(config, iss, active, observer);
        this.snd = life.sender();
        this.rcv = life.receiver();
        this.arrival = new Arrival(life, counters);
    }

    /**
     * A connection that this end will open; CLOSED until {@link #connect}.
     *
     * @param iss the initial send sequence number, unpredictable (RFC 6528)
     */
    public static TcpConnection active(TcpConfig config, int iss) {
        return active(config, iss, null);
    }

    /** The same, and tells {@code observer}, unless that is null, what it does. */
    public static TcpConnection active(TcpConfig config, int iss, TcpObserver observer) {
        return new TcpConnection(config, iss, true, observer);
    }

    /**
     * A connection that a listener makes of a SYN (RFC 9293 §3.10.7.2, third): in SYN-RECEIVED; poll yields SYN,ACK.
     *
     * @param iss the initial send sequence number, unpredictable (RFC 6528)
     * @param syn a segment with SYN and without RST and ACK
     * @throws IllegalArgumentException if {@code syn} is something else
     */
    public static TcpConnection passive(TcpConfig config, int iss, long now, TcpSegment syn) {
        return passive(config, iss, now, syn, null);
    }

    /** The same, and tells {@code observer}, unless that is null, what it does. */
    public static TcpConnection passive(TcpConfig config, int iss, long now, TcpSegment syn, TcpObserver observer) {
        return passive(config, iss, now, syn, observer, null, false);
    }

    /**
     * The same, for a SYN with the fast open option (RFC 7413 §4.2.2).
     *
     * @param observer is told what it does, unless null
     * @param given the cookie that the SYN,ACK gives; null for none
     * @param fast whether the SYN has shown a good cookie: its data is taken, the connection is acceptable at once, can be read
     *     and written, and is half open no more though its handshake is not complete
     * @throws IllegalArgumentException if {@code syn} is something else
     */
    public static TcpConnection passive(TcpConfig config, int iss, long now, TcpSegment syn, TcpObserver observer,
                                        FastOpenCookie given, boolean fast) {
        if (!syn.has(TcpFlags.SYN) || syn.has(TcpFlags.RST) || syn.has(TcpFlags.ACK)) {
            throw new IllegalArgumentException("no SYN: " + syn);
        }
        var connection = new TcpConnection(config, iss, false, observer);
        connection.life.open(TcpState.SYN_RECEIVED);
        if (given != null) {
            connection.life.fastOpen(FastOpen.server(config.counters(), given));
        }
        if (!fast) {
            connection.arrival.countTextWithSyn(syn);
        }
        connection.life.synchronize(now, syn);
        if (fast) {
            connection.life.openFast(now, syn);
        }
        return connection;
    }

    /**
     * A connection that a listener makes of the peer's ACK, for whose SYN it kept nothing (RFC 4987 §3.6): established, with
     * the text that the segment carries.
     *
     * @param ack a segment with ACK and without SYN and RST; acknowledges {@code iss}
     * @param mss what {@link SynCookies#check} has said of it, more than 0
     * @return the connection, or null if the segment does not make one
     */
    public static TcpConnection ofCookie(TcpConfig config, long now, TcpSegment ack, int mss) {
        return ofCookie(config, now, ack, mss, null);
    }

    /** The same, and tells {@code observer}, unless that is null, what it does. */
    public static TcpConnection ofCookie(TcpConfig config, long now, TcpSegment ack, int mss, TcpObserver observer) {
        var syn = new TcpSegment();
        if (!CookieHandshake.recall(config, now, mss, ack, syn)) {
            return null;
        }
        TcpConnection connection = passive(config, ack.ack - 1, now, syn, observer);
        connection.snd.synSentUnseen();
        connection.segment(now, ack);
        return connection.isHandshakeComplete() ? connection : null;
    }

    // ---- inputs: network and time

    /**
     * OPEN call, active (RFC 9293 §3.10.1): to SYN-SENT; poll yields the SYN.
     *
     * @throws IllegalStateException unless the connection comes fresh from {@link #active}
     */
    public void connect(long now) {
        life.open(TcpState.SYN_SENT);
    }

    /**
     * Before {@link #connect}: the SYN asks for a cookie, or shows one and carries what has been written by then, as far as it
     * fits (RFC 7413 §4.2.1). Until then the connection can be written to. What the server does not take with the SYN is sent
     * once more after the handshake; what it takes it may take twice (RFC 7413 §2.1).
     *
     * @param cookie what the server gave; null to ask for one
     * @param mss what it announced then; means nothing without a cookie
     */
    public void fastOpen(FastOpenCookie cookie, int mss) {
        life.fastOpen(FastOpen.client(counters, cookie, mss));
    }

    /** What {@link #fastOpen} has come to, null if it was not asked for. Means something when the handshake has ended. */
    public FastOpenOutcome fastOpenOutcome() {
        return life.fastOpen() == null ? null : life.fastOpen().outcome(snd.peerMss());
    }

    /**
     * A segment has arrived: checksum verified, addressed to this connection. What is kept of its payload is copied before
     * this returns; {@code in} may be changed. Any contents are allowed.
     */
    public void segment(long now, TcpSegment in) {
        drops = 0;
        arrival.segment(now, in);
        snd.settle(now);
    }

    /**
     * Whether the listener has no room for one more connection that waits to be accepted. While it has none, the ACK that would
     * complete the handshake is dropped, and the SYN,ACK goes out again as if it had been lost, within its limit. Means
     * something while {@link #isHalfOpen()}.
     */
    public void acceptQueueFull(boolean full) {
        life.hold(full);
    }

    /** Whether a listener has made it of a SYN and the handshake is not complete. */
    public boolean isHalfOpen() {
        return life.isHalfOpen();
    }

    /** Whether the handshake has completed at some time. */
    public boolean isHandshakeComplete() {
        return life.isHandshakeComplete();
    }

    /** Fires the timers that are due; too early is harmless. */
    public void tick(long now) {
        life.tick(now);
        if (life.state() == TcpState.CLOSED) {
            return;
        }
        if (now >= rcv.acks.deadline()) {
            rcv.acks.delayPassed();
        }
        snd.tick(now);
        snd.settle(now);
    }

    /**
     * When {@link #tick} (and then {@link #poll}) wants to be called, {@link Long#MAX_VALUE} for never, as in
     * {@code NanoClock.FOREVER}. Holds until the next input; ask after poll has said false.
     */
    public long deadline() {
        if (life.state() == TcpState.CLOSED) {
            return life.owesReset() && pausedUntil > 0 ? pausedUntil : NEVER;
        }
        long next = Math.min(Math.min(snd.deadline(), rcv.acks.deadline()), life.deadline());
        return pausedUntil > 0 ? Math.min(next, pausedUntil) : next;
    }

    /**
     * An ICMP error about this connection has come (RFC 1122 §4.2.3.9, RFC 5461): ends an attempt to connect, otherwise is
     * remembered as {@link #softError()}.
     *
     * @param quotedSeq the sequence number in the header that the message quotes; not in flight, the message is ignored
     */
    public void error(long now, TcpError error, int quotedSeq) {
        if (isInFlight(quotedSeq)) {
            life.complaint(error);
        }
    }

    /**
     * The path takes packets of {@code mtu} bytes from now on, as far as is known (RFC 1191, RFC 8201): more than before, or
     * less because of another connection. Segments are as long from now on, what is in flight stays as it is.
     */
    public void mtuChanged(long now, int mtu) {
        snd.mtuChanged(mtu);
        snd.settle(now);
    }

    /**
     * Whether an ICMP message that quotes this sequence number can be about a segment of this connection, which has to be in
     * flight (RFC 5927 §4.1); counted if not.
     */
    public boolean isInFlight(int quotedSeq) {
        if (!Seq.inWindow(quotedSeq, snd.sndUna, snd.outstanding())) {
            counters.count(TcpDiscard.ICMP_NOT_IN_FLIGHT);
            return false;
        }
        return true;
    }

    /**
     * A router has refused a segment of this connection that was too long (RFC 1191 §4); the caller has asked {@link #isInFlight}.
     * What is in flight and longer is sent again at once, of which cwnd hears nothing (RFC 1191 §6.5).
     *
     * @param mtu what the path takes; the caller does not go below what IP guarantees
     */
    public void packetTooBig(long now, int mtu) {
        snd.mtuChanged(mtu);
        snd.cutTooLong(now);
        snd.settle(now);
    }

    /** Whether and when the path MTU is probed for (RFC 4821); to be said before anything is sent. */
    public void mtuProbing(MtuProbing mode) {
        snd.mtuProbing(mode);
    }

    /** The device takes frames again: output that {@link #localDrop} has paused may go on. */
    public void deviceReady(long now) {
        pausedUntil = 0;
        drops = 0;
    }

    /**
     * A polled segment did not reach the device, which has no room: call this for each such segment, as polled. It counts as
     * never sent, and output pauses until {@link #deviceReady} or for 1 ms, doubling up to 64 ms.
     */
    public void localDrop(long now, TcpSegment segment) {
        counters.count(TcpEvent.LOCAL_DROP);
        if (now >= pausedUntil) {
            pausedUntil = now + (FIRST_PAUSE << Math.min(drops, LONGEST_PAUSE_SHIFT));
            drops++;
        }
        if (segment.has(TcpFlags.RST)) {
            life.returnReset(segment);
        } else if (life.state() != TcpState.CLOSED) {
            if (segment.has(TcpFlags.ACK)) {
                rcv.acks.soon();
            }
            snd.localDrop(now, segment);
            snd.settle(now);
        }
    }

    // ---- output

    /**
     * Fills {@code out} with the next segment to send; to be called after every input (or once per batch of segments) until it
     * returns false.
     *
     * <p>The payload refers to the send buffer. It stays as it is until the next input to this connection, and between
     * {@link #holdAcked} and {@link #releaseAcked} until the latter.
     */
    public boolean poll(long now, TcpSegment out) {
        out.clear();
        if (now < pausedUntil || !next(now, out)) {
            return false;
        }
        // RFC 7323 §3.2: offered in our SYN; in every segment once agreed, resets included as they should. A reset that
        // answers a stranger in SYN-SENT has nothing to echo.
        snd.urgent.stamp(out, snd.sndNxt);
        boolean offers = out.has(TcpFlags.SYN) && !out.has(TcpFlags.ACK) && config.extensions().timestamps();
        if (offers || life.timestamps().agreed()) {
            life.timestamps().stamp(now, out);
        }
        return true;
    }

    private boolean next(long now, TcpSegment out) {
        pausedUntil = 0;
        if (life.owesReset()) {
            life.takeReset(out);
            return true;
        }
        if (life.state() == TcpState.CLOSED) {
            return false;
        }
        if (life.state() != TcpState.SYN_SENT && rcv.acks.hasQueued()) {
            int ack = rcv.acks.takeQueued();
            boolean mayMoveWindow = !rcv.repeatsLast(ack);
            bareAck(out, ack, mayMoveWindow, rcv.acks.echo());
            if (mayMoveWindow && ack == rcv.rcvNxt && !rcv.acks.hasQueued()) {
                rcv.acks.sent();                     // it told all that an ordinary ACK would, also the window of a read meanwhile
            }
            nameBlocks(out, mostBlocks(), rcv.acks.trigger(), rcv.acks.twiceLeft(), rcv.acks.twiceRight());
            return true;
        }
        // Text makes room for blocks, as far as half of the segment remains for it.
        int blocks = Math.clamp((snd.mss() / 2 - 4) / 8, 0, rcv.sacks.blocks(mostBlocks()));
        snd.leaveRoom(TcpSegmentCodec.optionBytes(false, false, blocks));
        if (snd.next(now, out)) {
            complete(out);
            if (!out.has(TcpFlags.SYN)) {
                nameBlocks(out, blocks, rcv.rcvNxt, 0, 0);
            }
            return true;
        }
        if (life.state() != TcpState.SYN_SENT && rcv.acks.isDue()) {
            bareAck(out, rcv.rcvNxt, true, life.ecn().isEchoing());
            nameBlocks(out, mostBlocks(), rcv.rcvNxt, 0, 0);
            rcv.acks.sent();
            return true;
        }
        if (snd.patience.takeProbe()) {
            // RFC 9293 §3.8.4: SEG.SEQ = SND.NXT - 1 and no text (SHLD-12) is outside every window, and so earns an ACK.
            counters.count(TcpEvent.KEEPALIVE_PROBE);
            bareAck(out, rcv.rcvNxt, true, life.ecn().isEchoing());
            out.seq = snd.sndNxt - 1;
            return true;
        }
        snd.settle(now);
        return false;
    }

    /** RFC 2018 §3: four blocks fit the options, three beside timestamps; fewer fit a packet of less than 80 bytes. */
    private int mostBlocks() {
        boolean timestamps = life.timestamps().agreed();
        int most = timestamps ? TcpSegment.MAX_SACK_BLOCKS - 1 : TcpSegment.MAX_SACK_BLOCKS;
        int room = snd.size.room() - TcpSegmentCodec.optionBytes(false, timestamps, 0);
        return Math.clamp((room - 4) / 8, 0, most);
    }

    private void nameBlocks(TcpSegment out, int most, int first, int twiceLeft, int twiceRight) {
        rcv.sacks.fill(out, most, rcv.rcvNxt, first, twiceLeft, twiceRight);
        if (out.sackCount > 0) {
            counters.count(TcpEvent.SACK_SENT);
        }
    }

    private void bareAck(TcpSegment out, int ack, boolean mayMoveWindow, boolean echo) {
        out.seq = snd.bareSeq();
        out.ack = ack;
        out.flags = TcpFlags.ACK | (echo ? TcpFlags.ECE : 0);
        out.window = rcv.advertise(ack, mayMoveWindow);
    }

    /** Adds acknowledgement, window and options to a segment of the sender's. */
    private void complete(TcpSegment out) {
        if (out.has(TcpFlags.SYN)) {
            out.mss = config.announcedMss();
            // RFC 7323 §2.2: offered in a SYN, repeated in a SYN,ACK only if the peer's SYN has it.
            if (life.state() == TcpState.SYN_SENT || life.isScaling()) {
                out.windowScale = Receiver.windowShiftFor(config.buffers().largestReceive());
            }
            // RFC 2018 §2: offered in a SYN, and in a SYN,ACK that answers such a SYN.
            out.sackPermitted = life.state() == TcpState.SYN_SENT ? config.extensions().selectiveAcks() : rcv.sacks.isPermitted();
            out.flags |= life.ecn().setupFlags(life.state() != TcpState.SYN_SENT);
            out.window = rcv.synWindow(life.state() != TcpState.SYN_SENT);
            if (life.fastOpen() != null) {
                life.fastOpen().write(out);
            }
        } else {
            out.flags |= life.ecn().isEchoing() ? TcpFlags.ECE : 0;
            out.window = rcv.advertise(rcv.rcvNxt, true);
        }
        if (life.state() != TcpState.SYN_SENT) {
            out.flags |= TcpFlags.ACK;
            out.ack = rcv.rcvNxt;
            rcv.acks.sent();
            if (out.payload.length() > 0) {
                rcv.acks.talking();
            }
        }
    }

    /** A device is about to read polled payload outside the lock: acknowledged memory stays until {@link #releaseAcked}. */
    public void holdAcked() {
        snd.buffer.hold();
    }

    /** No write is in flight: acknowledged memory goes back to the pool. Must be called also when the connection has ended. */
    public void releaseAcked() {
        snd.buffer.releaseHeld();
    }

    // ---- the application's calls: writing

    /** How many bytes may be written now; 0 also while connecting, but for {@link #fastOpen}, and after output has been closed. */
    public int writable() {
        return life.mayWrite() ? snd.buffer.writable() : 0;
    }

    /**
     * Lends memory that the application fills, outside the lock, with bytes to send. One loan at a time (one writer); it ends
     * with {@link #commit}, which must be called even when the connection has ended meanwhile.
     *
     * @param max how many bytes the caller has, at least 1
     * @return how many bytes {@code out} has room for; 0 when nothing is writable or memory is short: nothing is lent then.
     *     When {@link #writable()} is positive, it is memory, and there is no event for its return: try again after a while
     * @throws IllegalStateException if a loan is open
     */
    public int reserve(Pieces out, int max) {
        if (writable() == 0) {
            out.clear();
            return 0;
        }
        int reserved = snd.buffer.reserve(out, max);
        if (reserved == 0) {
            counters.count(TcpDiscard.NO_MEMORY);
        }
        return reserved;
    }

    /**
     * SEND call (RFC 9293 §3.10.2): queues the first {@code length} bytes of what was lent, and ends the loan.
     *
     * @param length 0 up to what was reserved
     * @return false if output has been closed meanwhile, by either side or a failure: the bytes are dropped
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public boolean commit(long now, int length) {
        boolean taken = life.mayWrite();
        snd.buffer.commit(length, !taken);
        return taken;
    }

    /**
     * The same, and the last of the bytes is urgent (RFC 9293 §3.10.2 and §3.8.5): segments say so until it is acknowledged, and
     * it waits neither for Nagle's algorithm nor for a cork. A peer whose window is closed is told at once.
     */
    public boolean commitUrgent(long now, int length) {
        boolean taken = commit(now, length);
        if (taken && length > 0) {
            snd.urgent.mark(snd.textEnd());
            if (snd.sndWnd == 0) {
                rcv.acks.soon();
            }
        }
        return taken;
    }

    /**
     * From how many {@link #writable} bytes on a writer that waits had better be woken: a third of the buffer, as in Linux.
     * Waking it for each ACK would cost more than it writes.
     */
    public int writeLowWater() {
        return Math.max(1, snd.buffer.capacity() / 3);
    }

    /** Bytes written that the peer has not acknowledged, sent or not: 0 when all has arrived (for lingering). */
    public int unacknowledged() {
        return snd.buffer.length();
    }

    /** Whether the peer has acknowledged all that was written, and our FIN. */
    public boolean isOutputDelivered() {
        return snd.finAcknowledged();
    }

    /** Switches Nagle's algorithm off or on (RFC 9293 §3.7.4, MUST-17). */
    public void noDelay(boolean on) {
        snd.noDelay(on);
    }

    /**
     * Acknowledges each segment at once, one that waits included, or puts ACKs off again (RFC 9293 §3.8.6.3). Holds for {@value
     * AckPolicy#QUICK} segments or until data is sent, whichever comes first.
     */
    public void quickAck(boolean on) {
        rcv.acks.quickly(on);
    }

    /**
     * Holds segments back that are not full, or lets them go: what is held leaves at once then. Held data leaves without that
     * after 200 ms, before FIN, and as soon as it fills a segment.
     */
    public void cork(boolean on) {
        snd.cork.set(on, snd.textEnd());
    }

    /**
     * Sends keep-alives (RFC 9293 §3.8.4), or none: whatever is given holds from the next input on.
     *
     * @param idle nanoseconds of silence before the first
     * @param interval nanoseconds from one to the next
     * @param count so many without an answer, and one interval more, end the connection; 2 to 127, 0 for no keep-alives
     */
    public void keepAlive(long now, long idle, long interval, int count) {
        snd.patience.keepAlive(idle, interval, count);
        snd.settle(now);
    }

    /**
     * Sets R2 of RFC 9293 §3.8.3 (MUST-21) in time: a connection that has something to deliver, sent or not, and for {@code
     * nanos} hears no acknowledgement of anything new, ends. {@code Deviation:} also when the peer answers probes of its
     * closed window (MUST-37), as in Linux: the application has set a limit. 0: the limit is that of retransmissions.
     */
    public void userTimeout(long now, long nanos) {
        snd.patience.userTimeout(nanos);
        snd.settle(now);
    }

    // ---- the application's calls: reading

    /** How many bytes can be read now, up to a byte of urgent data that will be taken out. What came before a failure stays readable. */
    public int readable() {
        return rcv.readable();
    }

    /** Whether nothing will follow what is readable: the peer's FIN has come, the connection is over, or {@link #shutdownInput} was called. */
    public boolean isInputEnded() {
        return rcv.finReceived() || life.isInputShut() || life.state() == TcpState.CLOSED && !life.isFresh();
    }

    /**
     * Whether the stream of the peer has ended in order, or nothing more is to be read of it: {@link #isInputEnded()} without
     * the connection's own end. A failure that comes later takes nothing away from it.
     */
    public boolean isInputComplete() {
        return rcv.finReceived() || life.isInputShut();
    }

    /**
     * RECEIVE call (RFC 9293 §3.10.3), first half: lends readable bytes, which the application copies outside the lock. One loan
     * at a time (one reader); it ends with {@link #consumed}, which must be called even when the connection has ended
     * meanwhile.
     *
     * @param max how many bytes the caller wants, at least 1
     * @return how many bytes {@code out} refers to; 0 when nothing is readable: nothing is lent then
     * @throws IllegalStateException if a loan is open
     */
    public int peek(Pieces out, int max) {
        if (readable() == 0) {
            out.clear();
            return 0;
        }
        return rcv.buffer.lend(out, rcv.urgent.untilMark(rcv.buffer.read(), Math.min(max, readable())));
    }

    /**
     * RECEIVE call, second half: ends the loan; its first {@code length} bytes have been read and make room, which may call for a
     * window update.
     *
     * @param length 0 (the bytes can be read again) up to what was lent
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public void consumed(long now, int length) {
        rcv.buffer.consumed(length);
        rcv.skipUrgent();
        rcv.tuning.consumed(now);
        if (life.state().takesText()) {
            rcv.roomMade();
        }
    }

    /**
     * Where the peer's urgent data ends: so many bytes from the next one to be read on, the last of which is marked; 0 if there
     * is none ahead (RFC 9293 §3.8.5, MUST-33). A read ends before the marked one, so 1 says that it is the next. It need not
     * have come yet.
     */
    public int urgentRemaining() {
        return rcv.urgent.remaining(rcv.buffer.read());
    }

    /** Whether the marked byte of urgent data stays in the stream (RFC 6093 §4), as it does at first, or is taken out of it. */
    public void urgentInLine(boolean on) {
        rcv.urgent.inLine(on);
        rcv.skipUrgent();
        life.raise(READABLE);
    }

    // ---- the application's calls: ending

    /**
     * Nothing more will be written: FIN follows what is queued, and the peer may go on sending. During the handshake it
     * takes effect after it. No effect when output is closed already.
     */
    public void shutdownOutput(long now) {
        life.shutdownOutput();
        snd.settle(now);
    }

    /** Nothing more will be read: what is unread and what still comes is acknowledged and thrown away. */
    public void shutdownInput(long now) {
        life.shutdownInput();
        if (life.state().takesText()) {
            rcv.roomMade();
        }
        life.raise(READABLE);
    }

    /**
     * CLOSE call (RFC 9293 §3.10.4), for both directions: what was written is still delivered, then FIN; nothing more is read.
     * Where bytes are unread, or come later, the peer is told by a reset that they are lost (RFC 9293 §3.6.1, RFC 2525 §2.17).
     * After a failure it lets go of what was still readable.
     */
    public void close(long now) {
        if (!life.isClosedByUser()) {
            life.close(now);
            snd.settle(now);
        }
    }

    /**
     * ABORT call (RFC 9293 §3.10.5), also a close that lingers for no time: the peer gets a reset, what was queued and what is
     * unread is gone. Poll once more.
     */
    public void abort(long now) {
        life.abort();
    }

    // ---- what can be seen

    /** What has happened since the last call, a sum of the constants above, and forgets it. */
    public int takeEvents() {
        return life.takeEvents();
    }

    /** STATUS call: the state. */
    public TcpState state() {
        return life.state();
    }

    /** Why the connection failed; NONE as long as it has not. */
    public TcpFailure failure() {
        return life.failure();
    }

    /** The last ICMP error that did not end the connection, since something new has been acknowledged; or null. */
    public TcpError softError() {
        return life.softError();
    }

    /** Whether this end opened it, by {@link #active}. */
    public boolean isActive() {
        return life.isActive();
    }

    /**
     * Whether this SYN may begin the next incarnation while this one is in TIME-WAIT (RFC 9293 §3.6.1, MAY-2, RFC 6191 §2): its
     * timestamp, or else its number, lies after all we have received. The listener then forgets this connection and takes an ISS after {@link #sndNxt()}.
     */
    public boolean mayBeReopenedBy(TcpSegment syn) {
        return life.state() == TcpState.TIME_WAIT && syn.has(TcpFlags.SYN) && !syn.has(TcpFlags.RST) && !syn.has(TcpFlags.ACK)
                && life.timestamps().isLaterIncarnation(syn, config.extensions().timestamps(), rcv.rcvNxt);
    }

    /** SND.NXT. */
    public int sndNxt() {
        return snd.sndNxt;
    }

    /** RCV.NXT; means something once the peer's SYN has come. */
    public int rcvNxt() {
        return rcv.rcvNxt;
    }

    /** Bytes of text that the peer has acknowledged. */
    public long bytesAcknowledged() {
        return snd.buffer.acked();
    }

    /** Bytes of text that have come in order. */
    public long bytesReceived() {
        return rcv.buffer.next();
    }

    /** What decides how fast it sends. */
    public CongestionAlgorithm congestionControl() {
        return config.congestionControl();
    }

    /** A snapshot. Allocates; not for every segment. */
    public TcpInfo info() {
        return new TcpInfo(life.state(), snd.rtt.srtt(), snd.rtt.rttvar(), snd.rtt.rto(), snd.congestion.cwnd(),
                snd.congestion.ssthresh(), snd.flight(), snd.unsentText(), snd.mss(), snd.sndWnd, rcv.window(), readable(),
                snd.recovery.retransmits(), snd.timeouts(), snd.rate.pacer.rate(), snd.rate.deliveryRate(),
                snd.recovery.board.sacked(), snd.recovery.board.lost(), snd.recovery.retransmittedBytes(),
                snd.recovery.rack.reorderingSeen(), snd.recovery.rack.multiplier(), life.timestamps().agreed(),
                rcv.sacks.isPermitted(), life.isScaling(), snd.size.pathMtu(), life.ecn().isAgreed(), snd.buffer.capacity(),
                rcv.buffer.capacity(), rcv.tuning.roundTrip(), rcv.tuning.space());
    }

    // ---- for tests of this package

    Sender sender() {
        return snd;
    }

    Receiver receiver() {
        return rcv;
    }

    Timestamps timestamps() {
        return life.timestamps();
    }
}
