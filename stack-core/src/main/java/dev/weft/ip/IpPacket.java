package dev.weft.ip;

import dev.weft.device.FrameBatch;
import dev.weft.device.LinkCast;
import dev.weft.link.Link;
import dev.weft.resource.LentMemory;
import dev.weft.wire.IpAddress;
import java.lang.foreign.MemorySegment;

/**
 * A received IP packet of either family as the layers above see it: header fields as primitives, the payload as a window on
 * borrowed memory. Reused from packet to packet; one thread uses it at a time.
 *
 * <p>Addresses come as two longs, IPv4 in its mapped form, so that a demultiplexer needs no object to look one up.
 */
public final class IpPacket {

    private Link link;
    private FrameBatch batch;
    private long srcHi;
    private long srcLo;
    private long dstHi;
    private long dstLo;
    private int protocol;
    private int trafficClass;
    private int hopLimit;
    private LinkCast cast = LinkCast.UNICAST;
    private boolean reassembled;
    private boolean verified;
    private int segmentSize;
    private LentMemory memory;
    private Object transportView;
    private MemorySegment header = MemorySegment.NULL;
    private long headerOffset;
    private int headerLength;
    private MemorySegment payload = MemorySegment.NULL;
    private long payloadOffset;
    private int payloadLength;

    /** For the IP layers: where it came in. */
    public void arrival(Link in, FrameBatch frameBatch, LinkCast to) {
        link = in;
        batch = frameBatch;
        cast = to;
        memory = null;
    }

    /** For the IP layers, after {@link #arrival}: what the payload lies in, where it may be kept. */
    public void memory(LentMemory lent) {
        memory = lent;
    }

    /** What the payload lies in, for whoever would rather keep that than copy from it; null where it cannot be kept. */
    public LentMemory memory() {
        return memory;
    }

    /** For the IP layers: the addresses. */
    public void addresses(long sourceHi, long sourceLo, long destinationHi, long destinationLo) {
        srcHi = sourceHi;
        srcLo = sourceLo;
        dstHi = destinationHi;
        dstLo = destinationLo;
    }

    /** For the IP layers: the other header fields. */
    public void fields(int protocolNumber, int trafficClassByte, int hops) {
        protocol = protocolNumber;
        trafficClass = trafficClassByte;
        hopLimit = hops;
    }

    /** For the IP layers: where the IP header lies (of the first fragment, when reassembled), for quoting in ICMP errors. */
    public void header(MemorySegment segment, long offset, int length) {
        header = segment;
        headerOffset = offset;
        headerLength = length;
    }

    /** For the IP layers: the payload. */
    public void payload(MemorySegment segment, long offset, int length, boolean fromFragments, boolean checksumVerified) {
        payload = segment;
        payloadOffset = offset;
        payloadLength = length;
        reassembled = fromFragments;
        verified = checksumVerified;
        segmentSize = 0;
    }

    /** For the IP layers, after the payload: how many bytes each of the segments has that were joined in it, 0 for none. */
    public void joined(int bytesPerSegment) {
        segmentSize = bytesPerSegment;
    }

    /** The link it came in on. */
    public Link link() {
        return link;
    }

    /** The batch of frames it belongs to. */
    public FrameBatch batch() {
        return batch;
    }

    /** Upper half of the source address. */
    public long srcHi() {
        return srcHi;
    }

    /** Lower half of the source address. */
    public long srcLo() {
        return srcLo;
    }

    /** Upper half of the destination address. */
    public long dstHi() {
        return dstHi;
    }

    /** Lower half of the destination address. */
    public long dstLo() {
        return dstLo;
    }

    /** The source address as an object. */
    public IpAddress source() {
        return IpAddress.ofBits(srcHi, srcLo);
    }

    /** The destination address as an object. */
    public IpAddress destination() {
        return IpAddress.ofBits(dstHi, dstLo);
    }

    /** The protocol (IPv4) or last next-header (IPv6) number. */
    public int protocol() {
        return protocol;
    }

    /** TOS (IPv4) or traffic class (IPv6): DSCP and ECN bits. */
    public int trafficClass() {
        return trafficClass;
    }

    /** TTL or hop limit as received. */
    public int hopLimit() {
        return hopLimit;
    }

    /** To whom it was addressed: by the IP destination (a broadcast or multicast address), or else by the frame. */
    public LinkCast cast() {
        return cast;
    }

    /** Whether it came in fragments: then the payload is memory of the IP layer, not of the device. */
    public boolean isReassembled() {
        return reassembled;
    }

    /** Whether the transport checksum needs no verification. */
    public boolean isChecksumVerified() {
        return verified;
    }

    /**
     * Bytes of transport payload in each of the TCP segments or UDP datagrams that the device has joined into this packet, the
     * last may have less; 0 where it is what somebody sent.
     */
    public int segmentSize() {
        return segmentSize;
    }

    /** Memory that holds the IP header. */
    public MemorySegment header() {
        return header;
    }

    /** Where the IP header begins. */
    public long headerOffset() {
        return headerOffset;
    }

    /** Length of the IP header with options. */
    public int headerLength() {
        return headerLength;
    }

    /** Memory that holds the payload. */
    public MemorySegment payload() {
        return payload;
    }

    /** Where the payload begins. */
    public long payloadOffset() {
        return payloadOffset;
    }

    /** Bytes of payload. */
    public int payloadLength() {
        return payloadLength;
    }

    /** What a transport put into {@link #transportView(Object)}; null at first. */
    public Object transportView() {
        return transportView;
    }

    /** A slot in which a transport keeps its own view of this packet object, made once for each and not once per packet. */
    public void transportView(Object view) {
        transportView = view;
    }
}
