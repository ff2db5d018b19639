package dev.weft.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that never change and are equal by content: the opaque part of a value such as an option of a header. */
public final class Octets {

    /** No bytes. */
    public static final Octets EMPTY = new Octets(new byte[0]);

    private final byte[] bytes;

    private Octets(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of these bytes. */
    public static Octets of(byte... bytes) {
        return new Octets(bytes.clone());
    }

    /** A copy of {@code length} bytes of a segment. */
    public static Octets copyOf(MemorySegment segment, long offset, int length) {
        return new Octets(Bytes.toArray(segment, offset, length));
    }

    /** How many bytes there are. */
    public int length() {
        return bytes.length;
    }

    /** The byte at {@code index}, 0 to 255. */
    public int at(int index) {
        return bytes[index] & 0xff;
    }

    /** A copy. */
    public byte[] toArray() {
        return bytes.clone();
    }

    /** Writes them to {@code offset} of a segment and returns how many there are. */
    public int emit(MemorySegment segment, long offset) {
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, offset, bytes.length);
        return bytes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets octets && Arrays.equals(bytes, octets.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Hexadecimal digits, those of the first 32 bytes when there are more. */
    @Override
    public String toString() {
        String shown = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 32));
        return bytes.length > 32 ? shown + "… (" + bytes.length + " bytes)" : shown;
    }
}
