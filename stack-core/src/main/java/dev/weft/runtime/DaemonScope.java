package dev.weft.runtime;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * A home for the threads of a stack, a layer or a listener: whatever is forked here has ended when {@link #close()}
 * returns. That is structured concurrency for a lifetime that is not a block of code: {@code NetworkStack.open} begins it
 * and {@code NetworkStack.close}, perhaps on another thread, ends it.
 *
 * <h2>The owner</h2>
 * In JDK 25 only the owner of a {@code StructuredTaskScope} may fork, join or close. So a scope has one owner, a virtual
 * thread of its own, that takes requests to fork from a queue and answers each, hears of failures, and, when the scope is
 * to close, interrupts the daemons in the order they were forked and waits for them. Where the preview API cannot be used
 * (no {@code --enable-preview}, another JDK), an engine without it takes its place; the contract is the same.
 *
 * <h2>Interruption</h2>
 * Daemons end by being interrupted. A body that swallows its interrupt and waits again makes {@code close} wait for it.
 * One that waits where an interrupt does not reach, such as in a native call, is forked with what else wakes it
 * ({@link #forkPlatform}).
 *
 * <p>All methods may be called by any thread, also by the scope's own.
 */
public interface DaemonScope extends AutoCloseable {

    /**
     * Opens a scope, whose owner thread is {@code name + "-scope"}.
     *
     * @param name what the thread names begin with
     */
    static DaemonScope open(String name, FailurePolicy policy) {
        return OwnedScope.open(name, policy, ScopeEngine::best);
    }

    /**
     * Runs {@code body} on a new virtual thread. When this returns, the thread has been started; a fork that races
     * {@link #close()} either runs (and is interrupted) or throws. Waits for the owner's answer, not longer than it takes
     * to start a thread; an interrupt does not cut that short and stays set.
     *
     * @param name what its thread is called
     * @throws IllegalStateException if the scope is closed or closing (with the failure that closed it as the cause), or
     *         where suspension is forbidden
     */
    Daemon fork(String name, ThrowingRunnable body);

    /**
     * As {@link #fork}, without waiting for the owner's answer: for whoever starts many threads in a row, to which each answer
     * would cost two changes of thread. It waits only while {@value OwnedScope#MAX_WAITING} threads are still to be started.
     *
     * @param refused run instead of {@code body}, on the owner's thread, when the scope was closed first or no thread could be
     *     started; must be short and must not suspend; what it throws is logged
     * @throws IllegalStateException as {@link #fork} does; then {@code refused} is not run
     */
    void forkSoon(String name, ThrowingRunnable body, Consumer<RuntimeException> refused);

    /**
     * As {@link #fork}, on a platform thread, for a body that blocks in native calls.
     *
     * @param wakeUp run after the daemon's thread has been interrupted, by whoever cancels: ends the wait that an
     *        interrupt does not. May be run more than once and after the body has ended, must not suspend; what it throws
     *        is logged
     */
    Daemon forkPlatform(String name, ThrowingRunnable body, Runnable wakeUp);

    /** The first failure of a daemon, if there has been one. */
    Optional<Throwable> failure();

    /**
     * Sets who is told of failures, one at a time, on the owner's thread: under {@link FailurePolicy#CANCEL_ALL} of the
     * first only, before the other daemons are interrupted, so that what they find is its cause; under
     * {@link FailurePolicy#KEEP_GOING} of each. If a daemon has failed before there was a listener, the first such failure
     * is told at once. The listener must be short; what it throws is logged. It may call {@link #close()} (see there).
     */
    void onFailure(Consumer<Throwable> listener);

    /** Whether {@link #fork} throws from now on. */
    boolean isClosed();

    /** Begins to close: forks throw, the daemons are interrupted soon. Does not wait and may be called on a reader. */
    void beginClose();

    /**
     * Interrupts all daemons and returns when no thread of the scope is left. Any number of threads may call it, at any
     * time; each returns when it is true. An interrupt does not cut the wait short and stays set. Called by a daemon or the
     * owner of this scope, which cannot wait for itself, it only begins to close.
     *
     * @throws IllegalStateException where suspension is forbidden
     */
    @Override
    void close();
}
