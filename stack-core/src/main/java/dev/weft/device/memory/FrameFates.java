package dev.weft.device.memory;

import dev.weft.device.ChecksumMark;
import dev.weft.device.Frame;
import dev.weft.device.OutFrame;
import dev.weft.resource.CounterGroup;
import dev.weft.runtime.Randomness;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decides what becomes of each frame of one direction, and puts what is left of it into the queue of that direction. Draws
 * the same number of random numbers for each frame, so that the fate of the n-th frame depends on the seed and n alone, and a
 * changed probability changes its own kind of events only.
 *
 * <p>Guarded by its caller.
 */
final class FrameFates {

    private final Impairment impairment;
    private final Randomness randomness;
    private final CounterGroup<ImpairedEvent> events;
    private final FrameQueue queue;
    private boolean inBurst;

    // The fate of the frame at hand.
    private boolean lost;
    private boolean duplicated;
    private boolean truncated;
    private boolean corrupted;
    private double truncateAt;
    private double corruptAt;
    private final long[] delays = new long[2];

    FrameFates(Impairment impairment, Randomness randomness, CounterGroup<ImpairedEvent> events, FrameQueue queue) {
        this.impairment = impairment;
        this.randomness = randomness;
        this.events = events;
        this.queue = queue;
    }

    /** A frame to send. */
    void pass(OutFrame frame, long now) {
        decide();
        for (int i = 0; i < copies(); i++) {
            int slot = reserve(frame.length(), now + delays[i], frame.checksum(), frame.segmentSize());
            if (slot >= 0) {
                frame.copyTo(queue.memory(), queue.positionOf(slot));
                damageAndPublish(slot, frame.length());
            }
        }
    }

    /** A frame that was received. */
    void pass(Frame frame, long now) {
        decide();
        for (int i = 0; i < copies(); i++) {
            int slot = reserve(frame.length(), now + delays[i], frame.checksum(), frame.segmentSize());
            if (slot >= 0) {
                MemorySegment.copy(frame.segment(), frame.offset(), queue.memory(), queue.positionOf(slot), frame.length());
                damageAndPublish(slot, frame.length());
            }
        }
    }

    private void decide() {
        inBurst = randomness.nextDouble() < (inBurst ? 1 - impairment.burstEnd() : impairment.burstBegin());
        boolean hit = randomness.nextDouble() < (inBurst ? impairment.burstLoss() : impairment.loss());
        duplicated = randomness.nextDouble() < impairment.duplicate();
        boolean heldBack = randomness.nextDouble() < impairment.reorder();
        truncated = randomness.nextDouble() < impairment.truncate();
        truncateAt = randomness.nextDouble();
        corrupted = randomness.nextDouble() < impairment.corrupt();
        corruptAt = randomness.nextDouble();
        for (int i = 0; i < delays.length; i++) {
            delays[i] = impairment.delay().toNanos() + (long) (randomness.nextDouble() * impairment.jitter().toNanos());
        }
        if (heldBack) {
            delays[0] += impairment.reorderBy().toNanos();
        }
        lost = hit;
        if (lost) {
            events.increment(inBurst ? ImpairedEvent.LOST_IN_BURST : ImpairedEvent.LOST);
            return;
        }
        if (duplicated) {
            events.increment(ImpairedEvent.DUPLICATED);
        }
        if (heldBack) {
            events.increment(ImpairedEvent.HELD_BACK);
        }
    }

    private int copies() {
        return lost ? 0 : duplicated ? 2 : 1;
    }

    private int reserve(int length, long due, ChecksumMark mark, int segmentSize) {
        // Nobody vouches for damaged bytes: the checksum is what is to find them.
        ChecksumMark left = corrupted || truncated ? ChecksumMark.COMPLETE : mark;
        int slot = queue.reserve(length, due, left, segmentSize);
        if (slot < 0) {
            events.increment(ImpairedEvent.FULL);
        }
        return slot;
    }

    private void damageAndPublish(int slot, int length) {
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
