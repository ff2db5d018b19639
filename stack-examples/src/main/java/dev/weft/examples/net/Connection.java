package dev.weft.examples.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** A TCP connection: for one thread that reads and one that writes at a time. */
public interface Connection extends Closeable {

    /** What the peer sends; ends where the peer has shut down its output. */
    InputStream input() throws IOException;

    /** What the peer receives. */
    OutputStream output() throws IOException;

    /** Says that nothing more will be written (a FIN); reading goes on. */
    void shutdownOutput() throws IOException;

    /**
     * Waits without reading, so that the peer's data fills the window, until the peer resets the connection or the time
     * is over. Where the network cannot tell about the reset, it is the time.
     *
     * @throws InterruptedException the thread was interrupted
     */
    void holdUnread(Duration time) throws InterruptedException;
}
