package dev.weft.device.memory;

import dev.weft.device.FrameBatch;
import dev.weft.device.LinkChange;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportLayout;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.MacAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device whose frames come out of a queue in memory: what the end of a cable, the port of a switch and the loopback
 * device share. They differ in whose queue they send to.
 */
abstract class QueueDevice implements NetDevice {

    private final String name;
    private final LinkType linkType;
    private final int mtu;
    private final int minimumFrame;
    private final Offloads offloads;
    private final CounterGroup<DeviceDrop> drops;
    private final FrameQueue incoming;
    private final AtomicInteger changes = new AtomicInteger();
    private volatile LinkChange listener;
    private volatile boolean closed;
    private int changesTold;                // the reader's

    QueueDevice(String name, MemoryLinkOptions options, Counters counters) {
        this.name = name;
        linkType = options.linkType();
        mtu = options.mtu();
        minimumFrame = options.minimumFrame();
        offloads = options.offloads();
        drops = new CounterGroup<>(counters, name, DeviceDrop.class);
        incoming = new FrameQueue("device." + name, options.clock(), options.maxFrames(), options.maxBytes());
    }

    final FrameQueue incoming() {
        return incoming;
    }

    final void drop(DeviceDrop reason) {
        drops.increment(reason);
    }

    /** Whether the frame, or each of the segments that it stands for, is longer than this link carries. */
    final boolean isTooLong(OutFrame frame) {
        int longest = mtu + (linkType == LinkType.ETHERNET ? EthernetHeader.LENGTH : 0);
        return frame.length() > longest && (frame.segmentSize() == 0 || areSegmentsTooLong(frame, longest));
    }

    private boolean areSegmentsTooLong(OutFrame frame, int longest) {
        var layout = new TransportLayout();
        if (!layout.read(frame.head(), frame.start(), frame.headLength(), frame.length(), linkType)) {
            return true;
        }
        int most = layout.isTcp() ? offloads.maxSegmentBytes() : offloads.maxDatagramBytes();
        return layout.end() - layout.payload() > most || layout.payload() + frame.segmentSize() > longest;
    }

    /** Has the listener told of {@link #isUp()} on the reader soon. Two quick changes may become one telling. */
    final void linkHasChanged() {
        changes.incrementAndGet();
        incoming.wake();
    }

    final boolean isClosed() {
        return closed;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final LinkType linkType() {
        return linkType;
    }

    @Override
    public final int mtu() {
        return mtu;
    }

    @Override
    public final Optional<MacAddress> address() {
        return Optional.empty();
    }

    @Override
    public final Offloads offloads() {
        return offloads;
    }

    @Override
    public final int minimumFrame() {
        return minimumFrame;
    }

    @Override
    public final void onLinkChange(LinkChange newListener) {
        listener = newListener;
    }

    @Override
    public final int receive(FrameBatch batch) {
        int seen = changes.get();
        if (seen != changesTold) {
            changesTold = seen;
            LinkChange told = listener;
            if (told != null) {
                told.linkChanged(isUp());
            }
        }
        return incoming.take(batch, batch.now());
    }

    @Override
    public final void awaitFrames(long deadline) {
        if (changes.get() == changesTold) {
            incoming.awaitDue(deadline);
        }
    }

    @Override
    public final void wakeUp() {
        incoming.wake();
    }

    @Override
    public final void close() {
        closed = true;
        incoming.close();
        closedByOwner();
    }

    /** What else ends with the device; may run more than once. */
    void closedByOwner() {
    }

    @Override
    public String toString() {
        return name;
    }
}
