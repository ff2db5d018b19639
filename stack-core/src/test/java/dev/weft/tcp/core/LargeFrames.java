package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What devices with offloads do, written once more for the simulation: cuts large segments, joins small ones. */
final class LargeFrames {

    private static final int LARGEST = 65_000;

    private LargeFrames() {
    }

    /** The segments that a device cuts {@code large} into: CWR on the first alone, PSH and FIN on the last alone. */
    static List<TcpSegment> cut(TcpSegment large) {
        var pieces = new ArrayList<TcpSegment>();
        byte[] text = new byte[large.payload.length()];
        large.payload.copyTo(0, MemorySegment.ofArray(text), 0, text.length);
        for (int at = 0; at < text.length; at += large.segmentSize) {
            var piece = new TcpSegment();
            piece.copyHeader(large);
            piece.segmentSize = 0;
            piece.seq = large.seq + at;
            int to = Math.min(text.length, at + large.segmentSize);
            if (at > 0) {
                piece.flags &= ~TcpFlags.CWR;
            }
            if (to < text.length) {
                piece.flags &= ~(TcpFlags.PSH | TcpFlags.FIN);
            }
            fill(piece.payload, Arrays.copyOfRange(text, at, to));
            pieces.add(piece);
        }
        return pieces;
    }

    private static void fill(Pieces payload, byte[] text) {
        payload.add(MemorySegment.ofArray(text), 0, text.length);
    }

    /**
     * The two as one, the way Linux joins what it receives; null where it would not: {@code second} follows {@code first} with
     * the same header but for PSH and FIN, {@code first} consists of full segments of {@code size} bytes and has neither.
     */
    static byte[] join(byte[] first, int size, byte[] second) {
        if (first.length < TcpHeader.LENGTH || second.length < TcpHeader.LENGTH) {
            return null;
        }
        int header = header(first);
        int text = first.length - header;
        int more = second.length - header(second);
        boolean alike = header == header(second) && header >= TcpHeader.LENGTH && more > 0 && text > 0 && size > 0
                && more <= size && text % size == 0
                && first.length + more < LARGEST && first[TcpHeader.FLAGS] == TcpFlags.ACK
                && (second[TcpHeader.FLAGS] & ~(TcpFlags.PSH | TcpFlags.FIN)) == TcpFlags.ACK
                && seq(first) + text == seq(second)
                && Arrays.equals(first, TcpHeader.ACK, TcpHeader.DATA_OFFSET, second, TcpHeader.ACK, TcpHeader.DATA_OFFSET)
                && Arrays.equals(first, TcpHeader.WINDOW, TcpHeader.CHECKSUM, second, TcpHeader.WINDOW, TcpHeader.CHECKSUM)
                && Arrays.equals(first, TcpHeader.LENGTH, header, second, TcpHeader.LENGTH, header);
        if (!alike || !isRight(first) || !isRight(second)) {
            return null;
        }
        byte[] joined = Arrays.copyOf(first, first.length + more);
        System.arraycopy(second, header, joined, first.length, more);
        joined[TcpHeader.FLAGS] = second[TcpHeader.FLAGS];
        MemorySegment bytes = MemorySegment.ofArray(joined);
        Bytes.set16(bytes, TcpHeader.CHECKSUM, 0);
        Bytes.set16(bytes, TcpHeader.CHECKSUM, sum(joined));
        return joined;
    }

    static int header(byte[] segment) {
        return (segment[TcpHeader.DATA_OFFSET] >>> 4 & 0xf) * 4;
    }

    private static int seq(byte[] segment) {
        return Bytes.i32(MemorySegment.ofArray(segment), TcpHeader.SEQ);
    }

    private static boolean isRight(byte[] segment) {
        return sum(segment) == 0;
    }

    private static int sum(byte[] segment) {
        long sum = Checksum.pseudoHeader(0, 0, 0, 0, IpProtocol.TCP, segment.length);
        return Checksum.finish(Checksum.sum(MemorySegment.ofArray(segment), 0, segment.length, sum));
    }
}
