package dev.weft.examples.iperf;

import dev.weft.tcp.TcpSocketInfo;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * One stream of a test, in one direction. {@link #transfer} is its thread's; the counters may be read by any thread.
 */
abstract class TestStream {

    /**
     * What the counters said at one moment.
     *
     * @param nanos       when, on {@link System#nanoTime}
     * @param packets     datagrams sent, or the highest number received
     * @param info        what TCP says; null for datagrams
     */
    record Snapshot(long nanos, long bytes, long packets, long lost, long outOfOrder, double jitterMillis, TcpSocketInfo info) {

        long retransmits() {
            return info == null ? 0 : info.retransmits();
        }
    }

    private final int id;
    private final boolean sends;
    private volatile long bytes;

    /**
     * A stream.
     *
     * @param index its place in the order in which streams were connected, from 0 on
     */
    TestStream(int index, boolean sends) {
        id = idOf(index);
        this.sends = sends;
    }

    /** The protocol numbers streams 1, 3, 4, 5 … */
    static int idOf(int index) {
        return index == 0 ? 1 : index + 2;
    }

    final int id() {
        return id;
    }

    final boolean sends() {
        return sends;
    }

    final long bytes() {
        return bytes;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread counts
    final void count(int more) {
        bytes = bytes + more;
    }

    abstract InetSocketAddress local();

    abstract InetSocketAddress remote();

    /** What the counters say; {@code nanos} is now, the same for all streams. */
    abstract Snapshot snapshot(long nanos);

    /** Sends what may be sent, or receives, until the run is over or the stream ends. */
    abstract void transfer(TestRun run) throws IOException, InterruptedException;

    /** Ends it in order: what was sent still arrives. Whoever is blocked in it fails. */
    abstract void close();

    /** Ends it at once. */
    abstract void abort();
}
