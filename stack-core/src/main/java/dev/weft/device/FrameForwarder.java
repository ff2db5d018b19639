package dev.weft.device;

import dev.weft.resource.OffHeap;
import java.lang.foreign.MemorySegment;

/**
 * Sends received frames on into another device as they are, offload marks included, without copying their payload; what that
 * device cannot do is done before in software. One thread at a time.
 */
public final class FrameForwarder implements AutoCloseable {

    /** How much of a frame goes into the head of the frame that sends it on: its headers, however many. */
    private static final int HEAD = 256;
    /** Frames for the pieces of one that is cut. */
    private static final int PIECES = 32;
    private static final OffloadFallback.Losses AS_ON_A_WIRE = new OffloadFallback.Losses() {
        @Override
        public void lostPieces(int count) {
            // the target was full, and counts that
        }

        @Override
        public void unfit() {
            // no device makes such frames
        }
    };

    private final OffHeap.Region heads;
    private final OutFrame[] out;
    private final OutFramePool pieces;
    private NetDevice lastTarget;
    private OffloadFallback lastFallback;

    /**
     * Takes the memory for the headers.
     *
     * @param owner who that memory belongs to in the ledger of {@link OffHeap}
     * @param capacity how many frames are sent at once at most
     */
    public FrameForwarder(String owner, int capacity) {
        out = new OutFrame[capacity];
        pieces = new OutFramePool(owner, PIECES);
        heads = OffHeap.allocate(owner, (long) capacity * OutFrame.HEAD_BYTES);
        for (int i = 0; i < capacity; i++) {
            out[i] = new OutFrame(heads.segment().asSlice((long) i * OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
        }
    }

    /**
     * Transmits the first {@code count} frames of {@code batch}, which stay borrowed from their device.
     *
     * @return how many {@code target} took; a frame that was cut counts when it took a part of it
     */
    public int forward(FrameBatch batch, int count, NetDevice target) {
        if (count == 0) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            fill(out[i], batch.frame(i));
        }
        if (target != lastTarget) {
            lastFallback = new OffloadFallback(target, pieces, AS_ON_A_WIRE);
            lastTarget = target;
        }
        return lastFallback.transmit(out, 0, count);
    }

    /** Makes {@code copy} the frame to send that {@code frame}, which stays borrowed, is as a received one. */
    public static void fill(OutFrame copy, Frame frame) {
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
        pieces.close();
    }
}
