package dev.weft.stack;

import dev.weft.testing.Eventually;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** A blocking call on a thread of its own, and what became of it. All waits are bounded. */
public final class Call<T> {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOKING = Duration.ofMillis(300);

    private final Thread thread;
    private volatile T value;
    private volatile Throwable failure;
    private volatile boolean interruptStatus;

    private Call(ThreadKind kind, Callable<T> body) {
        thread = kind.unstarted(() -> {
            try {
                value = body.call();
            } catch (Throwable t) {
                failure = t;
            }
            interruptStatus = Thread.currentThread().isInterrupted();
        });
    }

    /** What a test does that returns nothing. */
    @FunctionalInterface
    public interface Action {
        void run() throws Exception;
    }

    public static <T> Call<T> start(ThreadKind kind, Callable<T> body) {
        var call = new Call<>(kind, body);
        call.thread.start();
        return call;
    }

    public static <T> Call<T> start(Callable<T> body) {
        return start(ThreadKind.VIRTUAL, body);
    }

    public static Call<Void> run(Action body) {
        return run(ThreadKind.VIRTUAL, body);
    }

    public static Call<Void> run(ThreadKind kind, Action body) {
        return start(kind, () -> {
            body.run();
            return null;
        });
    }

    /**
     * Waits until its thread waits. Where that cannot be seen (a native call) it returns after a while: what a test asserts
     * must hold also when the call has not begun yet.
     */
    public Call<T> awaitBlocked() throws InterruptedException {
        Eventually.isTrueWithin(LOOKING, () -> !thread.isAlive() || thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
        return this;
    }

    /** Whether it is inside a method of that name at this moment; for calls on platform threads. */
    public boolean isIn(String method) {
        return Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(method));
    }

    public void interrupt() {
        thread.interrupt();
    }

    public boolean isDone() {
        return !thread.isAlive();
    }

    /** Waits for its end and returns what it returned; what it threw is the cause of what this throws. */
    public T get() {
        end();
        if (failure != null) {
            throw new AssertionError("the call failed: " + failure, failure);
        }
        return value;
    }

    /** Waits for its end and returns what it threw. */
    public Throwable failure() {
        end();
        if (failure == null) {
            throw new AssertionError("the call returned " + value + " and was to throw");
        }
        return failure;
    }

    /** Waits for its end; whether the thread was interrupted then. */
    public boolean endedInterrupted() {
        end();
        return interruptStatus;
    }

    private void end() {
        try {
            if (!thread.join(PATIENCE)) {
                var stuck = new AssertionError("still running after " + PATIENCE);
                stuck.setStackTrace(thread.getStackTrace());
                throw stuck;
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
