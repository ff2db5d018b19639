package dev.weft.stack;

import dev.weft.device.DelegatingDevice;
import dev.weft.device.DeviceLostException;
import dev.weft.device.FrameBatch;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;

/** A device that fails when a test says so. */
class FaultyDevice extends DelegatingDevice {

    private volatile boolean lost;
    private volatile boolean broken;
    private volatile boolean full;
    private volatile boolean swallows;
    private volatile boolean slow;
    private volatile boolean sending;

    FaultyDevice(NetDevice inner) {
        super(inner);
    }

    /** Deletes it while it runs. */
    void lose() {
        lost = true;
        wakeUp();
    }

    /** From now on sending throws what it must not throw: a bug. */
    void breakSending(boolean on) {
        broken = on;
    }

    /** From now on it has no room for frames, or has again. */
    void fill(boolean on) {
        full = on;
    }

    /** From now on what it takes never arrives, or does again. */
    void swallow(boolean on) {
        swallows = on;
    }

    /** From now on sending takes until this is taken back. */
    void slowDown(boolean on) {
        slow = on;
    }

    /** Whether a thread is being slowed down in {@link #transmit}. */
    boolean isSending() {
        return sending;
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        if (lost) {
            throw new DeviceLostException("the test has taken the device away");
        }
        return super.receive(batch);
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        if (broken) {
            throw new IllegalStateException("planted: a device that throws");
        }
        while (slow) {
            sending = true;
            Thread.onSpinWait();
        }
        if (swallows) {
            return to - from;
        }
        return lost || full ? 0 : super.transmit(frames, from, to);
    }
}
