package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.open.FastOpen;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.TcpFlags;

/**
 * The state of a connection and every way from one state to the next (RFC 9293 §3.3.2, figure 5), what it tells the
 * application thereby, and the resets it owes its peer. {@link TcpConnection} turns to it with the user's calls,
 * {@link Arrival} with what segments bring, {@link Sender} when its patience ends.
 */
final class Lifecycle {

    private static final long NEVER = Long.MAX_VALUE;

    private final TcpConfig config;
    private final TcpCounters counters;
    private final boolean active;
    private final TcpObserver observer;
    private final Timestamps timestamps;
    private final Ecn ecn;
    private final Sender snd;
    private final Receiver rcv;

    private TcpState state = TcpState.CLOSED;
    private TcpFailure failure = TcpFailure.NONE;
    private TcpError softError;
    private int events;
    /** Neither opened nor closed yet. */
    private boolean fresh = true;
    /** Both SYNs carry the window scale option (RFC 7323 §2.2). */
    private boolean scaling;
    /** Nobody has room for one more connection of the listener's: the handshake must not complete yet. */
    private boolean held;
    private boolean handshakeComplete;
    /** Null unless this connection tries it. */
    private FastOpen fastOpen;
    /** The data of the peer's SYN has been taken. */
    private boolean openedFast;
    private boolean closedByUser;
    private boolean inputShut;
    /** End of TIME-WAIT, or of FIN-WAIT-2 after a full close. */
    private long deadline = NEVER;

    private boolean resetOwed;
    private int resetSeq;
    private boolean strayResetOwed;
    private int strayResetSeq;

    Lifecycle(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        this.config = config;
        this.observer = observer;
        this.counters = config.counters();
        this.active = active;
        this.timestamps = new Timestamps(config.extensions().timestampOffset());
        this.ecn = new Ecn(config.extensions().ecn(), iss);
        this.snd = new Sender(this, config, iss, observer);
        this.rcv = new Receiver(config, ecn, timestamps);
    }

    Sender sender() {
        return snd;
    }

    Receiver receiver() {
        return rcv;
    }

    Timestamps timestamps() {
        return timestamps;
    }

    Ecn ecn() {
        return ecn;
    }

    TcpState state() {
        return state;
    }

    TcpFailure failure() {
        return failure;
    }

    TcpError softError() {
        return softError;
    }

    boolean isActive() {
        return active;
    }

    boolean isScaling() {
        return scaling;
    }

    /** Whether a listener has made it and its handshake is not complete. */
    boolean isHalfOpen() {
        return state == TcpState.SYN_RECEIVED && !active && !openedFast;
    }

    boolean isHandshakeComplete() {
        return handshakeComplete;
    }

    boolean isHeld() {
        return held;
    }

    void hold(boolean on) {
        held = on;
    }

    FastOpen fastOpen() {
        return fastOpen;
    }

    void fastOpen(FastOpen attempt) {
        fastOpen = attempt;
    }

    /** Whether data of the peer's SYN has been taken and its ACK is still to come (RFC 7413 §4.2.2). */
    boolean isOpenedFast() {
        return openedFast && state == TcpState.SYN_RECEIVED;
    }

    /** Whether the application may queue data: also before the handshake, for the SYN to carry or to answer one that did. */
    boolean mayWrite() {
        return !snd.finQueued() && (state.canSend() || isOpenedFast() || fresh && fastOpen != null && active);
    }

    /** RFC 7413 §4.2.2: the peer has shown a cookie; what its SYN carries is taken, and may be answered. */
    void openFast(long now, TcpSegment syn) {
        openedFast = true;
        syn.flags &= ~TcpFlags.FIN;                  // it comes again: nothing acknowledges it
        rcv.text(now, syn);
        rcv.acks.clear();                            // the SYN,ACK says it
        snd.begin(now);
        counters.count(TcpEvent.FAST_OPEN_TAKEN);
        raise(TcpConnection.ACCEPTABLE | TcpConnection.READABLE | TcpConnection.WRITABLE);
    }

    boolean isFresh() {
        return fresh;
    }

    boolean isClosedByUser() {
        return closedByUser;
    }

    boolean isInputShut() {
        return inputShut;
    }

    long deadline() {
        return deadline;
    }

    private void become(TcpState next) {
        if (observer != null && next != state) {
            observer.stateChanged(state, next);
        }
        state = next;
    }

    /** There is urgent data among the next {@code bytes}. */
    void urgentReceived(int bytes) {
        raise(TcpConnection.URGENT);
        if (observer != null) {
            observer.urgentReceived(bytes);
        }
    }

    void raise(int event) {
        events |= event;
    }

    int takeEvents() {
        int taken = events;
        events = 0;
        return taken;
    }

    // ---- the beginning

    /** SYN-SENT, or SYN-RECEIVED: the connection is opened, once. */
    void open(TcpState first) {
        if (!fresh) {
            throw new IllegalStateException("a connection is opened once; this one is in " + state);
        }
        fresh = false;
        become(first);
    }

    /** The peer's SYN: sequence numbers and options. */
    void synchronize(long now, TcpSegment syn) {
        if (syn.timestamps && config.extensions().timestamps()) {
            timestamps.agree(now, syn);
        }
        if (syn.sackPermitted && config.extensions().selectiveAcks()) {
            rcv.sacks.permit();
        }
        ecn.peerSyn(syn, active);
        scaling = syn.windowScale != TcpSegment.ABSENT;
        rcv.peerSyn(syn.seq, scaling);
        snd.peerSyn(syn, scaling);
    }

    /** A SYN met ours. */
    void simultaneousOpen(long now) {
        become(TcpState.SYN_RECEIVED);
        snd.repeatSyn(now);
    }

    /** Our SYN is acknowledged, and the peer's has come. */
    void established(long now) {
        counters.count(TcpEvent.ESTABLISHED);
        handshakeComplete = true;
        if (!active) {
            fastOpen = null;                         // its cookie has been given, or the SYN,ACK has done without
        }
        if (ecn.isAgreed()) {
            counters.count(TcpEvent.ECN_AGREED);
        }
        snd.established(now, !openedFast);
        rcv.tuning.established(now, snd.rtt.srtt());
        become(snd.finQueued() ? TcpState.FIN_WAIT_1 : TcpState.ESTABLISHED);
        raise(TcpConnection.CONNECTED | TcpConnection.ACCEPTABLE | TcpConnection.WRITABLE);
    }

    /**
     * ICMP says that something is wrong on the way; only an attempt to connect gives in. {@code Deviation:} RFC 1122 §4.2.3.9 has it
     * go on where the error is soft. As in Linux, and as RFC 5461 §4.1 describes, it ends: whoever has another address to try
     * must not wait for two minutes.
     */
    void complaint(TcpError error) {
        if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED && active) {
            end(error.failure());
        } else {
            softError = error;
        }
    }

    /** Something new has arrived at the peer: what ICMP complained of is over, as in Linux. */
    void progress() {
        softError = null;
    }

    // ---- closing

    /** See {@link TcpConnection#shutdownOutput}. */
    void shutdownOutput() {
        switch (state) {
            case SYN_SENT, SYN_RECEIVED -> snd.queueFin();
            case ESTABLISHED -> {
                snd.queueFin();
                become(TcpState.FIN_WAIT_1);
            }
            case CLOSE_WAIT -> {
                snd.queueFin();
                become(TcpState.LAST_ACK);
            }
            default -> {
                // closed already
            }
        }
    }

    /** See {@link TcpConnection#shutdownInput}. */
    void shutdownInput() {
        inputShut = true;
        rcv.buffer.discard();
    }

    /** See {@link TcpConnection#close}. */
    void close(long now) {
        boolean unread = rcv.buffer.readable() > 0;
        closedByUser = true;
        snd.patience.closed(now);
        shutdownInput();
        if (state == TcpState.SYN_SENT || fresh) {
            fresh = false;
            end(TcpFailure.NONE);                    // nobody knows of it: RFC 9293 §3.10.4, SYN-SENT
        } else if (unread && state != TcpState.TIME_WAIT && state != TcpState.CLOSED) {
            reset(TcpFailure.ABORTED);
        } else {
            shutdownOutput();
            limitFinWait2(now);
        }
    }

    /** See {@link TcpConnection#abort}. */
    void abort() {
        closedByUser = true;
        fresh = false;
        shutdownInput();
        switch (state) {
            case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> reset(TcpFailure.ABORTED);
            case SYN_SENT -> end(TcpFailure.ABORTED);
            case CLOSING, LAST_ACK -> {
                // RFC 9293 §3.10.5 sends nothing here; but data may be missing, and only a reset says so.
                if (snd.buffer.length() > 0) {
                    reset(TcpFailure.ABORTED);
                } else {
                    end(TcpFailure.NONE);
                }
            }
            case TIME_WAIT, CLOSED -> end(TcpFailure.NONE);
        }
    }

    /**
     * An ACK has been processed: moves on if it covers our FIN (RFC 9293 §3.10.7.4, fifth check).
     *
     * @return false if that was the end
     */
    boolean finAcknowledged(long now) {
        if (!snd.finAcknowledged()) {
            return true;
        }
        switch (state) {
            case FIN_WAIT_1 -> {
                become(TcpState.FIN_WAIT_2);
                raise(TcpConnection.DELIVERED);
                limitFinWait2(now);
            }
            case CLOSING -> {
                raise(TcpConnection.DELIVERED);
                enterTimeWait(now);
            }
            case LAST_ACK -> {
                end(TcpFailure.NONE);
                return false;
            }
            default -> {
                // known already
            }
        }
        return true;
    }

    /** The peer's FIN and all before it have come (RFC 9293 §3.10.7.4, eighth check). */
    void finReceived(long now) {
        raise(TcpConnection.READABLE | TcpConnection.INPUT_ENDED);
        rcv.buffer.noMore();
        switch (state) {
            case ESTABLISHED -> become(TcpState.CLOSE_WAIT);
            case FIN_WAIT_1 -> {
                counters.count(TcpEvent.SIMULTANEOUS_CLOSE);
                become(TcpState.CLOSING);
            }
            case FIN_WAIT_2 -> enterTimeWait(now);
            default -> {
                // known already
            }
        }
    }

    /**
     * {@code Deviation:} RFC 9293 §3.6 sets no limit to FIN-WAIT-2. A full close leaves nobody to wait for the peer's FIN, and
     * peers vanish; a half-close waits as long as it takes.
     */
    private void limitFinWait2(long now) {
        if (state == TcpState.FIN_WAIT_2 && closedByUser) {
            deadline = now + config.finWait2Nanos();
        }
    }

    /** Both FINs are acknowledged, or the peer's has come once more: 2 MSL from now. */
    void enterTimeWait(long now) {
        become(TcpState.TIME_WAIT);
        snd.stop();
        deadline = now + 2 * config.mslNanos();
    }

    /** The end of TIME-WAIT or FIN-WAIT-2, if it has come. */
    void tick(long now) {
        if (now >= deadline) {
            end(TcpFailure.NONE);
        }
    }

    // ---- failing

    /** R2 has passed: the cause is what routers said, if they said something (RFC 1122 §4.2.3.9). */
    void giveUp() {
        counters.count(TcpEvent.GIVEN_UP);
        end(whyUnreachable());
    }

    /** Keep-alives found nobody, or nobody waits for the delivery any more. The peer gets a reset, as from Linux: it may live and have been unreachable for a while. */
    void hangUp() {
        counters.count(TcpEvent.GIVEN_UP);
        reset(whyUnreachable());
    }

    private TcpFailure whyUnreachable() {
        return softError == null ? TcpFailure.TIMED_OUT : softError.failure();
    }

    /** Ends the connection and tells the peer. */
    void reset(TcpFailure why) {
        resetOwed = true;
        resetSeq = snd.bareSeq();
        end(why);
    }

    /** Ends the connection. */
    void end(TcpFailure why) {
        if (state == TcpState.CLOSED && failure != TcpFailure.NONE) {
            return;
        }
        failure = why;
        become(TcpState.CLOSED);
        deadline = NEVER;
        snd.stop();
        rcv.acks.clear();
        rcv.buffer.noMore();
        raise(TcpConnection.CLOSED | TcpConnection.READABLE | TcpConnection.WRITABLE
                | (why == TcpFailure.NONE ? 0 : TcpConnection.FAILED));
    }

    // ---- resets owed

    /** A reset with this number for a segment that does not belong here; the connection goes on. */
    void resetOnce(int seq) {
        strayResetOwed = true;
        strayResetSeq = seq;
    }

    boolean owesReset() {
        return resetOwed || strayResetOwed;
    }

    /** Fills {@code out} with a reset that is owed. */
    void takeReset(TcpSegment out) {
        counters.count(TcpEvent.RESET_SENT);
        if (strayResetOwed) {
            strayResetOwed = false;
            out.seq = strayResetSeq;
            out.flags = TcpFlags.RST;
            return;
        }
        // RFC 9293 §3.10.5: <SEQ=SND.NXT><CTL=RST>, with an ACK, as everybody sends it. The number is exact for the peer
        // unless something is in flight; then it challenges (RFC 5961 §3.2), and gets an exact one from CLOSED.
        resetOwed = false;
        out.seq = resetSeq;
        out.ack = rcv.rcvNxt;
        out.flags = TcpFlags.RST | TcpFlags.ACK;
    }

    /** A reset taken did not leave. */
    void returnReset(TcpSegment reset) {
        if (reset.has(TcpFlags.ACK)) {
            resetOwed = true;
        } else {
            resetOnce(reset.seq);
        }
    }

    // ---- asleep

    /** Whether it is established, nobody has closed anything, and nobody watches. */
    boolean isIdle() {
        return state == TcpState.ESTABLISHED && !closedByUser && !inputShut && softError == null && fastOpen == null
                && observer == null && !owesReset();
    }

    boolean hasEvents() {
        return events != 0;
    }

    /** Keeps what outlives a sleep of an established connection. */
    void keep(Memo memo) {
        state = TcpState.ESTABLISHED;
        fresh = false;
        handshakeComplete = true;
        scaling = memo.flag(scaling);
        held = memo.flag(held);
        openedFast = memo.flag(openedFast);
        strayResetSeq = memo.number(strayResetSeq, 0);
        rcv.keep(memo);
        snd.keep(memo, rcv.rcvNxt);
        timestamps.keep(memo, rcv.rcvNxt);
        ecn.keep(memo, snd.sndUna);
    }
}
