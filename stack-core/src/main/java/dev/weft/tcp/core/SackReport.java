package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.RangeTree;
import dev.weft.tcp.core.buffer.Reassembly;
import dev.weft.tcp.core.buffer.ReceiveBuffer;
import dev.weft.tcp.core.memo.Memo;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;

/**
 * Which ranges that came out of order an ACK names (RFC 2018 §4): first the one that holds the segment which the ACK
 * answers, then those that were named before, latest first, so that each is told at least three times. A segment that came
 * twice is named before all of them, once (D-SACK, RFC 2883 §4).
 *
 * <p>What is remembered is one sequence number in each of the latest ranges; the ranges themselves are asked of
 * {@link Reassembly} when an ACK is made, so they are never out of date.
 */
final class SackReport {

    private final ReceiveBuffer buffer;
    private boolean permitted;
    /** A number in each of the ranges that changed last, the latest first. */
    private final int[] latest = new int[TcpSegment.MAX_SACK_BLOCKS];
    private int count;

    SackReport(ReceiveBuffer buffer) {
        this.buffer = buffer;
    }

    /** Both SYNs said that it may be (RFC 2018 §2). */
    void permit() {
        permitted = true;
    }

    boolean isPermitted() {
        return permitted;
    }

    /** How many ranges there are to be named, at most {@code most}. */
    int blocks(int most) {
        return permitted ? Math.min(most, buffer.ranges().count()) : 0;
    }

    /** A segment that begins at {@code seq} came out of order and was kept. */
    void arrived(int seq, int rcvNxt) {
        if (!permitted) {
            return;
        }
        int range = rangeOf(seq, rcvNxt);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (rangeOf(latest[i], rcvNxt) != range) {
                latest[kept++] = latest[i];
            }
        }
        count = Math.min(kept + 1, latest.length);
        System.arraycopy(latest, 0, latest, 1, count - 1);
        latest[0] = seq;
    }

    /**
     * Names what there is in {@code out}, at most {@code most} blocks.
     *
     * @param trigger a number in the range to be named first; one that is in none for no such wish
     * @param twiceLeft the range that came twice, to be named before all
     * @param twiceRight the end of it, {@code twiceLeft} if there is none
     */
    void fill(TcpSegment out, int most, int rcvNxt, int trigger, int twiceLeft, int twiceRight) {
        out.sackCount = 0;
        if (!permitted) {
            return;
        }
        if (twiceLeft != twiceRight && most > 0) {
            add(out, twiceLeft, twiceRight);
        }
        int from = out.sackCount;
        if (buffer.ranges().isEmpty()) {
            return;
        }
        name(out, from, most, rcvNxt, trigger);
        for (int i = 0; i < count; i++) {
            name(out, from, most, rcvNxt, latest[i]);
        }
    }

    /** Names the range that {@code seq} lies in, unless it is among the blocks after {@code from} already. */
    private void name(TcpSegment out, int from, int most, int rcvNxt, int seq) {
        int range = out.sackCount < most ? rangeOf(seq, rcvNxt) : RangeTree.NONE;
        if (range == RangeTree.NONE) {
            return;
        }
        int left = rcvNxt + (int) (buffer.ranges().left(range) - buffer.next());
        for (int i = from; i < out.sackCount; i++) {
            if (out.sackEdges[2 * i] == left) {
                return;
            }
        }
        add(out, left, rcvNxt + (int) (buffer.ranges().right(range) - buffer.next()));
    }

    private static void add(TcpSegment out, int left, int right) {
        out.sackEdges[2 * out.sackCount] = left;
        out.sackEdges[2 * out.sackCount + 1] = right;
        out.sackCount++;
    }

    private int rangeOf(int seq, int rcvNxt) {
        return buffer.ranges().find(buffer.next() + Seq.diff(seq, rcvNxt));
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, int rcvNxt) {
        permitted = memo.flag(permitted);
        count = memo.number(count, 0);
        for (int i = 0; i < count; i++) {
            latest[i] = memo.number(latest[i], rcvNxt);
        }
    }
}
