package dev.weft.runtime;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One daemon of an {@link OwnedScope}: its request to be forked, its body, and its handle. */
final class DaemonTask implements Daemon {

    private static final Logger LOG = LoggerFactory.getLogger(DaemonTask.class);

    private final OwnedScope scope;
    private final String name;
    private final ThrowingRunnable body;
    private final boolean onPlatform;
    private final Runnable wakeUp;
    /** Who hears that it will not run, instead of the thread that forks; null: that thread waits for the answer. */
    private final Consumer<RuntimeException> refused;

    /** Opened by the owner when the request has been answered. */
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile RuntimeException refusal;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Thread thread;
    private volatile boolean cancelled;
    private volatile Throwable failure;

    DaemonTask(OwnedScope scope, String name, ThrowingRunnable body, boolean onPlatform, Runnable wakeUp) {
        this.scope = scope;
        this.name = name;
        this.body = body;
        this.onPlatform = onPlatform;
        this.wakeUp = wakeUp;
        this.refused = null;
    }

    /** One on a virtual thread whose start nobody waits for. */
    DaemonTask(OwnedScope scope, String name, ThrowingRunnable body, Consumer<RuntimeException> refused) {
        this.scope = scope;
        this.name = name;
        this.body = body;
        this.onPlatform = false;
        this.wakeUp = () -> { };
        this.refused = refused;
    }

    /** The thread of this daemon, not started, for the engine. */
    Thread makeThread(Runnable run) {
        Runnable all = () -> {
            try {
                run.run();
            } finally {
                scope.leave(this);
                ended.countDown();      // last: who has joined a daemon finds its failure told to the scope
            }
        };
        thread = onPlatform ? Threads.platform(name, all) : Threads.virtual(name, all);
        return thread;
    }

    /** Runs the body on the calling thread, the daemon's, and throws what counts as its failure. */
    void run() throws Exception {
        try {
            scope.callInside(body);
        } catch (Throwable t) {
            if (cancelled && !(t instanceof Error)) {
                LOG.atDebug().addKeyValue("daemon", name).setCause(t).log("cancelled daemon ended by an exception");
                return;
            }
            failure = t;
            throw t;
        }
    }

    /** Tells the thread that forks that the daemon runs. */
    void accept() {
        answered.countDown();
    }

    /** Tells the thread that forks that the daemon will not run. */
    void refuse(RuntimeException reason) {
        refusal = reason;
        ended.countDown();
        answered.countDown();
        if (refused != null) {
            try {
                refused.accept(reason);
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("daemon", name).setCause(e).log("whoever asked for it cannot take that it was refused");
            }
        }
    }

    /** Waits for {@link #accept()} or {@link #refuse}, and throws why it was refused; an interrupt stays set. */
    void awaitAnswer() {
        awaitOutcome();
        if (refusal != null) {
            throw refusal;
        }
    }

    /** Waits for {@link #accept()} or {@link #refuse}; an interrupt stays set. */
    void awaitOutcome() {
        boolean interrupted = false;
        while (true) {
            try {
                answered.await();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void cancel() {
        cancelled = true;
        thread.interrupt();
        try {
            wakeUp.run();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("daemon", name).setCause(e).log("cannot wake a cancelled daemon");
        }
    }

    @Override
    public void join() throws InterruptedException {
        Suspension.check("Daemon.join");
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(name + " cannot wait for itself");
        }
        ended.await();
    }

    @Override
    public boolean isDone() {
        return ended.getCount() == 0;
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public String toString() {
        return "daemon " + name;
    }
}
