package dev.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What came out of measuring once.
 *
 * @param value in the row's unit
 * @param p50Micros of round trips; NaN where there are none
 * @param p99Micros of round trips; NaN where there are none
 * @param cpuSecondsPerGigabyte what all processors worked meanwhile, by 10⁹ bytes that arrived; NaN where bytes do not count
 */
record Measurement(double value, double p50Micros, double p99Micros, double cpuSecondsPerGigabyte) {

    private static final double TICKS_A_SECOND = 100;
    /** The columns of /proc/stat: user, nice, system, then idle and waiting, then interrupts. */
    private static final int[] BUSY = {1, 2, 3, 6, 7};

    static Measurement of(BenchCase row, String figures, double busySeconds) {
        String[] words = figures.split(" ");
        double amount = Double.parseDouble(words[0]);
        double value = amount / Double.parseDouble(words[1]) * row.scale();
        return new Measurement(value, words.length > 2 ? Double.parseDouble(words[2]) / 1000 : Double.NaN,
                words.length > 2 ? Double.parseDouble(words[3]) / 1000 : Double.NaN,
                row.isBulk() && amount > 0 ? busySeconds / (amount / 1e9) : Double.NaN);
    }

    /** What all processors of the machine have worked since it started; the kernel works for its sockets in interrupts, too. */
    static double busySeconds() throws IOException {
        String[] words = Files.readString(Path.of("/proc/stat")).lines().findFirst().orElseThrow().split(" +");
        double busy = 0;
        for (int column : BUSY) {
            busy += Double.parseDouble(words[column]);
        }
        return busy / TICKS_A_SECOND;
    }
}
