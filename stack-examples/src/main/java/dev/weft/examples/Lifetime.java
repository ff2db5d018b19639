package dev.weft.examples;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a program ends: by itself with its status, or by SIGTERM or SIGINT, when everything it has opened is closed and
 * the status is 0.
 *
 * <p>A JVM that a signal ends would report 143 or 130, so a shutdown hook closes, flushes and halts with the status
 * that is right. Closing is bounded in time. One process runs one program, so all of this is static.
 */
public final class Lifetime {

    private static final Duration CLOSING_TIME = Duration.ofSeconds(10);
    private static final Deque<AutoCloseable> OPEN = new ConcurrentLinkedDeque<>();
    /** Set once, by whoever ends the program first. */
    private static final AtomicReference<Integer> STATUS = new AtomicReference<>();

    private Lifetime() {
    }

    /** From here on signals end the program cleanly. */
    static void begin() {
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("end").unstarted(Lifetime::end));
    }

    /**
     * Closes something when a signal ends the program, the latest first. It must bear being closed twice, for the
     * program itself closes it when it ends by itself.
     */
    public static <T extends AutoCloseable> T closeOnSignal(T resource) {
        OPEN.push(resource);
        return resource;
    }

    /** Whether a signal is ending the program: then the failures of its calls are of no interest. */
    static boolean isEnding() {
        return STATUS.get() != null;
    }

    /** Ends the program with a status. Does not return. */
    static void exit(int status) {
        STATUS.compareAndSet(null, status);
        System.exit(status);
    }

    private static void end() {
        if (STATUS.compareAndSet(null, 0)) {
            Thread closing = Thread.ofPlatform().daemon().name("close").start(Lifetime::closeAll);
            try {
                closing.join(CLOSING_TIME);
            } catch (InterruptedException e) {
                System.err.println("interrupted while closing");
            }
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(STATUS.get());
    }

    private static void closeAll() {
        for (AutoCloseable resource : OPEN) {
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println("while closing: " + e);
            }
        }
    }
}
