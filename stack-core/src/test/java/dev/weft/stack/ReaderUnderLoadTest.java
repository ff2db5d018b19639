package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A reader that queued for a lock behind a virtual thread would wait until that thread gets a carrier, which under load can
 * take seconds (D4). In a JVM of its own, with two carriers and sixteen virtual threads that compute, connections are busy
 * while thread dumps are taken; none may show a reader that waits for a lock.
 *
 * <p>Readers are platform threads, so these dumps leave virtual threads out: with virtual threads in them JDK 25.0.3 crashes
 * now and then (in {@code GetThreadSnapshotClosure}), when one just parks.
 */
@Timeout(120)
class ReaderUnderLoadTest {

    private static final int DUMPS = 500;

    @Test
    void noThreadDumpShowsAReaderThatWaitsForALock() throws Exception {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea", "-Xmx512m",
                "--enable-preview", "--enable-native-access=ALL-UNNAMED", "-Djdk.virtualThreadScheduler.parallelism=2",
                "-Djdk.virtualThreadScheduler.maxPoolSize=2", "-cp", System.getProperty("java.class.path"), Load.class.getName());
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output).startsWith("dumps " + DUMPS);
            assertThat(number(output, "readers seen")).as("readers in the dumps").isGreaterThanOrEqualTo(2 * DUMPS);
            assertThat(number(output, "mebibytes")).as("mebibytes that went through meanwhile").isPositive();
            assertThat(output).doesNotContain("waits for a lock");
        } finally {
            process.destroyForcibly();
        }
    }

    private static long number(String output, String name) {
        Matcher found = Pattern.compile("(?m)^" + name + " (\\d+)").matcher(output);
        return found.find() ? Long.parseLong(found.group(1)) : -1;
    }

    /** What runs in the JVM of its own. */
    static final class Load {

        private static final int COMPUTING = 16;
        private static final int CONNECTIONS = 4;
        private static final AtomicLong BYTES = new AtomicLong();
        private static volatile long sink;

        private Load() {
        }

        public static void main(String[] args) throws Exception {
            var stacks = new TwoStacks();
            TcpListener listener = stacks.right.tcp().listen(7);
            for (int i = 0; i < CONNECTIONS; i++) {
                Thread.startVirtualThread(() -> transfer(stacks, listener));
            }
            for (int i = 0; i < COMPUTING; i++) {
                Thread.startVirtualThread(Load::compute);
            }
            if (!Eventually.isTrueWithin(Duration.ofSeconds(50), () -> BYTES.get() >= 1 << 20)) {
                Runtime.getRuntime().halt(1);
            }
            long before = BYTES.get();
            var report = new StringBuilder();
            int seen = 0;
            for (int i = 0; i < DUMPS; i++) {
                seen += examine(report);
                Thread.sleep(2);        // so that they show different moments
            }
            System.out.println("dumps " + DUMPS);
            System.out.println("readers seen " + seen);
            System.out.println("mebibytes " + (BYTES.get() - before >> 20));
            System.out.print(report);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }

        /** Writes and reads on both ends at once, so that the locks have more than one to want them. */
        private static void transfer(TwoStacks stacks, TcpListener listener) {
            try {
                TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
                TcpSocket server = listener.accept();
                for (TcpSocket end : List.of(client, server)) {
                    Thread.startVirtualThread(() -> writeForEver(end));
                    Thread.startVirtualThread(() -> readForEver(end));
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void writeForEver(TcpSocket socket) {
            try {
                var bytes = new byte[20_000];
                while (true) {
                    socket.write(bytes);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void readForEver(TcpSocket socket) {
            try {
                var bytes = new byte[20_000];
                while (true) {
                    BYTES.addAndGet(socket.read(bytes));
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void compute() {
            while (true) {
                long value = System.nanoTime();
                for (int i = 0; i < 1_000_000; i++) {
                    value = value * 6364136223846793005L + 1442695040888963407L;
                }
                sink = value;
                LockSupport.parkNanos(1_000);   // not yield: that would keep those out for ever whom a reader wakes
            }
        }

        /** Adds the stacks of readers that wait for a lock to the report; returns how many readers there were. */
        private static int examine(StringBuilder report) {
            int readers = 0;
            for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
                if (each.getKey().getName().endsWith("-reader")) {
                    readers++;
                    String stack = Arrays.toString(each.getValue());
                    if (stack.contains("AbstractQueuedSynchronizer.acquire")) {
                        report.append("waits for a lock: ").append(stack.replace(", ", "\n    ")).append('\n');
                    }
                }
            }
            return readers;
        }
    }
}
