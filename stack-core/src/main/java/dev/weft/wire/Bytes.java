package dev.weft.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Numbers in network byte order (big endian, RFC 1700 "Data Notations") at any offset of a segment, aligned or not.
 *
 * <p>Widths are in bits; {@code i32} is the same field as {@code u32} in an {@code int}, for sequence numbers and IPv4
 * addresses, which are bit patterns rather than quantities. Setters write the low bits of their argument and ignore the
 * rest, as the fields of a header do. All methods are free of garbage and throw {@link IndexOutOfBoundsException} when
 * the field does not lie inside the segment; parsers check lengths first and never rely on that.
 */
public final class Bytes {

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Bytes() {
    }

    /** The byte at {@code offset}, 0 to 255. */
    public static int u8(MemorySegment segment, long offset) {
        return segment.get(JAVA_BYTE, offset) & 0xff;
    }

    /** The 16-bit number at {@code offset}, 0 to 65,535. */
    public static int u16(MemorySegment segment, long offset) {
        return segment.get(SHORT, offset) & 0xffff;
    }

    /** The 32 bits at {@code offset} as they are. */
    public static int i32(MemorySegment segment, long offset) {
        return segment.get(INT, offset);
    }

    /** The 32-bit number at {@code offset}, 0 to 2<sup>32</sup> − 1. */
    public static long u32(MemorySegment segment, long offset) {
        return Integer.toUnsignedLong(segment.get(INT, offset));
    }

    /** The 48-bit number at {@code offset}, a MAC address for instance. */
    public static long u48(MemorySegment segment, long offset) {
        return (long) u16(segment, offset) << 32 | u32(segment, offset + 2);
    }

    /** The 64 bits at {@code offset} as they are. */
    public static long u64(MemorySegment segment, long offset) {
        return segment.get(LONG, offset);
    }

    /** Writes the low 8 bits of {@code value}. */
    public static void set8(MemorySegment segment, long offset, int value) {
        segment.set(JAVA_BYTE, offset, (byte) value);
    }

    /** Writes the low 16 bits of {@code value}. */
    public static void set16(MemorySegment segment, long offset, int value) {
        segment.set(SHORT, offset, (short) value);
    }

    /** Writes 32 bits. */
    public static void set32(MemorySegment segment, long offset, int value) {
        segment.set(INT, offset, value);
    }

    /** Writes the low 48 bits of {@code value}. */
    public static void set48(MemorySegment segment, long offset, long value) {
        set16(segment, offset, (int) (value >>> 32));
        set32(segment, offset + 2, (int) value);
    }

    /** Writes 64 bits. */
    public static void set64(MemorySegment segment, long offset, long value) {
        segment.set(LONG, offset, value);
    }

    /** Copies {@code length} bytes; the two ranges may overlap. */
    public static void copy(MemorySegment from, long fromOffset, MemorySegment to, long toOffset, long length) {
        MemorySegment.copy(from, fromOffset, to, toOffset, length);
    }

    /** A heap copy of {@code length} bytes from {@code offset}. */
    public static byte[] toArray(MemorySegment segment, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(segment, JAVA_BYTE, offset, bytes, 0, length);
        return bytes;
    }
}
