package dev.weft.device.memory;

import dev.weft.device.ChecksumMark;
import dev.weft.device.Frame;
import dev.weft.device.FrameForwarder;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.SegmentCutter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.Randomness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decides what becomes of each frame of one direction, and puts what is left of it into the queue of that direction. Draws
 * the same number of random numbers for each frame, so that the fate of the n-th frame depends on the seed and n alone, and a
 * changed probability changes its own kind of events only.
 *
 * <p>Guarded by its caller, who also closes it.
 */
final class FrameFates implements AutoCloseable {

    private final Impairment impairment;
    private final Randomness randomness;
    private final CounterGroup<ImpairedEvent> events;
    private final FrameQueue queue;
    private final LinkType linkType;
    private final BottleneckQueue bottleneck;
    private final SegmentCutter cutter = new SegmentCutter();
    private final OffHeap.Region heads;
    private final OutFrame piece;
    private final OutFrame received;
    private boolean inBurst;
    private long lastDue;

    // The fate of the frame at hand.
    private int copies;
    private boolean marked;
    private boolean truncated;
    private boolean corrupted;
    private double truncateAt;
    private double corruptAt;
    private final long[] due = new long[2];

    /** @param owner who its memory belongs to in the ledger */
    FrameFates(String owner, Impairment impairment, Randomness randomness, CounterGroup<ImpairedEvent> events, FrameQueue queue,
               LinkType linkType) {
        this.impairment = impairment;
        this.randomness = randomness;
        this.events = events;
        this.queue = queue;
        this.linkType = linkType;
        bottleneck = new BottleneckQueue(impairment.bottleneck());
        heads = OffHeap.allocate(owner, 2 * OutFrame.HEAD_BYTES);
        piece = new OutFrame(heads.segment().asSlice(0, OutFrame.HEAD_BYTES));
        received = new OutFrame(heads.segment().asSlice(OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
    }

    @Override
    public void close() {
        heads.close();
    }

    /** What has passed the bottleneck so far. */
    QueueReport report() {
        return bottleneck.report();
    }

    /** A frame to send. What stands for several segments becomes these, each with a fate of its own. */
    void pass(OutFrame frame, long now) {
        if (cutter.begin(frame, linkType)) {
            while (cutter.hasNext()) {
                cutter.next(piece);
                passOne(piece, now);
            }
            return;
        }
        // A line carries checksums that are finished, or none that could be.
        cutter.finish(frame, linkType);
        passOne(frame, now);
    }

    private void passOne(OutFrame frame, long now) {
        decide(now, frame.length());
        for (int i = 0; i < copies; i++) {
            int slot = reserve(frame.length(), due[i], frame.checksum(), frame.segmentSize());
            if (slot >= 0) {
                frame.copyTo(queue.memory(), queue.positionOf(slot));
                finish(slot, frame.length(), i);
            }
        }
    }

    /** A frame that was received; the same. */
    void pass(Frame frame, long now) {
        if (frame.segmentSize() > 0 || frame.checksum() == ChecksumMark.PARTIAL) {
            FrameForwarder.fill(received, frame);
            pass(received, now);
            received.reset();
            return;
        }
        decide(now, frame.length());
        for (int i = 0; i < copies; i++) {
            int slot = reserve(frame.length(), due[i], frame.checksum(), frame.segmentSize());
            if (slot >= 0) {
                MemorySegment.copy(frame.segment(), frame.offset(), queue.memory(), queue.positionOf(slot), frame.length());
                finish(slot, frame.length(), i);
            }
        }
    }

    private void decide(long now, int length) {
        inBurst = randomness.nextDouble() < (inBurst ? 1 - impairment.burstEnd() : impairment.burstBegin());
        boolean lost = randomness.nextDouble() < (inBurst ? impairment.burstLoss() : impairment.loss());
        boolean duplicated = randomness.nextDouble() < impairment.duplicate();
        boolean heldBack = randomness.nextDouble() < impairment.reorder();
        truncated = randomness.nextDouble() < impairment.truncate();
        truncateAt = randomness.nextDouble();
        corrupted = randomness.nextDouble() < impairment.corrupt();
        corruptAt = randomness.nextDouble();
        for (int i = 0; i < due.length; i++) {
            due[i] = impairment.delay().toNanos() + (long) (randomness.nextDouble() * impairment.jitter().toNanos());
        }
        copies = 0;
        if (lost) {
            events.increment(inBurst ? ImpairedEvent.LOST_IN_BURST : ImpairedEvent.LOST);
            return;
        }
        long sent = bottleneck.admit(now, length);
        if (sent == BottleneckQueue.FULL) {
            events.increment(ImpairedEvent.QUEUE_FULL);
            return;
        }
        copies = duplicated ? 2 : 1;
        marked = bottleneck.isCongested();
        travel(sent, heldBack);
        if (duplicated) {
            events.increment(ImpairedEvent.DUPLICATED);
        }
        if (heldBack) {
            events.increment(ImpairedEvent.HELD_BACK);
        }
    }

    /** Turns the delays of the copies into the times at which they arrive. */
    private void travel(long sent, boolean heldBack) {
        for (int i = 0; i < copies; i++) {
            due[i] += sent;
            if (impairment.inOrder()) {
                due[i] = Math.max(due[i], lastDue);
                lastDue = due[i];
            }
        }
        if (heldBack) {
            due[0] += impairment.reorderBy().toNanos();
        }
    }

    private int reserve(int length, long dueAt, ChecksumMark mark, int segmentSize) {
        // Nobody vouches for damaged bytes: the checksum is what is to find them.
        ChecksumMark left = corrupted || truncated ? ChecksumMark.COMPLETE : mark;
        int slot = queue.reserve(length, dueAt, left, segmentSize);
        if (slot < 0) {
            events.increment(ImpairedEvent.FULL);
        }
        return slot;
    }

    /** Marks and damages the copy in that slot, and lets it be taken. */
    private void finish(int slot, int length, int copy) {
        if (copy == 0) {
            events.increment(ImpairedEvent.PASSED);
        }
        if (marked && CongestionMark.set(queue.memory(), queue.positionOf(slot), length, linkType) && copy == 0) {
            events.increment(ImpairedEvent.MARKED);
        }
        int kept = length;
        if (truncated && length > 1) {
            kept = 1 + (int) (truncateAt * (length - 1));
            events.increment(ImpairedEvent.TRUNCATED);
        }
        if (corrupted && kept > 0) {
            long bit = (long) (corruptAt * kept * Byte.SIZE);
            long at = queue.positionOf(slot) + bit / Byte.SIZE;
            byte old = queue.memory().get(ValueLayout.JAVA_BYTE, at);
            queue.memory().set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1 << bit % Byte.SIZE));
            events.increment(ImpairedEvent.CORRUPTED);
        }
        queue.publish(slot, kept);
    }
}
