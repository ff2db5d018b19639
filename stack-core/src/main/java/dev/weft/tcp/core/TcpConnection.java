package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.Reassembly;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.open.FastOpen;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.open.FastOpenOutcome;
import dev.weft.tcp.core.open.HalfOpen;
import dev.weft.tcp.core.open.HandshakeTerms;
import dev.weft.tcp.core.open.SynCookies;
import dev.weft.tcp.core.segment.TcpSegment;
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
 * a segment comes; {@link Lifecycle} has the state and its transitions; {@link UserCalls}, the other half of this class's face,
 * is what an application asks (§3.10.2 to §3.10.5); {@link Output} is the order in which things leave. Sequence numbers wrap after 4 GiB and are compared through {@link Seq} only; buffers
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
 * A connection with nothing to send and nothing to read holds no memory. When nothing happens for a second it gives up its parts as
 * well, see {@link Sleeper}, and has them made anew by the next input.
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
public final class TcpConnection extends UserCalls {

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

    private TcpConnection(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        super(config, iss, active, observer);
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
        connection.life().open(TcpState.SYN_RECEIVED);
        if (given != null) {
            connection.life().fastOpen(FastOpen.server(config.counters(), given));
        }
        if (!fast) {
            connection.parts().arrival.countTextWithSyn(syn);
        }
        connection.life().synchronize(now, syn);
        if (fast) {
            connection.life().openFast(now, syn);
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
        connection.snd().synSentUnseen();
        connection.segment(now, ack);
        return connection.isHandshakeComplete() ? connection : null;
    }

    /**
     * The whole of a connection that is half open and of which little was kept: in SYN-RECEIVED, for the segment that completes the
     * handshake.
     *
     * @param terms what {@code known} has been told all the time
     */
    public static TcpConnection ofHalfOpen(TcpConfig config, long now, HalfOpen known, HandshakeTerms terms) {
        return CompactHandshake.whole(config, now, known, terms);
    }

    // ---- inputs: network and time

    /**
     * OPEN call, active (RFC 9293 §3.10.1): to SYN-SENT; poll yields the SYN.
     *
     * @throws IllegalStateException unless the connection comes fresh from {@link #active}
     */
    public void connect(long now) {
        life().open(TcpState.SYN_SENT);
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
        life().fastOpen(FastOpen.client(config.counters(), cookie, mss));
    }

    /** What {@link #fastOpen} has come to, null if it was not asked for; asking forgets it. When the handshake has ended. */
    public FastOpenOutcome takeFastOpenOutcome() {
        FastOpen attempt = isAsleep() ? null : life().fastOpen();
        if (attempt == null) {
            return null;
        }
        life().fastOpen(null);
        return attempt.outcome(snd().peerMss());
    }

    /**
     * A segment has arrived: checksum verified, addressed to this connection. What is kept of its payload is copied before
     * this returns; {@code in} may be changed. Any contents are allowed.
     */
    public void segment(long now, TcpSegment in) {
        Parts parts = parts();
        parts.output.segmentArrived();
        parts.arrival.segment(now, in);
        stirred(now);
        parts.snd.settle(now);
    }

    /**
     * Whether the listener has no room for one more connection that waits to be accepted. While it has none, the ACK that would
     * complete the handshake is dropped, and the SYN,ACK goes out again as if it had been lost, within its limit. Means
     * something while {@link #isHalfOpen()}.
     */
    public void acceptQueueFull(boolean full) {
        life().hold(full);
    }

    /** Whether a listener has made it of a SYN and the handshake is not complete. */
    public boolean isHalfOpen() {
        return !isAsleep() && life().isHalfOpen();
    }

    /** Whether the handshake has completed at some time. */
    public boolean isHandshakeComplete() {
        return isAsleep() || life().isHandshakeComplete();
    }

    /** Fires the timers that are due; too early is harmless. */
    public void tick(long now) {
        if (isAsleep() && now < wakesAt()) {
            return;
        }
        Parts parts = parts();
        parts.life.tick(now);
        if (parts.life.state() == TcpState.CLOSED) {
            return;
        }
        if (now >= parts.rcv.acks.deadline()) {
            parts.rcv.acks.delayPassed();
        }
        parts.snd.tick(now);
        parts.snd.settle(now);
    }

    /**
     * When {@link #tick} (and then {@link #poll}) wants to be called, {@link Long#MAX_VALUE} for never, as in
     * {@code NanoClock.FOREVER}. Holds until the next input; ask after poll has said false.
     */
    public long deadline() {
        if (isAsleep()) {
            return wakesAt();
        }
        Lifecycle life = life();
        if (life.state() == TcpState.CLOSED) {
            return life.owesReset() ? parts().output.pausedUntil() : Long.MAX_VALUE;
        }
        // TIME-WAIT has one deadline, its end.
        boolean rests = life.state().isSynchronized() && life.state() != TcpState.TIME_WAIT;
        return rests ? Math.min(protocolDeadline(), restsAt()) : protocolDeadline();
    }

    /** The same for what the protocol wants to do: to send, to wait for, to end. */
    long protocolDeadline() {
        return isAsleep() ? wakesAt() : parts().deadline();
    }

    /**
     * An ICMP error about this connection has come (RFC 1122 §4.2.3.9, RFC 5461): ends an attempt to connect, otherwise is
     * remembered as {@link #softError()}.
     *
     * @param quotedSeq the sequence number in the header that the message quotes; not in flight, the message is ignored
     */
    public void error(long now, TcpError error, int quotedSeq) {
        if (isInFlight(quotedSeq)) {
            life().complaint(error);
        }
    }

    /**
     * The path takes packets of {@code mtu} bytes from now on, as far as is known (RFC 1191, RFC 8201): more than before, or
     * less because of another connection. Segments are as long from now on, what is in flight stays as it is.
     */
    public void mtuChanged(long now, int mtu) {
        snd().mtuChanged(mtu);
        snd().settle(now);
    }

    /**
     * Whether an ICMP message that quotes this sequence number can be about a segment of this connection, which has to be in
     * flight (RFC 5927 §4.1); counted if not.
     */
    public boolean isInFlight(int quotedSeq) {
        if (isAsleep() || !Seq.inWindow(quotedSeq, snd().sndUna, snd().outstanding())) {
            config.counters().count(TcpDiscard.ICMP_NOT_IN_FLIGHT);
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
        snd().mtuChanged(mtu);
        snd().cutTooLong(now);
        snd().settle(now);
    }

    /** Whether and when the path MTU is probed for (RFC 4821); to be said before anything is sent. */
    public void mtuProbing(MtuProbing mode) {
        snd().mtuProbing(mode);
    }

    /** The device takes frames again: output that {@link #localDrop} has paused may go on. */
    public void deviceReady(long now) {
        if (!isAsleep()) {
            parts().output.deviceReady();
        }
    }

    /**
     * A polled segment did not reach the device, which has no room: call this for each such segment, as polled. It counts as
     * never sent, and output pauses until {@link #deviceReady} or for 1 ms, doubling up to 64 ms.
     */
    public void localDrop(long now, TcpSegment segment) {
        parts().output.localDrop(now, segment);
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
        if (isAsleep()) {
            out.clear();
            return false;
        }
        if (parts().output.poll(now, out)) {
            return true;
        }
        nothingLeaves(now);
        return false;
    }

    /** A device is about to read polled payload outside the lock: acknowledged memory stays until {@link #releaseAcked}. */
    public void holdAcked() {
        snd().buffer.hold();
    }

    /** No write is in flight: acknowledged memory goes back to the pool. Must be called also when the connection has ended. */
    public void releaseAcked() {
        if (!isAsleep()) {
            snd().buffer.releaseHeld();
        }
    }

    // ---- what can be seen

    /** What has happened since the last call, a sum of the constants above, and forgets it. */
    public int takeEvents() {
        return isAsleep() ? 0 : life().takeEvents();
    }

    /** STATUS call: the state. */
    public TcpState state() {
        return isAsleep() ? TcpState.ESTABLISHED : life().state();
    }

    /** Why the connection failed; NONE as long as it has not. */
    public TcpFailure failure() {
        return isAsleep() ? TcpFailure.NONE : life().failure();
    }

    /** The last ICMP error that did not end the connection, since something new has been acknowledged; or null. */
    public TcpError softError() {
        return isAsleep() ? null : life().softError();
    }

    /**
     * Whether this SYN may begin the next incarnation while this one is in TIME-WAIT (RFC 9293 §3.6.1, MAY-2, RFC 6191 §2): its
     * timestamp, or else its number, lies after all we have received. The listener then forgets this connection and takes an ISS after {@link #sndNxt()}.
     */
    public boolean mayBeReopenedBy(TcpSegment syn) {
        return state() == TcpState.TIME_WAIT && syn.has(TcpFlags.SYN) && !syn.has(TcpFlags.RST) && !syn.has(TcpFlags.ACK)
                && life().timestamps().isLaterIncarnation(syn, config.extensions().timestamps(), rcv().rcvNxt);
    }

    /**
     * In TIME-WAIT, when the application has closed it and it owes nobody anything: what of it must stay until its
     * {@link #deadline()}; else null. Ask after poll has said false.
     */
    public TimeWait timeWait(long now) {
        boolean rests = state() == TcpState.TIME_WAIT && life().isClosedByUser() && rcv().acks.isAtRest() && !life().owesReset();
        return rests ? new TimeWait(config, life(), now) : null;
    }

    /** SND.NXT. */
    public int sndNxt() {
        return seen().snd.sndNxt;
    }

    /** RCV.NXT; means something once the peer's SYN has come. */
    public int rcvNxt() {
        return seen().rcv.rcvNxt;
    }

    /** Bytes of text that the peer has acknowledged. */
    public long bytesAcknowledged() {
        return seen().snd.buffer.acked();
    }

    /** Bytes of text that have come in order. */
    public long bytesReceived() {
        return seen().rcv.buffer.next();
    }

    /** What decides how fast it sends. */
    public CongestionAlgorithm congestionControl() {
        return config.congestionControl();
    }

    /** A snapshot. Allocates; not for every segment. */
    public TcpInfo info() {
        return TcpInfo.of(seen().life);
    }

    // ---- for tests of this package

    Sender sender() {
        return snd();
    }

    Receiver receiver() {
        return rcv();
    }

    Timestamps timestamps() {
        return life().timestamps();
    }
}
