package dev.weft.runtime;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What starts the threads of an {@link OwnedScope} and waits for them. All calls are made by the owner. */
interface ScopeEngine {

    /** Makes the engine of a scope; called by its owner. */
    @FunctionalInterface
    interface Factory {

        /** @param failures told, on a daemon's thread, what its body threw */
        ScopeEngine open(String name, Consumer<Throwable> failures);
    }

    /** Starts a thread that runs the task and tells what it throws. */
    void start(DaemonTask task);

    /** Waits until all threads that were started have ended; interrupts do not cut that short and may be lost. */
    void awaitAll();

    /** The structured engine where its class can be loaded, else the plain one. */
    static ScopeEngine best(String name, Consumer<Throwable> failures) {
        try {
            return StructuredEngine.open(name, failures);
        } catch (LinkageError e) {
            // UnsupportedClassVersionError without --enable-preview or on another release; NoSuchMethodError and the
            // like on a JDK whose preview API has moved on.
            Logger log = LoggerFactory.getLogger(ScopeEngine.class);
            log.atDebug().addKeyValue("scope", name).addKeyValue("reason", e.getMessage())
                    .log("no structured task scopes here, plain threads take their place");
            return new PlainEngine(failures);
        }
    }
}
