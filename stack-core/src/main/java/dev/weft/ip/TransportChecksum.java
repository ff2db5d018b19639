package dev.weft.ip;

import dev.weft.device.ChecksumMark;
import dev.weft.device.OutFrame;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;

/** The checksum of transports, which covers the IP addresses too (RFC 768, RFC 9293 §3.1, RFC 8200 §8.1). No garbage. */
public final class TransportChecksum {

    private TransportChecksum() {
    }

    /** The sum of the pseudo-header of a received packet, to be continued over its payload. */
    public static long pseudoHeader(IpPacket packet) {
        return Checksum.pseudoHeader(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo(), packet.protocol(),
                packet.payloadLength());
    }

    /**
     * The sum of the pseudo-header of a packet to be sent.
     *
     * @param length transport header and payload in bytes
     */
    public static long pseudoHeader(IpPath path, int protocol, int length) {
        return Checksum.pseudoHeader(path.local().hi(), path.local().lo(), path.remote().hi(), path.remote().lo(),
                protocol, length);
    }

    /**
     * Completes a frame that is marked {@link ChecksumMark#PARTIAL}, whose transport header is the first thing in its head; any
     * other stays as it is.
     *
     * @param protocol {@link IpProtocol#TCP} or {@link IpProtocol#UDP}
     */
    public static void complete(OutFrame frame, int protocol) {
        if (frame.checksum() != ChecksumMark.PARTIAL) {
            return;
        }
        long sum = Checksum.sum(frame.head(), frame.start(), frame.headLength(), 0);    // the field holds the pseudo-header's
        boolean odd = (frame.headLength() & 1) != 0;
        for (int i = 0; i < frame.pieceCount(); i++) {
            sum = Checksum.sumAt(frame.pieceSegment(i), frame.pieceOffset(i), frame.pieceLength(i), odd, sum);
            odd ^= (frame.pieceLength(i) & 1) != 0;
        }
        boolean tcp = protocol == IpProtocol.TCP;
        Bytes.set16(frame.head(), frame.start() + (tcp ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM),
                tcp ? Checksum.finish(sum) : UdpHeader.finishChecksum(sum));
        frame.mark(ChecksumMark.COMPLETE, frame.segmentSize());
    }

    /**
     * The checksum that a received packet of TCP or UDP should have.
     *
     * @param field where it is in the payload; what stands there does not count
     */
    public static int of(IpPacket packet, int field) {
        long sum = Checksum.sum(packet.payload(), packet.payloadOffset(), packet.payloadLength(), pseudoHeader(packet));
        // In one's complement arithmetic a word is taken off by adding its complement.
        sum += ~Bytes.u16(packet.payload(), packet.payloadOffset() + field) & 0xffff;
        return packet.protocol() == IpProtocol.UDP ? UdpHeader.finishChecksum(sum) : Checksum.finish(sum);
    }

    /** Whether the payload with its pseudo-header sums to what a right checksum gives, or the device vouches for it. */
    public static boolean isRight(IpPacket packet) {
        return packet.isChecksumVerified() || Checksum.finish(
                Checksum.sum(packet.payload(), packet.payloadOffset(), packet.payloadLength(), pseudoHeader(packet))) == 0;
    }
}
