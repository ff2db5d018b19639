package dev.weft.device.capture;

import dev.weft.wire.Bytes;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Writes the blocks of a pcapng file (draft-ietf-opsawg-pcapng), in big endian. A block is
 * <pre>
 *  0      4              8                       length − 4
 *  ├ type ┼ length (all) ┼ body … padded to 32 bits ┼ length again ┤
 * </pre>
 * and an option within it {@code code:16 length:16 value, padded to 32 bits}. No state, no I/O; the caller provides room.
 */
final class Pcapng {

    /** Received by the interface, in the flags of a packet block (§4.3.1). */
    static final int INBOUND = 1;
    /** Sent by the interface. */
    static final int OUTBOUND = 2;

    static final int SECTION_HEADER = 0x0a0d_0d0a;
    static final int INTERFACE_DESCRIPTION = 1;
    static final int ENHANCED_PACKET = 6;
    static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;

    // Link types (draft-ietf-opsawg-pcaplinktype): Ethernet; an IPv4 or IPv6 header at once.
    static final int LINKTYPE_ETHERNET = 1;
    static final int LINKTYPE_RAW = 101;

    static final int OPTION_APPLICATION = 4;
    static final int OPTION_IF_NAME = 2;
    static final int OPTION_IF_TSRESOL = 9;
    static final int OPTION_EPB_FLAGS = 2;

    /** Bytes of a packet block before the frame's. */
    static final int PACKET_PREFIX = 28;
    /** The flags, the end of options, the length again. */
    private static final int PACKET_SUFFIX = 8 + 4 + 4;
    private static final byte NANOSECONDS = 9;

    private Pcapng() {
    }

    /** The bytes of a section header (§4.1) and the description of the one interface (§4.2) that begin a file. */
    static int writePreamble(MemorySegment to, String application, int linkType, String iface) {
        int at = 0;
        Bytes.set32(to, at, SECTION_HEADER);
        Bytes.set32(to, at + 8, BYTE_ORDER_MAGIC);
        Bytes.set16(to, at + 12, 1);                // version 1.0
        Bytes.set16(to, at + 14, 0);
        Bytes.set64(to, at + 16, -1);               // the section's length is not known
        int end = writeOption(to, at + 24, OPTION_APPLICATION, application.getBytes(StandardCharsets.UTF_8));
        at = endBlock(to, at, end);

        int second = at;
        Bytes.set32(to, second, INTERFACE_DESCRIPTION);
        Bytes.set16(to, second + 8, linkType);
        Bytes.set16(to, second + 10, 0);
        Bytes.set32(to, second + 12, 0);            // no limit of a packet's length
        end = writeOption(to, second + 16, OPTION_IF_NAME, iface.getBytes(StandardCharsets.UTF_8));
        end = writeOption(to, end, OPTION_IF_TSRESOL, new byte[] {NANOSECONDS});
        return endBlock(to, second, end);
    }

    /** How long the block of a packet of {@code length} bytes is. */
    static int packetBlockLength(int length) {
        return PACKET_PREFIX + padded(length) + PACKET_SUFFIX;
    }

    /**
     * Writes an enhanced packet block (§4.3) around the {@code length} bytes that the caller has put or will put at
     * {@code at + }{@link #PACKET_PREFIX}; returns where it ends.
     *
     * @param nanos nanoseconds since 1970, UTC
     * @param direction {@link #INBOUND} or {@link #OUTBOUND}
     */
    static int writePacket(MemorySegment to, int at, int length, long nanos, int direction) {
        Bytes.set32(to, at, ENHANCED_PACKET);
        Bytes.set32(to, at + 8, 0);                 // interface 0
        Bytes.set64(to, at + 12, nanos);            // high half, then low half
        Bytes.set32(to, at + 20, length);           // captured
        Bytes.set32(to, at + 24, length);           // on the wire
        int end = at + PACKET_PREFIX + length;
        int paddedEnd = at + PACKET_PREFIX + padded(length);
        while (end < paddedEnd) {
            Bytes.set8(to, end++, 0);
        }
        Bytes.set16(to, end, OPTION_EPB_FLAGS);
        Bytes.set16(to, end + 2, 4);
        Bytes.set32(to, end + 4, direction);
        return endBlock(to, at, end + 8);
    }

    private static int writeOption(MemorySegment to, int at, int code, byte[] value) {
        Bytes.set16(to, at, code);
        Bytes.set16(to, at + 2, value.length);
        MemorySegment.copy(MemorySegment.ofArray(value), 0, to, at + 4, value.length);
        for (int i = value.length; i < padded(value.length); i++) {
            Bytes.set8(to, at + 4 + i, 0);
        }
        return at + 4 + padded(value.length);
    }

    /** Ends the options and the block that begins at {@code begin}; returns where it ends. */
    private static int endBlock(MemorySegment to, int begin, int optionsEnd) {
        Bytes.set32(to, optionsEnd, 0);             // opt_endofopt
        int length = optionsEnd + 8 - begin;
        Bytes.set32(to, begin + 4, length);
        Bytes.set32(to, optionsEnd + 4, length);
        return begin + length;
    }

    private static int padded(int length) {
        return length + 3 & ~3;
    }
}
