package dev.weft.examples.iperf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much of one processor this process uses, from its start on; Linux says it in hundredths of a second. */
final class CpuUse {

    private static final Path STAT = Path.of("/proc/self/stat");
    private static final double TICKS_A_SECOND = 100;
    /** Of the words behind the program's name in brackets. */
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    /** In percent of one processor. */
    record Share(double total, double user, double system) {
    }

    private final long begun = System.nanoTime();
    private final double[] before = seconds();

    /** The share since this was made; zeroes where the operating system does not say. */
    Share share() {
        double[] now = seconds();
        double elapsed = Math.max(1, System.nanoTime() - begun) / 1e9;
        double user = (now[0] - before[0]) / elapsed * 100;
        double system = (now[1] - before[1]) / elapsed * 100;
        return new Share(user + system, user, system);
    }

    private static double[] seconds() {
        try {
            String text = Files.readString(STAT);
            String[] words = text.substring(text.lastIndexOf(')') + 2).split(" ");
            return new double[] {Long.parseLong(words[USER]) / TICKS_A_SECOND, Long.parseLong(words[SYSTEM]) / TICKS_A_SECOND};
        } catch (IOException e) {
            return new double[2];
        }
    }
}
