package dev.weft.device;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends frames, doing in software what their marks ask for and the device does not. Frames that the device takes as they are
 * go to it untouched, in as few calls as they came in. Any thread; keeps order. Pieces are never shorter than the device wants.
 */
public final class OffloadFallback {

    /** How many pieces of a large frame go to the device in one call. */
    private static final int GROUP = 32;

    /** Who is told what became of frames that count as sent. */
    public interface Losses {

        /** So many pieces of large frames were not taken: the device was full, or there was no frame for them. */
        void lostPieces(int count);

        /** A frame was dropped that asks for what its bytes do not allow. */
        void unfit();
    }

    private final NetDevice device;
    private final OutFramePool pool;
    private final Losses losses;
    private final boolean checksum;
    private final int segmentBytes;
    private final int datagramBytes;
    private final AtomicReference<Work> spare = new AtomicReference<>();

    /** What one thread needs to cut a frame. */
    private static final class Work {
        final SegmentCutter cutter = new SegmentCutter();
        final TransportLayout layout = new TransportLayout();
        final OutFrame[] group = new OutFrame[GROUP];
    }

    /**
     * Sends to {@code device}.
     *
     * @param pool where frames for pieces come from
     */
    public OffloadFallback(NetDevice device, OutFramePool pool, Losses losses) {
        this.device = device;
        this.pool = pool;
        this.losses = losses;
        Offloads offloads = device.offloads();
        checksum = offloads.checksum();
        segmentBytes = offloads.maxSegmentBytes();
        datagramBytes = offloads.maxDatagramBytes();
    }

    /**
     * Sends frames in order.
     *
     * @return how many were taken, counted from {@code from}. A large frame of which the device took some pieces, and was full
     *     then, counts as taken: the rest is lost as on a full queue further on
     */
    public int transmit(OutFrame[] frames, int from, int to) {
        int plain = from;
        for (int i = from; i < to; i++) {
            if (isTakenAsItIs(frames[i])) {
                continue;
            }
            int taken = plain == i ? 0 : device.transmit(frames, plain, i);
            if (taken < i - plain || !transmit(frames[i])) {
                return plain - from + taken;
            }
            plain = i + 1;
        }
        return plain - from + (plain == to ? 0 : device.transmit(frames, plain, to));
    }

    private boolean isTakenAsItIs(OutFrame frame) {
        if (frame.segmentSize() > 0) {
            // The headers of a frame are more than nothing: what fits with them fits without.
            return frame.length() <= segmentBytes && frame.length() <= datagramBytes;
        }
        return checksum || frame.checksum() != ChecksumMark.PARTIAL;
    }

    /** Sends a frame that may take work; whether it was taken. */
    private boolean transmit(OutFrame frame) {
        Work work = spare.getAndSet(null);
        if (work == null) {
            work = new Work();
        }
        try {
            if (frame.segmentSize() > 0 && !deviceCuts(frame, work.layout)) {
                return cut(frame, work);
            }
            if (!checksum && !work.cutter.finish(frame, device.linkType())) {
                losses.unfit();
                return true;
            }
            return device.transmit(frame.alone(), 0, 1) == 1;
        } finally {
            spare.set(work);
        }
    }

    private boolean deviceCuts(OutFrame frame, TransportLayout layout) {
        if (!layout.read(frame.head(), frame.start(), frame.headLength(), frame.length(), device.linkType())) {
            return false;
        }
        return layout.end() - layout.payload() <= (layout.isTcp() ? segmentBytes : datagramBytes);
    }

    private boolean cut(OutFrame frame, Work work) {
        SegmentCutter cutter = work.cutter;
        if (!cutter.begin(frame, device.linkType())) {
            losses.unfit();
            return true;
        }
        boolean sent = false;
        while (cutter.hasNext()) {
            int count = fill(cutter, work.group);
            int taken = count == 0 ? 0 : device.transmit(work.group, 0, count);
            release(work.group, count);
            if (taken < count || count == 0) {
                boolean any = sent || taken > 0;
                if (any) {
                    losses.lostPieces(count - taken + cutter.left());
                }
                return any;
            }
            sent = true;
        }
        return true;
    }

    private int fill(SegmentCutter cutter, OutFrame[] group) {
        int count = 0;
        while (count < GROUP && cutter.hasNext()) {
            OutFrame piece = pool.tryAcquire();
            if (piece == null) {
                break;
            }
            group[count++] = piece;
            cutter.next(piece);
            piece.pad(device.minimumFrame());
        }
        return count;
    }

    private void release(OutFrame[] group, int count) {
        for (int i = 0; i < count; i++) {
            pool.release(group[i]);
            group[i] = null;
        }
    }
}
