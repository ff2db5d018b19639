package dev.weft.examples.line;

import dev.weft.device.DeviceLostException;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/** A line that is opened once or again and again; each run ends with its statistics on standard output. */
public final class LineRuns implements AutoCloseable {

    /** Opens the line. */
    @FunctionalInterface
    public interface Opening {
        /** Opens it; see {@link Line#Line}. */
        Line open() throws IOException;
    }

    private final Opening opening;
    /** Held from the end of one run to the beginning of the next, so that a signal does not come between. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Line line;     // written under lock
    private boolean ended;          // guarded by lock

    /** Begins the first run. */
    public LineRuns(Opening opening) throws IOException {
        this.opening = opening;
        line = opening.open();
    }

    /** Waits until this run ends; see {@link Line#join}. */
    public void join() throws InterruptedException, DeviceLostException {
        line.join();
    }

    /** Ends this run and begins another one, unless it was closed; says {@code again} then. */
    public void again() throws IOException {
        lock.lock();
        try {
            if (!ended) {
                endLocked();
                line = opening.open();
                ended = false;
                System.out.println("again");
                System.out.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the last run; idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!ended) {
                endLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    private void endLocked() {
        ended = true;
        line.close();
        System.out.println(line.report());
        System.out.flush();
    }
}
