package dev.weft.runtime;

/** What a daemon does, which may fail with any exception. */
@FunctionalInterface
public interface ThrowingRunnable {

    /** Does it. */
    void run() throws Exception;
}
