package dev.weft.tcp.core;

import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.memo.Memo;

/**
 * When to acknowledge (RFC 9293 §3.8.6.3, RFC 5681 §4.2).
 *
 * <p>Two kinds of ACK are owed. Those for bytes that came in order and are nothing special may wait: for a second full
 * segment, for data going the other way, or for the delay to pass. Poll is called once per batch of segments, so of
 * several that are due in one batch only the last is sent, which is worth a factor of two in throughput (D6), up to
 * {@value #MERGE_LIMIT} segments, or {@value #MERGE_JOINED} bytes of what the device has joined: that left its sender a
 * large segment at a time, which is the tick of its clock. {@code Deviation:} RFC 9293 §3.8.6.3 wants one for every second segment; the sender's
 * window grows by bytes acknowledged, not by ACKs, in all stacks we know.
 *
 * <p>The others carry news that a later ACK would hide: duplicates (the sender counts them), a hole filled, FIN, answers to
 * suspicious segments, the first segments of a connection (the sender's slow start lives on them) and those after one that
 * came out of order (its recovery does), the begin and the end of an echo of congestion (RFC 3168). Each is queued with the
 * acknowledgement number it must bear, and sent before anything else.
 */
final class AckPolicy {

    /** Segments in order that one ACK may stand for. */
    static final int MERGE_LIMIT = 16;
    /** The same in bytes for joined segments: four large ones. */
    static final int MERGE_JOINED = 256 << 10;
    /** Segments that are acknowledged at once at the start of a connection, after reordering, and when the application asks. */
    static final int QUICK = 16;
    /** ACKs queued at most; a batch of the reader has 64 segments. Of more the oldest are dropped. */
    static final int QUEUE = 64;

    private static final long NEVER = Long.MAX_VALUE;
    private static final int SMALLEST_SEGMENT = 536;
    private static final int WORDS = 5;
    private static final int[] NONE = new int[0];

    private final long delay;
    private final TcpCounters counters;

    /**
     * For each ACK queued: its number, a number in the range it names first, the range that came twice (see {@link SackReport}),
     * and 1 if it echoes congestion.
     */
    private int[] queue = NONE;
    private int queueHead;
    private int queued;

    private int trigger;
    private int twiceLeft;
    private int twiceRight;
    private boolean echo;
    private boolean echoing;

    private int quick = QUICK;
    private int segmentSize;
    private int pendingBytes;
    private int dueBytes;
    private boolean due;
    private long deadline = NEVER;

    AckPolicy(long delay, TcpCounters counters) {
        this.delay = delay;
        this.counters = counters;
    }

    /** When the delayed ACK is sent at the latest. */
    long deadline() {
        return deadline;
    }

    /** The ACK that waited is due now. */
    void delayPassed() {
        deadline = NEVER;
        due = true;
        counters.count(TcpEvent.DELAYED_ACK);
    }

    /**
     * {@code bytes} came in order, filling no hole, in segments of {@code size} bytes; {@code rcvNxt} is the number after them.
     * Segments that the device has joined count as the peer sent them.
     */
    void inOrder(long now, int bytes, int size, int rcvNxt) {
        // The size of a full segment is what the peer sends, which may be less than the MSS we announced.
        segmentSize = Math.max(segmentSize, Math.min(bytes, size));
        pendingBytes += bytes;
        if (quick > 0) {
            quick = Math.max(0, quick - (bytes + size - 1) / size);
            enqueue(rcvNxt);
            return;
        }
        int full = Math.max(segmentSize, SMALLEST_SEGMENT);
        if (pendingBytes >= 2 * full) {
            if (due) {
                counters.count(TcpEvent.ACK_MERGED);
            }
            due = true;
            dueBytes += pendingBytes;
            pendingBytes = 0;
            int most = MERGE_LIMIT * full;
            if (dueBytes >= (bytes > size ? Math.max(most, MERGE_JOINED) : most)) {
                enqueue(rcvNxt);
            }
        } else if (!due && deadline == NEVER) {
            deadline = now + delay;
        }
    }

    /** Something has come out of order, or twice: the sender may be repairing, and sees by each ACK how that goes (as Linux). */
    void disordered() {
        quick = QUICK;
    }

    /**
     * The application wants ACKs at once, beginning with one that waits, or no longer: TCP_QUICKACK of Linux. Not for ever: data
     * of ours ends it, see {@link #talking}, and so many segments do.
     */
    void quickly(boolean on) {
        quick = on ? QUICK : 0;
        if (on && deadline != NEVER) {
            deadline = NEVER;
            due = true;
        }
    }

    /** An ACK with this number must be sent as it is; if it is a {@code duplicate}, after the one it duplicates. */
    void immediately(int ack, boolean duplicate) {
        immediately(ack, duplicate, ack, ack, ack);
    }

    /** The same, and it names the range with {@code first} first, and one that came twice if that is not empty. */
    void immediately(int ack, boolean duplicate, int first, int left, int right) {
        if (due && duplicate) {
            enqueue(ack);
        }
        enqueue(ack, first, left, right);
    }

    /** An ordinary ACK is due: the window has opened, or a segment must be answered. */
    void soon() {
        due = true;
    }

    /** Whether no ACK is owed, now or later. */
    boolean isAtRest() {
        return !due && queued == 0 && deadline == NEVER;
    }

    boolean hasQueued() {
        return queued > 0;
    }

    /** The number of the next queued ACK, which is taken out. */
    int takeQueued() {
        int at = WORDS * queueHead;
        trigger = queue[at + 1];
        twiceLeft = queue[at + 2];
        twiceRight = queue[at + 3];
        echo = queue[at + 4] != 0;
        queueHead = queueHead + 1 & capacity() - 1;
        queued--;
        return queue[at];
    }

    /** Of the ACK taken last: a number in the range it names first; its own number if there is none. */
    int trigger() {
        return trigger;
    }

    /** Of the ACK taken last: the range that came twice; empty if there is none. */
    int twiceLeft() {
        return twiceLeft;
    }

    int twiceRight() {
        return twiceRight;
    }

    /** Of the ACK taken last: whether it echoes congestion. */
    boolean echo() {
        return echo;
    }

    /** Whether ACKs queued from now on echo congestion. */
    void echoing(boolean on) {
        echoing = on;
    }

    /** Whether an ordinary ACK must be sent now if no data takes it along. */
    boolean isDue() {
        return due;
    }

    /** An ACK of everything has just been sent. */
    void sent() {
        settle();
    }

    /** Data has been sent: when some was received before, both sides talk, and ACKs ride on data instead of being quick. */
    void talking() {
        if (segmentSize > 0) {
            quick = 0;
        }
    }

    /** Nothing will be acknowledged any more. */
    void clear() {
        queued = 0;
        settle();
    }

    private void enqueue(int ack) {
        enqueue(ack, ack, ack, ack);
    }

    private void enqueue(int ack, int first, int left, int right) {
        if (queued == QUEUE) {
            takeQueued();
        } else if (queued == capacity()) {
            grow();
        }
        int at = WORDS * (queueHead + queued & capacity() - 1);
        queue[at] = ack;
        queue[at + 1] = first;
        queue[at + 2] = left;
        queue[at + 3] = right;
        queue[at + 4] = echoing ? 1 : 0;
        queued++;
        settle();
    }

    private int capacity() {
        return queue.length / WORDS;
    }

    private void grow() {
        var larger = new int[Math.max(WORDS, 2 * queue.length)];
        for (int i = 0; i < queued; i++) {
            System.arraycopy(queue, WORDS * (queueHead + i & capacity() - 1), larger, WORDS * i, WORDS);
        }
        queue = larger;
        queueHead = 0;
    }

    /** Nothing has come for a while: what is not needed now is not kept. */
    void rest() {
        if (queued == 0) {
            queue = NONE;
            queueHead = 0;
        }
    }

    private void settle() {
        due = false;
        pendingBytes = 0;
        dueBytes = 0;
        deadline = NEVER;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        echoing = memo.flag(echoing);
        quick = memo.number(quick, 0);
        segmentSize = memo.number(segmentSize, 0);
    }
}
