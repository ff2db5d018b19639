package dev.weft.runtime;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.function.Consumer;

/** Threads without a structure of the platform's: the engine keeps them itself until they have ended. */
final class PlainEngine implements ScopeEngine {

    private final Consumer<Throwable> failures;
    private final Queue<Thread> threads = new ArrayDeque<>();    // the owner's alone
    private int sweepAt = 16;

    PlainEngine(Consumer<Throwable> failures) {
        this.failures = failures;
    }

    @Override
    public void start(DaemonTask task) {
        Thread thread = task.makeThread(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                failures.accept(t);
            }
        });
        thread.start();
        threads.add(thread);
        if (threads.size() >= sweepAt) {
            sweep();
        }
    }

    /** Forgets threads that have ended. The next sweep waits until their number has doubled: constant time per start. */
    private void sweep() {
        for (Iterator<Thread> i = threads.iterator(); i.hasNext(); ) {
            if (!i.next().isAlive()) {
                i.remove();
            }
        }
        sweepAt = Math.max(16, 2 * threads.size());
    }

    @Override
    public void awaitAll() {
        while (!threads.isEmpty()) {
            try {
                threads.element().join();
                threads.remove();
            } catch (InterruptedException _) {
                // The owner waits for all of them whatever happens; the loop goes on with the same thread.
            }
        }
    }
}
