package dev.weft.tcp.core.congestion;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;

/**
 * How fast the path delivers (draft-ietf-ccwg-bbr §4.1): for each ACK, what arrived since the segment it acknowledges was
 * sent, over the time that took. What was sent faster than it was acknowledged, or the other way round, counts at the
 * slower of the two rates, so neither a burst nor a bunch of ACKs looks like bandwidth.
 * <pre>
 *          head                                    tail
 *   ────┼────────┼──────┼───────────────┼────────┼────
 *   SND.UNA      one record for each burst      SND.NXT
 * </pre>
 * Segments that leave at one moment have one record, since all they note is the same; what is sent again is cut out of its
 * record and notes anew. Records lie in one array without holes: nothing is allocated for a segment, and a connection with
 * nothing in flight keeps only a small one.
 */
public final class RateSampler {

    /** Records at most, besides one for each so many bytes in flight, see {@link #isFull}. */
    static final int MOST_RECORDS = 4096;
    private static final int BYTES_FOR_EACH = 1024;
    /** A request or an answer that leaves at one moment takes one. */
    private static final int FEW_RECORDS = 1;

    /** What a record notes: the draft's P.send_time, P.first_send_time, P.delivered, P.delivered_time, P.lost. */
    private static final int RANGE = 0;
    private static final int SENT = 1;
    private static final int FIRST_SENT = 2;
    private static final int DELIVERED = 3;
    private static final int DELIVERED_AT = 4;
    private static final int LOST = 5;
    /** Bytes in flight before it, times four, and the two flags. */
    private static final int FLIGHT = 6;
    private static final int WORDS = 7;

    private static final int APP_LIMITED = 1;
    private static final int AGAIN = 2;
    private static final int FLAG_BITS = 2;

    private static final long SECOND = 1_000_000_000L;

    private static final long[] NO_RECORDS = {};

    private long[] log = NO_RECORDS;
    private int head;
    private int tail;

    /** C.delivered, C.delivered_time, C.first_send_time, C.lost, C.app_limited (0: not), C.min_rtt. */
    private long delivered;
    private long deliveredAt;
    private long firstSent;
    private long lost;
    private long appLimitedUntil;
    private long minRtt = Long.MAX_VALUE;

    /** The record delivered last among those of the present ACK. */
    private boolean hasNewest;
    private int newestEnd;
    private long newestSent;
    private long newestFirstSent;
    private long newestDelivered;
    private long newestDeliveredAt;
    private long newestLost;
    private long newestFlight;
    private int newestFlags;

    /** Bytes delivered so far. */
    public long delivered() {
        return delivered;
    }

    public boolean isAppLimited() {
        return appLimitedUntil != 0;
    }

    /** How many records there are. */
    public int records() {
        return tail - head;
    }

    // ---- sending

    /**
     * {@code [seq, end)} has left.
     *
     * @param flight bytes in flight before it
     * @param again whether any of it had been sent before
     */
    public void sent(long now, int seq, int end, int flight, boolean again) {
        if (flight == 0) {
            firstSent = now;
            deliveredAt = now;
        }
        int known = head == tail ? seq : end(tail - 1);
        if (again) {
            stampAgain(now, seq, Seq.min(end, known), flight);
        }
        int from = Seq.max(seq, known);
        if (Seq.lt(from, end)) {
            append(now, from, end, flight + Seq.diff(from, seq), again);
        }
    }

    private void append(long now, int from, int end, int flight, boolean again) {
        if (head < tail) {
            int last = (tail - 1) * WORDS;
            if (log[last + SENT] == now && log[last + DELIVERED] == delivered && !again
                    && flags(tail - 1) == currentFlags(false)) {
                log[last + RANGE] = range(start(tail - 1), end);
                return;
            }
        }
        makeRoom();
        tail++;
        stamp(tail - 1, now, from, end, flight, again);
    }

    private void stampAgain(long now, int seq, int end, int flight) {
        int at = seq;
        while (Seq.lt(at, end)) {
            int i = find(at);
            if (i == tail || Seq.ge(start(i), end)) {
                return;
            }
            if (Seq.lt(start(i), at) && !isFull()) {
                i = split(i, at) + 1;
            }
            if (Seq.gt(end(i), end) && !isFull()) {
                i = split(i, end);
            }
            stamp(i, now, start(i), end(i), flight + Math.max(0, Seq.diff(start(i), seq)), true);
            at = end(i);
        }
    }

    private void stamp(int i, long now, int from, int end, int flight, boolean again) {
        int at = i * WORDS;
        log[at + RANGE] = range(from, end);
        log[at + SENT] = now;
        log[at + FIRST_SENT] = firstSent;
        log[at + DELIVERED] = delivered;
        log[at + DELIVERED_AT] = deliveredAt;
        log[at + LOST] = lost;
        log[at + FLIGHT] = (long) flight << FLAG_BITS | currentFlags(again);
    }

    private int currentFlags(boolean again) {
        return (isAppLimited() ? APP_LIMITED : 0) | (again ? AGAIN : 0);
    }

    /** What was noted from {@code nxt} on never left this host. */
    public void cut(int nxt) {
        while (head < tail && Seq.ge(start(tail - 1), nxt)) {
            tail--;
        }
        if (head < tail && Seq.gt(end(tail - 1), nxt)) {
            log[(tail - 1) * WORDS + RANGE] = range(start(tail - 1), nxt);
        }
    }

    /** Nothing waits to be sent although it could leave: samples up to what is in flight now tell of the application. */
    public void appLimited(int flight) {
        appLimitedUntil = Math.max(1, delivered + flight);
    }

    // ---- acknowledgement

    /** {@code [from, to)} has arrived, and no ACK said so before; called once or more for each ACK, in any order. */
    public void delivered(long now, int from, int to) {
        delivered += Seq.diff(to, from);
        deliveredAt = now;
        for (int i = find(from); i < tail && Seq.lt(start(i), to); i++) {
            takeIfNewest(i, Seq.min(to, end(i)));
        }
    }

    private void takeIfNewest(int i, int upTo) {
        int at = i * WORDS;
        long sentAt = log[at + SENT];
        if (hasNewest && (sentAt < firstSent || sentAt == firstSent && Seq.le(upTo, newestEnd))) {
            return;
        }
        hasNewest = true;
        newestEnd = upTo;
        newestSent = sentAt;
        newestFirstSent = log[at + FIRST_SENT];
        newestDelivered = log[at + DELIVERED];
        newestDeliveredAt = log[at + DELIVERED_AT];
        newestLost = log[at + LOST];
        newestFlight = (log[at + FLIGHT] >> FLAG_BITS) + Seq.diff(upTo, start(i));
        newestFlags = flags(i);
        firstSent = sentAt;
    }

    /** Everything before {@code una} is acknowledged; its records go. */
    public void acknowledged(int una) {
        while (head < tail && Seq.le(end(head), una)) {
            head++;
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        } else if (Seq.lt(start(head), una)) {
            moveStart(head, una);
        }
    }

    /** All that one ACK delivers has been told: fills {@code out}, the last step of the draft's §4.1.2.3. */
    public void sample(long now, AckSample out) {
        if (appLimitedUntil != 0 && delivered > appLimitedUntil) {
            appLimitedUntil = 0;
        }
        out.totalDelivered = delivered;
        out.interval = 0;
        out.deliveryRate = 0;
        out.rtt = -1;
        if (!hasNewest) {
            out.delivered = 0;
            out.priorDelivered = 0;
            return;
        }
        hasNewest = false;
        // RFC 6298 §3 (Karn): an ACK of what was sent twice may answer either.
        if ((newestFlags & AGAIN) == 0) {
            out.rtt = Math.max(1, now - newestSent);
            minRtt = Math.min(minRtt, out.rtt);
        }
        out.priorDelivered = newestDelivered;
        out.delivered = delivered - newestDelivered;
        out.appLimited = (newestFlags & APP_LIMITED) != 0;
        out.txInFlight = (int) newestFlight;
        out.lost = lost - newestLost;
        long interval = Math.max(newestSent - newestFirstSent, now - newestDeliveredAt);
        // Shorter than any round trip: the segment was sent again for nothing, and the ACK answers the first one.
        if (interval > 0 && interval >= minRtt) {
            out.interval = interval;
            out.deliveryRate = (long) ((double) out.delivered * SECOND / interval);
        }
    }

    // ---- loss

    /** {@code [from, to)} is taken for lost; tells {@code control} of each record of it. */
    public void lost(long now, int from, int to, CongestionControl control) {
        for (int i = find(from); i < tail && Seq.lt(start(i), to); i++) {
            int first = Seq.max(from, start(i));
            int end = Seq.min(to, end(i));
            int bytes = Seq.diff(end, first);
            lost += bytes;
            int at = i * WORDS;
            control.lost(now, bytes, (int) (log[at + FLIGHT] >> FLAG_BITS) + Seq.diff(end, start(i)),
                    lost - log[at + LOST], (flags(i) & APP_LIMITED) != 0);
        }
    }

    /** Nothing has left for a while: with nothing in flight no memory is kept (D8). */
    public void rest() {
        if (head == tail) {
            log = NO_RECORDS;
            head = 0;
            tail = 0;
        }
    }

    // ---- records

    private static long range(int start, int end) {
        return (long) start << 32 | end & 0xffff_ffffL;
    }

    private int start(int i) {
        return (int) (log[i * WORDS + RANGE] >> 32);
    }

    private int end(int i) {
        return (int) log[i * WORDS + RANGE];
    }

    private int flags(int i) {
        return (int) log[i * WORDS + FLIGHT] & (APP_LIMITED | AGAIN);
    }

    /** The first record that ends after {@code seq}, {@code tail} if there is none. */
    private int find(int seq) {
        int low = head;
        int high = tail;
        while (low < high) {
            int middle = low + high >>> 1;
            if (Seq.gt(end(middle), seq)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void moveStart(int i, int to) {
        int at = i * WORDS;
        log[at + FLIGHT] += (long) Seq.diff(to, start(i)) << FLAG_BITS;
        log[at + RANGE] = range(to, end(i));
    }

    /** A peer can have a window sent again in pieces; more of them than a window has segments of usual size are not cut out. */
    private boolean isFull() {
        return records() >= MOST_RECORDS + Seq.diff(end(tail - 1), start(head)) / BYTES_FOR_EACH;
    }

    /** Cuts record {@code i} in two at {@code seq}; where its first part is then. */
    private int split(int i, int seq) {
        int before = i - head;
        if (head > 0 && before < tail - i) {
            head--;                                  // what is sent again is mostly near SND.UNA: the smaller part moves
            System.arraycopy(log, (head + 1) * WORDS, log, head * WORDS, (before + 1) * WORDS);
        } else {
            makeRoom();
            int at = head + before;
            System.arraycopy(log, at * WORDS, log, (at + 1) * WORDS, (tail - at) * WORDS);
            tail++;
        }
        int first = head + before;
        log[first * WORDS + RANGE] = range(start(first), seq);
        moveStart(first + 1, seq);
        return first;
    }

    /** Makes room for one more record behind the last one. */
    private void makeRoom() {
        if (tail * WORDS < log.length) {
            return;
        }
        int used = (tail - head) * WORDS;
        // Half empty: what is left moves to the front, which pays once for each half of the array.
        var target = 2 * used <= log.length && log.length > 0 ? log : new long[Math.max(FEW_RECORDS * WORDS, 2 * log.length)];
        System.arraycopy(log, head * WORDS, target, 0, used);
        log = target;
        tail -= head;
        head = 0;
    }

    /** Keeps what outlives a sleep, where nothing is in flight and no ACK half taken in. */
    public void keep(Memo memo, long acked) {
        delivered = memo.number(delivered, acked);
        deliveredAt = memo.time(deliveredAt, 0);
        firstSent = memo.time(firstSent, 0);
        lost = memo.number(lost, 0);
        appLimitedUntil = memo.number(appLimitedUntil, delivered);
        minRtt = memo.number(minRtt, Long.MAX_VALUE);
    }

    /** Whether nothing of the last ACK is left to be told. */
    public boolean isAtRest() {
        return head == tail && !hasNewest;
    }
}
