package dev.weft.tcp.core.open;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpOption;

/**
 * A fast open cookie as a client keeps it: bytes that only their server understands (RFC 7413 §4.1.1).
 *
 * @param length 4 to 16 bytes, an even number
 * @param hi the first eight of them, the first uppermost
 * @param lo those behind, zeros after the end
 */
public record FastOpenCookie(int length, long hi, long lo) {

    /**
     * Checks the length.
     *
     * @throws IllegalArgumentException if no cookie is so long
     */
    public FastOpenCookie {
        if (length == 0 || !TcpOption.isCookieLength(length)) {
            throw new IllegalArgumentException("a fast open cookie has no " + length + " bytes");
        }
    }

    /** What a segment carries, or null where it carries none or asks for one. */
    public static FastOpenCookie of(TcpSegment in) {
        return in.fastOpen > 0 ? new FastOpenCookie(in.fastOpen, in.fastOpenHi, in.fastOpenLo) : null;
    }

    public void write(TcpSegment out) {
        out.fastOpen = length;
        out.fastOpenHi = hi;
        out.fastOpenLo = lo;
    }
}
