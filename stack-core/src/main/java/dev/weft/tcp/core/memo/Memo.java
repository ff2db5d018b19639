package dev.weft.tcp.core.memo;

import java.util.Arrays;

/**
 * The numbers of a connection that sleeps, in as few bits as they need. One walk over them writes them down and, the same walk
 * over new parts, takes them back: each method returns what it was given while the memo is being written, and what was given
 * then while it is read. So a field is kept by
 * <pre>{@code
 * srtt = memo.number(srtt, 0);
 * }</pre>
 * and what is said to be usual, which must be known both times, takes one bit. A number that is not takes seven bits and as many
 * as its distance from that has; so a time costs little after one that was near it, a sequence number beside one that is.
 *
 * <p>Not for two threads, nor in two versions of the stack: nothing in it says what is what.
 */
public final class Memo {

    private static final int FIRST = 256;
    /** The bits that say how many bits follow. */
    private static final int LENGTH_BITS = 6;

    private byte[] bytes;
    private final boolean reading;
    private int at;
    private long lastTime;

    private Memo(byte[] bytes, boolean reading) {
        this.bytes = bytes;
        this.reading = reading;
    }

    /** One to be written. */
    public static Memo blank() {
        return new Memo(new byte[FIRST], false);
    }

    /** One to be read, as {@link #bytes} gave it. */
    public static Memo of(byte[] kept) {
        return new Memo(kept, true);
    }

    /** What has been written. */
    public byte[] bytes() {
        return Arrays.copyOf(bytes, at + Byte.SIZE - 1 >> 3);
    }

    public boolean flag(boolean value) {
        if (reading) {
            return take(1) != 0;
        }
        put(value ? 1 : 0, 1);
        return value;
    }

    /** A number that often is {@code usual}, or near it. */
    public long number(long value, long usual) {
        if (reading) {
            if (take(1) == 0) {
                return usual;
            }
            int length = (int) take(LENGTH_BITS);
            long distance = 1L << length | take(length);
            return usual + (distance >>> 1 ^ -(distance & 1));
        }
        if (value == usual) {
            put(0, 1);
            return value;
        }
        long distance = value - usual;
        distance = distance << 1 ^ distance >> 63;   // small also where it is negative
        int length = 63 - Long.numberOfLeadingZeros(distance);
        put(1 | (long) length << 1, 1 + LENGTH_BITS);
        put(distance, length);                       // without its highest bit, which is known
        return value;
    }

    /** The same, of 32 bits: also across their wrap. */
    public int number(int value, int usual) {
        return usual + (int) number((long) (value - usual), 0L);
    }

    /** A time: often {@code usual}, or else near the time before it in this memo. */
    public long time(long value, long usual) {
        if (flag(value != usual)) {
            lastTime = number(value, lastTime);
            return lastTime;
        }
        return usual;
    }

    /** A number with a fraction: often 0. */
    public double real(double value) {
        return Double.longBitsToDouble(Long.reverse(number(Long.reverse(Double.doubleToRawLongBits(value)), 0L)));
    }

    /** One of {@code all}, or null. */
    public <E extends Enum<E>> E one(E value, E[] all) {
        int index = number(value == null ? -1 : value.ordinal(), 0);
        return index < 0 ? null : all[index];
    }

    private void put(long value, int count) {
        if (at + count > bytes.length << 3) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        long rest = value;
        for (int left = count; left > 0; ) {
            int skip = at & 7;
            int n = Math.min(left, Byte.SIZE - skip);
            bytes[at >> 3] |= (byte) ((rest & (1 << n) - 1) << skip);
            rest >>>= n;
            at += n;
            left -= n;
        }
    }

    private long take(int count) {
        long value = 0;
        for (int have = 0; have < count; ) {
            int skip = at & 7;
            int n = Math.min(count - have, Byte.SIZE - skip);
            value |= (bytes[at >> 3] >>> skip & (1L << n) - 1) << have;
            at += n;
            have += n;
        }
        return value;
    }
}
