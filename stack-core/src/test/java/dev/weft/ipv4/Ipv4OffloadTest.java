package dev.weft.ipv4;

import static dev.weft.ipv4.Ipv4Bench.PEER;
import static dev.weft.ipv4.Packets.header;
import static dev.weft.ipv4.Packets.payloadOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.OutFrame;
import dev.weft.ip.IpPath;
import dev.weft.ip.TransportChecksum;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** D5: what counts is the packet that will be on the wire, not the frame that a device cuts. The MTU is 1500. */
class Ipv4OffloadTest {

    private final Ipv4Bench bench = new Ipv4Bench();
    private final Arena arena = Arena.ofConfined();
    private IpPath path;

    @BeforeEach
    void findTheWay() throws Exception {
        path = bench.ipv4.path(null, Ipv4Address.of(PEER));
    }

    @AfterEach
    void close() {
        bench.close();
        arena.close();
    }

    private OutFrame tcp(int payload, int segmentSize) {
        OutFrame frame = bench.link.frames().tryAcquire();
        int at = frame.append(TcpHeader.LENGTH);
        TcpHeader.write(frame.head(), at, TcpHeader.LENGTH, 1, 2, 3, 4, TcpFlags.ACK, 5, 0);
        frame.addPiece(arena.allocate(Math.max(1, payload)), 0, payload);
        frame.mark(ChecksumMark.PARTIAL, segmentSize);
        return frame;
    }

    private boolean send(OutFrame frame, int protocol, boolean dontFragment) {
        boolean taken = path.send(frame, protocol, 0, 0, dontFragment);
        bench.link.frames().release(frame);
        return taken;
    }

    @Test
    void aLargeFrameWhoseSegmentsFitGoesWhole() throws Exception {
        assertThat(send(tcp(64_000, 1460), IpProtocol.TCP, true)).isTrue();
        byte[] packet = bench.link.next().bytes();
        assertThat(packet).hasSize(64_040);
        Ipv4Header header = header(packet);
        assertThat(header.dontFragment()).isTrue();
        assertThat(header.fragmentOffset()).isZero();
    }

    /** RFC 791 §3.2, RFC 1191 §3: one byte more in each segment, and none of them would pass. */
    @Test
    void oneWhoseSegmentsDoNotFitDoesNotGo() throws Exception {
        assertThat(send(tcp(64_000, 1461), IpProtocol.TCP, true)).isFalse();
        assertThat(bench.count("ipv4.out.must_not_fragment")).isEqualTo(1);
        assertThat(send(tcp(64_000, 1461), IpProtocol.TCP, false)).isFalse();
        assertThat(bench.count("ipv4.out.segments_too_long")).isEqualTo(1);
        assertThat(bench.link.sent).isEmpty();
    }

    /** RFC 1191 §4: the path may take less than the link. */
    @Test
    void theLimitIsThatOfThePath() throws Exception {
        path.tooBig(1000);
        assertThat(send(tcp(5_000, 960), IpProtocol.TCP, true)).isTrue();
        assertThat(send(tcp(5_000, 961), IpProtocol.TCP, true)).isFalse();
    }

    /** RFC 791 §3.1. */
    @Test
    void noPacketIsLongerThanItsLengthFieldSays() throws Exception {
        assertThat(send(tcp(65_495, 1460), IpProtocol.TCP, true)).isTrue();
        assertThat(send(tcp(65_496, 1460), IpProtocol.TCP, false)).isFalse();
        assertThat(bench.count("ipv4.out.too_long")).isEqualTo(1);
    }

    /** RFC 791 §3.1, RFC 6864 §4.3: each segment is a datagram with an identification of its own. */
    @Test
    void identificationsAdvanceBySegments() throws Exception {
        send(tcp(5_001, 1000), IpProtocol.TCP, false);
        int first = header(bench.link.next().bytes()).identification();
        send(tcp(10, 0), IpProtocol.TCP, false);
        assertThat(header(bench.link.next().bytes()).identification()).isEqualTo(first + 6 & 0xffff);
        send(tcp(10, 0), IpProtocol.TCP, false);
        assertThat(header(bench.link.next().bytes()).identification()).isEqualTo(first + 7 & 0xffff);
    }

    /** RFC 791 §3.2, RFC 768: a fragment has no transport header, so whoever makes it sums the whole. */
    @Test
    void aPartialChecksumIsCompletedBeforeFragments() throws Exception {
        byte[] text = Packets.pattern(2_777);
        OutFrame frame = bench.link.frames().tryAcquire();
        int at = frame.append(UdpHeader.LENGTH);
        MemorySegment piece = arena.allocate(text.length);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, piece, 0, text.length);
        frame.addPiece(piece, 0, 1_001);
        frame.addPiece(piece, 1_001, text.length - 1_001);
        long pseudo = TransportChecksum.pseudoHeader(path, IpProtocol.UDP, frame.length());
        UdpHeader.write(frame.head(), at, 7, 8, frame.length(), Checksum.fold(pseudo));
        frame.mark(ChecksumMark.PARTIAL, 0);
        assertThat(send(frame, IpProtocol.UDP, false)).isTrue();
        var datagram = new ByteArrayOutputStream();
        while (!bench.link.sent.isEmpty()) {
            datagram.writeBytes(payloadOf(bench.link.next().bytes()));
        }
        MemorySegment bytes = MemorySegment.ofArray(datagram.toByteArray());
        assertThat(bytes.byteSize()).isEqualTo(UdpHeader.LENGTH + text.length);
        assertThat(Checksum.finish(Checksum.sum(bytes, 0, bytes.byteSize(), pseudo))).isZero();
    }
}
