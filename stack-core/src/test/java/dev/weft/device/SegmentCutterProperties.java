package dev.weft.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.TransportPackets.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.statistics.Statistics;

/** Cutting in software against {@link TransportPackets}, which makes each segment from what it should say, byte by byte. */
class SegmentCutterProperties {

    @Property(tries = 500)
    void cutsIntoThePacketsThatTheRfcsWant(@ForAll long seed) {
        var random = new Random(seed);
        var shape = Shape.random(random);
        byte[] payload = new byte[random.nextInt(6000)];
        random.nextBytes(payload);
        int size = 1 + random.nextInt(1500);
        Statistics.label("payload").collect(payload.length == 0 ? "none" : payload.length <= size ? "one" : "many");
        Statistics.label("kind").collect(shape.kind());
        try (Arena arena = Arena.ofConfined()) {
            OutFrame large = frame(arena, shape.large(payload), shape.headerLength(), random);
            large.mark(ChecksumMark.PARTIAL, size);
            var cutter = new SegmentCutter();
            assertThat(cutter.begin(large, shape.linkType())).isTrue();
            List<byte[]> pieces = new ArrayList<>();
            var piece = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
            for (int left = cutter.left(); cutter.hasNext(); left--) {
                assertThat(cutter.left()).isEqualTo(left);
                cutter.next(piece);
                assertThat(piece.checksum()).isEqualTo(ChecksumMark.COMPLETE);
                assertThat(piece.segmentSize()).isZero();
                pieces.add(bytes(piece));
            }
            assertThat(cutter.left()).isZero();
            List<byte[]> expected = shape.segments(payload, size);
            assertThat(pieces).hasSameSizeAs(expected);
            for (int i = 0; i < pieces.size(); i++) {
                assertThat(pieces.get(i)).as("segment %d of %d", i, pieces.size()).isEqualTo(expected.get(i));
            }
        }
    }

    @Property(tries = 300)
    void finishesAChecksumAsIfItHadBeenComputedAtOnce(@ForAll long seed) {
        var random = new Random(seed);
        var shape = Shape.random(random);
        byte[] payload = new byte[random.nextInt(3000)];
        random.nextBytes(payload);
        byte[] expected = shape.segments(payload, Math.max(1, payload.length)).getFirst();
        byte[] partial = shape.large(payload);
        try (Arena arena = Arena.ofConfined()) {
            var cutter = new SegmentCutter();
            OutFrame frame = frame(arena, partial, shape.headerLength(), random);
            frame.mark(ChecksumMark.PARTIAL, 7);
            assertThat(cutter.finish(frame, shape.linkType())).isTrue();
            assertThat(bytes(frame)).isEqualTo(expected);
            assertThat(frame.checksum()).isEqualTo(ChecksumMark.COMPLETE);
            assertThat(frame.segmentSize()).as("who cuts it later sums anew").isEqualTo(7);

            MemorySegment copy = arena.allocate(partial.length + 3);
            MemorySegment.copy(partial, 0, copy, ValueLayout.JAVA_BYTE, 3, partial.length);
            assertThat(cutter.finish(copy, 3, partial.length, shape.linkType())).isTrue();
            assertThat(copy.asSlice(3).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        }
    }

    /** Whatever the bytes are, and whatever is cut from them: no exception, nothing read beyond the frame. */
    @Property(tries = 2000)
    void takesAnyBytes(@ForAll long seed) {
        var random = new Random(seed);
        var shape = Shape.random(random);
        byte[] bytes = shape.large(new byte[random.nextInt(40)]);
        for (int damage = random.nextInt(6); damage > 0; damage--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        bytes = Arrays.copyOf(bytes, random.nextInt(3) == 0 ? random.nextInt(bytes.length + 1) : bytes.length);
        LinkType type = random.nextInt(8) == 0 ? LinkType.RAW_IP : shape.linkType();
        try (Arena arena = Arena.ofConfined()) {
            var cutter = new SegmentCutter();
            // All of it in the head, whose end is the end of what may be read.
            OutFrame frame = frame(arena, bytes, bytes.length, random);
            frame.mark(ChecksumMark.PARTIAL, 1 + random.nextInt(30));
            var piece = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
            boolean fit = cutter.begin(frame, type);
            Statistics.collect(fit);
            for (int i = 0; fit && cutter.hasNext(); i++) {
                assertThat(i).isLessThan(bytes.length);
                cutter.next(piece);
            }
            MemorySegment exact = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, exact, ValueLayout.JAVA_BYTE, 0, bytes.length);
            assertThat(cutter.finish(exact.asSlice(0, bytes.length), 0, bytes.length, type)).isEqualTo(fit);
            assertThat(cutter.finish(frame, type)).isEqualTo(fit);
        }
    }

    /** A frame with at least {@code headers} bytes in its head and the rest in up to {@link OutFrame#MAX_PIECES} pieces. */
    private static OutFrame frame(Arena arena, byte[] bytes, int headers, Random random) {
        var frame = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        int room = Math.min(bytes.length, frame.tailroom()) - headers;
        int at = headers + (random.nextBoolean() || room <= 0 ? 0 : random.nextInt(room + 1));
        MemorySegment.copy(bytes, 0, frame.head(), ValueLayout.JAVA_BYTE, frame.append(at), at);
        while (at < bytes.length) {
            boolean last = frame.pieceCount() == OutFrame.MAX_PIECES - 1;
            int length = last ? bytes.length - at : 1 + random.nextInt(bytes.length - at);
            int offset = random.nextInt(5);
            MemorySegment memory = arena.allocate(offset + length);
            MemorySegment.copy(bytes, at, memory, ValueLayout.JAVA_BYTE, offset, length);
            frame.addPiece(memory, offset, length);
            at += length;
        }
        return frame;
    }

    private static byte[] bytes(OutFrame frame) {
        byte[] bytes = new byte[frame.length()];
        frame.copyTo(MemorySegment.ofArray(bytes), 0);
        return bytes;
    }
}
