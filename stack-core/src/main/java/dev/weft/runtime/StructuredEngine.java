package dev.weft.runtime;

import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.StructuredTaskScope.Subtask;
import java.util.function.Consumer;

/**
 * The engine on the JDK's structured task scopes, under which thread dumps show the daemons as the scope's. The only class
 * that touches the preview API: javac marks its class file, which loads on JDK 25 with {@code --enable-preview} alone; so
 * nobody but {@link ScopeEngine#best} mentions it.
 *
 * <p>The scope is never cancelled by its joiner: a fork into a cancelled scope would return without starting anything. The
 * owner interrupts the daemons itself, in order, and then joins.
 */
final class StructuredEngine implements ScopeEngine {

    private final StructuredTaskScope<Object, Void> scope;
    private DaemonTask starting;

    private StructuredEngine(String name, Consumer<Throwable> failures) {
        scope = StructuredTaskScope.open(new FailureTeller(failures),
                configuration -> configuration.withName(name).withThreadFactory(body -> starting.makeThread(body)));
    }

    static ScopeEngine open(String name, Consumer<Throwable> failures) {
        return new StructuredEngine(name, failures);
    }

    @Override
    public void start(DaemonTask task) {
        starting = task;
        scope.fork(() -> {
            task.run();
            return null;
        });
    }

    @Override
    public void awaitAll() {
        try (scope) {
            scope.join();
        } catch (InterruptedException _) {
            // A join can not be resumed, but close waits for the same threads, and no interrupt ends that.
        }
    }

    /** Waits for all subtasks, as {@link Joiner#awaitAll()} does, and tells of each that failed. */
    private record FailureTeller(Consumer<Throwable> failures) implements Joiner<Object, Void> {

        @Override
        public boolean onComplete(Subtask<?> subtask) {
            if (subtask.state() == Subtask.State.FAILED) {
                failures.accept(subtask.exception());
            }
            return false;
        }

        @Override
        public Void result() {
            return null;
        }
    }
}
