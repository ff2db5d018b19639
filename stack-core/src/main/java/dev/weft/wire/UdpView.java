package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads a UDP datagram where it lies; the layout is drawn in {@link UdpHeader}.
 *
 * <p>Reusable and without garbage; valid after a {@code wrap} that returned null and as long as the frame is borrowed
 * (D3), for one thread at a time.
 */
public final class UdpView {

    private MemorySegment segment;
    private long offset;
    private int length;

    /**
     * Checks the datagram that begins at {@code offset}. The checksum is another question, {@link #checksumCorrect}, since
     * a device may have answered it.
     *
     * @param available the length of the IP payload
     * @return null when the datagram is legal, else what is wrong with it
     */
    public Defect.Udp wrap(MemorySegment segment, long offset, int available) {
        this.segment = segment;
        this.offset = offset;
        if (available < UdpHeader.LENGTH) {
            return Defect.Udp.HEADER_CUT;
        }
        length = Bytes.u16(segment, offset + UdpHeader.LENGTH_FIELD);
        if (length < UdpHeader.LENGTH) {
            return Defect.Udp.LENGTH_TOO_SMALL;
        }
        return length > available ? Defect.Udp.LENGTH_BEYOND_PACKET : null;
    }

    /**
     * Whether the checksum is right, given the addresses in their 128-bit form. None (a field of 0) is right over IPv4
     * (RFC 768) and wrong over IPv6 (RFC 8200 §8.1).
     */
    public boolean checksumCorrect(long srcHi, long srcLo, long dstHi, long dstLo) {
        if (checksum() == 0) {
            return IpAddress.isIpv4(dstHi, dstLo);
        }
        long sum = Checksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, IpProtocol.UDP, length);
        return Checksum.finish(Checksum.sum(segment, offset, length, sum)) == 0;
    }

    /** The segment the datagram lies in. */
    public MemorySegment segment() {
        return segment;
    }

    /** 0 to 65,535; 0 where no answer is wanted. */
    public int sourcePort() {
        return Bytes.u16(segment, offset + UdpHeader.SOURCE_PORT);
    }

    /** 0 to 65,535. */
    public int destinationPort() {
        return Bytes.u16(segment, offset + UdpHeader.DESTINATION_PORT);
    }

    /** The length of header and payload. */
    public int length() {
        return length;
    }

    /** The field as it stands; 0 means that there is none. */
    public int checksum() {
        return Bytes.u16(segment, offset + UdpHeader.CHECKSUM);
    }

    /** Where in the segment the payload begins. */
    public long payloadOffset() {
        return offset + UdpHeader.LENGTH;
    }

    /** The length of the payload. */
    public int payloadLength() {
        return length - UdpHeader.LENGTH;
    }
}
