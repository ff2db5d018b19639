package dev.weft.device;

import dev.weft.resource.OffHeap;
import java.lang.foreign.MemorySegment;

/**
 * Sends received frames on into another device as they are, offload marks included, without copying their payload. One thread
 * at a time.
 */
public final class FrameForwarder implements AutoCloseable {

    /** How much of a frame goes into the head of the frame that sends it on: its headers. */
    private static final int HEAD = 64;

    private final OffHeap.Region heads;
    private final OutFrame[] out;

    /**
     * Takes the memory for the headers.
     *
     * @param owner who that memory belongs to in the ledger of {@link OffHeap}
     * @param capacity how many frames are sent at once at most
     */
    public FrameForwarder(String owner, int capacity) {
        out = new OutFrame[capacity];
        heads = OffHeap.allocate(owner, (long) capacity * OutFrame.HEAD_BYTES);
        for (int i = 0; i < capacity; i++) {
            out[i] = new OutFrame(heads.segment().asSlice((long) i * OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
        }
    }

    /**
     * Transmits the first {@code count} frames of {@code batch}, which stay borrowed from their device.
     *
     * @return how many {@code target} took
     */
    public int forward(FrameBatch batch, int count, NetDevice target) {
        if (count == 0) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            fill(out[i], batch.frame(i));
        }
        return target.transmit(out, 0, count);
    }

    private static void fill(OutFrame copy, Frame frame) {
        copy.reset();
        copy.mark(frame.checksum(), frame.segmentSize());
        int inHead = Math.min(frame.length(), HEAD);
        MemorySegment.copy(frame.segment(), frame.offset(), copy.head(), copy.append(inHead), inHead);
        if (frame.length() > inHead) {
            copy.addPiece(frame.segment(), frame.offset() + inHead, frame.length() - inHead);
        }
    }

    /** Frees the memory for the headers. */
    @Override
    public void close() {
        heads.close();
    }
}
