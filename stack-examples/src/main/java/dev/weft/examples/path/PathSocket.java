package dev.weft.examples.path;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A connection on a measured path, of the kernel's or of Weft's. */
interface PathSocket {

    /** What the other end sends. */
    InputStream input() throws IOException;

    /** What the other end receives. */
    OutputStream output() throws IOException;

    /** What its TCP says about it: words {@code retransmitted=BYTES name=value …}. */
    String state() throws IOException, InterruptedException;

    /** Ends it at once. Any thread. */
    void reset() throws IOException;
}
