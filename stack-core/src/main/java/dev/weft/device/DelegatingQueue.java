package dev.weft.device;

/** A queue that wraps another one and does what that does; a subclass overrides what it wants to see or change. */
public abstract class DelegatingQueue implements DeviceQueue {

    /** The queue that is wrapped. */
    protected final DeviceQueue inner;

    /** Wraps {@code inner}. */
    protected DelegatingQueue(DeviceQueue inner) {
        this.inner = inner;
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
}
