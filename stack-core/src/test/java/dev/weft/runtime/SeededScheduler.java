package dev.weft.runtime;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Runs blocking programs in virtual time, one at a time, in an order that a seed decides. Virtual threads are started with
 * this as their scheduler, the calling thread of {@link #run} is their only carrier; and what they start inherits it.
 * Whenever several threads can run, the seed says which; they switch where they park or yield. When none can, the clock
 * goes on to the next deadline. When there is none either, and a program has not ended, that is a deadlock.
 *
 * <p>The same programs and the same seed give the same run, as long as nothing from outside interferes: every wait must go
 * through the clock or a lock, and no real thread may wake a program. One that does, such as the JDK's timer behind
 * {@code Thread.sleep}, is reported.
 *
 * <p>The JDK has no public way to give a virtual thread a scheduler. This uses a constructor of
 * {@code java.lang.ThreadBuilders}, so the JVM needs {@code --add-opens java.base/java.lang=ALL-UNNAMED}.
 *
 * <pre>{@code
 * var clock = new VirtualClock();
 * try (var scheduler = new SeededScheduler(seed, clock)) {
 *     scheduler.program("client", () -> …);
 *     scheduler.program("server", () -> …);
 *     scheduler.run(Duration.ofMinutes(10));
 * }
 * }</pre>
 */
public final class SeededScheduler implements AutoCloseable {

    /** So many switches without a step of time are a loop that never waits. */
    private static final int MOST_SWITCHES_AT_ONE_TIME = 10_000_000;

    private final long seed;
    private final VirtualClock clock;
    private final Randomness choices;
    private final Thread carrier = Thread.currentThread();
    private final Executor executor = this::submit;
    private final Queue<Runnable> submitted = new ConcurrentLinkedQueue<>();
    private final List<Runnable> ready = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private volatile String intrusion;
    private long trace = 0xcbf29ce484222325L;
    private long switches;
    private long timeOfSwitches = -1;
    private int switchesAtThisTime;

    private static final class Task {
        final boolean daemon;
        Thread thread;
        Throwable failure;
        boolean done;

        Task(boolean daemon) {
            this.daemon = daemon;
        }
    }

    /** What {@link #run} throws when the programs wait for each other for ever, or for too long. */
    public static final class StuckException extends RuntimeException {
        private static final long serialVersionUID = 1;

        StuckException(String message) {
            super(message);
        }
    }

    /** A scheduler whose carrier is the calling thread, which must not be virtual. */
    public SeededScheduler(long seed, VirtualClock clock) {
        if (carrier.isVirtual()) {
            throw new IllegalStateException("the carrier of a scheduler must be a platform thread");
        }
        this.seed = seed;
        this.clock = clock;
        this.choices = Randomness.seeded(seed);
    }

    /** Adds a program: {@link #run} goes on until it has ended. May be called before and during the run. */
    public Thread program(String name, ThrowingRunnable body) {
        return start(name, body, new Task(false));
    }

    /** Adds a daemon: it runs while the programs do, and is interrupted by {@link #close()}. */
    public Thread daemon(String name, ThrowingRunnable body) {
        return start(name, body, new Task(true));
    }

    private Thread start(String name, ThrowingRunnable body, Task task) {
        task.thread = Reflection.builder(executor).name(name).unstarted(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                task.failure = t;
            } finally {
                task.done = true;
            }
        });
        tasks.add(task);
        task.thread.start();
        return task.thread;
    }

    /**
     * Runs until all programs have ended.
     *
     * @param limit of virtual time, from now
     * @throws StuckException if they cannot end, do not within the limit, or switch without end at one time
     * @throws IllegalStateException if a thread from outside woke one of them
     * @throws Exception the first failure of a program or daemon, others suppressed in it
     */
    public void run(Duration limit) throws Exception {
        long end = NanoClock.deadline(clock.nanoTime(), limit);
        while (programsLeft() && firstFailure() == null) {
            if (!step()) {
                long next = clock.nextDeadline();
                if (next == NanoClock.FOREVER) {
                    throw stuck("deadlock: nobody can run and nobody waits for a time");
                }
                if (next > end) {
                    throw stuck("not done within " + limit);
                }
                clock.advanceToNextDeadline();
            }
        }
        throwFailures();
    }

    /** Runs whoever can without letting time pass, then returns. */
    public void settle() {
        while (step()) {
            // each step is one thread's turn
        }
    }

    /** Notes something that happened, for {@link #notes()}; with the time and the calling thread's name. */
    public void note(String event) {
        notes.add(clock.nanoTime() / 1000 + " " + Thread.currentThread().getName() + ": " + event);
    }

    /** What was noted, in order. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** A fingerprint of every choice made so far and when: equal for equal runs. */
    public long trace() {
        return trace;
    }

    /** How many turns threads have had. */
    public long switches() {
        return switches;
    }

    /**
     * Interrupts what still runs and lets it end, time passing as needed.
     *
     * @throws StuckException if something does not end
     */
    @Override
    public void close() {
        for (Task task : tasks) {
            if (!task.done) {
                task.thread.interrupt();
            }
        }
        long end = NanoClock.deadline(clock.nanoTime(), Duration.ofDays(1));
        while (step() || (anyLeft() && clock.nextDeadline() < end && clock.advanceToNextDeadline())) {
            // until nobody can run any more
        }
        if (anyLeft()) {
            throw stuck("interrupted, but does not end");
        }
    }

    private boolean step() {
        for (Runnable arrival = submitted.poll(); arrival != null; arrival = submitted.poll()) {
            ready.add(arrival);
        }
        if (intrusion != null) {
            throw new IllegalStateException(intrusion + " (seed " + seed + ")");
        }
        if (ready.isEmpty()) {
            return false;
        }
        int choice = choices.nextInt(ready.size());
        fingerprint(choice);
        fingerprint(ready.size());
        fingerprint(clock.nanoTime());
        Runnable turn = ready.set(choice, ready.getLast());
        ready.removeLast();
        countSwitch();
        turn.run();
        return true;
    }

    private void countSwitch() {
        switches++;
        if (clock.nanoTime() != timeOfSwitches) {
            timeOfSwitches = clock.nanoTime();
            switchesAtThisTime = 0;
        }
        if (++switchesAtThisTime > MOST_SWITCHES_AT_ONE_TIME) {
            throw stuck("livelock: " + MOST_SWITCHES_AT_ONE_TIME + " turns without a step of time");
        }
    }

    private void fingerprint(long value) {
        trace = (trace ^ value) * 0x100000001b3L;          // FNV-1a, by words
    }

    /** Called where a thread becomes able to run, on the thread that made it so. */
    private void submit(Runnable continuation) {
        if (Reflection.carrierOfCaller() != carrier && intrusion == null) {
            intrusion = "a thread of this run was woken from outside it, by " + Thread.currentThread()
                    + ": it waited for something that is not the clock's";
        }
        submitted.add(continuation);
    }

    private boolean programsLeft() {
        for (Task task : tasks) {
            if (!task.done && !task.daemon) {
                return true;
            }
        }
        return false;
    }

    private boolean anyLeft() {
        for (Task task : tasks) {
            if (!task.done) {
                return true;
            }
        }
        return false;
    }

    private Throwable firstFailure() {
        for (Task task : tasks) {
            if (task.failure != null) {
                return task.failure;
            }
        }
        return null;
    }

    private void throwFailures() throws Exception {
        Throwable first = firstFailure();
        if (first == null) {
            return;
        }
        for (Task task : tasks) {
            if (task.failure != null && task.failure != first) {
                first.addSuppressed(task.failure);
            }
        }
        switch (first) {
            case Exception e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(first);
        }
    }

    private StuckException stuck(String what) {
        var message = new StringBuilder(what + ", at " + Duration.ofNanos(clock.nanoTime()) + ", seed " + seed + ':');
        for (Task task : tasks) {
            if (!task.done) {
                message.append("\n").append(task.daemon ? "daemon " : "program ").append(task.thread.getName());
                for (StackTraceElement frame : task.thread.getStackTrace()) {
                    message.append("\n    at ").append(frame);
                }
            }
        }
        return new StuckException(message.toString());
    }

    /** The two things that the JDK keeps to itself. */
    private static final class Reflection {
        private static final Constructor<?> BUILDER;
        private static final MethodHandle CARRIER;

        static {
            try {
                BUILDER = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder").getDeclaredConstructor(Executor.class);
                BUILDER.setAccessible(true);
                var carrier = Thread.class.getDeclaredMethod("currentCarrierThread");
                carrier.setAccessible(true);
                CARRIER = MethodHandles.lookup().unreflect(carrier);
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new IllegalStateException(
                        "a seeded scheduler needs JDK 25 and --add-opens java.base/java.lang=ALL-UNNAMED", e);
            }
        }

        static Thread.Builder.OfVirtual builder(Executor scheduler) {
            try {
                return (Thread.Builder.OfVirtual) BUILDER.newInstance(scheduler);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }

        static Thread carrierOfCaller() {
            try {
                return (Thread) CARRIER.invokeExact();
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
