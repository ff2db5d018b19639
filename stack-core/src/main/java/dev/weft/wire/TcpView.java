package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads a TCP segment where it lies; the layout is drawn in {@link TcpHeader}.
 *
 * <p>Reusable and without garbage; valid after a {@code wrap} that returned null and as long as the frame is borrowed
 * (D3), for one thread at a time. Options are read once, when the view is wrapped. An option of a known kind whose length
 * is not that of the kind is passed over like one of an unknown kind (RFC 9293 §3.2, MUST-6); of two of a kind the
 * last counts.
 */
public final class TcpView {

    /** NOP, NOP, kind 8, length 10: how RFC 7323 Appendix A lays out timestamps, and nearly all segments begin with. */
    private static final int ALIGNED_TIMESTAMPS = 0x0101080a;

    private MemorySegment segment;
    private long offset;
    private int length;
    private int headerLength;
    private int mss;
    private int windowScale;
    private boolean sackPermitted;
    private long timestampsAt;
    private long sackAt;
    private int sackCount;
    private long fastOpenAt;

    /**
     * Checks the segment that begins at {@code offset}: header and form of the options. The checksum is another question,
     * {@link #checksumCorrect}, since a device may have answered it.
     *
     * @param length the length of the IP payload
     * @return null when the segment is legal, else what is wrong with it
     */
    public Defect.Tcp wrap(MemorySegment segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        this.length = length;
        mss = -1;
        windowScale = -1;
        sackPermitted = false;
        timestampsAt = -1;
        sackCount = 0;
        fastOpenAt = -1;
        if (length < TcpHeader.LENGTH) {
            return Defect.Tcp.HEADER_CUT;
        }
        headerLength = Bytes.u8(segment, offset + TcpHeader.DATA_OFFSET) >>> 4 << 2;
        if (headerLength < TcpHeader.LENGTH) {
            return Defect.Tcp.DATA_OFFSET_TOO_SMALL;
        }
        if (headerLength > length) {
            return Defect.Tcp.DATA_OFFSET_BEYOND_SEGMENT;
        }
        return headerLength == TcpHeader.LENGTH ? null : options(offset + TcpHeader.LENGTH, offset + headerLength);
    }

    private Defect.Tcp options(long at, long end) {
        if (end - at >= TcpOption.TIMESTAMPS_WRITTEN && Bytes.i32(segment, at) == ALIGNED_TIMESTAMPS) {
            timestampsAt = at + 2;
            at += TcpOption.TIMESTAMPS_WRITTEN;
        }
        while (at < end) {
            int kind = Bytes.u8(segment, at);
            if (kind == TcpOption.END) {
                return null;
            }
            if (kind == TcpOption.NOP) {
                at++;
                continue;
            }
            if (at + 1 == end) {
                return Defect.Tcp.OPTION_BEYOND_HEADER;
            }
            int optionLength = Bytes.u8(segment, at + 1);
            if (optionLength < 2) {
                return Defect.Tcp.OPTION_LENGTH_TOO_SMALL;
            }
            if (at + optionLength > end) {
                return Defect.Tcp.OPTION_BEYOND_HEADER;
            }
            if (TcpOption.isKnown(kind, optionLength)) {
                option(kind, at, optionLength);
            }
            at += optionLength;
        }
        return null;
    }

    private void option(int kind, long at, int optionLength) {
        switch (kind) {
            case TcpOption.MSS -> mss = Bytes.u16(segment, at + 2);
            case TcpOption.WINDOW_SCALE -> windowScale = Bytes.u8(segment, at + 2);
            case TcpOption.SACK_PERMITTED -> sackPermitted = true;
            case TcpOption.SACK -> {
                sackAt = at + 2;
                sackCount = (optionLength - 2) / 8;
            }
            case TcpOption.FAST_OPEN -> fastOpenAt = at;
            default -> timestampsAt = at;
        }
    }

    /** Whether the checksum is right, given the addresses in their 128-bit form. */
    public boolean checksumCorrect(long srcHi, long srcLo, long dstHi, long dstLo) {
        long sum = Checksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, IpProtocol.TCP, length);
        return Checksum.finish(Checksum.sum(segment, offset, length, sum)) == 0;
    }

    /** The memory the TCP segment lies in. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where in that memory the header begins. */
    public long offset() {
        return offset;
    }

    /** The length of header and payload. */
    public int length() {
        return length;
    }

    /** 0 to 65,535. */
    public int sourcePort() {
        return Bytes.u16(segment, offset + TcpHeader.SOURCE_PORT);
    }

    /** 0 to 65,535. */
    public int destinationPort() {
        return Bytes.u16(segment, offset + TcpHeader.DESTINATION_PORT);
    }

    /** Both ports in one number: the source in the upper 16 bits, the destination in the lower. */
    public int ports() {
        return Bytes.i32(segment, offset + TcpHeader.SOURCE_PORT);
    }

    /** The sequence number of the first byte of payload, or of the SYN. */
    public int seq() {
        return Bytes.i32(segment, offset + TcpHeader.SEQ);
    }

    /** The acknowledgement number; it means something where {@link #isAck()} says so. */
    public int ack() {
        return Bytes.i32(segment, offset + TcpHeader.ACK);
    }

    /** The control bits, see {@link TcpFlags}. */
    public int flags() {
        return Bytes.u8(segment, offset + TcpHeader.FLAGS);
    }

    /** Whether the FIN bit is set. */
    public boolean isFin() {
        return (flags() & TcpFlags.FIN) != 0;
    }

    /** Whether the SYN bit is set. */
    public boolean isSyn() {
        return (flags() & TcpFlags.SYN) != 0;
    }

    /** Whether the RST bit is set. */
    public boolean isRst() {
        return (flags() & TcpFlags.RST) != 0;
    }

    /** Whether the PSH bit is set. */
    public boolean isPsh() {
        return (flags() & TcpFlags.PSH) != 0;
    }

    /** Whether the ACK bit is set. */
    public boolean isAck() {
        return (flags() & TcpFlags.ACK) != 0;
    }

    /** Whether the URG bit is set. */
    public boolean isUrg() {
        return (flags() & TcpFlags.URG) != 0;
    }

    /** The window field as it stands, not scaled; 0 to 65,535. */
    public int window() {
        return Bytes.u16(segment, offset + TcpHeader.WINDOW);
    }

    /** The checksum field as it stands. */
    public int checksum() {
        return Bytes.u16(segment, offset + TcpHeader.CHECKSUM);
    }

    /** The urgent pointer; it means something where {@link #isUrg()} says so. */
    public int urgentPointer() {
        return Bytes.u16(segment, offset + TcpHeader.URGENT_POINTER);
    }

    /** The length of the header with its options, 20 to 60. */
    public int headerLength() {
        return headerLength;
    }

    /** Where in the memory the payload begins. */
    public long payloadOffset() {
        return offset + headerLength;
    }

    /** The length of the payload. */
    public int payloadLength() {
        return length - headerLength;
    }

    /** How much sequence space the segment takes: SEG.LEN of RFC 9293 §3.4, payload and one each for SYN and FIN. */
    public int sequenceLength() {
        return payloadLength() + (flags() & TcpFlags.FIN) + (isSyn() ? 1 : 0);
    }

    /** The maximum segment size (RFC 9293 §3.7.1), 0 to 65,535, or −1 if the option is absent. */
    public int mss() {
        return mss;
    }

    /**
     * The shift count of the window scale option as it stands (RFC 7323 §2.2), 0 to 255, or −1 if the option is absent.
     * More than 14 is to be used as 14 (RFC 7323 §2.3).
     */
    public int windowScale() {
        return windowScale;
    }

    /** Whether selective acknowledgements may be sent (RFC 2018 §2). */
    public boolean sackPermitted() {
        return sackPermitted;
    }

    /** Whether there is a timestamps option (RFC 7323 §3.2). */
    public boolean hasTimestamps() {
        return timestampsAt >= 0;
    }

    /** The timestamp of the sender, where {@link #hasTimestamps()}. */
    public int tsVal() {
        return Bytes.i32(segment, timestampsAt + 2);
    }

    /** The timestamp echoed, where {@link #hasTimestamps()}. */
    public int tsEcr() {
        return Bytes.i32(segment, timestampsAt + 6);
    }

    /** The length of the fast open cookie (RFC 7413 §4.1.1): 4 to 16 bytes, 0 for a request, −1 if the option is absent. */
    public int fastOpenLength() {
        return fastOpenAt < 0 ? -1 : Bytes.u8(segment, fastOpenAt + 1) - 2;
    }

    /** Eight bytes of the fast open cookie, from {@code index} 0 or 8 on, the first of them uppermost; zeros behind its end. */
    public long fastOpenCookie(int index) {
        long bytes = 0;
        int length = fastOpenLength();
        for (int i = index; i < index + 8; i++) {
            bytes = bytes << 8 | (i < length ? Bytes.u8(segment, fastOpenAt + 2 + i) : 0);
        }
        return bytes;
    }

    /** How many blocks are acknowledged selectively (RFC 2018 §3), 0 to 4. */
    public int sackCount() {
        return sackCount;
    }

    /** The first sequence number of block {@code index}, which is less than {@link #sackCount()}. */
    public int sackLeft(int index) {
        return Bytes.i32(segment, sackAt + 8L * index);
    }

    /** The sequence number behind the last of block {@code index}, which is less than {@link #sackCount()}. */
    public int sackRight(int index) {
        return Bytes.i32(segment, sackAt + 8L * index + 4);
    }
}
