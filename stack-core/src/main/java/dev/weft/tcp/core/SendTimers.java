package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.wire.Seq;

/**
 * When the sender acts without being asked: the retransmission timer (RFC 6298 §5), and which of the timers of its parts run
 * in which state (probes of a closed window, of the tail, of a silent peer).
 */
final class SendTimers {

    private static final long NEVER = Long.MAX_VALUE;
    /** R1 of RFC 9293 §3.8.3 (SHLD-9: at least 3 retransmissions): the path is under suspicion. */
    private static final int R1 = 3;

    private final Sender snd;
    private final Lifecycle life;
    private final TcpConfig config;
    private final TcpCounters counters;

    private long rtoDeadline = NEVER;
    private int timeouts;

    SendTimers(Sender snd, Lifecycle life, TcpConfig config) {
        this.snd = snd;
        this.life = life;
        this.config = config;
        this.counters = config.counters();
    }

    /** Time-outs in a row. */
    int timeouts() {
        return timeouts;
    }

    /** There have been so many time-outs before anything was noted here, and the next is at {@code deadline}. */
    void timedOutBefore(int times, long deadline) {
        timeouts = times;
        rtoDeadline = deadline;
    }

    /** When the retransmission timer fires; MAX_VALUE if it does not run. */
    long retransmission() {
        return rtoDeadline;
    }

    // ---- what starts and stops them

    /** Something that has to be acknowledged leaves. */
    void sent(long now) {
        if (rtoDeadline == NEVER) {
            rtoDeadline = now + snd.rtt.rto();       // RFC 6298 §5.1
        }
    }

    /** SND.UNA has moved. */
    void progress() {
        timeouts = 0;
        snd.patience.progress();
    }

    /** RFC 6298 §5.2. */
    void nothingOutstanding() {
        rtoDeadline = NEVER;
    }

    /** RFC 6298 §5.3. */
    void startAnew(long now) {
        rtoDeadline = now + snd.rtt.rto();
    }

    /** Nothing will be sent any more. */
    void stop() {
        rtoDeadline = NEVER;
        snd.persist.stop();
        snd.patience.stop();
        snd.cork.stop();
        snd.rate.pacer.idle();
        snd.recovery.cancelTimers();
    }

    long deadline() {
        long next = Math.min(Math.min(rtoDeadline, snd.persist.deadline()), Math.min(snd.recovery.deadline(),
                snd.rate.pacer.deadline()));
        return Math.min(next, Math.min(snd.patience.deadline(), snd.cork.deadline()));
    }

    /** Starts and stops the timers as the state demands; idempotent, called after every input and when poll is empty. */
    void settle(long now) {
        boolean pending = snd.outstanding() > 0 || snd.sndEnd() != snd.sndNxt;
        snd.patience.follow(now, pending && life.state() != TcpState.CLOSED,
                life.state().isSynchronized() && life.state() != TcpState.TIME_WAIT);
        if (!life.state().isSynchronized()) {
            return;
        }
        snd.cork.follow(now, snd.unsentText() > 0, snd.sndNxt);
        if (snd.sndWnd == 0 && pending) {
            // RFC 9293 §3.8.6.1 (SHLD-15, SHLD-16): what lies outside the window is not sent again, it is probed.
            rtoDeadline = NEVER;
            snd.recovery.cancelTimers();
            snd.persist.arm(now, snd.rtt.rto());
        } else if (isSillyWindow()) {
            snd.persist.armOverride(now, snd.rtt.rto());
        } else {
            snd.persist.stop();
            if (snd.outstanding() > 0 && rtoDeadline == NEVER) {
                rtoDeadline = now + snd.rtt.rto();
            }
        }
    }

    /** Nothing is in flight that an ACK could answer, and the open window is too small for what waits. */
    private boolean isSillyWindow() {
        int text = snd.unsentText();
        return snd.outstanding() == 0 && text > snd.sndWnd && snd.sndWnd < snd.mss() && snd.sndWnd < (snd.maxSndWnd + 1) / 2;
    }

    void tick(long now) {
        if (snd.patience.hasTimedOut(now)) {             // RFC 9293 §3.10.8, USER TIMEOUT: in any state
            if (life.isClosedByUser()) {
                life.hangUp();
            } else {
                life.giveUp();
            }
            return;
        }
        if (!snd.patience.tick(now)) {
            life.hangUp();
            return;
        }
        snd.cork.tick(now, snd.textEnd());
        if (now >= snd.persist.deadline()) {
            // Probes that nobody answers count like retransmissions (RFC 9293 §3.8.6.1, R2); answered ones go on for
            // ever, see Patience for the exceptions.
            if (snd.persist.unanswered() > dataRetries()) {
                life.giveUp();
                return;
            }
            snd.persist.fire();
        }
        if (snd.recovery.tick(now, snd.sndNxt)) {
            rtoDeadline = now + snd.rtt.rto();       // RFC 8985 §7.3: a probe goes first, also where both are due
        }
        snd.size.lookAfterProbe(now);
        if (now >= rtoDeadline) {
            timeout(now);
        }
    }

    /** RFC 6298 §5.4 to §5.7, with the limits of RFC 9293 §3.8.3. */
    private void timeout(long now) {
        counters.count(TcpEvent.RETRANSMISSION_TIMEOUT);
        rtoDeadline = NEVER;
        if (timeouts >= retryLimit()) {
            life.giveUp();
            return;
        }
        timeouts++;
        if (timeouts >= R1) {                        // each time: the answer to the first suspicion may be lost or wrong, too
            life.raise(TcpConnection.PATH_SUSPECT);
        }
        int flight = Math.max(snd.mss(), snd.outstanding() - snd.recovery.board.sacked());
        if (life.state().isSynchronized()) {
            snd.size.timedOut(now, snd.sndUna, snd.sndNxt, Seq.diff(snd.sndEnd(), snd.sndUna), timeouts >= R1);
            snd.takeMss();
        }
        snd.recovery.timedOut(now, snd.sndUna, snd.sndNxt, snd.mss(), timeouts > 1);
        if (life.state().isSynchronized() || life.isOpenedFast()) {
            snd.congestion.timeout(now, flight, timeouts > 1);
        }
        if (!life.state().isSynchronized()) {
            life.ecn().retried();
            snd.synLost();
            if (life.fastOpen() != null) {
                life.fastOpen().synTimedOut();
            }
        }
        snd.rtt.backOff();
        rtoDeadline = now + snd.rtt.rto();
    }

    private int retryLimit() {
        return switch (life.state()) {
            case SYN_SENT -> config.synRetries();
            case SYN_RECEIVED -> life.isActive() ? config.synRetries() : config.synAckRetries();
            default -> dataRetries();
        };
    }

    /** R2 of RFC 9293 §3.8.3: the application's, in time (MUST-21), takes the place of the limit in retransmissions. */
    private int dataRetries() {
        return snd.patience.hasUserTimeout() ? Integer.MAX_VALUE : config.dataRetries();
    }

    /** Whether neither its own timer runs, nor those of its parts that look at what waits. */
    boolean isAtRest() {
        return rtoDeadline == NEVER && snd.persist.deadline() == NEVER && !snd.persist.isDue() && snd.cork.isAtRest();
    }
}
