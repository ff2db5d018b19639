package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.tcp.TcpSocket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * D13 on the whole way: two stacks on a cable without offloads, and the platform threads that read it. The one takes data from
 * its frames to the buffer of a socket and acknowledges it, the other takes the acknowledgements and sends what they allow.
 */
@Timeout(240)   // of a machine that does nothing else it takes ten seconds
class ReaderGarbageTest {

    /** What a full segment with timestamps carries at an MTU of 1500. */
    private static final int SEGMENT = 1448;
    /** Each way, and so many segments with data in each: a million together. */
    private static final int ROUNDS = 5;
    private static final int SEGMENTS = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void readersCarryAMillionSegmentsWithoutGarbage() throws Exception {
        long[] before = readers();
        try (var stacks = new TwoStacks(); var listener = stacks.right.tcp().listen(7);
             TcpSocket left = stacks.left.tcp().connect(TwoStacks.RIGHT, 7); TcpSocket right = listener.accept()) {
            long[] mine = readersBut(before);
            assertThat(mine).as("readers").hasSize(2);
            LongSupplier allocated = () -> threads.getThreadAllocatedBytes(mine[0]) + threads.getThreadAllocatedBytes(mine[1]);
            transfer(left, right, SEGMENTS);         // for class loader and compiler
            transfer(right, left, SEGMENTS);
            assertThat(garbage(left, right, allocated)).as("bytes of garbage a segment, to the right").isLessThan(1);
            assertThat(garbage(right, left, allocated)).as("bytes of garbage a segment, to the left").isLessThan(1);
        }
    }

    /**
     * Bytes that both readers have allocated for a segment with data, though it has its acknowledgement, or half of one, on the other.
     * The median of the rounds: where a thread is stopped while it has the lock, copies are made for the longest backlog so far, once.
     */
    private static double garbage(TcpSocket from, TcpSocket to, LongSupplier allocated) throws Exception {
        var bytes = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long before = allocated.getAsLong();
            transfer(from, to, SEGMENTS);
            bytes[i] = (double) (allocated.getAsLong() - before) / SEGMENTS;
        }
        Arrays.sort(bytes);
        return bytes[ROUNDS / 2];
    }

    private static void transfer(TcpSocket from, TcpSocket to, int segments) throws Exception {
        long bytes = (long) segments * SEGMENT;
        Thread writer = Thread.ofVirtual().start(() -> {
            var chunk = new byte[64 << 10];
            try {
                for (long left = bytes; left > 0; left -= chunk.length) {
                    from.write(chunk, 0, (int) Math.min(left, chunk.length));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        var chunk = new byte[64 << 10];
        for (long left = bytes; left > 0; ) {
            int n = to.read(chunk);
            assertThat(n).isPositive();
            left -= n;
        }
        writer.join();
    }

    private static long[] readers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().endsWith("eth0-reader"))
                .mapToLong(Thread::threadId).toArray();
    }

    private static long[] readersBut(long[] others) {
        return Arrays.stream(readers()).filter(id -> Arrays.stream(others).noneMatch(o -> o == id)).toArray();
    }
}
