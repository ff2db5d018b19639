package dev.weft.examples.path;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The figures of all cases as lines of text and as JSON, and what is not as it should be. */
public final class PathSummary {

    private static final double LEAST_GOODPUT = 0.95;
    private static final double MOST_RETRANSMITTED = 1.2;
    private static final double MOST_QUEUEING = 1.1;
    private static final double LEAST_SHARE = 0.4;
    private static final double MOST_SHARE = 0.6;
    /** Goodput is judged up to this loss. */
    private static final double JUDGED_LOSS_PERCENT = 1;

    /** Ratios of one flow, round by round. */
    private record Ratios(String label, List<Double> goodput, List<Double> retransmitted, List<Double> queueing) {
    }

    private final List<Ratios> ratios = new ArrayList<>();
    private final List<String> objects = new ArrayList<>();
    private final List<String> misses = new ArrayList<>();

    /** What the columns of {@link #add}'s lines are. */
    public static String header() {
        return String.format("%-40s %-5s %-14s %21s %7s %21s %21s", "path", "cc", "flow", "goodput to kernel's",
                "Mbit/s", "sent again", "queueing");
    }

    /** Takes down a case of one lane; returns a line that says it. */
    String add(PathCase path, String congestion, String flow, List<PathFigures> figures, List<PathFigures> kernel) {
        String label = path.label() + " " + congestion + " " + flow;
        var found = new Ratios(label,
                each(figures, i -> figures.get(i).goodputRatio(kernel.get(i))),
                each(figures, i -> figures.get(i).retransmissionRatio(kernel.get(i))),
                each(figures, i -> figures.get(i).queueingRatio(kernel.get(i))));
        ratios.add(found);
        if (path.lossPercent() <= JUDGED_LOSS_PERCENT && PathFigures.median(found.goodput()) < LEAST_GOODPUT) {
            misses.add(label + ": goodput " + spread(found.goodput()));
        }
        if (PathFigures.median(found.retransmitted()) > MOST_RETRANSMITTED) {
            misses.add(label + ": sent again " + spread(found.retransmitted()));
        }
        if (PathFigures.median(found.queueing()) > MOST_QUEUEING) {
            misses.add(label + ": queueing " + spread(found.queueing()));
        }
        objects.add(String.format("{\"path\":\"%s\",\"congestion\":\"%s\",\"flow\":\"%s\",\"rounds\":%s,\"kernel\":%s,"
                + "\"goodput\":%s,\"retransmitted\":%s,\"queueing\":%s}", path.label(), congestion, flow, json(figures),
                json(kernel), ratio(found.goodput()), ratio(found.retransmitted()), ratio(found.queueing())));
        return String.format(Locale.ROOT, "%-40s %-5s %-14s %21s %7.2f %21s %21s", path.label(), congestion, flow,
                spread(found.goodput()), PathFigures.median(each(figures, i -> figures.get(i).goodput())),
                spread(found.retransmitted()), spread(found.queueing()));
    }

    /** Takes down a share; returns a line that says it. */
    String addShare(PathCase path, String congestion, List<Double> weft, List<Double> kernel) {
        String label = path.label() + " " + congestion;
        double share = PathFigures.median(weft);
        if (share < LEAST_SHARE || share > MOST_SHARE) {
            misses.add(label + ": share against one flow of the kernel's " + spread(weft));
        }
        objects.add(String.format("{\"path\":\"%s\",\"congestion\":\"%s\",\"share\":%s,\"kernel_share\":%s}", path.label(),
                congestion, ratio(weft), ratio(kernel)));
        return String.format("%-40s %-5s share against one flow of the kernel's: Weft's %s, the kernel's %s", path.label(),
                congestion, spread(weft), spread(kernel));
    }

    /** The lines that end the report: medians over all cases, and what is not as it should be. */
    public List<String> conclusion() {
        var lines = new ArrayList<String>();
        if (!ratios.isEmpty()) {
            lines.add(String.format(Locale.ROOT, "median over all cases: goodput %.2f, sent again %.2f, queueing %.2f",
                    PathFigures.median(ratios.stream().map(found -> PathFigures.median(found.goodput())).toList()),
                    PathFigures.median(ratios.stream().map(found -> PathFigures.median(found.retransmitted())).toList()),
                    PathFigures.median(ratios.stream().map(found -> PathFigures.median(found.queueing())).toList())));
        }
        misses.forEach(miss -> lines.add("not as it should be: " + miss));
        return lines;
    }

    /** Everything, each round with what both TCPs and the link have said. */
    public String json() {
        return "[\n" + String.join(",\n", objects) + "\n]\n";
    }

    private static List<Double> each(List<PathFigures> rounds, IntFunction<Double> ratio) {
        return IntStream.range(0, rounds.size()).mapToObj(ratio).toList();
    }

    /** The median, and in brackets the least and the most. */
    private static String spread(List<Double> values) {
        return String.format(Locale.ROOT, "%.2f [%.2f … %.2f]", PathFigures.median(values),
                values.stream().mapToDouble(value -> value).min().orElse(Double.NaN),
                values.stream().mapToDouble(value -> value).max().orElse(Double.NaN));
    }

    private static String json(List<PathFigures> rounds) {
        return rounds.stream().map(PathFigures::json).collect(Collectors.joining(",", "[", "]"));
    }

    private static String ratio(List<Double> values) {
        String all = values.stream().map(value -> String.format(Locale.ROOT, "%.3f", value))
                .collect(Collectors.joining(",", "[", "]"));
        return String.format(Locale.ROOT, "{\"median\":%.3f,\"rounds\":%s}", PathFigures.median(values), all);
    }
}
