package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportPackets;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.wire.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code struct virtio_net_hdr} byte by byte, as it comes and as it goes; what is wrong in it is a discard, and no exception. */
class VnetHeaderTest {

    private final Arena arena = Arena.ofConfined();
    private final VnetHeader header = new VnetHeader();
    private byte[] frame = Shape.of(LinkType.ETHERNET, false, true, TransportPackets.ACK).large(new byte[3000]);
    private static final int TRANSPORT = 34;
    private static final int PAYLOAD = 54;

    @AfterEach
    void close() {
        arena.close();
    }

    private static byte[] header(int flags, int gsoType, int headerLength, int size, int start, int offset) {
        return ByteBuffer.allocate(VnetHeader.LENGTH).order(ByteOrder.LITTLE_ENDIAN).put((byte) flags).put((byte) gsoType)
                .putShort((short) headerLength).putShort((short) size).putShort((short) start).putShort((short) offset).array();
    }

    private MemorySegment memory(byte[] vnet) {
        MemorySegment memory = arena.allocate(VnetHeader.LENGTH + frame.length);
        MemorySegment.copy(vnet, 0, memory, ValueLayout.JAVA_BYTE, 0, vnet.length);
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, VnetHeader.LENGTH, frame.length);
        return memory;
    }

    private boolean read(byte[] vnet) {
        return header.read(memory(vnet), 0, frame.length, LinkType.ETHERNET);
    }

    @Test
    void readsWhatTheKernelSaysOfAChecksum() {
        assertThat(read(header(0, 0, 0, 0, 0, 0))).isTrue();
        assertThat(header.checksum()).as("to be verified").isEqualTo(ChecksumMark.COMPLETE);
        assertThat(read(header(VnetHeader.DATA_VALID, 0, 0, 0, 0, 0))).isTrue();
        assertThat(header.checksum()).isEqualTo(ChecksumMark.VERIFIED);
        assertThat(read(header(VnetHeader.NEEDS_CSUM, 0, 0, 0, TRANSPORT, 16))).isTrue();
        assertThat(header.checksum()).isEqualTo(ChecksumMark.PARTIAL);
        assertThat(header.segmentSize()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"false,true,1", "false,true,129", "true,true,4", "true,true,132", "false,false,5", "true,false,5"})
    void readsTheSegmentSizeOfEachKind(boolean ipv6, boolean tcp, int gsoType) {
        Shape shape = Shape.of(LinkType.ETHERNET, ipv6, tcp, TransportPackets.ACK);
        frame = shape.large(new byte[3000]);
        int transport = ipv6 ? 54 : 34;
        assertThat(read(header(VnetHeader.NEEDS_CSUM, gsoType, shape.headerLength(), 1448, transport, tcp ? 16 : 6))).isTrue();
        assertThat(header.segmentSize()).isEqualTo(1448);
        assertThat(header.checksum()).isEqualTo(ChecksumMark.PARTIAL);
    }

    @Test
    void refusesWhatMakesNoSense() {
        int needs = VnetHeader.NEEDS_CSUM;
        assertThat(read(header(needs, 2, PAYLOAD, 1448, TRANSPORT, 16))).as("unknown type").isFalse();
        assertThat(read(header(needs, 3, PAYLOAD, 1448, TRANSPORT, 16))).as("UDP fragments were not asked for").isFalse();
        assertThat(read(header(needs, 4, PAYLOAD, 1448, TRANSPORT, 16))).as("IPv6 of an IPv4 packet").isFalse();
        assertThat(read(header(needs, 5, PAYLOAD, 1448, TRANSPORT, 16))).as("UDP of a TCP segment").isFalse();
        assertThat(read(header(needs, 1, PAYLOAD, 0, TRANSPORT, 16))).as("size 0").isFalse();
        assertThat(read(header(0, 1, PAYLOAD, 1448, 0, 0))).as("segments without checksums to be finished").isFalse();
        assertThat(read(header(VnetHeader.DATA_VALID, 1, PAYLOAD, 1448, 0, 0))).as("the same").isFalse();
        assertThat(read(header(needs, 1, frame.length + 1, 1448, TRANSPORT, 16))).as("headers beyond the end").isFalse();
        assertThat(read(header(needs, 0, 0, 0, frame.length - 1, 0))).as("a field beyond the end").isFalse();
        assertThat(read(header(needs, 0, 0, 0, 0xffff, 0xffff))).isFalse();
        assertThat(read(header(needs, 1, PAYLOAD, 1448, TRANSPORT, 4))).as("another field of a large segment").isFalse();
        frame = new byte[3];
        assertThat(read(header(needs, 1, 3, 1448, 0, 0))).as("nothing of a packet").isFalse();
    }

    @Test
    void finishesAChecksumThatNobodyElseWouldFind() {
        byte[] vnet = header(VnetHeader.NEEDS_CSUM, 0, 0, 0, 60, 8);
        MemorySegment memory = memory(vnet);
        assertThat(header.read(memory, 0, frame.length, LinkType.ETHERNET)).isTrue();
        assertThat(header.checksum()).isEqualTo(ChecksumMark.COMPLETE);
        assertThat(Checksum.finish(Checksum.sum(memory, VnetHeader.LENGTH + 60, frame.length - 60, 0))).isZero();
    }

    @Test
    void takesAnyBytes() {
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] vnet = new byte[VnetHeader.LENGTH];
            random.nextBytes(vnet);
            vnet[0] &= 3;
            vnet[1] &= (byte) 0x87;
            vnet[7] &= 1;
            vnet[9] = 0;
            frame = Shape.random(random).large(new byte[random.nextInt(200)]);
            header.read(memory(vnet), 0, frame.length, random.nextBoolean() ? LinkType.ETHERNET : LinkType.RAW_IP);
        }
    }

    private OutFrame out(byte[] bytes) {
        var out = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        int at = out.append(200);
        MemorySegment.copy(bytes, 0, out.head(), ValueLayout.JAVA_BYTE, at, 200);
        MemorySegment rest = arena.allocate(bytes.length - 200);
        MemorySegment.copy(bytes, 200, rest, ValueLayout.JAVA_BYTE, 0, bytes.length - 200);
        out.addPiece(rest, 0, bytes.length - 200);
        return out;
    }

    private static byte[] written(OutFrame out) {
        return out.head().asSlice(out.start(), VnetHeader.LENGTH).toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void writesNothingOfAPlainFrame() {
        OutFrame out = out(frame);
        assertThat(header.prepend(out, LinkType.ETHERNET)).isTrue();
        assertThat(written(out)).containsExactly(new byte[VnetHeader.LENGTH]);
        assertThat(out.length()).isEqualTo(VnetHeader.LENGTH + frame.length);
    }

    @Test
    void writesWhereTheChecksumIsAndHowToCut() {
        OutFrame out = out(frame);
        out.mark(ChecksumMark.PARTIAL, 0);
        header.prepend(out, LinkType.ETHERNET);
        assertThat(written(out)).isEqualTo(header(VnetHeader.NEEDS_CSUM, 0, 0, 0, TRANSPORT, 16));
        out.strip(VnetHeader.LENGTH);
        out.mark(ChecksumMark.PARTIAL, 1448);
        header.prepend(out, LinkType.ETHERNET);
        assertThat(written(out)).isEqualTo(header(VnetHeader.NEEDS_CSUM, VnetHeader.GSO_TCPV4, PAYLOAD, 1448, TRANSPORT, 16));
        out.strip(VnetHeader.LENGTH);
        out.mark(ChecksumMark.PARTIAL, 3000);
        header.prepend(out, LinkType.ETHERNET);
        assertThat(written(out)).as("one segment is no segmentation")
                .isEqualTo(header(VnetHeader.NEEDS_CSUM, 0, 0, 0, TRANSPORT, 16));
    }

    @Test
    void writesTheKindOfEachAndThatTheFirstSegmentCarriesCwr() {
        Shape tcp6 = Shape.of(LinkType.RAW_IP, true, true, TransportPackets.ACK | TransportPackets.CWR);
        OutFrame out = out(tcp6.large(new byte[3000]));
        out.mark(ChecksumMark.PARTIAL, 1000);
        header.prepend(out, LinkType.RAW_IP);
        assertThat(written(out)).isEqualTo(header(VnetHeader.NEEDS_CSUM, VnetHeader.GSO_TCPV6 | VnetHeader.GSO_ECN, 60, 1000, 40, 16));
        out = out(Shape.of(LinkType.RAW_IP, false, false, 0).large(new byte[3000]));
        out.mark(ChecksumMark.PARTIAL, 1000);
        header.prepend(out, LinkType.RAW_IP);
        assertThat(written(out)).isEqualTo(header(VnetHeader.NEEDS_CSUM, VnetHeader.GSO_UDP, 28, 1000, 20, 6));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1448})
    void refusesAFrameWhoseMarksItsBytesDoNotAllow(int size) {
        frame[23] = 1;              // ICMP
        OutFrame out = out(frame);
        out.mark(ChecksumMark.PARTIAL, size);
        assertThat(header.prepend(out, LinkType.ETHERNET)).isFalse();
        assertThat(out.length()).as("nothing was prepended").isEqualTo(frame.length);
        out.mark(ChecksumMark.COMPLETE, 1448);
        assertThat(header.prepend(out, LinkType.ETHERNET)).as("a large segment has no complete checksum").isFalse();
    }
}
