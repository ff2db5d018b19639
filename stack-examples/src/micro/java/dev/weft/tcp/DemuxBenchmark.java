package dev.weft.tcp;

import dev.weft.runtime.KeyedHash;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Whose segment it is, among so many connections that come in no order; in this package for the table is nobody else's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DemuxBenchmark {

    private static final long LOCAL = 0xffff_0a09_0002L;
    private static final long REMOTE = 0xffff_0a09_0001L;
    /** A prime, so that no two connections that follow each other lie beside each other. */
    private static final int STRIDE = 7919;

    @Param({"1", "1000", "100000"})
    private int connections;

    private final FlowTable<Entry> table = new FlowTable<>(new KeyedHash(1, 2));
    private int next;

    private static final class Entry implements FlowEntry {

        private final FlowKey key;
        private int hash;

        Entry(FlowKey key) {
            this.key = key;
        }

        @Override
        public FlowKey key() {
            return key;
        }

        @Override
        public int tableHash() {
            return hash;
        }

        @Override
        public void tableHash(int value) {
            hash = value;
        }

        @Override
        public int successorIss() {
            throw new UnsupportedOperationException("no SYN comes");
        }
    }

    @Setup
    public void fill() {
        for (int i = 0; i < connections; i++) {
            table.insert(new Entry(new FlowKey(0, remote(i), 0, LOCAL, ports(i))));
        }
    }

    private static long remote(int connection) {
        return REMOTE + connection / 50_000;
    }

    private static int ports(int connection) {
        return 10_000 + connection % 50_000 << 16 | 7;
    }

    @Benchmark
    public Object find() {
        next = (next + STRIDE) % connections;
        return table.find(0, remote(next), 0, LOCAL, ports(next));
    }
}
