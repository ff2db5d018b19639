package dev.weft.ip;

import dev.weft.wire.Checksum;

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

    /** Whether the payload with its pseudo-header sums to what a right checksum gives, or the device vouches for it. */
    public static boolean isRight(IpPacket packet) {
        return packet.isChecksumVerified() || Checksum.finish(
                Checksum.sum(packet.payload(), packet.payloadOffset(), packet.payloadLength(), pseudoHeader(packet))) == 0;
    }
}
