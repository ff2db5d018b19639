package dev.weft.tcp.core;

import dev.weft.tcp.core.memo.Memo;

/**
 * Urgent data of the peer's (RFC 9293 §3.8.5): where in its stream it ends. Only the octet before that place, the mark, is
 * known; which octets before it are urgent as well the application has to know (RFC 6093 §2). A read ends before the
 * marked octet, so that the application can tell it from the others.
 *
 * <p>It stays in line, as RFC 6093 §4 recommends, or is taken out of the stream, which is what {@code SO_OOBINLINE} turns off
 * in Berkeley sockets and what Java's do unless told otherwise. A mark that moves on before it is read leaves the
 * octet it pointed to in the stream.
 */
final class UrgentIn {

    private boolean known;
    private long end;
    private boolean inLine = true;

    /** Whether the marked octet stays in the stream. */
    boolean isInLine() {
        return inLine;
    }

    void inLine(boolean on) {
        inLine = on;
    }

    /** Urgent data ends before position {@code to}; returns whether that is news for an application that has read up to {@code read}. */
    boolean arrived(long to, long read) {
        if (to <= read || known && to <= end) {
            return false;
        }
        known = true;
        end = to;
        return true;
    }

    /** How many bytes remain up to the end of urgent data, the marked one included; 0 if there is none. */
    int remaining(long read) {
        return known && end > read ? (int) (end - read) : 0;
    }

    /** Of {@code max} bytes from {@code read} on, how many one read may return. */
    int untilMark(long read, int max) {
        long before = end - 1 - read;
        return known && before > 0 ? (int) Math.min(before, max) : max;
    }

    /** Of {@code readable} bytes from {@code read} on, how many come before one that is to be taken out. */
    int untilHole(long read, int readable) {
        return inLine || !known || end <= read ? readable : (int) Math.min(end - 1 - read, readable);
    }

    /** Whether the octet at {@code read} is the marked one. */
    boolean isMark(long read) {
        return known && end - 1 == read;
    }

    /** Keeps what outlives a sleep. */
    void keep(Memo memo, long read) {
        known = memo.flag(known);
        end = memo.number(end, known ? read : 0);
        inLine = memo.flag(inLine);
    }
}
