package dev.weft.tap;

import dev.weft.device.OutFrame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a thread needs to write a frame, native memory for {@code struct iovec} arrays above all: one slot for each thread that is inside {@code writev} at this moment.
 *
 * <pre>
 *   struct iovec { void *base; size_t length; }     16 bytes, one for the head and one for each piece
 * </pre>
 */
final class GatherSlots {

    /** As many threads write at once as the machine has cores, give or take; the others wait for some microseconds. */
    private static final int SLOTS = Long.SIZE;
    private static final int VECTOR_BYTES = 16;
    /** {@code 1 + MAX_PIECES} vectors, rounded up so that no two threads share a cache line. */
    private static final int SLOT_BYTES = (VECTOR_BYTES * (1 + OutFrame.MAX_PIECES) + 63) & -64;

    static final int BYTES = SLOTS * SLOT_BYTES;

    private final MemorySegment memory;
    private final VnetHeader[] headers = new VnetHeader[SLOTS];
    /** Bit i is set while slot i is free. */
    private final AtomicLong free = new AtomicLong(-1);

    /** @param memory {@link #BYTES} bytes */
    GatherSlots(MemorySegment memory) {
        this.memory = memory;
        Arrays.setAll(headers, i -> new VnetHeader());
    }

    /** Takes a slot. Spins for one when all are taken: each is back within one system call of its taker. */
    int acquire() {
        while (true) {
            long slots = free.get();
            if (slots == 0) {
                Thread.onSpinWait();
            } else if (free.compareAndSet(slots, slots & slots - 1)) {
                return Long.numberOfTrailingZeros(slots);
            }
        }
    }

    /** Gives it back. */
    void release(int slot) {
        long bit = 1L << slot;
        long slots = free.get();
        while (!free.compareAndSet(slots, slots | bit)) {
            slots = free.get();
        }
    }

    /** Writes the vectors of {@code frame} into {@code slot}; returns how many there are. */
    int fill(int slot, OutFrame frame) {
        long at = (long) slot * SLOT_BYTES;
        put(at, frame.head().address() + frame.start(), frame.headLength());
        int pieces = frame.pieceCount();
        for (int i = 0; i < pieces; i++) {
            at += VECTOR_BYTES;
            put(at, frame.pieceSegment(i).address() + frame.pieceOffset(i), frame.pieceLength(i));
        }
        return 1 + pieces;
    }

    /** What writes the header of a frame, for the holder of {@code slot}. */
    VnetHeader header(int slot) {
        return headers[slot];
    }

    /** Where the vectors of {@code slot} are, for {@code writev}. */
    long address(int slot) {
        return memory.address() + (long) slot * SLOT_BYTES;
    }

    private void put(long at, long base, long length) {
        memory.set(ValueLayout.JAVA_LONG, at, base);
        memory.set(ValueLayout.JAVA_LONG, at + 8, length);
    }
}
