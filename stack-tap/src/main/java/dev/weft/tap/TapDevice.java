package dev.weft.tap;

import dev.weft.device.DeviceLostException;
import dev.weft.device.DeviceQueue;
import dev.weft.device.FlowSteering;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.LinkChange;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open TAP or TUN device, or one more queue of it: then it is there to be read, and all else is asked of the first.
 *
 * <p>One {@code read} or {@code write} is one frame (IFF_NO_PI: nothing before it), or with offloads one frame behind a
 * {@link VnetHeader}. The reader reads until the queue is
 * empty or its batch full, and waits in {@link ReaderWait}. Whoever transmits writes on its own thread; the kernel
 * queues nothing on that side, it runs the frame through its own stack within our {@code write}.
 *
 * <p>Every method that uses the descriptors or the native memory goes through the {@link CallGate}; the last one out of a
 * gate that {@link #close} has shut gives them back. So a late {@code transmit} drops its frames, and a reader that was
 * not joined first ends with {@link DeviceLostException}.
 */
final class TapDevice implements NetDevice {

    private static final Logger LOG = LoggerFactory.getLogger(TapDevice.class);

    /** The shortest that the kernel makes. */
    private static final int UNKNOWN_QUEUE = 500;
    private static final int VLAN_TAG = 4;

    private final String name;
    private final LinkType linkType;
    private final int mtu;
    private final int queueFrames;
    private final long busyPollNanos;
    /** The longest frame that is one packet, with a VLAN tag. */
    private final int longestPlain;
    private final int longestRead;
    private final Offloads offloads;
    /** Null where frames come and go without a header of the kernel's. */
    private final VnetHeader header;
    private final TapHandle handle;
    private final int descriptor;
    private final CallGate gate;
    private final ReaderWait wait;
    private final GatherSlots gather;
    private final FrameStore frames;
    /** All queues, of which this is the first; none where this is another one. */
    private final TapDevice[] queues;
    private final TapDevice first;
    /** What a read needs: the longest frame, and a byte more, which tells that it was longer. */
    private final int slotBytes;
    private final Counter framesIn;
    private final Counter framesOut;
    /** What came on this queue; null where it is the only one. */
    private Counter queueIn;
    private final CounterGroup<TapInDiscard> discardedIn;
    private final CounterGroup<TapOutDiscard> discardedOut;

    /** Written by the reader. */
    private volatile boolean up;
    private volatile boolean lost;
    private volatile LinkChange listener;

    /**
     * @param handle complete but for the frames; the device closes it
     * @param mtu what the kernel's side has
     * @param headerBytes what a frame has besides an IP packet
     * @param offloads what was turned on; with any, a {@link VnetHeader} stands before each frame
     */
    TapDevice(Tap tap, int mtu, int headerBytes, Offloads offloads, TapHandle handle, NanoClock clock, Counters counters) {
        name = tap.name();
        linkType = tap.linkType();
        busyPollNanos = tap.busyPollNanos();
        this.mtu = mtu;
        this.handle = handle;
        this.offloads = offloads;
        longestPlain = mtu + headerBytes + VLAN_TAG;
        header = offloads.checksum() ? new VnetHeader() : null;
        longestRead = header == null ? mtu + headerBytes : VnetHeader.LENGTH + headerBytes + Ipv4Header.MAXIMUM_TOTAL_LENGTH;
        TapHandle.Queue own = handle.first();
        slotBytes = own.allocateFrames(longestRead);
        frames = own.frames();
        descriptor = own.tap();
        gate = new CallGate(handle::close);
        wait = new ReaderWait(own, true, handle.watch(), clock);
        gather = handle.gatherSlots();
        framesIn = counters.counter("tap.in.frames");
        framesOut = counters.counter("tap.out.frames");
        discardedIn = new CounterGroup<>(counters, "tap.in", TapInDiscard.class);
        discardedOut = new CounterGroup<>(counters, "tap.out", TapOutDiscard.class);
        int queue = handle.kernel().queueLength();
        queueFrames = queue > 0 ? queue : UNKNOWN_QUEUE;
        up = handle.kernel().up() == 1;
        first = this;
        queues = new TapDevice[handle.queues().size()];
        queues[0] = this;
        for (int i = 1; i < queues.length; i++) {
            queues[i] = new TapDevice(this, handle.queues().get(i), clock);
        }
        for (int i = 0; queues.length > 1 && i < queues.length; i++) {
            queues[i].queueIn = counters.counter("tap.in.queue" + i);
        }
    }

    /** Another queue of the same device, to read from. */
    private TapDevice(TapDevice first, TapHandle.Queue own, NanoClock clock) {
        this.first = first;
        queues = new TapDevice[0];
        name = first.name;
        linkType = first.linkType;
        mtu = first.mtu;
        handle = first.handle;
        offloads = first.offloads;
        busyPollNanos = first.busyPollNanos;
        queueFrames = first.queueFrames;
        longestPlain = first.longestPlain;
        longestRead = first.longestRead;
        header = first.header == null ? null : new VnetHeader();
        slotBytes = own.allocateFrames(longestRead);
        frames = own.frames();
        descriptor = own.tap();
        gate = first.gate;
        wait = new ReaderWait(own, false, null, clock);
        gather = first.gather;
        framesIn = first.framesIn;
        framesOut = first.framesOut;
        discardedIn = first.discardedIn;
        discardedOut = first.discardedOut;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LinkType linkType() {
        return linkType;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    /** Empty: the address that the interface shows is that of the kernel's side. */
    @Override
    public Optional<MacAddress> address() {
        return Optional.empty();
    }

    @Override
    public Offloads offloads() {
        return offloads;
    }

    /** 0: the kernel takes a frame of a header alone. */
    @Override
    public int minimumFrame() {
        return 0;
    }

    /** What the interface's queue held when the device was opened. */
    @Override
    public int queueFrames() {
        return queueFrames;
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    public void onLinkChange(LinkChange toTell) {
        listener = toTell;
    }

    @Override
    public int queues() {
        return queues.length;
    }

    @Override
    public DeviceQueue queue(int index) {
        return queues[index];
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        enterAsReader();
        try {
            int count = 0;
            long at = 0;
            MemorySegment block = frames.next();
            while (!batch.isFull() && at + slotBytes <= block.byteSize()) {
                int length = (int) Libc.read(descriptor, block.address() + at, slotBytes);
                if (length < 0) {
                    if (isInterrupted(Libc.errno())) {
                        continue;
                    }
                    break;
                }
                TapInDiscard discard = add(batch, block, at, length);
                if (discard == null) {
                    at += TapHandle.align(length);
                    count++;
                } else {
                    discardedIn.increment(discard);
                }
            }
            framesIn.add(count);
            if (queueIn != null) {
                queueIn.add(count);
            }
            return count;
        } finally {
            gate.leave();
        }
    }

    /** Adds what was read to {@code batch}, or says why not. */
    private TapInDiscard add(FrameBatch batch, MemorySegment block, long at, int length) {
        if (length == slotBytes) {
            return TapInDiscard.TOO_LONG;
        }
        if (header == null) {
            batch.add(block, at, length).lend(frames.lent());
            return null;
        }
        int frame = length - VnetHeader.LENGTH;
        if (frame < 0 || !header.read(block, at, frame, linkType)) {
            return TapInDiscard.BAD_VNET_HEADER;
        }
        if (header.segmentSize() == 0 && frame > longestPlain) {
            return TapInDiscard.TOO_LONG;
        }
        Frame added = batch.add(block, at + VnetHeader.LENGTH, frame);
        added.mark(header.checksum(), header.segmentSize());
        added.lend(frames.lent());
        return null;
    }

    /** Whether to read again (true) or later (false). */
    private boolean isInterrupted(int errno) throws DeviceLostException {
        return switch (errno) {
            case Errno.EINTR -> true;
            case Errno.EAGAIN, Errno.EIO -> false;
            // EBADFD when it was deleted. Any other error would come again at once and for ever.
            default -> throw lost(Errno.name(errno));
        };
    }

    @Override
    public boolean waitsInNativeCall() {
        return true;
    }

    @Override
    public long busyPollNanos() {
        return busyPollNanos;
    }

    @Override
    public void awaitFrames(long deadline) throws DeviceLostException {
        enterAsReader();
        try {
            int happened = wait.await(deadline);
            if ((happened & ReaderWait.LOST) != 0) {
                throw lost("POLLERR");
            }
            if ((happened & ReaderWait.LINK) != 0) {
                askForLink();
            }
        } finally {
            gate.leave();
        }
    }

    @Override
    public void wakeUp() {
        if (gate.enter()) {
            try {
                wait.wakeUp();
            } finally {
                gate.leave();
            }
        }
    }

    @Override
    public int transmit(OutFrame[] out, int from, int to) {
        if (lost || !gate.enter()) {
            discardedOut.add(TapOutDiscard.LOST, to - from);
            return to - from;
        }
        int written = 0;
        try {
            for (int i = from; i < to; i++) {
                int errno = write(out[i]);
                if (errno == 0) {
                    written++;
                } else if (errno == Errno.EAGAIN) {
                    return i - from;
                } else {
                    discardedOut.increment(reason(errno));
                }
            }
            return to - from;
        } finally {
            framesOut.add(written);
            gate.leave();
        }
    }

    /** Writes one frame to the queue of its flow, whole as the kernel takes it; returns an errno. */
    private int write(OutFrame frame) {
        int to = queues[FlowSteering.queue(frame, linkType, queues.length)].descriptor;
        if (header == null && frame.pieceCount() == 0) {
            return writeHead(to, frame);
        }
        int slot = gather.acquire();
        try {
            return header == null ? writeAll(to, frame, slot) : writeWithHeader(to, frame, slot);
        } finally {
            gather.release(slot);
        }
    }

    private int writeWithHeader(int to, OutFrame frame, int slot) {
        if (!gather.header(slot).prepend(frame, linkType)) {
            return Errno.EINVAL;
        }
        try {
            return frame.pieceCount() == 0 ? writeHead(to, frame) : writeAll(to, frame, slot);
        } finally {
            frame.strip(VnetHeader.LENGTH);
        }
    }

    private int writeAll(int to, OutFrame frame, int slot) {
        int vectors = gather.fill(slot, frame);
        int errno;
        do {
            errno = Libc.writev(to, gather.address(slot), vectors) < 0 ? Libc.errno() : 0;
        } while (errno == Errno.EINTR);
        return errno;
    }

    private int writeHead(int to, OutFrame frame) {
        long address = frame.head().address() + frame.start();
        int errno;
        do {
            errno = Libc.write(to, address, frame.headLength()) < 0 ? Libc.errno() : 0;
        } while (errno == Errno.EINTR);
        return errno;
    }

    private TapOutDiscard reason(int errno) {
        return switch (errno) {
            case Errno.EIO -> TapOutDiscard.LINK_DOWN;
            case Errno.EBADFD, Errno.EBADF -> {
                // The reader finds out by itself: poll reports POLLERR.
                lost = true;
                yield TapOutDiscard.LOST;
            }
            default -> TapOutDiscard.REFUSED;
        };
    }

    /** Asks the kernel whether the interface is up, and tells the listener of a change. */
    private void askForLink() throws DeviceLostException {
        KernelInterface kernel = handle.kernel();
        int errno = kernel.nameOf(descriptor);
        if (errno != 0) {
            throw lost(Errno.name(errno));
        }
        // Where it was moved to another network namespace nothing can be seen: taken as up, writes tell the rest.
        boolean now = kernel.up() != 0;
        if (now != up) {
            up = now;
            LOG.atDebug().addKeyValue("iface", name).log(now ? "link is up" : "link is down");
            LinkChange toTell = listener;
            if (toTell != null) {
                toTell.linkChanged(now);
            }
        }
    }

    private void enterAsReader() throws DeviceLostException {
        if (!gate.enter()) {
            throw new DeviceLostException(name + " is closed");
        }
    }

    private DeviceLostException lost(String how) {
        first.lost = true;
        first.up = false;
        return new DeviceLostException("the device " + name + " was deleted while it was in use (" + how
                + "): make it again, for example with `ip tuntap add`, and open the stack anew");
    }

    @Override
    public void close() {
        if (gate.enter()) {
            gate.shut();
            for (TapDevice queue : queues) {
                queue.wait.wakeUp();
            }
            gate.leave();
        }
    }
}
