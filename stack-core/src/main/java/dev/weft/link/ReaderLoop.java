package dev.weft.link;

import dev.weft.device.AfterBatch;
import dev.weft.device.DeviceLostException;
import dev.weft.device.DeviceQueue;
import dev.weft.device.FrameBatch;
import dev.weft.device.FrameHandler;
import dev.weft.device.NetDevice;
import dev.weft.runtime.Daemon;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.ShortLock;
import dev.weft.runtime.Suspension;
import dev.weft.runtime.TimerWheel;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader of one device, or of one of its queues (D6). A turn of its loop is
 * <pre>
 *   receive ─ up to 64 frames ─▶ handle each ─▶ what the batch earned ─▶ tasks ─▶ timers due ─▶ wait, unless there is more
 * </pre>
 *
 * <p><b>Waiting.</b> The reader waits for nothing but its device, until the earliest timer: it <em>announces</em> that
 * deadline under the lock before it waits. Another thread that schedules an earlier one sees the announcement and wakes the
 * device; a later one costs no system call, nor does anything that the reader itself schedules, which is most.
 *
 * <p><b>Busy polling.</b> Where the device wants that ({@link NetDevice#busyPollNanos}), the reader does not wait before it has
 * found nothing in turn after turn for so long. Each of them is whole: tasks are run, timers fire and the end is noticed.
 *
 * <p><b>Failures.</b> An exception thrown by a frame's handler, a task or a timer is that one's end and not the reader's (D7).
 * A {@link DeviceLostException}, another failure of the device and an {@link Error} end the reader; its scope is told. An
 * interrupt ends it quietly, as {@link #close} does.
 *
 * <p>The thread may not suspend ({@link Suspension}): handlers, tasks and timers that try get an
 * {@link IllegalStateException}.
 */
final class ReaderLoop implements LinkReader {

    /** How many tasks may wait to be run. */
    static final int MAX_TASKS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ReaderLoop.class);
    /** What is announced while the reader does not wait: no deadline is earlier. */
    private static final long AWAKE = -1;
    private static final AtomicInteger CARRIERS_HELD = new AtomicInteger();

    private final String iface;
    private final NetDevice device;
    private final DeviceQueue queue;
    private final String thread;
    private final FrameHandler handler;
    private final NanoClock clock;
    private final ReaderFaults faults;
    private final FrameBatch batch;

    /** Held for one operation on the wheel or the tasks; nothing is fired, run or woken under it. */
    private final ShortLock lock = new ShortLock();
    private final TimerWheel timers = new TimerWheel();              // guarded by lock
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();   // guarded by lock
    private long announced = AWAKE;                                  // guarded by lock
    private boolean ended;                                           // guarded by lock

    private long busyUntil;     // the reader's
    private boolean waited;     // the reader's: since the last turn

    private volatile boolean closing;
    private volatile Daemon daemon;

    ReaderLoop(String iface, NetDevice device, int queue, FrameHandler handler, NanoClock clock, ReaderFaults faults) {
        this.iface = iface;
        this.device = device;
        this.queue = device.queue(queue);
        thread = "weft-" + iface + "-reader" + (queue == 0 ? "" : "-" + queue);
        batch = new FrameBatch(FrameBatch.DEFAULT_CAPACITY, queue);
        this.handler = handler;
        this.clock = clock;
        this.faults = faults;
    }

    /**
     * Starts the reader as a daemon of {@code scope}, which hears of its failure.
     *
     * @throws IllegalStateException when a virtual reader would hold the last carrier, or the scope is closed
     */
    void start(DaemonScope scope, ReaderMode mode) {
        if (mode == ReaderMode.PLATFORM) {
            daemon = scope.forkPlatform(thread, () -> run(false), queue::wakeUp);
        } else if (!device.waitsInNativeCall()) {
            daemon = scope.fork(thread, () -> run(true));
        } else {
            holdCarrier();
            try {
                daemon = scope.fork(thread, () -> {
                    try {
                        run(true);
                    } finally {
                        CARRIERS_HELD.decrementAndGet();
                    }
                });
            } catch (RuntimeException e) {
                CARRIERS_HELD.decrementAndGet();
                throw e;
            }
        }
    }

    /**
     * Ends the reader and waits until its thread has ended; from then on the device's memory may be freed. An interrupt does
     * not cut the wait short and stays set.
     *
     * @throws IllegalStateException on a reader
     */
    void close() {
        Suspension.check("closing the link " + iface);
        closing = true;
        Daemon running = daemon;
        if (running == null) {
            return;
        }
        queue.wakeUp();
        boolean interrupted = false;
        while (!running.isDone()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void schedule(TimerWheel.Timer timer, long deadline) {
        boolean wake;
        lock.lock();
        try {
            timers.schedule(timer, deadline);
            wake = deadline < announced;
            if (wake) {
                announced = deadline;
            }
        } finally {
            lock.unlock();
        }
        if (wake) {
            queue.wakeUp();
        }
    }

    @Override
    public void cancel(TimerWheel.Timer timer) {
        lock.lock();
        try {
            timers.cancel(timer);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void execute(Runnable task) {
        boolean wake;
        lock.lock();
        try {
            if (ended || tasks.size() == MAX_TASKS) {
                throw new RejectedExecutionException("the reader of " + iface
                        + (ended ? " has ended" : " has " + MAX_TASKS + " tasks to run already"));
            }
            tasks.add(task);
            wake = announced != AWAKE;
            announced = AWAKE;
        } finally {
            lock.unlock();
        }
        if (wake) {
            queue.wakeUp();
        }
    }

    private void run(boolean yield) throws DeviceLostException {
        var lost = new DeviceLostException[1];
        try {
            Suspension.forbid("the reader of " + iface, () -> {
                try {
                    while (!closing && !Thread.currentThread().isInterrupted()) {
                        turn(yield);
                    }
                } catch (DeviceLostException e) {
                    lost[0] = e;
                }
            });
        } finally {
            end();
        }
        if (lost[0] != null) {
            throw lost[0];
        }
        LOG.atDebug().addKeyValue("iface", iface).log("the reader has ended");
    }

    private void turn(boolean yield) throws DeviceLostException {
        batch.begin(clock.nanoTime());
        queue.receive(batch);
        int count = batch.count();
        for (int i = 0; i < count; i++) {
            try {
                handler.handle(batch.frame(i));
            } catch (Exception e) {
                faults.report(ReaderFault.FRAME, e);
            }
        }
        runAfterBatch();
        runTasks();
        fireTimers();
        if (count == batch.capacity()) {
            return;
        }
        if (yield) {
            // Whom this turn has woken runs now, on this carrier, instead of after it was handed to another one (D6).
            Thread.yield();
        }
        if (staysBusy(count)) {
            Thread.onSpinWait();
        } else {
            await();
        }
    }

    /** Whether the time since the last frame, or since the last wait, is shorter than what the device is polled for. */
    private boolean staysBusy(int count) {
        long limit = device.busyPollNanos();
        if (limit == 0) {
            return false;
        }
        if (count > 0 || waited) {
            busyUntil = batch.now() + limit;
            waited = false;
        }
        return batch.now() < busyUntil;
    }

    private void runAfterBatch() {
        AfterBatch task = batch.nextTask(0);
        if (task == null) {
            return;
        }
        long now = clock.nanoTime();
        for (int i = 1; task != null; i++) {
            try {
                task.afterBatch(now);
            } catch (Exception e) {
                faults.report(ReaderFault.AFTER_BATCH, e);
            }
            task = batch.nextTask(i);
        }
        batch.end();
    }

    /** Runs those that wait now; what they add waits for the next turn. */
    private void runTasks() {
        int count = waitingTasks();
        for (; count > 0; count--) {
            Runnable task;
            lock.lock();
            try {
                task = tasks.remove();
            } finally {
                lock.unlock();
            }
            try {
                task.run();
            } catch (Exception e) {
                faults.report(ReaderFault.TASK, e);
            }
        }
    }

    private int waitingTasks() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    private void fireTimers() {
        long now = clock.nanoTime();
        TimerWheel.Timer timer = expire(now);
        while (timer != null) {
            try {
                TimerWheel.fire(timer, now);
            } catch (Exception e) {
                faults.report(ReaderFault.TIMER, e);
            }
            timer = nextExpired();
        }
    }

    private TimerWheel.Timer expire(long now) {
        lock.lock();
        try {
            timers.expire(now);
            return timers.pollExpired();
        } finally {
            lock.unlock();
        }
    }

    private TimerWheel.Timer nextExpired() {
        lock.lock();
        try {
            return timers.pollExpired();
        } finally {
            lock.unlock();
        }
    }

    private void await() throws DeviceLostException {
        long deadline;
        lock.lock();
        try {
            if (!tasks.isEmpty()) {
                return;
            }
            deadline = timers.nextDeadline();
            announced = deadline;
        } finally {
            lock.unlock();
        }
        queue.awaitFrames(deadline);
        waited = true;
        lock.lock();
        try {
            announced = AWAKE;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            announced = AWAKE;
            tasks.clear();
        } finally {
            lock.unlock();
        }
    }

    private void holdCarrier() {
        int carriers = Integer.getInteger("jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
        int held = CARRIERS_HELD.incrementAndGet();
        if (held >= carriers) {
            CARRIERS_HELD.decrementAndGet();
            throw new IllegalStateException("a virtual reader of " + iface + " would leave no carrier to the application: "
                    + carriers + " carriers, " + (held - 1) + " held by readers; use ReaderMode.PLATFORM or raise"
                    + " -Djdk.virtualThreadScheduler.parallelism");
        }
    }
}
