package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.counter.TcpDiscard;

/**
 * What an application may ask of its {@link TcpConnection}: SEND, RECEIVE, CLOSE and ABORT (RFC 9293 §3.10.2 to §3.10.5),
 * and how it wants them done. Half of the connection's own face, in a file of its own: whoever has the lock calls it on the
 * connection.
 */
abstract sealed class UserCalls extends Sleeper permits TcpConnection {

    UserCalls(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        super(config, iss, active, observer);
    }

    // ---- writing

    /** How many bytes may be written now; 0 also while connecting, but for {@link TcpConnection#fastOpen}, and after output has been closed. */
    public int writable() {
        return writable(seen());
    }

    private static int writable(Parts parts) {
        return parts.life.mayWrite() ? parts.snd.buffer.writable() : 0;
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
        if (writable(parts()) == 0) {
            out.clear();
            return 0;
        }
        int reserved = snd().buffer.reserve(out, max);
        if (reserved == 0) {
            config.counters().count(TcpDiscard.NO_MEMORY);
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
        boolean taken = life().mayWrite();
        snd().buffer.commit(length, !taken);
        restsLater();
        return taken;
    }

    /**
     * The same, and the last of the bytes is urgent (RFC 9293 §3.10.2 and §3.8.5): segments say so until it is acknowledged, and
     * it waits neither for Nagle's algorithm nor for a cork. A peer whose window is closed is told at once.
     */
    public boolean commitUrgent(long now, int length) {
        boolean taken = commit(now, length);
        if (taken && length > 0) {
            snd().urgent.mark(snd().textEnd());
            if (snd().sndWnd == 0) {
                rcv().acks.soon();
            }
        }
        return taken;
    }

    /**
     * From how many {@link #writable} bytes on a writer that waits had better be woken: a third of the buffer, as in Linux.
     * Waking it for each ACK would cost more than it writes.
     */
    public int writeLowWater() {
        return Math.max(1, seen().snd.buffer.capacity() / 3);
    }

    /** Bytes written that the peer has not acknowledged, sent or not: 0 when all has arrived (for lingering). */
    public int unacknowledged() {
        return isAsleep() ? 0 : snd().buffer.length();
    }

    /** Whether the peer has acknowledged all that was written, and our FIN. */
    public boolean isOutputDelivered() {
        return !isAsleep() && snd().finAcknowledged();
    }

    // ---- how it is sent

    /** Switches Nagle's algorithm off or on (RFC 9293 §3.7.4, MUST-17). */
    public void noDelay(boolean on) {
        snd().noDelay(on);
    }

    /**
     * Acknowledges each segment at once, one that waits included, or puts ACKs off again (RFC 9293 §3.8.6.3). Holds for {@value
     * AckPolicy#QUICK} segments or until data is sent, whichever comes first.
     */
    public void quickAck(boolean on) {
        rcv().acks.quickly(on);
    }

    /**
     * Holds segments back that are not full, or lets them go: what is held leaves at once then. Held data leaves without that
     * after 200 ms, before FIN, and as soon as it fills a segment.
     */
    public void cork(boolean on) {
        snd().cork.set(on, snd().textEnd());
    }

    /**
     * Sends keep-alives (RFC 9293 §3.8.4), or none: whatever is given holds from the next input on.
     *
     * @param idle nanoseconds of silence before the first
     * @param interval nanoseconds from one to the next
     * @param count so many without an answer, and one interval more, end the connection; 2 to 127, 0 for no keep-alives
     */
    public void keepAlive(long now, long idle, long interval, int count) {
        snd().patience.keepAlive(idle, interval, count);
        snd().settle(now);
    }

    /**
     * Sets R2 of RFC 9293 §3.8.3 (MUST-21) in time: a connection that has something to deliver, sent or not, and for {@code
     * nanos} hears no acknowledgement of anything new, ends. {@code Deviation:} also when the peer answers probes of its
     * closed window (MUST-37), as in Linux: the application has set a limit. 0: the limit is that of retransmissions.
     */
    public void userTimeout(long now, long nanos) {
        snd().patience.userTimeout(nanos);
        snd().settle(now);
    }

    // ---- reading

    /** How many bytes can be read now, up to a byte of urgent data that will be taken out. What came before a failure stays readable. */
    public int readable() {
        return isAsleep() ? 0 : rcv().readable();
    }

    /** Whether nothing will follow what is readable: the peer's FIN has come, the connection is over, or {@link #shutdownInput} was called. */
    public boolean isInputEnded() {
        return !isAsleep() && isInputEnded(parts());
    }

    private static boolean isInputEnded(Parts parts) {
        return parts.rcv.finReceived() || parts.life.isInputShut() || parts.life.state() == TcpState.CLOSED && !parts.life.isFresh();
    }

    /**
     * Whether the stream of the peer has ended in order, or nothing more is to be read of it: {@link #isInputEnded()} without
     * the connection's own end. A failure that comes later takes nothing away from it.
     */
    public boolean isInputComplete() {
        return !isAsleep() && (rcv().finReceived() || life().isInputShut());
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
        return rcv().buffer.lend(out, rcv().urgent.untilMark(rcv().buffer.read(), Math.min(max, readable())));
    }

    /**
     * RECEIVE call, second half: ends the loan; its first {@code length} bytes have been read and make room, which may call for a
     * window update.
     *
     * @param length 0 (the bytes can be read again) up to what was lent
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public void consumed(long now, int length) {
        rcv().buffer.consumed(length);
        haveRead(now);
    }

    /**
     * RECEIVE call that finds nothing readable (RFC 9293 §3.10.3: "queue the request"): what comes from now on may go straight into
     * the caller's memory. Events are as they are without; {@link #isTooLittle()} says which are not worth waking it. One at a time; {@link #withdraw} must end it, also when the connection
     * has ended meanwhile.
     *
     * @throws IllegalStateException if one is queued
     */
    public void request(ReceiveRequest waiting) {
        if (isAsleep()) {
            waits(waiting);
        } else {
            rcv().buffer.request(waiting);
        }
    }

    /** Whether a reader waits, and READABLE does not concern it yet: less has come than it wants, and more can come. */
    public boolean isTooLittle() {
        if (isAsleep()) {
            return hasWaiting() && !seen().rcv.mustNotWait();
        }
        return rcv().buffer.isTooLittle() && !isInputEnded() && !rcv().mustNotWait();
    }

    /** Whether a reader that wants {@code least} bytes had better take the fewer that are {@link #readable}. */
    public boolean isEnough(int least) {
        return readable() >= least || isInputEnded() || seen().rcv.mustNotWait();
    }

    /**
     * Ends the request, if one is queued; its memory is not touched any more.
     *
     * @return how many bytes have been put into it. They count as read, and come before what {@link #readable} says
     */
    public int withdraw(long now) {
        if (isAsleep()) {
            waitsNoMore();
            return 0;
        }
        int filled = rcv().buffer.withdraw();
        if (filled > 0) {
            haveRead(now);
        }
        return filled;
    }

    private void haveRead(long now) {
        restsLater();
        rcv().skipUrgent();
        rcv().tuning.consumed(now);
        if (life().state().takesText()) {
            rcv().roomMade();
        }
    }

    /**
     * Where the peer's urgent data ends: so many bytes from the next one to be read on, the last of which is marked; 0 if there
     * is none ahead (RFC 9293 §3.8.5, MUST-33). A read ends before the marked one, so 1 says that it is the next. It need not
     * have come yet.
     */
    public int urgentRemaining() {
        return isAsleep() ? 0 : rcv().urgent.remaining(rcv().buffer.read());
    }

    /** Whether the marked byte of urgent data stays in the stream (RFC 6093 §4), as it does at first, or is taken out of it. */
    public void urgentInLine(boolean on) {
        rcv().urgent.inLine(on);
        rcv().skipUrgent();
        life().raise(TcpConnection.READABLE);
    }

    // ---- ending

    /**
     * Nothing more will be written: FIN follows what is queued, and the peer may go on sending. During the handshake it
     * takes effect after it. No effect when output is closed already.
     */
    public void shutdownOutput(long now) {
        life().shutdownOutput();
        snd().settle(now);
    }

    /** Nothing more will be read: what is unread and what still comes is acknowledged and thrown away. */
    public void shutdownInput(long now) {
        life().shutdownInput();
        if (life().state().takesText()) {
            rcv().roomMade();
        }
        life().raise(TcpConnection.READABLE);
    }

    /**
     * CLOSE call (RFC 9293 §3.10.4), for both directions: what was written is still delivered, then FIN; nothing more is read.
     * Where bytes are unread, or come later, the peer is told by a reset that they are lost (RFC 9293 §3.6.1, RFC 2525 §2.17).
     * After a failure it lets go of what was still readable.
     */
    public void close(long now) {
        if (!life().isClosedByUser()) {
            life().close(now);
            snd().settle(now);
        }
    }

    /**
     * ABORT call (RFC 9293 §3.10.5), also a close that lingers for no time: the peer gets a reset, what was queued and what is
     * unread is gone. Poll once more.
     */
    public void abort(long now) {
        life().abort();
    }
}
