package dev.weft.examples.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** How much the JIT compilers of a Java process have worked: as long as they do, it is they who are measured, above all on one processor. */
final class Compilers {

    /** How the kernel cuts the names of {@code C1 CompilerThread0} and {@code C2 CompilerThread0}. */
    private static final String NAMES = "C[12] CompilerThre.*";
    /** Fields of {@code /proc/PID/task/TID/stat} behind the name, which may have spaces. */
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    /** USER_HZ, which is the same everywhere. */
    private static final double TICKS_PER_SECOND = 100;

    private Compilers() {
    }

    /** Processor seconds that the compilers of {@code pid} have used; those of threads that have ended are forgotten. */
    static double seconds(long pid) throws IOException {
        long ticks = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                ticks += ticks(thread);
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    private static long ticks(Path thread) throws IOException {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            int close = stat.lastIndexOf(')');
            if (!stat.substring(stat.indexOf('(') + 1, close).matches(NAMES)) {
                return 0;
            }
            String[] fields = stat.substring(close + 2).split(" ");
            return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
        } catch (NoSuchFileException e) {
            return 0;                                // has ended meanwhile
        }
    }
}
