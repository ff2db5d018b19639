package dev.weft.tcp.core.open;

import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.Randomness;

/**
 * Initial sequence numbers that remember what a half-open connection would (RFC 4987 §3.6, Bernstein's SYN cookies): the peer
 * brings the number back in its ACK, and only who has seen the SYN,ACK can.
 * <pre>
 *   31        24 23  21 20                                0
 *   ┌───────────┬──────┬────────────────────────────────────┐
 *   │  period   │ MSS  │ H(connection, SYN, period and MSS)  │  + H(connection, SYN)
 *   └───────────┴──────┴────────────────────────────────────┘
 * </pre>
 * H is keyed, and so the whole is as hard to guess as any initial sequence number (RFC 6528 §3, but for the clock that has
 * them go up: no number of a cookie may follow upon a connection in TIME-WAIT). A period lasts two minutes and is hashed
 * whole: a cookie is good in its period and in the next, two to four minutes, and one whose eight bits have come round again
 * is not.
 *
 * <p>A forged ACK is taken with a chance of 16 in 2<sup>32</sup>; so cookies are to be looked at only where some have been sent
 * lately. Immutable and safe for all threads.
 */
public final class SynCookies {

    /** Nanoseconds of one period. */
    public static final long PERIOD = 120_000_000_000L;
    /** In how many periods a cookie is good. */
    private static final int LIFE = 2;

    private static final int MSS_AT = 21;
    private static final int LOW = (1 << MSS_AT) - 1;
    /** Hashed where a period would be, for what is added to all. */
    private static final long EVER = -1;
    /** What fits three bits: the smallest we let a peer force on us, the defaults of both families, and what links have. */
    private static final int[] MSS = {48, 216, 536, 1220, 1400, 1440, 1460, 8960};

    private final KeyedHash addresses;
    private final KeyedHash contents;

    /** Cookies under fresh keys. */
    public SynCookies(Randomness randomness) {
        addresses = KeyedHash.keyedBy(randomness);
        contents = KeyedHash.keyedBy(randomness);
    }

    /**
     * The initial sequence number of the SYN,ACK that answers a SYN. Addresses in their 128-bit form.
     *
     * @param synSeq the number of the SYN
     * @param mss what the peer takes: its option, or the default of the family
     */
    public int make(long now, long remoteHi, long remoteLo, long localHi, long localLo, int ports, int synSeq, int mss) {
        long who = addresses.hash(remoteHi, remoteLo, localHi, localLo);
        long syn = (long) synSeq << 32 | ports & 0xffff_ffffL;
        long period = now / PERIOD;
        int index = index(mss);
        int cookie = (int) period << 24 | index << MSS_AT | (int) contents.hash(who, syn, period << 3 | index) & LOW;
        return cookie + (int) contents.hash(who, syn, EVER);
    }

    /**
     * What the ACK of a SYN,ACK brings back.
     *
     * @param synSeq SEG.SEQ - 1 of the ACK
     * @param iss SEG.ACK - 1 of the ACK
     * @return what the peer takes, rounded down; 0 if this end has not made the number, or too long ago
     */
    public int check(long now, long remoteHi, long remoteLo, long localHi, long localLo, int ports, int synSeq, int iss) {
        long who = addresses.hash(remoteHi, remoteLo, localHi, localLo);
        long syn = (long) synSeq << 32 | ports & 0xffff_ffffL;
        int cookie = iss - (int) contents.hash(who, syn, EVER);
        int age = (int) (now / PERIOD) - (cookie >>> 24) & 0xff;
        if (age >= LIFE) {
            return 0;
        }
        int index = cookie >>> MSS_AT & MSS.length - 1;
        int proof = (int) contents.hash(who, syn, now / PERIOD - age << 3 | index) & LOW;
        return (cookie & LOW) == proof ? MSS[index] : 0;
    }

    /** The largest of the table that is not more than the peer takes. */
    private static int index(int mss) {
        int index = MSS.length - 1;
        while (index > 0 && MSS[index] > mss) {
            index--;
        }
        return index;
    }
}
