package dev.weft.examples.line;

import dev.weft.device.DeviceLostException;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameForwarder;
import dev.weft.device.NetDevice;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Threads;

/**
 * Carries what comes out of one device into another, on a platform thread, for it waits in native calls. It sends what is due and
 * sleeps until the next frame comes or becomes due.
 */
final class LinePump {

    private final NetDevice from;
    private final NetDevice to;
    private final NanoClock clock;
    private final Runnable whenEnded;
    private final FrameForwarder forwarder;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile DeviceLostException failure;

    /** @param whenEnded what else ends with it; runs on its thread */
    LinePump(NetDevice from, NetDevice to, NanoClock clock, Runnable whenEnded) {
        this.from = from;
        this.to = to;
        this.clock = clock;
        this.whenEnded = whenEnded;
        forwarder = new FrameForwarder("line." + from.name(), FrameBatch.DEFAULT_CAPACITY);
        thread = Threads.platform("line-" + from.name(), this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        var batch = new FrameBatch();
        try {
            while (!stopped) {
                batch.begin(clock.nanoTime());
                int count = from.receive(batch);
                forwarder.forward(batch, count, to);
                if (count == 0) {
                    from.awaitFrames(NanoClock.FOREVER);
                }
            }
        } catch (DeviceLostException e) {
            failure = e;
        } finally {
            forwarder.close();
            whenEnded.run();
        }
    }

    /** Waits until it has ended, which is soon after {@link #stop}; an interrupt stays set. */
    void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until it has ended.
     *
     * @throws DeviceLostException when it ended because its device is gone
     */
    void join() throws InterruptedException, DeviceLostException {
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }

    /** Has it end soon. */
    void stop() {
        stopped = true;
        from.wakeUp();
    }
}
