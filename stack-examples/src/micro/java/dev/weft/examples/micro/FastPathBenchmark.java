package dev.weft.examples.micro;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.TcpSegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A write goes through both ends of a connection, without wires and locks: into the send buffer, out in segments, into the receive
 * buffer (one copy), out of it, and the ACKs back. The time is of one write.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FastPathBenchmark {

    private static final int POOL = 64 << 20;
    private static final int CHUNK = 16 << 10;
    private static final int BETWEEN_WRITES_NANOS = 10_000;
    private static final int READ = 64 << 10;

    /** One byte; two segments; a large segment. */
    @Param({"1", "2896", "40000"})
    private int write;

    private final TcpSegment segment = new TcpSegment();
    private final TcpSegment answer = new TcpSegment();
    private final Pieces pieces = new Pieces();
    private ChunkPool pool;
    private TcpConnection client;
    private TcpConnection server;
    private long now = 1;

    @Setup
    public void connect() {
        pool = new ChunkPool("micro", CHUNK, POOL);
        var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(POOL)), TcpCounters.NONE).withLargestSegment(65_000);
        client = TcpConnection.active(config, 1);
        client.connect(now);
        client.poll(now, segment);
        server = TcpConnection.passive(config, 5, now, segment);
        for (int i = 0; i < 5; i++) {
            exchange(server, client);
            exchange(client, server);
        }
    }

    @TearDown
    public void close() {
        client.abort(now);
        server.abort(now);
        pool.close();
    }

    @Benchmark
    public int transfer() {
        int n = client.reserve(pieces, write);
        if (n > 0) {
            client.commit(now, n);
        }
        now += BETWEEN_WRITES_NANOS;
        client.tick(now);
        server.tick(now);
        exchange(client, server);
        int readable = server.peek(pieces, READ);
        if (readable > 0) {
            server.consumed(now, readable);
        }
        exchange(server, client);
        return readable;
    }

    private void exchange(TcpConnection from, TcpConnection to) {
        from.holdAcked();
        while (from.poll(now, segment)) {
            to.segment(now, segment);
            while (to.poll(now, answer)) {
                from.segment(now, answer);
            }
        }
        from.releaseAcked();
    }
}
