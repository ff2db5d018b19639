package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;

/**
 * When the next segment may leave, so that a window does not leave as one burst: {@code bytes / rate} after the one before.
 * Where many segments fit into a millisecond they leave together, a quantum at a time, and the timer runs once for each.
 * <pre>
 *   sent      ▂▂▂       ▂▂▂       ▂▂▂           credit is what could have left since nextSend,
 *   credit  ──╲  ╱╲    ╱╲  ╱                     never more than BURST quanta
 *               ╲╱  ╲╱    nextSend: credit is 0
 * </pre>
 * An ACK that finds any credit sends what there is of it: where ACKs come often enough, the timer hardly ever fires.
 *
 * <p>What waits for a timer that comes late is not slowed down by it: the credit of so much time comes on top, up to
 * {@link #LATEST} and a quarter of the window. Otherwise a thread that is woken after 5 ms, as on any busy machine, would
 * send 2 ms worth every 5 ms for as long as the machine is busy.
 *
 * <p>Off where it costs more than it brings: below {@link #SHORTEST_ROUND_TRIP}, where a whole window is a few quanta and
 * ACKs come faster than timers; BBR, whose rate is its control, paces always.
 */
public final class Pacer {

    /** Segments that leave at once when data begins to flow: the initial window, as everybody sends it. */
    static final int FIRST_SEGMENTS = 10;
    /** Credit in quanta: one to send at a time, one for a timer that comes late. */
    static final int BURST = 2;
    static final int LARGEST_QUANTUM = 64 << 10;
    /** Lateness that is made up for, in nanoseconds. */
    static final long LATEST = 10_000_000L;
    /** Below this round-trip time a window-based control is not paced. */
    static final long SHORTEST_ROUND_TRIP = 2_000_000L;

    /**
     * Nothing waits for longer, in nanoseconds: the rate of a peer that has taken a byte now and then is no measure for when its
     * window opens, and time-outs would pass meanwhile and end the connection. Linux' fq has a second; with that, or with what the
     * retransmission timer sends left alone, 16 BBR flows at 1 Mbit/s share less fairly (0.72 became 0.65, and 0.75 0.61).
     */
    static final long LONGEST = 10_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    private long rate;
    private int quantum;
    private int unpaced;
    private long nextSend;
    private long deadline = NEVER;
    /** By how much the deadline was missed for what leaves now, as far as it is made up for. */
    private long late;
    private int mostLate;

    /** Data may flow. */
    public void start(int mss) {
        unpaced = FIRST_SEGMENTS * mss;
    }

    /** Bytes a second at present, 0 when not paced. */
    public long rate() {
        return rate;
    }

    /** Bytes that leave together (draft-ietf-ccwg-bbr §5.6.3: 1 ms at the rate, two segments to 64 KB). */
    int quantum() {
        return quantum;
    }

    /** When what waits for its time may leave, {@link Long#MAX_VALUE} if nothing does. */
    public long deadline() {
        return deadline;
    }

    /** Nothing waits for its time. */
    public void idle() {
        deadline = NEVER;
        late = 0;
    }

    /**
     * The rate for what follows.
     *
     * @param demanded by the congestion control, 0 if it leaves it to the window
     */
    public void follow(long demanded, int cwnd, int ssthresh, long srtt, int mss) {
        mostLate = cwnd / 4;
        if (demanded > 0) {
            rate = demanded;
        } else if (srtt >= SHORTEST_ROUND_TRIP) {
            // As in Linux: twice the window each round trip while it doubles, 1.2 times so that it is the window that limits.
            double gain = cwnd < ssthresh / 2 ? 2.0 : 1.2;
            rate = (long) (gain * cwnd * SECOND / srtt);
        } else {
            rate = 0;
            deadline = NEVER;
        }
        quantum = Math.clamp(rate / (SECOND / MILLISECOND), Math.min(2 * mss, LARGEST_QUANTUM), LARGEST_QUANTUM);
    }

    /** Whether a segment may leave now; if not, {@link #deadline} says when a quantum may. */
    public boolean mayLeave(long now, int mss) {
        if (rate == 0 || unpaced > 0 || now >= nextSend) {
            if (deadline != NEVER) {
                late = rate == 0 ? 0 : Math.clamp(now - deadline, 0, Math.min(LATEST, timeOf(mostLate)));
                deadline = NEVER;
            }
            return true;
        }
        late = 0;
        deadline = nextSend + timeOf(Math.max(0, quantum - mss));
        return false;
    }

    /**
     * How many bytes may leave as one large segment at a moment at which {@link #mayLeave} says yes: what there is of the
     * credit, a segment, and what the rate brings in a millisecond; no more than a quantum (D5). What there is no credit for is
     * made up for before the next may leave, as in Linux: were only the credit spent, every ACK and every write that finds a little of
     * it would send a segment or two.
     */
    public int together(long now, int mss) {
        if (rate == 0) {
            return LARGEST_QUANTUM;
        }
        if (unpaced > 0) {
            return Math.max(unpaced, mss);
        }
        double credit = (double) (now - nextSend + late + MILLISECOND) * rate / SECOND;
        return (int) Math.clamp(credit + mss, mss, Math.max(mss, quantum));
    }

    /** {@code bytes} have left. */
    public void sent(long now, int bytes) {
        if (unpaced > 0) {
            unpaced -= bytes;
            nextSend = now;
        } else if (rate > 0) {
            nextSend = Math.max(nextSend, now - timeOf(BURST * quantum) - late) + timeOf(bytes);
        }
    }

    /**
     * How long {@code bytes} take, at most {@link #LONGEST}; a double holds the product, which a long would not at large windows.
     */
    private long timeOf(int bytes) {
        return (long) Math.min(LONGEST, (double) bytes * SECOND / rate);
    }

    /** Keeps what outlives a sleep; nothing waits. */
    public void keep(Memo memo, int cwnd) {
        rate = memo.number(rate, 0);
        quantum = memo.number(quantum, 0);
        unpaced = memo.number(unpaced, 0);
        nextSend = memo.time(nextSend, 0);
        mostLate = memo.number(mostLate, cwnd / 4);
    }
}
