package dev.weft.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon of an {@link OwnedScope}: its request to be forked, its body, and its handle.
 *
 * <p>A server has one for each connection that it serves. Hardly anybody ever waits for those, so who waits is a list that is empty,
 * and not a latch for each thing that can be waited for; and the scope links its daemons through them.
 */
final class DaemonTask implements Daemon {

    private static final Logger LOG = LoggerFactory.getLogger(DaemonTask.class);

    /** What has become of it so far, in this order: nothing, the owner has answered the request, it has ended. */
    private static final int REQUESTED = 0;
    private static final int ANSWERED = 1;
    private static final int ENDED = 2;

    private static final VarHandle STATE;
    private static final VarHandle WAITERS;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(DaemonTask.class, "state", int.class);
            WAITERS = MethodHandles.lookup().findVarHandle(DaemonTask.class, "waiters", Waiter.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A thread that waits for the next thing to become of a daemon. */
    private record Waiter(Thread thread, Waiter next) {
    }

    private final OwnedScope scope;
    private final String name;
    private final ThrowingRunnable body;
    private final boolean onPlatform;
    private final Runnable wakeUp;
    /** Who hears that it will not run, instead of the thread that forks; null: that thread waits for the answer, or it runs. */
    private Consumer<RuntimeException> refused;

    private volatile int state = REQUESTED;
    private volatile Waiter waiters;
    private volatile RuntimeException refusal;
    private volatile Thread thread;
    private volatile boolean cancelled;
    private volatile Throwable failure;

    /** The daemons of the scope that were forked before and after it, as long as it runs; guarded by the scope's lock. */
    DaemonTask older;
    DaemonTask younger;

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
        this.wakeUp = OwnedScope.NOTHING;
        this.refused = refused;
    }

    /** The thread of this daemon, not started, for the engine. */
    Thread makeThread(Runnable run) {
        Runnable all = () -> {
            try {
                run.run();
            } finally {
                scope.leave(this);
                advance(ENDED);         // last: who has joined a daemon finds its failure told to the scope
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
        refused = null;                 // the owner's alone
        advance(ANSWERED);
    }

    /** Tells the thread that forks that the daemon will not run. */
    void refuse(RuntimeException reason) {
        refusal = reason;
        advance(ENDED);
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
        while (isBefore(ANSWERED)) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it has not come so far; then the calling thread, which parks next, is woken when it comes to the next thing. */
    private boolean isBefore(int least) {
        if (state >= least) {
            return false;
        }
        Waiter first;
        do {
            first = waiters;
        } while (!WAITERS.compareAndSet(this, first, new Waiter(Thread.currentThread(), first)));
        return state < least;           // once more: whoever advances wakes those that are on the list after that
    }

    /** It has come so far, or further: it may have ended when its owner says that it runs. */
    private void advance(int to) {
        if (to == ENDED) {
            state = ENDED;
        } else {
            STATE.compareAndSet(this, REQUESTED, to);
        }
        for (Waiter next = (Waiter) WAITERS.getAndSet(this, null); next != null; next = next.next()) {
            LockSupport.unpark(next.thread());
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
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        while (isBefore(ENDED)) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    @Override
    public boolean isDone() {
        return state == ENDED;
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
