package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads an Ethernet frame where it lies; the layout is drawn in {@link EthernetHeader}.
 *
 * <p>Reusable and without garbage; valid after a {@code wrap} that returned null and as long as the frame is borrowed
 * (D3), for one thread at a time.
 */
public final class EthernetView {

    private MemorySegment segment;
    private long offset;
    private int payloadLength;

    /**
     * Checks the frame that begins at {@code offset}.
     *
     * @param length the length of the frame, without its check sequence
     * @return null when the frame is legal, else what is wrong with it
     */
    public Defect.Ethernet wrap(MemorySegment segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        payloadLength = length - EthernetHeader.LENGTH;
        if (payloadLength < 0) {
            return Defect.Ethernet.HEADER_CUT;
        }
        int field = typeOrLength();
        if (field >= EtherType.MINIMUM) {
            return null;
        }
        if (field > EtherType.MAXIMUM_LENGTH) {
            return Defect.Ethernet.UNDEFINED_TYPE;
        }
        if (field > payloadLength) {
            return Defect.Ethernet.LENGTH_BEYOND_FRAME;
        }
        payloadLength = field;
        return null;
    }

    /** The bits of the destination. */
    public long destination() {
        return Bytes.u48(segment, offset + EthernetHeader.DESTINATION);
    }

    /** The bits of the source. */
    public long source() {
        return Bytes.u48(segment, offset + EthernetHeader.SOURCE);
    }

    /** The field as it stands. */
    public int typeOrLength() {
        return Bytes.u16(segment, offset + EthernetHeader.TYPE);
    }

    /** The type of the payload, see {@link EtherType}; −1 for an 802.3 frame, whose payload is an LLC header and its data. */
    public int etherType() {
        int field = typeOrLength();
        return field >= EtherType.MINIMUM ? field : -1;
    }

    /** Where in the segment the payload begins. */
    public long payloadOffset() {
        return offset + EthernetHeader.LENGTH;
    }

    /**
     * The length of the payload. An 802.3 frame says it, without padding; an Ethernet II frame does not, and what the
     * protocol inside does not count is padding.
     */
    public int payloadLength() {
        return payloadLength;
    }
}
