package dev.weft.examples.path;

import java.io.IOException;

/** Who makes connections on a measured path: the kernel or Weft. */
interface PathNetwork extends AutoCloseable {

    /** Waits for one connection on a port that is being listened on; then the port is free again. */
    interface Arrival {
        /** Waits for it. */
        PathSocket await() throws IOException;
    }

    /** Listens on a port from now on. */
    Arrival listen(int port) throws IOException;

    /** Connects. */
    PathSocket connect(String host, int port) throws IOException;

    /** A thread as this network's sockets want it: virtual for Weft, of the platform for the kernel. */
    Thread thread(String name, Runnable body);

    @Override
    void close();
}
