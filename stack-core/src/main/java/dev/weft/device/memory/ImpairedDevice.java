package dev.weft.device.memory;

import dev.weft.device.DelegatingDevice;
import dev.weft.device.DeviceFactory;
import dev.weft.device.DeviceLostException;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.ShortLock;
import java.lang.foreign.MemorySegment;

/**
 * A device with a bad line: what is sent and what is received is lost, doubled, held back, delayed, damaged or cut, each
 * direction in its own way ({@link Impairment}), by chance that a seed decides. The same seed and the same frames in the same
 * order have the same fates.
 *
 * <p>It has no thread. Each direction is a queue of copies ordered by when they are due. What was received comes out of
 * {@link #receive} when it is due; what was sent goes to the device below from within {@code transmit} if it is due at once,
 * else from within the reader's next {@code receive}, for which {@link #awaitFrames} ends in time. So a device whose reader
 * does not run sends nothing that is delayed.
 *
 * <p>The queues are bounded; counters are {@code impaired.NAME.in.*} and {@code impaired.NAME.out.*}, the constants of
 * {@link ImpairedEvent}. A stack is not told of frames lost here, as nobody is.
 */
public final class ImpairedDevice extends DelegatingDevice {

    /** How many frames are under way in one direction at most. */
    public static final int MAX_FRAMES = 8192;
    /** How many bytes are under way in one direction at most. */
    public static final long MAX_BYTES = 8 << 20;

    /** How much of a frame goes into the head of the frame that sends it on: its headers. */
    private static final int HEAD = 64;
    private static final long AWAKE = -1;

    private final NanoClock clock;
    private final FrameQueue incoming;
    private final FrameQueue outgoing;
    private final FrameFates fatesIn;                                   // the reader's
    private final FrameBatch received = new FrameBatch();               // the reader's
    private final CounterGroup<ImpairedEvent> eventsOut;

    /**
     * Held to decide the fates of frames that are sent and to copy them in that order, and to say who sends on what is due.
     * The device below is never called under it.
     */
    private final ShortLock lock = new ShortLock();
    private final FrameFates fatesOut;                                  // guarded by lock
    private boolean sending;                                            // guarded by lock
    private boolean sendAgain;                                          // guarded by lock
    private boolean closed;                                             // guarded by lock
    private long announced = AWAKE;                                     // guarded by lock

    private final OffHeap.Region heads;
    private final FrameBatch due = new FrameBatch();                    // of the thread that set sending
    private final OutFrame[] out = new OutFrame[FrameBatch.DEFAULT_CAPACITY];   // of the same

    /**
     * Wraps {@code inner}.
     *
     * @param in what happens to received frames
     * @param out what happens to sent ones
     * @param seed decides all chances
     * @param clock the clock of the reader and of {@code inner}
     */
    public ImpairedDevice(NetDevice inner, Impairment in, Impairment out, long seed, NanoClock clock, Counters counters) {
        super(inner);
        this.clock = clock;
        String name = "impaired." + inner.name();
        incoming = new FrameQueue(name + ".in", clock, MAX_FRAMES, MAX_BYTES);
        outgoing = new FrameQueue(name + ".out", clock, MAX_FRAMES, MAX_BYTES);
        Randomness seeds = Randomness.seeded(seed);
        fatesIn = new FrameFates(in, Randomness.seeded(seeds.nextLong()),
                new CounterGroup<>(counters, name + ".in", ImpairedEvent.class), incoming);
        eventsOut = new CounterGroup<>(counters, name + ".out", ImpairedEvent.class);
        fatesOut = new FrameFates(out, Randomness.seeded(seeds.nextLong()), eventsOut, outgoing);
        heads = OffHeap.allocate(name + ".heads", (long) this.out.length * OutFrame.HEAD_BYTES);
        for (int i = 0; i < this.out.length; i++) {
            this.out[i] = new OutFrame(heads.segment().asSlice((long) i * OutFrame.HEAD_BYTES, OutFrame.HEAD_BYTES));
        }
    }

    /** A description that wraps what {@code inner} describes. */
    public static DeviceFactory around(DeviceFactory inner, Impairment in, Impairment out, long seed) {
        return (clock, counters) -> new ImpairedDevice(inner.open(clock, counters), in, out, seed, clock, counters);
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        sendDue();
        incoming.giveBack();
        received.begin(batch.now());
        int count = inner.receive(received);
        for (int i = 0; i < count; i++) {
            fatesIn.pass(received.frame(i), batch.now());
        }
        return incoming.take(batch, batch.now());
    }

    @Override
    public void awaitFrames(long deadline) throws DeviceLostException {
        long until;
        lock.lock();
        try {
            until = Math.min(deadline, Math.min(incoming.nextDue(), outgoing.nextDue()));
            announced = until;
        } finally {
            lock.unlock();
        }
        inner.awaitFrames(until);
        lock.lock();
        try {
            announced = AWAKE;
        } finally {
            lock.unlock();
        }
    }

    /** {@inheritDoc} Takes every frame; what then becomes of it the sender does not hear. */
    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        long now = clock.nanoTime();
        lock.lock();
        try {
            for (int i = from; i < to; i++) {
                fatesOut.pass(frames[i], now);
            }
        } finally {
            lock.unlock();
        }
        sendDue();
        wakeReaderForRest();
        return to - from;
    }

    @Override
    public void close() {
        super.close();
        boolean idle;
        lock.lock();
        try {
            idle = !sending && !closed;
            closed = true;
        } finally {
            lock.unlock();
        }
        incoming.close();
        if (idle) {
            freeOutgoing();
        }
    }

    /** One thread at a time sends on what is due; whoever finds another at it leaves it the work. */
    private void sendDue() {
        if (!beginSending()) {
            return;
        }
        do {
            int count;
            do {
                due.begin(clock.nanoTime());
                count = outgoing.take(due, due.now());
                sendBatch(count);
            } while (count > 0);
        } while (!endSending());
    }

    private boolean beginSending() {
        lock.lock();
        try {
            if (closed || sending) {
                sendAgain = sending;
                return false;
            }
            sending = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean endSending() {
        boolean free;
        lock.lock();
        try {
            if (sendAgain && !closed) {
                sendAgain = false;
                return false;
            }
            sending = false;
            free = closed;
        } finally {
            lock.unlock();
        }
        if (free) {
            freeOutgoing();
        }
        return true;
    }

    private void sendBatch(int count) {
        for (int i = 0; i < count; i++) {
            Frame frame = due.frame(i);
            OutFrame copy = out[i];
            copy.reset();
            copy.mark(frame.checksum(), frame.segmentSize());
            int inHead = Math.min(frame.length(), HEAD);
            MemorySegment.copy(frame.segment(), frame.offset(), copy.head(), copy.append(inHead), inHead);
            if (frame.length() > inHead) {
                copy.addPiece(frame.segment(), frame.offset() + inHead, frame.length() - inHead);
            }
        }
        int taken = count == 0 ? 0 : inner.transmit(out, 0, count);
        eventsOut.add(ImpairedEvent.DEVICE_FULL, count - taken);
    }

    private void wakeReaderForRest() {
        long next = outgoing.nextDue();
        boolean wake;
        lock.lock();
        try {
            wake = next < announced;
            if (wake) {
                announced = next;
            }
        } finally {
            lock.unlock();
        }
        if (wake) {
            inner.wakeUp();
        }
    }

    private void freeOutgoing() {
        outgoing.close();
        heads.close();
    }
}
