package dev.weft.device.memory;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FrameBatch;
import dev.weft.device.OutFrame;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.ShortLock;
import dev.weft.runtime.Signal;
import java.lang.foreign.MemorySegment;

/**
 * A bounded queue of copied frames: any thread puts frames in, one reader takes them out when they are due. It is what the
 * cable, the switch, the loopback device and the impaired device have in common.
 *
 * <p>The bytes lie in one ring of native memory, each frame in one piece; the ring is freed from its oldest frame on. The
 * order in which frames come out is that of their due times, and of their arrival among equals: frames that are all due
 * at once, or all after one delay, come out as they went in.
 * <pre>
 *   memory     ├ free ┼ lent to the reader ┼ waiting ┼ being copied ┼ waiting ┼ free ┤   slots oldest … next
 *   order      the waiting ones by (due, slot)
 * </pre>
 *
 * <p>Putting a frame in takes three steps, so that no lock is held while its bytes are copied: {@link #reserve}, copy to
 * {@link #memory()} at {@link #positionOf}, {@link #publish}. A frame that was taken out stays where it is until the next
 * {@link #take}, {@link #giveBack} or wait, which is how long a device lends frames to its reader.
 *
 * <p>{@link #close} frees the memory, or leaves that to the last thread that is still copying into it.
 */
final class FrameQueue implements AutoCloseable {

    private static final int FULL = -1;

    private final OffHeap.Region region;
    private final long capacity;
    private final int slots;
    private final Signal arrival;

    /** Held to find room and order; nothing is copied, called or waited for under it. */
    private final ShortLock lock = new ShortLock();
    // All below: guarded by lock; position, length and the marks of a slot do not change between reserve and the take after.
    private final long[] position;          // where the frame begins in memory
    private final long[] end;               // value of tail once the frame was put in
    private final int[] length;
    private final long[] due;
    private final ChecksumMark[] mark;
    private final int[] segmentSize;
    private final boolean[] free;           // given back, but behind an older one that is not
    private long head;                      // bytes ever given back
    private long tail;                      // bytes ever reserved, those skipped at the end of memory included
    private long oldest;                    // slots ever given back
    private long next;                      // slots ever reserved
    private final int[] order;              // a ring: slots that wait, first due first
    private int orderFirst;
    private int orderCount;
    private final int[] lent;
    private int lentCount;
    private int writers;
    private boolean closed;

    /**
     * An empty queue with its memory.
     *
     * @param owner who the memory belongs to in the ledger
     * @param clock whose time {@link #awaitDue} waits in
     * @param maxFrames how many frames it holds at most, lent ones included
     * @param maxBytes how many bytes it holds at most; a frame longer than that never fits
     */
    FrameQueue(String owner, NanoClock clock, int maxFrames, long maxBytes) {
        if (maxFrames < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("a queue of " + maxFrames + " frames and " + maxBytes + " bytes is not possible");
        }
        slots = maxFrames;
        capacity = maxBytes;
        arrival = new Signal(clock);
        position = new long[slots];
        end = new long[slots];
        length = new int[slots];
        due = new long[slots];
        mark = new ChecksumMark[slots];
        segmentSize = new int[slots];
        free = new boolean[slots];
        order = new int[slots];
        lent = new int[slots];
        region = OffHeap.allocate(owner, maxBytes);
    }

    /** Where the bytes of all frames lie. */
    MemorySegment memory() {
        return region.segment();
    }

    /** Copies a frame in; false when it does not fit. Any thread. */
    boolean offer(OutFrame frame, long dueAt) {
        int slot = reserve(frame.length(), dueAt, frame.checksum(), frame.segmentSize());
        if (slot == FULL) {
            return false;
        }
        frame.copyTo(memory(), positionOf(slot));
        publish(slot, frame.length());
        return true;
    }

    /**
     * Takes room for a frame, which the caller fills and must {@link #publish}.
     *
     * @param dueAt nanoseconds of the clock before which it is not taken out, 0 for none
     * @return its slot, or −1 when there is no room or the queue is closed
     */
    int reserve(int bytes, long dueAt, ChecksumMark checksum, int bytesPerSegment) {
        lock.lock();
        try {
            if (closed || next - oldest == slots) {
                return FULL;
            }
            if (next == oldest) {
                // Nothing is in it: begin at the front, or a frame of more than half the memory might never find room.
                head = 0;
                tail = 0;
            }
            long at = tail % capacity;
            long skipped = at + bytes > capacity ? capacity - at : 0;
            if (tail + skipped + bytes - head > capacity) {
                return FULL;
            }
            int slot = (int) (next % slots);
            position[slot] = (tail + skipped) % capacity;
            tail += skipped + bytes;
            end[slot] = tail;
            length[slot] = bytes;
            due[slot] = dueAt;
            mark[slot] = checksum;
            segmentSize[slot] = bytesPerSegment;
            next++;
            writers++;
            return slot;
        } finally {
            lock.unlock();
        }
    }

    /** Where in {@link #memory()} the frame of a reserved slot goes; for the one that reserved it. */
    long positionOf(int slot) {
        return position[slot];
    }

    /**
     * Lets a frame that was copied be taken, and wakes the reader when it is the first due.
     *
     * @param bytes its length, at most what was reserved
     */
    void publish(int slot, int bytes) {
        boolean first;
        boolean freeMemory;
        lock.lock();
        try {
            length[slot] = bytes;
            first = insertLocked(slot);
            writers--;
            freeMemory = closed && writers == 0;
        } finally {
            lock.unlock();
        }
        if (freeMemory) {
            region.close();
        } else if (first) {
            arrival.raise();
        }
    }

    /**
     * Adds the frames that are due to {@code batch}, as many as fit, and forgets those of the last call. The reader only.
     *
     * @return how many were added
     */
    int take(FrameBatch batch, long now) {
        lock.lock();
        try {
            if (closed) {
                return 0;
            }
            giveBackLocked();
            while (orderCount > 0 && !batch.isFull() && due[order[orderFirst]] <= now) {
                int slot = order[orderFirst];
                orderFirst = orderFirst + 1 == slots ? 0 : orderFirst + 1;
                orderCount--;
                lent[lentCount++] = slot;
                batch.add(memory(), position[slot], length[slot]).mark(mark[slot], segmentSize[slot]);
            }
            return lentCount;
        } finally {
            lock.unlock();
        }
    }

    /** When the next frame is due; {@link NanoClock#FOREVER} when none waits. */
    long nextDue() {
        lock.lock();
        try {
            return orderCount == 0 ? NanoClock.FOREVER : due[order[orderFirst]];
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the frames of the last {@link #take}, whose room is free from now on. The reader only. */
    void giveBack() {
        lock.lock();
        try {
            giveBackLocked();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a frame that is due, {@link #wake}, an interrupt (whose status stays), or the deadline. The reader only.
     * Gives lent frames back first: if they filled the queue nobody could put another in, and none would ever come.
     */
    void awaitDue(long deadline) {
        giveBack();
        try {
            arrival.awaitUntil(Math.min(deadline, nextDue()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the reader's present or next wait. */
    void wake() {
        arrival.raise();
    }

    @Override
    public void close() {
        boolean freeMemory;
        lock.lock();
        try {
            freeMemory = !closed && writers == 0;
            closed = true;
        } finally {
            lock.unlock();
        }
        if (freeMemory) {
            region.close();
        }
        arrival.raise();
    }

    /** Finds the place from the back: without jitter that is the back itself. Whether it is the front. */
    private boolean insertLocked(int slot) {
        assert lock.isHeldByCurrentThread();
        int place = orderCount;
        while (place > 0) {
            int before = order[(orderFirst + place - 1) % slots];
            if (due[before] < due[slot] || due[before] == due[slot] && isOlderLocked(before, slot)) {
                break;
            }
            order[(orderFirst + place) % slots] = before;
            place--;
        }
        order[(orderFirst + place) % slots] = slot;
        orderCount++;
        return place == 0;
    }

    private boolean isOlderLocked(int slot, int other) {
        int first = (int) (oldest % slots);
        return Math.floorMod(slot - first, slots) < Math.floorMod(other - first, slots);
    }

    private void giveBackLocked() {
        assert lock.isHeldByCurrentThread();
        for (int i = 0; i < lentCount; i++) {
            free[lent[i]] = true;
        }
        lentCount = 0;
        while (oldest < next && free[(int) (oldest % slots)]) {
            int slot = (int) (oldest % slots);
            free[slot] = false;
            head = end[slot];
            oldest++;
        }
    }
}
