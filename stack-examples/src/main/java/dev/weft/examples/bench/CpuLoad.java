package dev.weft.examples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Virtual threads that compute for as long as they exist, one for each carrier, but for a pause of some microseconds after each
 * slice. Such as never pause keep all other virtual threads out, whatever reads the device; so do such as only yield, which the
 * scheduler of JDK 25 runs again before it looks for what other threads have submitted.
 */
final class CpuLoad implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofNanos(1000);

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ending;
    private volatile long result;

    /**
     * Begins to compute.
     *
     * @param slice nanoseconds from one pause to the next
     */
    CpuLoad(long slice) {
        int carriers = Integer.getInteger("jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < carriers; i++) {
            threads.add(Thread.ofVirtual().name("load-" + i).start(() -> compute(slice)));
        }
    }

    private void compute(long slice) {
        long x = 1;
        while (!ending) {
            long end = System.nanoTime() + slice;
            while (System.nanoTime() < end) {
                for (int i = 0; i < 1000; i++) {
                    x ^= x << 13;
                    x ^= x >>> 7;
                    x ^= x << 17;
                }
            }
            result = x;
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        ending = true;
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
