package dev.weft.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scope itself: its owner thread, the owner's queue, and the rules of failing and closing. Engines only start threads
 * and wait for them.
 *
 * <p>Who waits for what: the owner parks until there is a request, a failure to tell, or the order to close; a thread that
 * forks waits for the owner's answer; a thread that closes joins the owner, which ends after the last daemon. Daemons wait
 * for nobody here. A request enters the queue only while {@code closing} is false and under the lock, and the owner
 * answers every request it finds after it has seen {@code closing}: so each is answered.
 */
final class OwnedScope implements DaemonScope {

    /** Requests that may lie in the queue before whoever adds one more waits until it is answered. */
    static final int MAX_WAITING = 256;

    private static final Logger LOG = LoggerFactory.getLogger(OwnedScope.class);
    static final Runnable NOTHING = () -> { };
    private static final ScopedValue<OwnedScope> DAEMON_OF = ScopedValue.newInstance();

    private final String name;
    private final FailurePolicy policy;
    private final ScopeEngine.Factory engines;
    private final Thread owner;
    private final ScopedValue.Carrier inside = ScopedValue.where(DAEMON_OF, this);
    private ScopeEngine engine;                                          // the owner's alone

    /** Held for queue and set operations only: never while starting, interrupting or telling anybody. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<DaemonTask> requests = new ArrayDeque<>();       // guarded by lock
    private final Queue<Throwable> untold = new ArrayDeque<>();          // guarded by lock
    private DaemonTask oldest;                                           // guarded by lock: of those that run, which are linked
    private DaemonTask youngest;                                         // guarded by lock: in the order of forking
    private Consumer<Throwable> listener;                                // guarded by lock
    private volatile Throwable firstFailure;                             // written under lock
    private volatile boolean closing;                                    // written under lock

    private OwnedScope(String name, FailurePolicy policy, ScopeEngine.Factory engines) {
        this.name = name;
        this.policy = policy;
        this.engines = engines;
        this.owner = Threads.virtual(name + "-scope", this::own);
    }

    static OwnedScope open(String name, FailurePolicy policy, ScopeEngine.Factory engines) {
        OwnedScope scope = new OwnedScope(name, policy, engines);
        scope.owner.start();
        return scope;
    }

    @Override
    public Daemon fork(String daemonName, ThrowingRunnable body) {
        return fork(new DaemonTask(this, daemonName, body, false, NOTHING));
    }

    @Override
    public void forkSoon(String daemonName, ThrowingRunnable body, Consumer<RuntimeException> refused) {
        DaemonTask task = new DaemonTask(this, daemonName, body, refused);
        if (request(task) > MAX_WAITING) {
            task.awaitOutcome();
        }
    }

    @Override
    public Daemon forkPlatform(String daemonName, ThrowingRunnable body, Runnable wakeUp) {
        return fork(new DaemonTask(this, daemonName, body, true, wakeUp));
    }

    private Daemon fork(DaemonTask task) {
        request(task);
        task.awaitAnswer();
        return task;
    }

    /** Asks the owner to start it; returns how many requests there are with this one. */
    private int request(DaemonTask task) {
        Suspension.check("DaemonScope.fork");
        int waiting;
        lock.lock();
        try {
            if (closing) {
                throw closed(task);
            }
            requests.add(task);
            waiting = requests.size();
        } finally {
            lock.unlock();
        }
        if (Thread.currentThread() == owner) {
            startRequested();       // a listener forks: nobody else would answer
        } else if (waiting == 1) {
            LockSupport.unpark(owner);      // else whoever found the queue empty does
        }
        return waiting;
    }

    private IllegalStateException closed(DaemonTask task) {
        return new IllegalStateException("cannot start " + task.name() + ": scope " + name + " is closed", firstFailure);
    }

    @Override
    public Optional<Throwable> failure() {
        return Optional.ofNullable(firstFailure);
    }

    @Override
    public void onFailure(Consumer<Throwable> newListener) {
        lock.lock();
        try {
            listener = newListener;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(owner);
    }

    @Override
    public boolean isClosed() {
        return closing;
    }

    @Override
    public void beginClose() {
        lock.lock();
        try {
            closing = true;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(owner);
    }

    @Override
    public void close() {
        Suspension.check("DaemonScope.close");
        beginClose();
        if (Thread.currentThread() == owner || (DAEMON_OF.isBound() && DAEMON_OF.get() == this)) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                owner.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The thread that owns the engine, for tests that disturb it. */
    Thread owner() {
        return owner;
    }

    /** Runs the body of a daemon on its thread, so that the scope knows it as its own. */
    void callInside(ThrowingRunnable body) throws Exception {
        inside.call(() -> {
            body.run();
            return null;
        });
    }

    /** A daemon's last step, on its thread. */
    void leave(DaemonTask task) {
        lock.lock();
        try {
            unlinkLocked(task);
        } finally {
            lock.unlock();
        }
    }

    private void linkLocked(DaemonTask task) {
        task.older = youngest;
        if (youngest == null) {
            oldest = task;
        } else {
            youngest.younger = task;
        }
        youngest = task;
    }

    /** Takes it out, if it is in: one that could not be started leaves twice where its thread has been made. */
    private void unlinkLocked(DaemonTask task) {
        if (task != oldest && task.older == null) {
            return;
        }
        if (task.older == null) {
            oldest = task.younger;
        } else {
            task.older.younger = task.younger;
        }
        if (task.younger == null) {
            youngest = task.older;
        } else {
            task.younger.older = task.older;
        }
        task.older = null;
        task.younger = null;
    }

    /** Notes a failure; on the thread of the daemon that failed. */
    private void failed(Throwable failure) {
        lock.lock();
        try {
            boolean first = firstFailure == null;
            if (first) {
                firstFailure = failure;
            }
            // Without a listener only the first is kept, and once a scope cancels all, the rest are its consequences.
            if (first || (policy == FailurePolicy.KEEP_GOING && listener != null)) {
                untold.add(failure);
            }
            if (policy == FailurePolicy.CANCEL_ALL) {
                closing = true;
            }
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(owner);
    }

    /** The owner's life. Whatever happens in it, requests are answered until the end and daemons do not outlive it. */
    private void own() {
        try {
            engine = engines.open(name, this::failed);
        } catch (Throwable t) {
            failed(t);
            beginClose();
            startRequested();
            return;
        }
        while (!closing) {
            startRequested();
            tellFailures();
            if (!hasWork()) {
                LockSupport.park(this);
                Thread.interrupted();     // nobody has a reason to interrupt the owner, and parking must stay possible
            }
        }
        startRequested();
        tellFailures();
        for (DaemonTask task : runningTasks()) {
            task.cancel();
        }
        engine.awaitAll();
        tellFailures();
    }

    private boolean hasWork() {
        lock.lock();
        try {
            return closing || !requests.isEmpty() || (listener != null && !untold.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    /** Answers all requests: starts what they ask for, or refuses when the scope closes. */
    private void startRequested() {
        while (true) {
            DaemonTask task;
            boolean refused;
            lock.lock();
            try {
                task = requests.poll();
                if (task == null) {
                    return;
                }
                refused = closing;
                if (!refused) {
                    linkLocked(task);
                }
            } finally {
                lock.unlock();
            }
            if (refused) {
                task.refuse(closed(task));
            } else {
                start(task);
            }
        }
    }

    private void start(DaemonTask task) {
        try {
            engine.start(task);
            task.accept();
        } catch (Throwable t) {
            // No memory for a thread is the forking thread's trouble; the scope and its other daemons go on.
            leave(task);
            task.refuse(new IllegalStateException("cannot start " + task.name(), t));
        }
    }

    private List<DaemonTask> runningTasks() {
        lock.lock();
        try {
            var tasks = new ArrayList<DaemonTask>();
            for (DaemonTask task = oldest; task != null; task = task.younger) {
                tasks.add(task);
            }
            return tasks;
        } finally {
            lock.unlock();
        }
    }

    private void tellFailures() {
        while (true) {
            Throwable failure;
            Consumer<Throwable> told;
            lock.lock();
            try {
                told = listener;
                failure = told == null ? null : untold.poll();
            } finally {
                lock.unlock();
            }
            if (failure == null) {
                return;
            }
            try {
                told.accept(failure);
            } catch (Throwable e) {
                LOG.atWarn().addKeyValue("scope", name).setCause(e).log("listener of failures failed");
            }
        }
    }

    @Override
    public String toString() {
        return "daemon scope " + name;
    }
}
