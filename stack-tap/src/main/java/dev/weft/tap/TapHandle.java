package dev.weft.tap;

import dev.weft.device.FrameBatch;
import dev.weft.resource.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What an open device holds: descriptors and native memory. It is filled step by step while the device is opened, so that
 * closing it at any step leaves nothing behind.
 */
final class TapHandle implements AutoCloseable {

    /** For how many frames there is room, where they are short. */
    private static final int SLOTS = FrameBatch.DEFAULT_CAPACITY;

    /** Room for 15 segments of 64 KiB. */
    private static final int FRAME_MEMORY = 1 << 20;

    private static final String OWNER = "tap";

    private static final int KERNEL = 0;
    private static final int WATCH = KERNEL + KernelInterface.SCRATCH_BYTES;
    private static final int GATHER = WATCH + LinkWatch.SCRATCH_BYTES;
    private static final int SCRATCH_BYTES = GATHER + GatherSlots.BYTES;

    /** Room behind the longest frame: a VLAN tag, and one byte more, which tells a frame that was cut. */
    private static final int SLACK = 5;
    private static final int SLOT_ALIGNMENT = 64;

    private final OffHeap.Region scratch = OffHeap.allocate(OWNER, SCRATCH_BYTES);
    private final List<Queue> queues = new ArrayList<>(List.of(new Queue()));
    private KernelInterface kernel;
    private LinkWatch watch;

    /** What each queue has of its own: a descriptor, an eventfd that ends a wait, and memory. */
    static final class Queue implements AutoCloseable {

        private final OffHeap.Region scratch = OffHeap.allocate(OWNER, ReaderWait.SCRATCH_BYTES);
        private FrameStore frames;
        private int tap = -1;
        private int wake = -1;

        void tap(int descriptor) {
            tap = descriptor;
        }

        /** The descriptor that frames are read from and written to. */
        int tap() {
            return tap;
        }

        void wake(int descriptor) {
            wake = descriptor;
        }

        int wake() {
            return wake;
        }

        MemorySegment readerScratch() {
            return scratch.segment();
        }

        /**
         * Allocates the memory that frames are received into, one behind the other: enough for {@link #SLOTS} of the longest, but not
         * more than {@link #FRAME_MEMORY} where these are long, so that what was read stays in the processor's cache.
         *
         * @return how much room a read needs
         */
        int allocateFrames(int longestFrame) {
            int slot = align(longestFrame + SLACK);
            frames = new FrameStore(OWNER, Math.min((long) slot * SLOTS, Math.max(FRAME_MEMORY, slot)));
            return slot;
        }

        FrameStore frames() {
            return frames;
        }

        @Override
        public void close() {
            if (wake >= 0) {
                Libc.close(wake);
            }
            if (tap >= 0) {
                Libc.close(tap);
            }
            if (frames != null) {
                frames.close();
            }
            scratch.close();
        }
    }

    /** Memory for whatever is asked for once while opening: the path of the node. */
    MemorySegment temporary() {
        return scratch.segment().asSlice(GATHER, GatherSlots.BYTES);
    }

    GatherSlots gatherSlots() {
        return new GatherSlots(scratch.segment().asSlice(GATHER, GatherSlots.BYTES));
    }

    /** The first queue, which is there from the beginning. */
    Queue first() {
        return queues.getFirst();
    }

    /** One more. */
    Queue addQueue() {
        var queue = new Queue();
        queues.add(queue);
        return queue;
    }

    /** All of them. */
    List<Queue> queues() {
        return queues;
    }

    /** The descriptor of the first queue, by which the device itself is spoken to. */
    int tap() {
        return first().tap();
    }

    void controlSocket(int socket) {
        kernel = new KernelInterface(socket, scratch.segment().asSlice(KERNEL, KernelInterface.SCRATCH_BYTES));
    }

    KernelInterface kernel() {
        return kernel;
    }

    /** Begins to watch for link changes, where that is allowed. */
    void openWatch() {
        watch = LinkWatch.open(scratch.segment().asSlice(WATCH, LinkWatch.SCRATCH_BYTES));
    }

    /** Null where the state has to be asked for. */
    LinkWatch watch() {
        return watch;
    }

    /** Where the next frame may begin behind so many bytes. */
    static int align(int bytes) {
        return bytes + SLOT_ALIGNMENT - 1 & -SLOT_ALIGNMENT;
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
        }
        if (kernel != null) {
            kernel.close();
        }
        queues.forEach(Queue::close);
        scratch.close();
    }
}
