package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.ReceiveBuffer;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;

/**
 * How large the receive buffer is: dynamic right-sizing (M. Fisk, W. Feng, <i>Dynamic Right-Sizing in TCP</i>, 2001), by
 * Linux' rule. What the application reads within a round trip is what the sender's window was one round trip ago; a sender
 * in slow start doubles it by the time our ACK has come there, and a loss keeps a round trip's worth here until it is
 * repaired: so there is room for twice as much, and for twice the growth that was seen. An application that does not read
 * gets no larger buffer, nor does a connection while the memory of the stack is short.
 *
 * <p>The round trip is measured at this end: by the timestamps that full segments echo (RFC 7323 §3), or by the time in which
 * a whole window comes, of which the least counts.
 *
 * <p>Nothing is allocated for a larger buffer. A smaller one, after idleness or while memory is short, takes nothing back that
 * the peer has been told: the right edge of the window stays until the data has come (RFC 9293 §3.8.6, SHLD-14).
 */
final class ReceiveTuning {

    /** After so long without data the buffer has its first size again: the sender starts slowly as well (RFC 5681 §4.1). */
    static final long IDLE = 10_000_000_000L;

    private static final int UNIT_SEGMENTS = 16;

    private final TcpConfig config;
    private final ReceiveBuffer buffer;
    private final Timestamps timestamps;
    private final int first;

    /** The round trip as this end sees it in nanoseconds, 0 while unknown. */
    private long rtt;
    private int lastEcho;
    private int fullSegment;
    /** Without timestamps: until when a whole window will have come, and since when. */
    private int windowEnd;
    private long windowSince;
    private boolean windowOpen;

    private long arrivedAt;
    /** The measurement at hand: since when, from which position. */
    private long since;
    private long from;
    /** The most that was read in a round trip. */
    private long space;

    ReceiveTuning(TcpConfig config, ReceiveBuffer buffer, Timestamps timestamps) {
        this.config = config;
        this.buffer = buffer;
        this.timestamps = timestamps;
        this.first = config.buffers().receive();
        forget();
    }

    /** The handshake is over; {@code roundTrip} is what it took, 0 if that is unknown. */
    void established(long now, long roundTrip) {
        rtt = roundTrip;
        since = now;
        arrivedAt = now;
    }

    /** The round trip as this end sees it in nanoseconds, 0 while unknown. */
    long roundTrip() {
        return rtt;
    }

    /** The most that was read in a round trip since the buffer had its first size, in bytes. */
    long space() {
        return space;
    }

    /** Text came in order. */
    void arrived(long now, TcpSegment in, int rcvNxt) {
        if (!config.buffers().tunesReceive()) {
            return;
        }
        if (now - arrivedAt > IDLE && buffer.readable() <= in.payload.length() || config.memory().isUnderPressure()) {
            shrink(now);
        }
        arrivedAt = now;
        if (timestamps.agreed()) {
            measureByEcho(now, in);
        } else {
            measureByWindow(now, rcvNxt);
        }
    }

    /** RFC 7323 §3.2: the peer echoes the timestamp of our latest ACK, and data that it allowed comes a round trip after it. */
    private void measureByEcho(long now, TcpSegment in) {
        int length = in.segmentSize == 0 ? in.payload.length() : Math.min(in.segmentSize, in.payload.length());
        fullSegment = Math.max(fullSegment, length);
        // A short segment may have waited for its application; of the segments that one ACK has released the first counts.
        if (length < fullSegment || in.tsEcr == lastEcho || !timestamps.echoes(now, in)) {
            return;
        }
        lastEcho = in.tsEcr;
        long sample = Math.max(Timestamps.TICK, now - timestamps.sentAt(now, in));
        // An echo says too much where the peer had nothing to send, and never too little.
        rtt = rtt == 0 || sample < rtt ? sample : rtt + (Math.min(sample, 2 * rtt) - rtt) / 8;
    }

    /** No window is larger than the buffer, and who has sent a window waits a round trip for the next. */
    private void measureByWindow(long now, int rcvNxt) {
        if (windowOpen && Seq.lt(rcvNxt, windowEnd)) {
            return;
        }
        if (windowOpen) {
            long sample = Math.max(1, now - windowSince);
            rtt = rtt == 0 ? sample : Math.min(rtt, sample);
        }
        windowOpen = true;
        windowSince = now;
        windowEnd = rcvNxt + buffer.capacity();
    }

    /** The application has read. */
    void consumed(long now) {
        if (rtt == 0 || now - since < rtt || !config.buffers().tunesReceive()) {
            return;
        }
        long copied = buffer.read() - from;
        if (copied > space) {
            grow(copied);
            space = copied;
        }
        since = now;
        from = buffer.read();
    }

    private void grow(long copied) {
        long room = 2 * copied + UNIT_SEGMENTS * config.announcedMss();
        room += 2 * (room * (copied - space) / space);
        room += buffer.ranges().end(buffer.next()) - buffer.next();      // what waits for a hole to be filled takes room, too
        int size = (int) Math.min(config.buffers().largestReceive(), room);
        if (size > buffer.capacity() && !config.memory().isUnderPressure()) {
            config.counters().count(TcpEvent.RECEIVE_BUFFER_GROWN);
            buffer.capacity(size);
        }
    }

    private void shrink(long now) {
        if (buffer.capacity() > first) {
            config.counters().count(TcpEvent.RECEIVE_BUFFER_SHRUNK);
            buffer.capacity(first);
        }
        forget();
        since = now;
        from = buffer.read();
    }

    private void forget() {
        space = firstSpace();
    }

    /** RFC 6928: a sender begins with ten segments. */
    private long firstSpace() {
        return Math.max(1, Math.min(first, 10L * config.announcedMss()));
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, int rcvNxt) {
        rtt = memo.number(rtt, 0);
        lastEcho = memo.number(lastEcho, 0);
        fullSegment = memo.number(fullSegment, 0);
        windowOpen = memo.flag(windowOpen);
        windowEnd = memo.number(windowEnd, windowOpen ? rcvNxt : 0);
        windowSince = memo.time(windowSince, 0);
        arrivedAt = memo.time(arrivedAt, 0);
        since = memo.time(since, arrivedAt);
        from = memo.number(from, buffer.read());
        space = memo.number(space, firstSpace());
    }
}
