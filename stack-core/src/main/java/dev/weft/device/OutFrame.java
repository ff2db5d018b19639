package dev.weft.device;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A frame to send: a native head, before which each layer on the way down prepends its header, and up to
 * {@value #MAX_PIECES} pieces of payload that are referred to, not copied.
 *
 * <pre>
 *   0        start                end      HEAD_BYTES
 *   ├ headroom ┼ headers, small data ┼ tailroom ┤  + piece 0 + piece 1 …
 * </pre>
 *
 * Lent to a device for the call of {@link NetDevice#transmit}: when it returns, the device has written or copied every byte,
 * and the sender may change or release the frame and the pieces. One thread uses it at a time.
 */
public final class OutFrame {

    /** Size of the head in bytes: headroom and a small packet. */
    public static final int HEAD_BYTES = 2048;
    /** Room for every header that layers prepend, Ethernet, IP with options, TCP with options, and 26 bytes for the device. */
    public static final int HEADROOM = 160;
    /** The most pieces of payload that one frame refers to. */
    public static final int MAX_PIECES = 8;

    private final MemorySegment head;
    private int start;
    private int end;
    private final MemorySegment[] pieces = new MemorySegment[MAX_PIECES];
    private final long[] pieceOffsets = new long[MAX_PIECES];
    private final int[] pieceLengths = new int[MAX_PIECES];
    private int pieceCount;
    private MemorySegment paddedPiece;      // what the last piece was before it was padded
    private long paddedOffset;
    private int padding;
    private final OutFrame[] alone = {this};
    private int length;
    private ChecksumMark checksum = ChecksumMark.COMPLETE;
    private int segmentSize;

    /** A frame on {@code head}, native memory of {@link #HEAD_BYTES} bytes. */
    public OutFrame(MemorySegment head) {
        if (head.byteSize() != HEAD_BYTES || !head.isNative()) {
            throw new IllegalArgumentException("the head is native memory of " + HEAD_BYTES + " bytes, not " + head);
        }
        this.head = head;
        reset();
    }

    /** Makes it an empty frame again, with all the headroom. */
    public void reset() {
        start = HEADROOM;
        end = HEADROOM;
        length = 0;
        Arrays.fill(pieces, 0, pieceCount, null);
        pieceCount = 0;
        paddedPiece = null;
        padding = 0;
        checksum = ChecksumMark.COMPLETE;
        segmentSize = 0;
    }

    /** The native memory of the head. */
    public MemorySegment head() {
        return head;
    }

    /** Where the outermost header begins in {@link #head()}. */
    public int start() {
        return start;
    }

    /** Where the bytes in {@link #head()} end. */
    public int end() {
        return end;
    }

    /** Bytes in the head. */
    public int headLength() {
        return end - start;
    }

    /** Bytes in head and pieces together. */
    public int length() {
        return length;
    }

    /** Makes room for a header of {@code bytes} bytes before the others; returns where in {@link #head()} it begins. */
    public int prepend(int bytes) {
        if (bytes > start) {
            throw new IllegalStateException("no headroom for " + bytes + " bytes, " + start + " left");
        }
        start -= bytes;
        length += bytes;
        return start;
    }

    /** Takes {@code bytes} bytes off the front again (a packet that is routed anew). */
    public void strip(int bytes) {
        if (bytes > end - start) {
            throw new IllegalStateException("strip " + bytes + " of " + (end - start) + " bytes in the head");
        }
        start += bytes;
        length -= bytes;
    }

    /** Makes room for {@code bytes} bytes behind the others in the head, before any piece; returns where they begin. */
    public int append(int bytes) {
        if (pieceCount > 0 || end + bytes > HEAD_BYTES) {
            throw new IllegalStateException("no room for " + bytes + " bytes: head ends at " + end + ", pieces " + pieceCount);
        }
        int at = end;
        end += bytes;
        length += bytes;
        return at;
    }

    /** How many bytes {@link #append} still takes. */
    public int tailroom() {
        return HEAD_BYTES - end;
    }

    /** Refers to {@code bytes} bytes of native memory as the next part of the payload. */
    public void addPiece(MemorySegment segment, long offset, int bytes) {
        if (pieceCount == MAX_PIECES) {
            throw new IllegalStateException("a frame has at most " + MAX_PIECES + " pieces");
        }
        pieces[pieceCount] = segment;
        pieceOffsets[pieceCount] = offset;
        pieceLengths[pieceCount] = bytes;
        pieceCount++;
        length += bytes;
    }

    /** How many pieces follow the head. */
    public int pieceCount() {
        return pieceCount;
    }

    /** Memory of the i-th piece. */
    public MemorySegment pieceSegment(int i) {
        return pieces[i];
    }

    /** Where the i-th piece begins in its memory. */
    public long pieceOffset(int i) {
        return pieceOffsets[i];
    }

    /** Bytes of the i-th piece. */
    public int pieceLength(int i) {
        return pieceLengths[i];
    }

    /** What the device still has to do about the transport checksum. */
    public ChecksumMark checksum() {
        return checksum;
    }

    /** Payload bytes of each segment that the device is to cut this frame into, 0 for none. */
    public int segmentSize() {
        return segmentSize;
    }

    /**
     * Sets the offload marks. With {@link ChecksumMark#PARTIAL} the checksum field of TCP or UDP holds the folded sum of the
     * pseudo-header, not inverted, with the length that the transport header and payload of this frame have. With a segment
     * size the frame is one packet up to 64 KiB in length, in its IP header, too; how PSH, FIN, CWR and the rest are spread over
     * the segments is the business of who cuts it.
     *
     * <p>Nothing else has to be told: who finishes the checksum or cuts the frame finds the headers in its bytes
     * ({@link TransportLayout}). For that all headers lie in the head.
     *
     * @param bytesPerSegment of payload; 0 for none, or where all is one segment anyway
     */
    public void mark(ChecksumMark mark, int bytesPerSegment) {
        checksum = mark;
        segmentSize = bytesPerSegment;
    }

    /**
     * Makes the frame at least {@code minimum} bytes long with zeros behind its last byte; {@link #unpad} takes them off. The
     * zeros lie in the head's tailroom, after a copy of the last piece where there are pieces: a short frame has room for it.
     */
    public void pad(int minimum) {
        int missing = minimum - length;
        if (missing <= 0) {
            return;
        }
        int last = pieceCount - 1;
        int copied = last < 0 ? 0 : pieceLengths[last];
        if (end + copied + missing > HEAD_BYTES) {
            throw new IllegalStateException("no tailroom to pad " + length + " bytes to " + minimum + ": head ends at " + end);
        }
        head.asSlice(end + copied, missing).fill((byte) 0);
        if (last < 0) {
            end += missing;
        } else {
            MemorySegment.copy(pieces[last], pieceOffsets[last], head, end, copied);
            paddedPiece = pieces[last];
            paddedOffset = pieceOffsets[last];
            pieces[last] = head;
            pieceOffsets[last] = end;
            pieceLengths[last] = copied + missing;
        }
        padding = missing;
        length += missing;
    }

    /** Takes the padding off again; nothing without padding. */
    public void unpad() {
        if (padding == 0) {
            return;
        }
        if (pieceCount == 0) {
            end -= padding;
        } else {
            pieces[pieceCount - 1] = paddedPiece;
            pieceOffsets[pieceCount - 1] = paddedOffset;
            pieceLengths[pieceCount - 1] -= padding;
            paddedPiece = null;
        }
        length -= padding;
        padding = 0;
    }

    /** This frame in an array of one, the same at each call: what {@link NetDevice#transmit} takes for a single frame. */
    public OutFrame[] alone() {
        return alone;
    }

    /** Copies head and pieces to {@code target} at {@code offset}; returns {@link #length()}. */
    public int copyTo(MemorySegment target, long offset) {
        MemorySegment.copy(head, start, target, offset, end - start);
        long at = offset + (end - start);
        for (int i = 0; i < pieceCount; i++) {
            MemorySegment.copy(pieces[i], pieceOffsets[i], target, at, pieceLengths[i]);
            at += pieceLengths[i];
        }
        return length;
    }
}
