package dev.weft.tcp.core.open;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.Randomness;
import dev.weft.tcp.core.segment.TcpSegment;

/**
 * The cookies that a server gives and takes (RFC 7413 §4.1.2): a keyed hash of both addresses, and of the day, so that the key
 * changes by itself: a cookie is good on its day and on the next. Who shows one has received at his address what we sent
 * there, which is all that it proves. Immutable and safe for all threads.
 */
public final class FastOpenCookies {

    /** Nanoseconds for which cookies are made from the same key. */
    public static final long DAY = 24L * 3600 * 1_000_000_000L;
    /** Bytes of a cookie. */
    static final int LENGTH = 8;

    private final KeyedHash addresses;
    private final KeyedHash days;

    /** Cookies under fresh keys. */
    public FastOpenCookies(Randomness randomness) {
        addresses = KeyedHash.keyedBy(randomness);
        days = KeyedHash.keyedBy(randomness);
    }

    /** The cookie for a client. Addresses in their 128-bit form. */
    public FastOpenCookie make(long now, long remoteHi, long remoteLo, long localHi, long localLo) {
        return new FastOpenCookie(LENGTH, days.hash(addresses.hash(remoteHi, remoteLo, localHi, localLo), now / DAY), 0);
    }

    /** Whether a SYN shows the cookie for its client, of this day or the last. */
    public boolean isGood(long now, long remoteHi, long remoteLo, long localHi, long localLo, TcpSegment syn) {
        return syn.fastOpen == LENGTH && (isOf(now / DAY, remoteHi, remoteLo, localHi, localLo, syn)
                || isOf(now / DAY - 1, remoteHi, remoteLo, localHi, localLo, syn));
    }

    private boolean isOf(long day, long remoteHi, long remoteLo, long localHi, long localLo, TcpSegment syn) {
        return syn.fastOpenHi == days.hash(addresses.hash(remoteHi, remoteLo, localHi, localLo), day);
    }
}
