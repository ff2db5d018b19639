package dev.weft.device.memory;

import dev.weft.device.DelegatingDevice;
import dev.weft.device.DeviceFactory;
import dev.weft.device.DeviceLostException;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameForwarder;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.ShortLock;

/**
 * A device with a bad line: what is sent and what is received is lost, queued before a bottleneck, doubled, held back, delayed,
 * damaged or cut, each direction in its own way ({@link Impairment}), by chance that a seed decides. The same seed and the same
 * frames in the same order have the same chances; with the same times, too, they have the same fates.
 *
 * <p>It has no thread. Each direction is a queue of copies ordered by when they are due. What was received comes out of
 * {@link #receive} when it is due; what was sent goes to the device below from within {@code transmit} if it is due at once,
 * else from within the reader's next {@code receive}, for which {@link #awaitFrames} ends in time. So a device whose reader
 * does not run sends nothing that is delayed.
 *
 * <p>In real time a frame leaves when the reader's wait ends, which is some 50 µs late on Linux (timer slack); what has become
 * due meanwhile leaves with it, so rates are kept however fast they are.
 *
 * <p>It carries single packets with finished checksums, so that a line loses and counts segments: it offers no offloads, and cuts
 * large segments that come nevertheless, such as those of a device with offloads below.
 *
 * <p>The queues are bounded; counters are {@code impaired.NAME.in.*} and {@code impaired.NAME.out.*}, the constants of
 * {@link ImpairedEvent}. A stack is not told of frames lost here, as nobody is.
 */
public final class ImpairedDevice extends DelegatingDevice {

    /** How many frames are under way in one direction at most, where the line's rate and delay do not ask for more. */
    public static final int MAX_FRAMES = 8192;
    /** How many bytes are under way in one direction at most, where the line's rate and delay do not ask for more. */
    public static final long MAX_BYTES = 8 << 20;

    /** What a line may ask for, however fast and long it is. */
    private static final long MOST_BYTES = 512 << 20;
    /** Room is made for frames of this mean length. */
    private static final int MEAN_FRAME = 256;
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

    private final FrameBatch due = new FrameBatch();                    // of the thread that set sending
    private final FrameForwarder forwarder;                             // of the same

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
        incoming = queue(name + ".in", clock, in);
        outgoing = queue(name + ".out", clock, out);
        Randomness seeds = Randomness.seeded(seed);
        fatesIn = new FrameFates(name + ".in", in, Randomness.seeded(seeds.nextLong()),
                new CounterGroup<>(counters, name + ".in", ImpairedEvent.class), incoming, inner.linkType());
        eventsOut = new CounterGroup<>(counters, name + ".out", ImpairedEvent.class);
        fatesOut = new FrameFates(name + ".out", out, Randomness.seeded(seeds.nextLong()), eventsOut, outgoing, inner.linkType());
        forwarder = new FrameForwarder(name + ".heads", due.capacity());
    }

    /** A queue with room for what fills the line: its bottleneck's queue, and what is on its way behind that. */
    private static FrameQueue queue(String name, NanoClock clock, Impairment line) {
        Bottleneck bottleneck = line.bottleneck();
        double seconds = line.delay().plus(line.jitter()).plus(line.reorderBy()).toNanos() / 1e9;
        double waiting = Math.min(bottleneck.queueBytes(), (double) bottleneck.queueFrames() * OutFrame.HEAD_BYTES);
        double full = bottleneck.bitsPerSecond() == 0 ? 0 : bottleneck.bitsPerSecond() / 8.0 * seconds + waiting;
        long bytes = Math.clamp((long) (full * 1.25), MAX_BYTES, MOST_BYTES);
        return new FrameQueue(name, clock, (int) Math.max(MAX_FRAMES, bytes / MEAN_FRAME), bytes);
    }

    /** A description that wraps what {@code inner} describes. */
    public static DeviceFactory around(DeviceFactory inner, Impairment in, Impairment out, long seed) {
        return (clock, counters) -> new ImpairedDevice(inner.open(clock, counters), in, out, seed, clock, counters);
    }

    /** What has passed the bottleneck for received frames; exact while the reader rests. */
    public QueueReport receivedReport() {
        return fatesIn.report();
    }

    /** What has passed the bottleneck for sent frames. */
    public QueueReport sentReport() {
        lock.lock();
        try {
            return fatesOut.report();
        } finally {
            lock.unlock();
        }
    }

    /** None, whatever the device below offers: a large segment is split before it comes here. */
    @Override
    public Offloads offloads() {
        return Offloads.NONE;
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
            until = Math.min(deadline, nextDue());
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

    /** When {@link #receive} has something to do again, if nothing comes before. */
    long nextDue() {
        return Math.min(incoming.nextDue(), outgoing.nextDue());
    }

    /** {@inheritDoc} Takes every frame; what then becomes of it the sender does not hear. */
    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        lock.lock();
        try {
            if (closed) {
                return to - from;
            }
            long now = clock.nanoTime();
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
        boolean first;
        lock.lock();
        try {
            idle = !sending && !closed;
            first = !closed;
            closed = true;
        } finally {
            lock.unlock();
        }
        incoming.close();
        if (first) {
            fatesIn.close();
            fatesOut.close();
        }
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
                eventsOut.add(ImpairedEvent.DEVICE_FULL, count - forwarder.forward(due, count, inner));
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
        forwarder.close();
    }
}
