package dev.weft.link;

import dev.weft.device.Frame;
import dev.weft.device.FrameHandler;
import dev.weft.device.LinkChange;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OffloadFallback;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.NanoClock;
import java.util.Arrays;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What links on a device have in common: the readers, one for each of its queues, handlers by EtherType, the pool of frames to send, counters, and the
 * order in which all that ends. A subclass knows the framing.
 *
 * <p>A link owns its device from the constructor on. Layers register with it, then {@link #start} begins to read;
 * {@link #close} wakes and joins the readers, then frees memory, the device's first (D3).
 *
 * <p>Counters: {@code link.NAME.in.*} are the constants of {@link LinkDiscard}, {@code link.NAME.out.*} those of
 * {@link LinkDrop}, {@code link.NAME.reader.*} failures of what the reader called, {@code link.NAME.received} and
 * {@code link.NAME.sent} frames that were passed on.
 */
public abstract class DeviceLink implements Link, AutoCloseable {

    /** How many frames threads may be sending at once. */
    static final int OUT_FRAMES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceLink.class);

    private final String name;
    private final NetDevice device;
    private final OutFramePool pool;
    private final OffloadFallback fallback;
    private final ReaderFaults faults;
    /** One for each queue of the device. */
    private final ReaderLoop[] readers;
    private final CounterGroup<LinkDiscard> discards;
    private final CounterGroup<LinkDrop> drops;
    private final Counter received;
    private final Counter sent;
    private final CopyOnWriteArrayList<LinkChange> listeners = new CopyOnWriteArrayList<>();

    /** Held to replace {@link #handlers} or mark the start; nothing is called under it. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Handlers handlers = new Handlers(new int[0], new FrameHandler[0]);   // written under lock
    private boolean started;                                                              // guarded by lock
    private volatile boolean closed;                                                      // written under lock

    private record Handlers(int[] types, FrameHandler[] byIndex) {
    }

    DeviceLink(String name, NetDevice device, LinkType expected, NanoClock clock, Counters counters) {
        if (device.linkType() != expected) {
            throw new IllegalArgumentException("link " + name + " needs a device of type " + expected + ", and " + device.name()
                    + " is of type " + device.linkType());
        }
        this.name = name;
        this.device = device;
        String prefix = "link." + name;
        pool = new OutFramePool(prefix, OUT_FRAMES);
        faults = new ReaderFaults(name, clock, counters);
        readers = new ReaderLoop[device.queues()];
        Arrays.setAll(readers, i -> new ReaderLoop(name, device, i, this::input, clock, faults));
        discards = new CounterGroup<>(counters, prefix + ".in", LinkDiscard.class);
        drops = new CounterGroup<>(counters, prefix + ".out", LinkDrop.class);
        received = counters.counter(prefix + ".received");
        sent = counters.counter(prefix + ".sent");
        fallback = new OffloadFallback(device, pool, new OffloadFallback.Losses() {
            @Override
            public void lostPieces(int count) {
                drops.add(LinkDrop.PIECE_DROPPED, count);
            }

            @Override
            public void unfit() {
                drops.increment(LinkDrop.UNFIT_FOR_OFFLOAD);
            }
        });
        device.onLinkChange(this::linkChanged);
    }

    /** Takes one frame off the device; runs on the reader of its queue, on several at once where the device has several. */
    abstract void input(Frame frame);

    /** Prepends the link's header and pads; {@link #unframe} takes both off again. */
    abstract void frame(OutFrame frame, long destinationMac, int etherType);

    abstract void unframe(OutFrame frame);

    /**
     * Starts the readers. Their failure, such as the loss of the device, is a failure of a daemon of {@code scope}.
     *
     * @throws IllegalStateException when it was started or closed before, the scope is closed, or a virtual reader is not
     *     possible (see {@link ReaderMode#VIRTUAL})
     */
    public final void start(DaemonScope scope, ReaderMode mode) {
        lock.lock();
        try {
            if (started || closed) {
                throw new IllegalStateException("link " + name + (closed ? " is closed" : " was started before"));
            }
            started = true;
        } finally {
            lock.unlock();
        }
        for (ReaderLoop reader : readers) {
            reader.start(scope, mode);
        }
    }

    /**
     * Ends the readers, then closes the device and frees memory. Waits for the readers' threads; an interrupt does not cut that
     * short and stays set. Idempotent. Not at the same time as {@link #start}.
     *
     * @throws IllegalStateException on a reader
     */
    @Override
    public final void close() {
        for (ReaderLoop reader : readers) {
            reader.close();
        }
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        device.close();
        pool.close();
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final LinkType linkType() {
        return device.linkType();
    }

    @Override
    public final int mtu() {
        return device.mtu();
    }

    @Override
    public final Offloads offloads() {
        return device.offloads();
    }

    @Override
    public final int queueFrames() {
        return device.queueFrames();
    }

    @Override
    public boolean isLoopback() {
        return false;
    }

    @Override
    public final boolean isUp() {
        return !closed && device.isUp();
    }

    @Override
    public final void addLinkListener(LinkChange listener) {
        listeners.add(listener);
    }

    @Override
    public final void setHandler(int etherType, FrameHandler handler) {
        lock.lock();
        try {
            Handlers old = handlers;
            int count = old.types.length;
            if (Arrays.stream(old.types).anyMatch(type -> type == etherType)) {
                throw new IllegalStateException("link " + name + " has a handler of type 0x" + Integer.toHexString(etherType));
            }
            int[] types = Arrays.copyOf(old.types, count + 1);
            FrameHandler[] byIndex = Arrays.copyOf(old.byIndex, count + 1);
            types[count] = etherType;
            byIndex[count] = handler;
            handlers = new Handlers(types, byIndex);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final boolean transmit(OutFrame frame, long destinationMac, int etherType) {
        return transmit(frame.alone(), 0, 1, destinationMac, etherType) == 1;
    }

    @Override
    public final int transmit(OutFrame[] frames, int from, int to, long destinationMac, int etherType) {
        if (closed) {
            drops.add(LinkDrop.CLOSED, to - from);
            return 0;
        }
        for (int i = from; i < to; i++) {
            frame(frames[i], destinationMac, etherType);
        }
        int taken = fallback.transmit(frames, from, to);
        for (int i = from; i < to; i++) {
            unframe(frames[i]);
        }
        sent.add(taken);
        if (taken < to - from) {
            drops.add(LinkDrop.DEVICE_FULL, to - from - taken);
        }
        return taken;
    }

    @Override
    public final LinkReader reader() {
        return readers[0];
    }

    @Override
    public final int readers() {
        return readers.length;
    }

    @Override
    public final LinkReader reader(int queue) {
        return readers[queue];
    }

    @Override
    public final OutFramePool frames() {
        return pool;
    }

    /** The device below. */
    final NetDevice device() {
        return device;
    }

    final void discard(LinkDiscard reason) {
        discards.increment(reason);
    }

    /** Hands the frame, whose window begins after the link's header, to the handler of its type. */
    final void dispatch(Frame frame, int etherType) {
        Handlers current = handlers;
        int[] types = current.types;
        for (int i = 0; i < types.length; i++) {
            if (types[i] == etherType) {
                received.increment();
                current.byIndex[i].handle(frame);
                return;
            }
        }
        discard(LinkDiscard.UNKNOWN_TYPE);
    }

    private void linkChanged(boolean up) {
        LOG.atInfo().addKeyValue("iface", name).addKeyValue("device", device.name()).log(up ? "link is up" : "link is down");
        for (LinkChange listener : listeners) {
            try {
                listener.linkChanged(up);
            } catch (Exception e) {
                faults.report(ReaderFault.LINK_LISTENER, e);
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
