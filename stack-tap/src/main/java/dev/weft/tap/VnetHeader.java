package dev.weft.tap;

import dev.weft.device.ChecksumMark;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportLayout;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What stands before a frame on a device with IFF_VNET_HDR: {@code struct virtio_net_hdr} (linux/virtio_net.h), little endian.
 *
 * <pre>
 *   0       1          2               4          6            8             10
 *   ├ flags ┼ gso type ┼ header length ┼ gso size ┼ csum start ┼ csum offset ┤ frame …
 * </pre>
 *
 * The checksum goes to {@code csum start + csum offset}, positions in the frame, and covers what lies from {@code csum start}
 * on. {@code gso size} is the payload of each segment. One thread at a time.
 */
final class VnetHeader {

    static final int LENGTH = 10;

    static final int NEEDS_CSUM = 1;
    static final int DATA_VALID = 2;

    static final int GSO_NONE = 0;
    static final int GSO_TCPV4 = 1;
    static final int GSO_TCPV6 = 4;
    static final int GSO_UDP = 5;
    /** With TCP: one of the segments, the first, carries CWR. */
    static final int GSO_ECN = 0x80;

    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final TransportLayout layout = new TransportLayout();
    private ChecksumMark checksum;
    private int segmentSize;

    /**
     * Reads the header at {@code at}, behind which a frame of {@code length} bytes lies.
     *
     * @return false when the two make no sense together; else {@link #checksum} and {@link #segmentSize} say what was read
     */
    boolean read(MemorySegment memory, long at, int length, LinkType type) {
        int flags = Bytes.u8(memory, at);
        int gso = Bytes.u8(memory, at + GSO_TYPE) & ~GSO_ECN;
        checksum = (flags & DATA_VALID) != 0 ? ChecksumMark.VERIFIED : ChecksumMark.COMPLETE;
        segmentSize = 0;
        if ((flags & NEEDS_CSUM) == 0 && gso == GSO_NONE) {
            return true;
        }
        long frame = at + LENGTH;
        boolean understood = layout.read(memory, frame, length, length, type);
        if ((flags & NEEDS_CSUM) != 0 && !readChecksum(memory, at, length, understood)) {
            return false;
        }
        if (gso == GSO_NONE) {
            return true;
        }
        segmentSize = u16(memory, at + GSO_SIZE);
        return understood && gso == gsoType() && segmentSize > 0 && u16(memory, at + HEADER_LENGTH) <= length
                && checksum == ChecksumMark.PARTIAL;
    }

    private boolean readChecksum(MemorySegment memory, long at, int length, boolean understood) {
        int start = u16(memory, at + CSUM_START);
        int offset = u16(memory, at + CSUM_OFFSET);
        if (start + offset + 2 > length) {
            return false;
        }
        if (understood && start == layout.transport() && offset == layout.checksumOffset()) {
            checksum = ChecksumMark.PARTIAL;
            return true;
        }
        // Not that of the frame's own TCP or UDP, but of another protocol or of a packet within: nobody else knows where it is.
        long frame = at + LENGTH;
        int sum = UdpHeader.finishChecksum(Checksum.sum(memory, frame + start, length - start, 0));
        Bytes.set16(memory, frame + start + offset, sum);
        checksum = ChecksumMark.COMPLETE;
        return true;
    }

    /** What is known about the checksum of the frame. */
    ChecksumMark checksum() {
        return checksum;
    }

    /** Payload bytes of each segment that the frame stands for, 0 when it is one. */
    int segmentSize() {
        return segmentSize;
    }

    /**
     * Prepends the header that says what the marks of {@code frame} say; it is stripped off again after the write.
     *
     * @return false, and nothing is prepended, when the frame is no TCP segment or UDP datagram and would have to be one
     */
    boolean prepend(OutFrame frame, LinkType type) {
        boolean partial = frame.checksum() == ChecksumMark.PARTIAL;
        MemorySegment head = frame.head();
        if (!partial) {
            if (frame.segmentSize() > 0) {
                return false;
            }
            head.asSlice(frame.prepend(LENGTH), LENGTH).fill((byte) 0);
            return true;
        }
        if (!layout.read(head, frame.start(), frame.headLength(), frame.length(), type)) {
            return false;
        }
        int tcpFlags = layout.isTcp() ? Bytes.u8(head, frame.start() + (long) layout.transport() + TcpHeader.FLAGS) : 0;
        boolean cut = frame.segmentSize() > 0 && layout.end() - layout.payload() > frame.segmentSize();
        long at = frame.prepend(LENGTH);
        Bytes.set8(head, at, NEEDS_CSUM);
        Bytes.set8(head, at + GSO_TYPE, !cut ? GSO_NONE : gsoType() | ((tcpFlags & TcpFlags.CWR) != 0 ? GSO_ECN : 0));
        head.set(U16, at + HEADER_LENGTH, (short) (cut ? layout.payload() : 0));
        head.set(U16, at + GSO_SIZE, (short) (cut ? frame.segmentSize() : 0));
        head.set(U16, at + CSUM_START, (short) layout.transport());
        head.set(U16, at + CSUM_OFFSET, (short) layout.checksumOffset());
        return true;
    }

    private int gsoType() {
        return !layout.isTcp() ? GSO_UDP : layout.isIpv6() ? GSO_TCPV6 : GSO_TCPV4;
    }

    private static int u16(MemorySegment memory, long at) {
        return memory.get(U16, at) & 0xffff;
    }
}
