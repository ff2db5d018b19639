package dev.weft.device;

import dev.weft.wire.MacAddress;
import java.util.Optional;

/**
 * A device that wraps another one and does what that does; a subclass overrides what it wants to see or change (capture,
 * impairment). It owns the device it wraps: closing it closes both.
 */
public abstract class DelegatingDevice implements NetDevice {

    /** The device that is wrapped. */
    protected final NetDevice inner;

    /** Wraps {@code inner}. */
    protected DelegatingDevice(NetDevice inner) {
        this.inner = inner;
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public LinkType linkType() {
        return inner.linkType();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public Optional<MacAddress> address() {
        return inner.address();
    }

    @Override
    public Offloads offloads() {
        return inner.offloads();
    }

    @Override
    public int minimumFrame() {
        return inner.minimumFrame();
    }

    @Override
    public int queueFrames() {
        return inner.queueFrames();
    }

    @Override
    public boolean isUp() {
        return inner.isUp();
    }

    @Override
    public void onLinkChange(LinkChange listener) {
        inner.onLinkChange(listener);
    }

    @Override
    public int queues() {
        return inner.queues();
    }

    /**
     * {@inheritDoc} A subclass that does something to what is received overrides this too.
     *
     * @throws UnsupportedOperationException where the device has several queues and the subclass knows of one
     */
    @Override
    public DeviceQueue queue(int index) {
        if (queues() > 1) {
            throw new UnsupportedOperationException(getClass().getSimpleName() + " reads one queue, and " + name() + " has " + queues());
        }
        return this;
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        return inner.receive(batch);
    }

    @Override
    public void awaitFrames(long deadline) throws DeviceLostException {
        inner.awaitFrames(deadline);
    }

    @Override
    public void wakeUp() {
        inner.wakeUp();
    }

    @Override
    public boolean waitsInNativeCall() {
        return inner.waitsInNativeCall();
    }

    @Override
    public long busyPollNanos() {
        return inner.busyPollNanos();
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        return inner.transmit(frames, from, to);
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " of " + inner;
    }
}
