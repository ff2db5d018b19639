package dev.weft.wire;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Native memory of exactly the length of a packet: whoever reads past its end gets an exception. */
final class Exact {

    private Exact() {
    }

    /** {@code length} bytes of no particular content: 0x5a, so that whoever relies on zeros fails. */
    static MemorySegment of(int length) {
        return Arena.ofAuto().allocate(length).fill((byte) 0x5a);
    }

    /** A copy of these bytes. */
    static MemorySegment of(byte[] bytes) {
        MemorySegment segment = Arena.ofAuto().allocate(bytes.length);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    /** The bytes that these hexadecimal digits spell; blanks do not count. */
    static MemorySegment ofHex(String digits) {
        return of(HexFormat.of().parseHex(digits.replaceAll("\\s", "")));
    }
}
