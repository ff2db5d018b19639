package dev.weft.examples.net;

import java.io.Closeable;
import java.io.IOException;

/** A port that is being served. Closing it ends its connections too. */
public interface Served extends Closeable {

    /** The port, also where any free one was asked for. */
    int port();

    /**
     * Waits until the port is served no more.
     *
     * @throws IOException          it ended because the network failed
     * @throws InterruptedException the thread was interrupted
     */
    void join() throws IOException, InterruptedException;
}
