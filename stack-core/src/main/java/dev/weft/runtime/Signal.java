package dev.weft.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Wakes one waiting thread: a flag that {@link #raise()} sets and a successful wait takes back. Raises add up to one, and
 * one that comes before the wait is not lost. What a thread did before it raised is visible to the waiter after; so the
 * pattern is: change the state, raise; await, look at the state again.
 *
 * <p>Any thread may raise, also under a lock and on a reader: it never parks. One thread at a time may wait. A pair of
 * fields instead of a lock and its condition, because there is one of these for each blocked socket (D13).
 */
public final class Signal {

    private static final VarHandle RAISED;
    private static final VarHandle WAITER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            RAISED = lookup.findVarHandle(Signal.class, "raised", boolean.class);
            WAITER = lookup.findVarHandle(Signal.class, "waiter", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final NanoClock clock;
    private volatile boolean raised;
    private volatile Thread waiter;

    /** A signal that is not raised, whose waits are in {@code clock}'s time. */
    public Signal(NanoClock clock) {
        this.clock = clock;
    }

    /** Sets the signal and wakes the waiter, if there is one. */
    public void raise() {
        // Always an atomic exchange, even when it is set: the waiter's exchange then reads what this one wrote, which
        // makes the caller's changes visible to it. Whoever set it first has woken the waiter or been seen by it.
        if (!(boolean) RAISED.getAndSet(this, true)) {
            clock.unpark(waiter);
        }
    }

    /**
     * Waits until the signal is raised, and takes it back.
     *
     * @throws InterruptedException if the thread is or becomes interrupted; the status is cleared, the signal untouched
     * @throws IllegalStateException if another thread waits
     */
    public void await() throws InterruptedException {
        awaitUntil(NanoClock.FOREVER);
    }

    /**
     * Waits until the signal is raised, and takes it back, or until the deadline.
     *
     * @param deadlineNanos in the clock's time
     * @return whether it was raised; a signal raised already is taken even if the deadline has passed
     * @throws InterruptedException if the thread is or becomes interrupted; the status is cleared, the signal untouched
     * @throws IllegalStateException if another thread waits
     */
    public boolean awaitUntil(long deadlineNanos) throws InterruptedException {
        Thread current = Thread.currentThread();
        if (!WAITER.compareAndSet(this, null, current)) {
            throw new IllegalStateException(waiter + " waits for this signal already");
        }
        try {
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (raised && (boolean) RAISED.getAndSet(this, false)) {
                    return true;
                }
                if (deadlineNanos != NanoClock.FOREVER && clock.nanoTime() >= deadlineNanos) {
                    return false;
                }
                clock.parkUntil(this, deadlineNanos);
            }
        } finally {
            waiter = null;
        }
    }

    /** Whether it is raised and not yet taken; takes nothing. */
    public boolean isRaised() {
        return raised;
    }

    /** Takes the signal back without waiting: whether it was raised. Only the thread that would wait calls it. */
    public boolean poll() {
        return raised && (boolean) RAISED.getAndSet(this, false);
    }
}
