package dev.weft.examples.micro;

import dev.weft.wire.Checksum;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

/** The Internet checksum of a header, a frame, a large segment, where frames lie: off the heap, not on an even word. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {

    private static final int OFFSET = 34;

    @Param({"20", "1460", "65000"})
    private int length;

    private Arena arena;
    private MemorySegment memory;

    @Setup
    public void allocate() {
        arena = Arena.ofShared();
        memory = arena.allocate(OFFSET + length, 64);
        for (int i = 0; i < length; i++) {
            memory.setAtIndex(ValueLayout.JAVA_BYTE, OFFSET + i, (byte) (i * 31));
        }
    }

    @TearDown
    public void free() {
        arena.close();
    }

    @Benchmark
    public int sum() {
        return Checksum.finish(Checksum.sum(memory, OFFSET, length, 0));
    }
}
