package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.TcpFlags;

/**
 * What leaves next, whoever it comes from: a reset that is owed, answers to single segments, what {@link Sender} has, an
 * acknowledgement alone, a keep-alive, in this order. Each gets here what all segments carry: acknowledgement, window,
 * options. While the device has no room, nothing leaves.
 */
final class Output {

    private static final long NEVER = Long.MAX_VALUE;
    /** How long output pauses when the device has no room and nobody says that it has; doubles up to 64 times. */
    private static final long FIRST_PAUSE = 1_000_000L;
    private static final int LONGEST_PAUSE_SHIFT = 6;

    private final TcpConfig config;
    private final TcpCounters counters;
    private final Lifecycle life;
    private final Sender snd;
    private final Receiver rcv;
    private long pausedUntil;
    private int drops;

    Output(TcpConfig config, Lifecycle life) {
        this.config = config;
        this.counters = config.counters();
        this.life = life;
        this.snd = life.sender();
        this.rcv = life.receiver();
    }

    /** See {@link TcpConnection#poll}. */
    boolean poll(long now, TcpSegment out) {
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

    // ---- a device without room

    /** Something has come from the peer: the next pause is a short one again. */
    void segmentArrived() {
        drops = 0;
    }

    /** When output that pauses goes on by itself, {@link Long#MAX_VALUE} when it does not pause. */
    long pausedUntil() {
        return pausedUntil > 0 ? pausedUntil : NEVER;
    }

    /** See {@link TcpConnection#deviceReady}. */
    void deviceReady() {
        pausedUntil = 0;
        drops = 0;
    }

    /** See {@link TcpConnection#localDrop}. */
    void localDrop(long now, TcpSegment segment) {
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

    /** Whether the device takes frames. */
    boolean isIdle() {
        return pausedUntil == 0 && drops == 0;
    }
}
