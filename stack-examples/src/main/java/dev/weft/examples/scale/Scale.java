package dev.weft.examples.scale;

import java.util.function.IntConsumer;

/** Any number of connections, the ends of which wait in a read. */
interface Scale extends AutoCloseable {

    /**
     * Opens connections until there are {@code count}, and waits until all ends of all of them wait.
     *
     * @param slices is told after each {@code slice} connections how many have been opened
     */
    void open(int count, int slice, IntConsumer slices) throws Exception;

    /** Closes all connections from the client's side, and waits until no thread is left in one. */
    void closeAll() throws Exception;

    /** Connections that Weft still knows then: those in TIME-WAIT. */
    int left();

    /** How many ends of a connection are Weft's. */
    int ends();

    @Override
    void close();
}
