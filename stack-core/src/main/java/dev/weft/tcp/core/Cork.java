package dev.weft.tcp.core;

import dev.weft.tcp.core.memo.Memo;
import dev.weft.wire.Seq;

/**
 * The application has more to say and wants its small writes to leave as full segments: TCP_CORK of Linux. While the cork is
 * in, a segment that is not full waits, whatever Nagle's algorithm thinks of it; but for no longer than {@value #CEILING_MILLIS}
 * ms, so that a forgotten cork makes a connection slow and not dead. What waits when the cork is drawn, or when that time has
 * passed, leaves at once and asks Nagle's algorithm no more.
 */
final class Cork {

    /** As in Linux. */
    static final long CEILING_MILLIS = 200;

    private static final long NEVER = Long.MAX_VALUE;

    private boolean in;
    private long deadline = NEVER;
    /** Text before this number leaves at once. */
    private boolean pushes;
    private int pushEnd;

    boolean isIn() {
        return in;
    }

    /** Puts the cork in or draws it, with text queued up to {@code textEnd}. */
    void set(boolean on, int textEnd) {
        if (in && !on) {
            push(textEnd);
        }
        in = on;
    }

    private void push(int textEnd) {
        pushes = true;
        pushEnd = textEnd;
        deadline = NEVER;
    }

    /** Whether text that begins at {@code seq} leaves though its segment is not full. */
    boolean mustGo(int seq) {
        return pushes && Seq.lt(seq, pushEnd);
    }

    /** When what is held leaves. */
    long deadline() {
        return deadline;
    }

    /** Some text waits to be sent, from {@code nxt} on, or none does: starts and stops the time. */
    void follow(long now, boolean waits, int nxt) {
        pushes = mustGo(nxt);
        if (!in || !waits || pushes) {
            deadline = NEVER;
        } else if (deadline == NEVER) {
            deadline = now + CEILING_MILLIS * 1_000_000;
        }
    }

    /** Time has passed; text is queued up to {@code textEnd}. */
    void tick(long now, int textEnd) {
        if (now >= deadline) {
            push(textEnd);
        }
    }

    /** Nothing will be sent any more. */
    void stop() {
        in = false;
        pushes = false;
        deadline = NEVER;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo) {
        in = memo.flag(in);
    }

    /** Whether nothing is held, or has to leave before the rest. */
    boolean isAtRest() {
        return deadline == NEVER && !pushes;
    }
}
