package dev.weft.tcp.core;

import dev.weft.tcp.core.memo.Memo;

/** What works for a {@link TcpConnection}: its state, both halves of it, what a segment does, what leaves. */
final class Parts {

    final Lifecycle life;
    final Sender snd;
    final Receiver rcv;
    final Arrival arrival;
    final Output output;

    Parts(TcpConfig config, int iss, boolean active, TcpObserver observer) {
        life = new Lifecycle(config, iss, active, observer);
        snd = life.sender();
        rcv = life.receiver();
        arrival = new Arrival(life, config.counters());
        output = new Output(config, life);
    }

    /** When the protocol wants to do something: to send, to wait for, to end. */
    long deadline() {
        return Math.min(Math.min(snd.deadline(), rcv.acks.deadline()), Math.min(life.deadline(), output.pausedUntil()));
    }

    private boolean areIdle() {
        return life.isIdle() && snd.isIdle() && rcv.isIdle() && output.isIdle();
    }

    /** Whether nothing is going on but what goes by itself: polls forget the last use of a window after a while. */
    boolean areSettling() {
        return areIdle() && !snd.rate.isAtRest(snd.sndNxt);
    }

    /**
     * Whether nothing is going on, and a poll would change nothing. Then {@link #keep} keeps all there is to know; what it
     * leaves out is made anew by whatever happens next.
     */
    boolean areAtRest() {
        return areIdle() && !life.hasEvents() && snd.rate.isAtRest(snd.sndNxt);
    }

    /** Gives up what only a flight, or holes, need, as far as there are none. */
    void rest() {
        snd.rest();
        rcv.rest();
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        life.keep(memo);
        arrival.keep(memo);
    }
}
