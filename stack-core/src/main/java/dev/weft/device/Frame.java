package dev.weft.device;

import dev.weft.resource.LentMemory;
import java.lang.foreign.MemorySegment;

/**
 * A received frame, borrowed from its device until the handler returns: a window on native memory that shrinks from the
 * front as each layer takes its header off, and from the end where a layer knows a shorter length.
 *
 * <p>A device may lend the memory itself ({@link #lent}): then the bytes stay for whoever keeps that, the frame object does not.
 *
 * <p>Frame objects are reused from batch to batch; whoever keeps a reference past the handler sees another frame.
 * One thread, the reader, uses it at a time.
 */
public final class Frame {

    private final FrameBatch batch;
    private MemorySegment segment = MemorySegment.NULL;
    private long offset;
    private int length;
    private ChecksumMark checksum = ChecksumMark.COMPLETE;
    private int segmentSize;
    private LinkCast cast = LinkCast.UNICAST;
    private LentMemory lent;
    private Object view;

    Frame(FrameBatch batch) {
        this.batch = batch;
    }

    void set(MemorySegment bytes, long from, int count) {
        segment = bytes;
        offset = from;
        length = count;
        checksum = ChecksumMark.COMPLETE;
        segmentSize = 0;
        cast = LinkCast.UNICAST;
        lent = null;
    }

    /** The native memory that holds the frame. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where the current layer's bytes begin in {@link #segment()}. */
    public long offset() {
        return offset;
    }

    /** How many bytes the current layer has. */
    public int length() {
        return length;
    }

    /** Takes a header of {@code count} bytes off the front. */
    public void pull(int count) {
        if (count < 0 || count > length) {
            throw new IllegalArgumentException("pull " + count + " of " + length + " bytes");
        }
        offset += count;
        length -= count;
    }

    /** Cuts what lies behind the first {@code count} bytes (link-layer padding). */
    public void trim(int count) {
        if (count < 0 || count > length) {
            throw new IllegalArgumentException("trim to " + count + " of " + length + " bytes");
        }
        length = count;
    }

    /** How far the transport checksum has been verified. */
    public ChecksumMark checksum() {
        return checksum;
    }

    /** Payload bytes per segment when this frame is several TCP segments or UDP datagrams joined into one, else 0. */
    public int segmentSize() {
        return segmentSize;
    }

    /** For devices: sets the offload marks. */
    public void mark(ChecksumMark mark, int bytesPerSegment) {
        checksum = mark;
        segmentSize = bytesPerSegment;
    }

    /** For devices: the frame lies in memory that may be kept. */
    public void lend(LentMemory memory) {
        lent = memory;
    }

    /** What the frame lies in, for whoever would rather {@link LentMemory#keep} that than copy from it; null where it cannot be kept. */
    public LentMemory lent() {
        return lent;
    }

    /** To whom the link layer addressed the frame. */
    public LinkCast cast() {
        return cast;
    }

    /** For links: says to whom the frame was addressed. */
    public void cast(LinkCast to) {
        cast = to;
    }

    /** The batch that this frame belongs to. */
    public FrameBatch batch() {
        return batch;
    }

    /** What an upper layer put into {@link #view(Object)}; null at first. */
    public Object view() {
        return view;
    }

    /**
     * A slot in which the layer above keeps its own view of this frame object, so that it makes one per frame object
     * and not one per packet. Whoever finds something of another type in it replaces it.
     */
    public void view(Object layerView) {
        view = layerView;
    }
}
