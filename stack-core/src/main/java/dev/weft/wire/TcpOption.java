package dev.weft.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * An option of a TCP header (RFC 9293 §3.2). The end of the list is not one of them: it is written where padding is needed
 * and ends the list when read.
 *
 * <p>The static writers are for the data path: they make no garbage, each fills whole 32-bit words (with NOPs before the
 * option, as RFC 7323 Appendix A lays them out) and returns how many bytes it wrote.
 */
public sealed interface TcpOption {

    /** Kind of the end of the list, one byte without a length. */
    int END = 0;
    /** Kind of the byte that means nothing. */
    int NOP = 1;
    /** Kind of {@link MaximumSegmentSize}. */
    int MSS = 2;
    /** Kind of {@link WindowScale}. */
    int WINDOW_SCALE = 3;
    /** Kind of {@link SackPermitted}. */
    int SACK_PERMITTED = 4;
    /** Kind of {@link Sack}. */
    int SACK = 5;
    /** Kind of {@link Timestamps}. */
    int TIMESTAMPS = 8;
    /** Kind of {@link FastOpen}. */
    int FAST_OPEN = 34;

    /** The longest cookie of {@link FastOpen}. */
    int FAST_OPEN_LONGEST = 16;

    /** How many bytes {@link #writeMss} writes. */
    int MSS_WRITTEN = 4;
    /** How many bytes {@link #writeWindowScale} writes. */
    int WINDOW_SCALE_WRITTEN = 4;
    /** How many bytes {@link #writeSackPermitted} writes. */
    int SACK_PERMITTED_WRITTEN = 4;
    /** How many bytes {@link #writeTimestamps} writes. */
    int TIMESTAMPS_WRITTEN = 12;

    /** How many bytes it takes in the header. */
    int length();

    /** Writes it and returns how many bytes it took. */
    int emit(MemorySegment segment, long offset);

    /** Whether an option of this kind and length (with its kind and length bytes) is one that Weft reads. */
    static boolean isKnown(int kind, int length) {
        return switch (kind) {
            case MSS -> length == 4;
            case WINDOW_SCALE -> length == 3;
            case SACK_PERMITTED -> length == 2;
            case SACK -> length >= 10 && (length - 2) % 8 == 0;
            case TIMESTAMPS -> length == 10;
            case FAST_OPEN -> isCookieLength(length - 2);
            default -> false;
        };
    }

    /** RFC 7413 §4.1.1: none, which asks for a cookie, or 4 to 16 bytes, an even number of them. */
    static boolean isCookieLength(int bytes) {
        return bytes == 0 || bytes >= 4 && bytes <= FAST_OPEN_LONGEST && (bytes & 1) == 0;
    }

    /** Writes a maximum segment size. */
    static int writeMss(MemorySegment segment, long offset, int mss) {
        Bytes.set32(segment, offset, MSS << 24 | 4 << 16 | mss & 0xffff);
        return MSS_WRITTEN;
    }

    /** Writes a window scale. */
    static int writeWindowScale(MemorySegment segment, long offset, int shift) {
        Bytes.set32(segment, offset, NOP << 24 | WINDOW_SCALE << 16 | 3 << 8 | shift & 0xff);
        return WINDOW_SCALE_WRITTEN;
    }

    /** Writes SACK-permitted. */
    static int writeSackPermitted(MemorySegment segment, long offset) {
        Bytes.set32(segment, offset, NOP << 24 | NOP << 16 | SACK_PERMITTED << 8 | 2);
        return SACK_PERMITTED_WRITTEN;
    }

    /** Writes timestamps. */
    static int writeTimestamps(MemorySegment segment, long offset, int value, int echoReply) {
        Bytes.set32(segment, offset, NOP << 24 | NOP << 16 | TIMESTAMPS << 8 | 10);
        Bytes.set32(segment, offset + 4, value);
        Bytes.set32(segment, offset + 8, echoReply);
        return TIMESTAMPS_WRITTEN;
    }

    /** Writes SACK-permitted and timestamps side by side, in no more bytes than the latter take alone, as Linux lays them out. */
    static int writeSackPermittedAndTimestamps(MemorySegment segment, long offset, int value, int echoReply) {
        Bytes.set32(segment, offset, SACK_PERMITTED << 24 | 2 << 16 | TIMESTAMPS << 8 | 10);
        Bytes.set32(segment, offset + 4, value);
        Bytes.set32(segment, offset + 8, echoReply);
        return TIMESTAMPS_WRITTEN;
    }

    /** How many bytes {@link #writeFastOpen} writes for a cookie of so many. */
    static int fastOpenWritten(int cookieLength) {
        return cookieLength + 2 + 3 & ~3;
    }

    /** Writes a cookie whose bytes are the first of {@code hi} and {@code lo}; without any it asks for one. */
    static int writeFastOpen(MemorySegment segment, long offset, int cookieLength, long hi, long lo) {
        int written = fastOpenWritten(cookieLength);
        long at = offset;
        for (int i = written - cookieLength - 2; i > 0; i--) {
            Bytes.set8(segment, at++, NOP);
        }
        Bytes.set8(segment, at++, FAST_OPEN);
        Bytes.set8(segment, at++, cookieLength + 2);
        for (int i = 0; i < cookieLength; i++) {
            Bytes.set8(segment, at++, (int) ((i < 8 ? hi : lo) >>> 56 - 8 * (i & 7)) & 0xff);
        }
        return written;
    }

    /**
     * Writes the first {@code count} SACK blocks of {@code edges}, in which left and right edges alternate; 4 + 8 ×
     * {@code count} bytes.
     */
    static int writeSack(MemorySegment segment, long offset, int[] edges, int count) {
        Bytes.set32(segment, offset, NOP << 24 | NOP << 16 | SACK << 8 | 2 + 8 * count);
        for (int i = 0; i < 2 * count; i++) {
            Bytes.set32(segment, offset + 4 + 4L * i, edges[i]);
        }
        return 4 + 8 * count;
    }

    /** One byte that means nothing, to align what follows. */
    record NoOperation() implements TcpOption {

        @Override
        public int length() {
            return 1;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, NOP);
            return 1;
        }
    }

    /**
     * The largest segment the sender of it takes (RFC 9293 §3.7.1).
     *
     * @param mss in bytes of payload, without options; 0 to 65,535
     */
    record MaximumSegmentSize(int mss) implements TcpOption {

        /** Checks the range. */
        public MaximumSegmentSize {
            Ranges.checkBits(16, "a TCP option", "maximum segment size", mss);
        }

        @Override
        public int length() {
            return 4;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            return writeMss(segment, offset, mss);
        }
    }

    /**
     * How far the window fields of the sender of it are to be shifted (RFC 7323 §2.2).
     *
     * @param shift 0 to 255; more than 14 is to be used as 14 (RFC 7323 §2.3)
     */
    record WindowScale(int shift) implements TcpOption {

        /** Checks the range. */
        public WindowScale {
            Ranges.checkBits(8, "a TCP option", "shift count", shift);
        }

        @Override
        public int length() {
            return 3;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, WINDOW_SCALE);
            Bytes.set8(segment, offset + 1, 3);
            Bytes.set8(segment, offset + 2, shift);
            return 3;
        }
    }

    /** The sender of it understands selective acknowledgements (RFC 2018 §2). */
    record SackPermitted() implements TcpOption {

        @Override
        public int length() {
            return 2;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set16(segment, offset, SACK_PERMITTED << 8 | 2);
            return 2;
        }
    }

    /**
     * A range of sequence numbers.
     *
     * @param left the first of them
     * @param right the one behind the last
     */
    record Block(int left, int right) {
    }

    /**
     * Ranges that arrived beyond what is acknowledged (RFC 2018 §3).
     *
     * @param blocks one to four
     */
    record Sack(List<Block> blocks) implements TcpOption {

        /** Checks the number and copies the list. */
        public Sack {
            blocks = List.copyOf(blocks);
            Ranges.check(!blocks.isEmpty() && blocks.size() <= 4, "a TCP option", "number of SACK blocks", blocks.size());
        }

        @Override
        public int length() {
            return 2 + 8 * blocks.size();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set16(segment, offset, SACK << 8 | length());
            long at = offset + 2;
            for (Block block : blocks) {
                Bytes.set32(segment, at, block.left);
                Bytes.set32(segment, at + 4, block.right);
                at += 8;
            }
            return length();
        }
    }

    /**
     * When this was sent and what it answers (RFC 7323 §3.2).
     *
     * @param value TSval
     * @param echoReply TSecr
     */
    record Timestamps(int value, int echoReply) implements TcpOption {

        @Override
        public int length() {
            return 10;
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set16(segment, offset, TIMESTAMPS << 8 | 10);
            Bytes.set32(segment, offset + 2, value);
            Bytes.set32(segment, offset + 6, echoReply);
            return 10;
        }
    }

    /**
     * A cookie that lets a SYN carry data, or a request for one (RFC 7413 §4.1.1).
     *
     * @param cookie 4 to 16 bytes, an even number; none asks for a cookie
     */
    record FastOpen(Octets cookie) implements TcpOption {

        /** Checks the length. */
        public FastOpen {
            Ranges.check(isCookieLength(cookie.length()), "a TCP option", "length of a fast open cookie", cookie.length());
        }

        @Override
        public int length() {
            return 2 + cookie.length();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set16(segment, offset, FAST_OPEN << 8 | length());
            cookie.emit(segment, offset + 2);
            return length();
        }
    }

    /**
     * An option that Weft passes over: of a kind it does not know, or of a known kind with a length that it cannot have.
     *
     * @param kind 2 to 255
     * @param data what follows the length byte, at most 38 bytes
     */
    record Unknown(int kind, Octets data) implements TcpOption {

        /** Checks the ranges, and that it is not one of the others. */
        public Unknown {
            Ranges.check(kind > NOP && kind <= 0xff, "an unknown TCP option", "kind", kind);
            Ranges.check(data.length() <= 38 && !isKnown(kind, 2 + data.length()),
                    "an unknown TCP option of kind " + kind, "length of data", data.length());
        }

        @Override
        public int length() {
            return 2 + data.length();
        }

        @Override
        public int emit(MemorySegment segment, long offset) {
            Bytes.set8(segment, offset, kind);
            Bytes.set8(segment, offset + 1, length());
            data.emit(segment, offset + 2);
            return length();
        }
    }

    /** Reads the options from {@code at} to {@code end}, which {@link TcpView} has found to be legal. */
    static List<TcpOption> parseLegal(MemorySegment segment, long at, long end) {
        var options = new ArrayList<TcpOption>();
        while (at < end) {
            int kind = Bytes.u8(segment, at);
            if (kind == END) {
                break;
            }
            if (kind == NOP) {
                options.add(new NoOperation());
                at++;
                continue;
            }
            int length = Bytes.u8(segment, at + 1);
            options.add(isKnown(kind, length) ? known(segment, at, kind, length)
                    : new Unknown(kind, Octets.copyOf(segment, at + 2, length - 2)));
            at += length;
        }
        return options;
    }

    private static TcpOption known(MemorySegment segment, long at, int kind, int length) {
        return switch (kind) {
            case MSS -> new MaximumSegmentSize(Bytes.u16(segment, at + 2));
            case WINDOW_SCALE -> new WindowScale(Bytes.u8(segment, at + 2));
            case SACK_PERMITTED -> new SackPermitted();
            case SACK -> {
                var blocks = new ArrayList<Block>();
                for (long edge = at + 2; edge < at + length; edge += 8) {
                    blocks.add(new Block(Bytes.i32(segment, edge), Bytes.i32(segment, edge + 4)));
                }
                yield new Sack(blocks);
            }
            case FAST_OPEN -> new FastOpen(Octets.copyOf(segment, at + 2, length - 2));
            default -> new Timestamps(Bytes.i32(segment, at + 2), Bytes.i32(segment, at + 6));
        };
    }
}
