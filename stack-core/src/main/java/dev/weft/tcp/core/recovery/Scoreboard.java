package dev.weft.tcp.core.recovery;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;
import java.util.Arrays;

/**
 * What was sent and is not acknowledged, as ranges that lie side by side, each with its fate so far and the time it was sent
 * last (RFC 2018 §5, RFC 6675 §3, RFC 8985 §5).
 * <pre>
 *  SND.UNA                                                        SND.NXT
 *   ──┼──── lost ────┼── in flight ──┼─ sacked ─┼── in flight ──────┼──
 *     │ not sent     │ sent, or sent │ arrived  │                   │
 *     │ again yet    │ again         │          │                   │
 * </pre>
 * Ranges are found by binary search; those in flight are also linked by the time they were sent, which is the order in which
 * {@link Rack} gives them up. What leaves at one moment is one range, and neighbours that are both lost, or both have arrived,
 * become one: a peer that names the same ever longer block does not have us walk over it again and again. A range is cut where
 * a SACK or a retransmission wants it. All of it lies in arrays of numbers: nothing is allocated for a segment.
 */
public final class Scoreboard {

    /**
     * Ranges at most, besides one for each so many bytes in flight: as many as there are segments of usual size. A peer that
     * cuts a window into more pieces has its further cuts ignored.
     */
    public static final int MOST = 8192;
    private static final int BYTES_FOR_EACH = 1024;

    /** Slots of a connection that has just begun: a request or an answer that leaves at one moment takes one. */
    private static final int FEW = 2;
    private static final int NONE = -1;

    private static final int[] NO_INTS = {};
    private static final long[] NO_LONGS = {};
    private static final byte[] NO_BYTES = {};
    private static final boolean[] NO_FLAGS = {};

    private static final byte IN_FLIGHT = 0;
    private static final byte LOST = 1;
    private static final byte SACKED = 2;

    /** What the board is told of, as it happens. */
    private final SendRate rate;
    private boolean telling;

    // Of each range, by its slot. They grow as it takes, and are given up by rest().
    private int[] start = NO_INTS;
    private int[] end = NO_INTS;
    private long[] sentAt = NO_LONGS;
    private byte[] fate = NO_BYTES;
    private boolean[] again = NO_FLAGS;
    /** By the time of sending, for ranges in flight; {@code next} also links free slots. */
    private int[] previous = NO_INTS;
    private int[] next = NO_INTS;
    private int first = NONE;
    private int last = NONE;
    private int free = NONE;
    private int slots;

    /** The slots in the order of their sequence numbers, from {@code head} to {@code tail}. */
    private int[] order = NO_INTS;
    private int head;
    private int tail;

    private int total;
    private int lostBytes;
    private int sackedBytes;
    private int sackedRanges;
    /** No range before this is lost. */
    private int lostFrom;

    /** A probe for the path MTU: its loss alone means no congestion (RFC 4821 §7.6.2). */
    private boolean probing;
    private int probeFrom;
    private int probeTo;
    private boolean probeLost;
    private boolean probeRepeated;

    // What the present ACK has told.
    private int delivered;
    private boolean deliveredAgain;
    private long oldestDelivered;
    private int newlyLost;

    private long steps;

    Scoreboard(SendRate rate) {
        this.rate = rate;
    }

    /** Data begins: from now on {@link SendRate} is told. */
    void begin() {
        telling = true;
    }

    // ---- quantities

    /** Bytes that may be in the network (RFC 6675 §4, pipe): sent, and neither arrived nor taken for lost. */
    int pipe() {
        return total - lostBytes - sackedBytes;
    }

    public int lost() {
        return lostBytes;
    }

    public int sacked() {
        return sackedBytes;
    }

    public int sackedRanges() {
        return sackedRanges;
    }

    /** When that was sent which has been in flight for longest; MAX_VALUE if nothing is. */
    public long oldestSent() {
        return first == NONE ? Long.MAX_VALUE : sentAt[first];
    }

    public int ranges() {
        return tail - head;
    }

    private boolean isFull() {
        return ranges() >= MOST + total / BYTES_FOR_EACH;
    }

    // ---- sending

    /** {@code [from, to)}, which leaves next, is a probe for the path MTU. */
    public void probeLeaves(int from, int to) {
        probing = true;
        probeFrom = from;
        probeTo = to;
        probeLost = false;
        probeRepeated = false;
    }

    /** The fate of the probe makes no difference any more. */
    public void forgetProbe() {
        probing = false;
        probeLost = false;
    }

    /** Whether the probe was found lost; asked by who has told of it, so once. */
    public boolean isProbeLost() {
        return probeLost;
    }

    /** Whether what the probe carries has left once more, so that its arrival says nothing about the probe. */
    public boolean isProbeRepeated() {
        return probeRepeated;
    }

    private boolean isProbe(int slot) {
        return probing && !again[slot] && Seq.ge(start[slot], probeFrom) && Seq.le(end[slot], probeTo);
    }

    /** {@code [from, to)} leaves for the first time, behind everything before. */
    void sent(long now, int from, int to) {
        total += Seq.diff(to, from);
        if (head < tail) {
            int slot = order[tail - 1];
            boolean full = isFull();
            boolean apart = probing && (from == probeFrom || from == probeTo) && !full;
            if (!apart && fate[slot] == IN_FLIGHT && !again[slot] && (sentAt[slot] == now || full) && end[slot] == from) {
                end[slot] = to;
                return;
            }
        }
        int slot = take(from, to, now, IN_FLIGHT, false);
        insert(tail, slot);
        link(slot);
    }

    /** {@code [from, to)} leaves once more. */
    void sentAgain(long now, int from, int to) {
        probeRepeated |= probing && Seq.lt(from, probeTo) && Seq.gt(to, probeFrom);
        cut(to);
        int i = cut(from);
        while (i < tail && Seq.lt(start[order[i]], to)) {
            int slot = order[i];
            if (fate[slot] != SACKED) {
                setFate(slot, IN_FLIGHT);
                unlink(slot);
                sentAt[slot] = now;
                again[slot] = true;
                link(slot);
            }
            i++;
        }
    }

    /** {@code [from, to)}, handed out to be sent again, did not leave this host. */
    public void unsent(int from, int to) {
        lose(0, from, to, false);
    }

    /** What lies from {@code nxt} on never left this host. */
    void cutOff(int nxt) {
        int i = cut(nxt);
        while (tail > i) {
            int slot = order[tail - 1];
            remove(tail - 1, slot);
        }
        if (head < tail && Seq.gt(end[order[tail - 1]], nxt)) {
            int slot = order[tail - 1];              // the board is full: cut off without a cut
            resize(slot, Seq.diff(nxt, end[slot]));
            end[slot] = nxt;
        }
    }

    // ---- what an ACK tells

    /** A new ACK comes. */
    void beginAck() {
        delivered = 0;
        deliveredAgain = false;
        oldestDelivered = Long.MAX_VALUE;
        newlyLost = 0;
    }

    /** Bytes that the present ACK says have arrived, and none before it. */
    int delivered() {
        return delivered;
    }

    /** Bytes taken for lost since the present ACK came. */
    int newlyLost() {
        return newlyLost;
    }

    /** When the oldest of what was delivered now had been sent; MAX_VALUE where that is ambiguous (RFC 6298 §3, Karn). */
    long oldestDelivered() {
        return deliveredAgain ? Long.MAX_VALUE : oldestDelivered;
    }

    /** Everything before {@code una} is acknowledged. */
    public void acknowledged(long now, int una, Rack rack) {
        while (head < tail && Seq.lt(start[order[head]], una)) {
            int slot = order[head];
            int to = Seq.min(end[slot], una);
            if (fate[slot] != SACKED) {
                deliver(now, slot, start[slot], to, rack);
            }
            if (to == end[slot]) {
                remove(head, slot);
            } else {
                resize(slot, Seq.diff(start[slot], to));
                start[slot] = to;
            }
        }
    }

    /** {@code [left, right)} has arrived, says a SACK block; the caller has checked that it was sent. */
    public void sacked(long now, int left, int right, Rack rack) {
        int i = find(left);
        while (i < tail && Seq.lt(start[order[i]], right)) {
            int slot = order[i];
            if (fate[slot] == SACKED) {
                i++;
                continue;
            }
            if (Seq.lt(start[slot], left) || Seq.gt(end[slot], right)) {
                int before = ranges();
                cut(right);
                i = cut(left);
                if (ranges() == before) {
                    return;                          // full: the rest is not believed
                }
                continue;
            }
            deliver(now, slot, start[slot], end[slot], rack);
            setFate(slot, SACKED);
            i = merge(i) + 1;
        }
    }

    private void deliver(long now, int slot, int from, int to, Rack rack) {
        delivered += Seq.diff(to, from);
        deliveredAgain |= again[slot];
        oldestDelivered = Math.min(oldestDelivered, sentAt[slot]);
        rack.delivered(now, sentAt[slot], to, again[slot]);
        if (telling) {
            rate.delivered(now, from, to);
        }
    }

    // ---- loss

    /** {@code [from, to)} is lost, as far as it was in flight; {@code tell}: because the network lost it. */
    void lose(long now, int from, int to, boolean tell) {
        cut(to);
        int i = cut(from);
        while (i < tail && Seq.lt(start[order[i]], to)) {
            if (fate[order[i]] == IN_FLIGHT) {
                i = loseRange(now, i, tell);
            }
            i++;
        }
    }

    /** Whether the first range begins at {@code una}, is the probe and in flight. */
    boolean isProbeAt(int una) {
        return head < tail && start[order[head]] == una && isProbe(order[head]) && fate[order[head]] == IN_FLIGHT;
    }

    /** The probe is lost, and nothing else. */
    void loseProbe(long now) {
        lose(now, probeFrom, probeTo, true);
    }

    /**
     * What is in flight between {@code from} and {@code to} in one piece longer than {@code most} must be cut and sent again;
     * how many bytes that is. What left at one moment is one piece, so short segments that left together are taken for a long one.
     */
    int loseLonger(long now, int from, int to, int most) {
        int before = lostBytes;
        int i = cut(from);
        while (i < tail && Seq.lt(start[order[i]], to)) {
            int slot = order[i];
            if (fate[slot] == IN_FLIGHT && Seq.diff(end[slot], start[slot]) > most) {
                i = loseRange(now, i, false);
            }
            i++;
        }
        return lostBytes - before;
    }

    /** The peer has dropped what it said had arrived, as it may (RFC 2018 §8): all of that is lost then. Whether it has. */
    boolean renege(long now, int una) {
        if (head == tail || start[order[head]] != una || fate[order[head]] != SACKED) {
            return false;
        }
        for (int i = head; i < tail; i++) {
            int slot = order[i];
            if (fate[slot] == SACKED) {
                again[slot] = true;
                i = loseRange(now, i, false);
            }
        }
        return true;
    }

    /** Takes for lost, in the order of sending, what was sent before (time, number) and no later than {@code deadline}. */
    void loseSentBefore(long now, long time, int seq, long deadline) {
        while (first != NONE && sentAt[first] <= deadline && isBefore(first, time, seq)) {
            loseRange(now, find(start[first]), true);
        }
    }

    /** Whether anything in flight was sent before (time, number). */
    boolean hasSentBefore(long time, int seq) {
        return first != NONE && isBefore(first, time, seq);
    }

    /** RFC 8985 §5.2, RACK_sent_after. */
    private boolean isBefore(int slot, long time, int seq) {
        return sentAt[slot] < time || sentAt[slot] == time && Seq.lt(end[slot], seq);
    }

    private int loseRange(long now, int i, boolean tell) {
        int slot = order[i];
        int bytes = Seq.diff(end[slot], start[slot]);
        if (tell && isProbe(slot)) {
            probeLost = true;
        } else if (tell) {
            newlyLost += bytes;
            if (telling) {
                rate.lost(now, start[slot], end[slot]);
            }
        }
        lostFrom = lostBytes == 0 ? start[slot] : Seq.min(lostFrom, start[slot]);
        setFate(slot, LOST);
        return merge(i);
    }

    /**
     * What is lost and was not sent again is in flight after all, in its place by the time of sending. All of it may be lost, and
     * sent in any order: sorted, then merged, lest a peer that has a loss undone again and again makes each cost a square.
     */
    void unlose() {
        int chain = NONE;
        int count = 0;
        for (int i = tail - 1; i >= head && lostBytes > 0; i--) {
            int slot = order[i];
            if (fate[slot] == LOST) {
                setFate(slot, IN_FLIGHT);
                next[slot] = chain;
                chain = slot;
                count++;
            }
        }
        int after = NONE;
        for (int slot = sortByTime(chain, count); slot != NONE;) {
            int following = next[slot];
            int candidate = after == NONE ? first : next[after];
            while (candidate != NONE && !leftLater(candidate, slot)) {
                after = candidate;
                candidate = next[after];
            }
            linkAfter(after, slot);
            after = slot;
            slot = following;
        }
    }

    /** Moves on to the first lost range; false if there is none. */
    public boolean hasLost() {
        if (lostBytes == 0) {
            return false;
        }
        int i = find(lostFrom);
        while (fate[order[i]] != LOST) {
            i++;
        }
        lostFrom = start[order[i]];
        return true;
    }

    /** Where the first lost range begins, after {@link #hasLost}. */
    public int lostStart() {
        return lostFrom;
    }

    public int lostEnd() {
        return end[order[find(lostFrom)]];
    }

    // ---- ranges

    /** The first range that ends after {@code seq}, {@code tail} if there is none. */
    private int find(int seq) {
        int low = head;
        int high = tail;
        while (low < high) {
            int middle = low + high >>> 1;
            if (Seq.gt(end[order[middle]], seq)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Makes {@code seq} the border of two ranges if there is room for one more; the first range that begins at or after it. */
    private int cut(int seq) {
        int i = find(seq);
        if (i == tail || Seq.ge(start[order[i]], seq)) {
            return i;
        }
        if (isFull()) {
            return i + 1;
        }
        int slot = order[i];
        int rest = take(seq, end[slot], sentAt[slot], fate[slot], again[slot]);
        end[slot] = seq;
        sackedRanges += fate[slot] == SACKED ? 1 : 0;
        int before = i - head;
        insert(i + 1, rest);
        if (fate[slot] == IN_FLIGHT) {
            linkAfter(slot, rest);
        }
        return head + before + 1;
    }

    /** Joins range {@code i} with neighbours of the same fate; where it is then. Not for what is in flight. */
    private int merge(int i) {
        int at = i;
        if (at > head && fate[order[at - 1]] == fate[order[at]]) {
            at = join(at - 1);
        }
        if (at + 1 < tail && fate[order[at + 1]] == fate[order[at]]) {
            at = join(at);
        }
        return at;
    }

    /** Joins range {@code i} and the next one; where it is then, for the smaller part of the others moves up. */
    private int join(int i) {
        int slot = order[i];
        int other = order[i + 1];
        end[slot] = end[other];
        sentAt[slot] = Math.min(sentAt[slot], sentAt[other]);
        again[slot] |= again[other];
        sackedRanges -= fate[slot] == SACKED ? 1 : 0;
        int at = i;
        if (i - head < tail - i) {
            System.arraycopy(order, head, order, head + 1, i + 1 - head);
            head++;
            at++;
        } else {
            System.arraycopy(order, i + 2, order, i + 1, tail - i - 2);
            tail--;
        }
        release(other);
        return at;
    }

    private void setFate(int slot, byte to) {
        int bytes = Seq.diff(end[slot], start[slot]);
        byte from = fate[slot];
        lostBytes += (to == LOST ? bytes : 0) - (from == LOST ? bytes : 0);
        sackedBytes += (to == SACKED ? bytes : 0) - (from == SACKED ? bytes : 0);
        sackedRanges += (to == SACKED ? 1 : 0) - (from == SACKED ? 1 : 0);
        if (from == IN_FLIGHT && to != IN_FLIGHT) {
            unlink(slot);
        }
        fate[slot] = to;
    }

    /** A range grows by so many bytes (or shrinks). */
    private void resize(int slot, int bytes) {
        total += bytes;
        lostBytes += fate[slot] == LOST ? bytes : 0;
        sackedBytes += fate[slot] == SACKED ? bytes : 0;
    }

    private void remove(int i, int slot) {
        setFate(slot, IN_FLIGHT);
        unlink(slot);
        total -= Seq.diff(end[slot], start[slot]);
        if (i == head) {
            head++;
        } else {
            tail--;
        }
        release(slot);
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    // ---- the order of sending

    private void link(int slot) {
        linkAfter(last, slot);
    }

    /** Sorts so many slots, chained by {@code next}, by the time of sending; the first of them then. */
    private int sortByTime(int chain, int count) {
        if (count < 2) {
            if (count == 1) {
                next[chain] = NONE;
            }
            return chain;
        }
        int middle = chain;
        for (int i = 0; i < count / 2; i++) {
            middle = next[middle];
        }
        int left = sortByTime(chain, count / 2);
        int right = sortByTime(middle, count - count / 2);
        int sorted = NONE;
        int end = NONE;
        while (left != NONE || right != NONE) {
            int slot;
            if (right == NONE || left != NONE && !leftLater(left, right)) {
                slot = left;
                left = next[left];
            } else {
                slot = right;
                right = next[right];
            }
            if (end == NONE) {
                sorted = slot;
            } else {
                next[end] = slot;
            }
            end = slot;
        }
        return sorted;
    }

    /** Whether {@code slot} was sent after {@code other}; what was sent at one moment goes by its numbers. */
    private boolean leftLater(int slot, int other) {
        steps++;
        return sentAt[slot] > sentAt[other] || sentAt[slot] == sentAt[other] && Seq.gt(start[slot], start[other]);
    }

    private void linkAfter(int after, int slot) {
        int before = after == NONE ? first : next[after];
        previous[slot] = after;
        next[slot] = before;
        if (after == NONE) {
            first = slot;
        } else {
            next[after] = slot;
        }
        if (before == NONE) {
            last = slot;
        } else {
            previous[before] = slot;
        }
    }

    /** No harm if it is not linked. */
    private void unlink(int slot) {
        if (previous[slot] == slot) {
            return;
        }
        if (previous[slot] == NONE) {
            first = next[slot];
        } else {
            next[previous[slot]] = next[slot];
        }
        if (next[slot] == NONE) {
            last = previous[slot];
        } else {
            previous[next[slot]] = previous[slot];
        }
        previous[slot] = slot;
    }

    // ---- slots

    private int take(int from, int to, long time, byte state, boolean twice) {
        if (free == NONE) {
            if (slots == start.length) {
                growSlots();
            }
            next[slots] = NONE;
            free = slots++;
        }
        int slot = free;
        free = next[slot];
        start[slot] = from;
        end[slot] = to;
        sentAt[slot] = time;
        fate[slot] = state;
        again[slot] = twice;
        previous[slot] = slot;
        return slot;
    }

    private void release(int slot) {
        next[slot] = free;
        free = slot;
    }

    private void growSlots() {
        int size = Math.max(FEW, 2 * start.length);
        start = Arrays.copyOf(start, size);
        end = Arrays.copyOf(end, size);
        sentAt = Arrays.copyOf(sentAt, size);
        fate = Arrays.copyOf(fate, size);
        again = Arrays.copyOf(again, size);
        previous = Arrays.copyOf(previous, size);
        next = Arrays.copyOf(next, size);
    }

    /** Nothing has left for a while: with nothing in flight no array is kept (D8). Not before, for each flight would make them anew. */
    void rest() {
        if (ranges() > 0) {
            return;
        }
        start = NO_INTS;
        end = NO_INTS;
        sentAt = NO_LONGS;
        fate = NO_BYTES;
        again = NO_FLAGS;
        previous = NO_INTS;
        next = NO_INTS;
        order = NO_INTS;
        first = NONE;
        last = NONE;
        free = NONE;
        slots = 0;
    }

    /** For tests: how many ranges there is memory for. */
    public int room() {
        return start.length;
    }

    private void insert(int i, int slot) {
        if (head > 0 && i - head < tail - i) {
            head--;
            System.arraycopy(order, head + 1, order, head, i - head - 1);
            order[i - 1] = slot;
            return;
        }
        int at = i;
        if (tail == order.length) {
            int used = tail - head;
            // Half empty: what is left moves to the front, which pays once for each half of the array.
            int[] target = 2 * used <= order.length && used > 0 ? order : new int[Math.max(FEW, 2 * order.length)];
            System.arraycopy(order, head, target, 0, used);
            order = target;
            at -= head;
            head = 0;
            tail = used;
        }
        System.arraycopy(order, at, order, at + 1, tail - at);
        order[at] = slot;
        tail++;
    }

    /** For tests: how many times of sending have been compared. */
    long steps() {
        return steps;
    }

    /** For tests: whether ranges lie side by side from {@code una} to {@code nxt}, and the sums are those of the ranges. */
    public boolean isConsistent(int una, int nxt) {
        int at = una;
        int lostSum = 0;
        int sackedSum = 0;
        int inFlight = 0;
        for (int i = head; i < tail; i++) {
            int slot = order[i];
            if (start[slot] != at || Seq.ge(start[slot], end[slot])) {
                return false;
            }
            int bytes = Seq.diff(end[slot], start[slot]);
            lostSum += fate[slot] == LOST ? bytes : 0;
            sackedSum += fate[slot] == SACKED ? bytes : 0;
            inFlight += fate[slot] == IN_FLIGHT ? 1 : 0;
            at = end[slot];
        }
        long time = Long.MIN_VALUE;
        for (int slot = first; slot != NONE; slot = next[slot]) {
            if (fate[slot] != IN_FLIGHT || sentAt[slot] < time) {
                return false;
            }
            time = sentAt[slot];
            inFlight--;
        }
        return at == nxt && lostSum == lostBytes && sackedSum == sackedBytes && inFlight == 0 && pipe() >= 0;
    }

    /** Whether nothing is on it, nor a probe on its way. */
    boolean isAtRest() {
        return head == tail && !probing && !probeLost;
    }

    /** Keeps what outlives a sleep of an empty one. */
    void keep(Memo memo) {
        telling = memo.flag(telling);
    }
}
