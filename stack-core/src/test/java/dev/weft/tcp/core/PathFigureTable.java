package dev.weft.tcp.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures that are kept in the repository ({@code path-figures.csv}), one line for each {@link PathCase}. They are exact:
 * the same code gives the same ones on every machine, so a congestion control that changes shows as a diff. A build fails
 * where a figure is worse than the recorded one by more than is lost among the details of a trace.
 */
final class PathFigureTable {

    private static final Path FILE = Path.of("src/test/resources/dev/weft/tcp/core/path-figures.csv");
    private static final String HEADER = """
            # One line for each simulated path, see PathCase; renewed by
            #   mvn -pl stack-core test -Dtest=PathFiguresTest -Dweft.figures=write
            # utilisation, retransmitted (share of segments), queue_ms (mean) and jain are of the time after the start.
            # mbit,rtt_ms,condition,flows,algorithm,utilisation,with_start,retransmitted,queue_ms,jain,timeouts
            """;

    private PathFigureTable() {
    }

    static Map<PathCase, double[]> read() throws IOException {
        var table = new LinkedHashMap<PathCase, double[]>();
        for (String line : Files.readAllLines(FILE)) {
            if (!line.startsWith("#")) {
                table.put(PathCase.of(line), PathCase.figures(line));
            }
        }
        return table;
    }

    /** Simulates all cases, or the quick ones and keeps the lines of the others; some at a time; replaces the file. */
    static void write(boolean all) throws IOException {
        Map<PathCase, String> kept = new LinkedHashMap<>();
        if (!all) {
            Files.readAllLines(FILE).stream().filter(line -> !line.startsWith("#"))
                    .forEach(line -> kept.put(PathCase.of(line), line));
        }
        List<String> lines = PathCase.all().parallelStream()
                .map(path -> path.isQuick() || !kept.containsKey(path) ? line(path) : kept.get(path)).toList();
        Files.writeString(FILE, HEADER + String.join("\n", lines) + "\n");
    }

    private static String line(PathCase path) {
        PathFigures now = path.run();
        return String.format(Locale.ROOT, "%s,%.3f,%.3f,%.4f,%.2f,%.3f,%d", path.key(), now.utilisation(), now.withStart(),
                now.retransmitted(), now.queueDelayMillis(), now.jain(), now.timeouts());
    }

    /** What is worse at present than recorded, for people; empty if nothing is. */
    static List<String> worse(PathCase path, double[] recorded) {
        PathFigures now = path.run();
        var worse = new ArrayList<String>();
        compare(worse, path, "utilisation", recorded[0] - now.utilisation(), 0.02, recorded[0], now.utilisation());
        compare(worse, path, "utilisation with start", recorded[1] - now.withStart(), 0.02, recorded[1], now.withStart());
        compare(worse, path, "retransmitted", now.retransmitted() - recorded[2], 0.002 + recorded[2] / 5, recorded[2],
                now.retransmitted());
        compare(worse, path, "queueing delay", now.queueDelayMillis() - recorded[3], 0.5 + recorded[3] / 5, recorded[3],
                now.queueDelayMillis());
        compare(worse, path, "fairness", recorded[4] - now.jain(), 0.05, recorded[4], now.jain());
        compare(worse, path, "time-outs", now.timeouts() - recorded[5], 1 + recorded[5] / 2, recorded[5], now.timeouts());
        return worse;
    }

    private static void compare(List<String> worse, PathCase path, String what, double by, double allowed, double recorded,
                                double now) {
        if (by > allowed) {
            worse.add(String.format(Locale.ROOT, "%s: %s was %.4f, is %.4f", path.key(), what, recorded, now));
        }
    }
}
