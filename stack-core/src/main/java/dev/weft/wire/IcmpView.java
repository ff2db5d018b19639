package dev.weft.wire;

import java.lang.foreign.MemorySegment;

/**
 * Reads an ICMP message for IPv4 where it lies; the layout is drawn in {@link IcmpMessage}.
 *
 * <p>Reusable and without garbage; valid after a {@code wrap} that returned null and as long as the frame is borrowed
 * (D3), for one thread at a time. Which getters mean something depends on {@link #type()}.
 */
public final class IcmpView {

    private MemorySegment segment;
    private long offset;
    private int length;

    /**
     * Checks the message that begins at {@code offset}: its checksum, and that all fields of its type are there. Messages
     * of unknown types are legal (RFC 1122 §3.2.2: to be discarded silently, which is not for a parser to do).
     *
     * @param length the length of the IP payload
     * @return null when the message is legal, else what is wrong with it
     */
    public Defect.Icmp wrap(MemorySegment segment, long offset, int length) {
        this.segment = segment;
        this.offset = offset;
        this.length = length;
        if (length < IcmpMessage.HEADER_LENGTH) {
            return Defect.Icmp.HEADER_CUT;
        }
        if (Checksum.finish(Checksum.sum(segment, offset, length, 0)) != 0) {
            return Defect.Icmp.BAD_CHECKSUM;
        }
        if (length >= IcmpMessage.minimumLength(type())) {
            return null;
        }
        return IcmpType.isError(type()) ? Defect.Icmp.QUOTE_CUT : Defect.Icmp.BODY_CUT;
    }

    /** The segment the message lies in. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where in the segment the message begins. */
    public long offset() {
        return offset;
    }

    /** The length of the message. */
    public int length() {
        return length;
    }

    /** What kind of message this is, see {@link IcmpType}; 0 to 255. */
    public int type() {
        return Bytes.u8(segment, offset + IcmpMessage.TYPE);
    }

    /** What it says within its type, 0 to 255. */
    public int code() {
        return Bytes.u8(segment, offset + IcmpMessage.CODE);
    }

    /** The identifier of an echo, timestamp or information message. */
    public int identifier() {
        return Bytes.u16(segment, offset + IcmpMessage.IDENTIFIER);
    }

    /** The sequence number of an echo, timestamp or information message. */
    public int sequence() {
        return Bytes.u16(segment, offset + IcmpMessage.SEQUENCE);
    }

    /**
     * Of {@link UnreachableCode#FRAGMENTATION_NEEDED}: the largest packet the next link takes (RFC 1191 §4), 0 if the
     * router does not say.
     */
    public int nextHopMtu() {
        return Bytes.u16(segment, offset + IcmpMessage.NEXT_HOP_MTU);
    }

    /** Of a parameter problem with code 0: which byte of the quoted packet is at fault. */
    public int pointer() {
        return Bytes.u8(segment, offset + IcmpMessage.POINTER);
    }

    /** Of a redirect: the bits of the router's address. */
    public int gateway() {
        return Bytes.i32(segment, offset + IcmpMessage.GATEWAY);
    }

    /** Of a timestamp message: when it was sent, in milliseconds since midnight UT. */
    public int originate() {
        return Bytes.i32(segment, offset + IcmpMessage.ORIGINATE);
    }

    /** Of a timestamp message: when it was received, in milliseconds since midnight UT. */
    public int received() {
        return Bytes.i32(segment, offset + IcmpMessage.RECEIVE);
    }

    /** Of a timestamp message: when it was sent back, in milliseconds since midnight UT. */
    public int transmitted() {
        return Bytes.i32(segment, offset + IcmpMessage.TRANSMIT);
    }

    /** Where the data of an echo, or the packet that an error quotes, begins in the segment. */
    public long payloadOffset() {
        return offset + IcmpMessage.HEADER_LENGTH;
    }

    /** The length of the data of an echo, or of what an error quotes. */
    public int payloadLength() {
        return length - IcmpMessage.HEADER_LENGTH;
    }
}
