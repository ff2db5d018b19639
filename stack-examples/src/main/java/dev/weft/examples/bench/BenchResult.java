package dev.weft.examples.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A row's figures of one subject beside the kernel's, round by round.
 *
 * @param subject not the kernel
 */
record BenchResult(BenchCase row, boolean pinned, String subject, List<Measurement> kernel, List<Measurement> own) {

    /** Round by round, the subject's figure by the kernel's. */
    List<Double> ratios() {
        return IntStream.range(0, own.size()).mapToObj(i -> own.get(i).value() / kernel.get(i).value()).toList();
    }

    double ratio() {
        return median(ratios());
    }

    double least() {
        return ratios().stream().mapToDouble(value -> value).min().orElse(Double.NaN);
    }

    double most() {
        return ratios().stream().mapToDouble(value -> value).max().orElse(Double.NaN);
    }

    double expected() {
        return subject.equals(BenchLab.WEFT) ? row.expected(pinned) : 0;
    }

    boolean isShort() {
        return expected() > 0 && ratio() < expected();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        return n == 0 ? Double.NaN : (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    private static double median(List<Measurement> measurements, ToDoubleFunction<Measurement> figure) {
        return median(measurements.stream().map(figure::applyAsDouble).toList());
    }

    static String header() {
        return String.format("%-42s %-6s %-8s %12s %12s %-6s %22s %8s  %s", "", "", "", "kernel", "subject", "", "ratio", "expected",
                "kernel's and the subject's");
    }

    /** One line of the report. */
    String line() {
        String format = row.isBulk() ? "%12.2f" : row.isLossy() ? "%12.1f" : "%12.0f";
        var more = new StringBuilder();
        if (!Double.isNaN(own.getFirst().p50Micros())) {
            more.append(String.format(Locale.ROOT, "p50 %.1f, %.1f µs; p99 %.1f, %.1f µs", median(kernel, Measurement::p50Micros),
                    median(own, Measurement::p50Micros), median(kernel, Measurement::p99Micros), median(own, Measurement::p99Micros)));
        }
        if (!Double.isNaN(own.getFirst().cpuSecondsPerGigabyte())) {
            more.append(String.format(Locale.ROOT, "processors %.2f, %.2f s/GB", median(kernel, Measurement::cpuSecondsPerGigabyte),
                    median(own, Measurement::cpuSecondsPerGigabyte)));
        }
        return String.format(Locale.ROOT, "%-42s %-6s %-8s " + format + " " + format + " %-6s %22s %8s  %s", row.title(),
                pinned ? "pinned" : "free", subject, median(kernel, Measurement::value), median(own, Measurement::value), row.unit(),
                String.format(Locale.ROOT, "%.2f [%.2f … %.2f]", ratio(), least(), most()),
                expected() > 0 ? String.format(Locale.ROOT, "%.2f%s", expected(), isShort() ? " !" : "  ") : "", more);
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("row", row.name()).put("title", row.title()).put("pinned", pinned).put("subject", subject).put("unit", row.unit())
                .put("ratio", ratio()).put("least", least()).put("most", most());
        if (expected() > 0) {
            node.put("expected", expected());
        }
        rounds(node.putArray("kernel"), kernel);
        rounds(node.putArray("own"), own);
        return node;
    }

    private static void rounds(ArrayNode array, List<Measurement> measurements) {
        for (Measurement measurement : measurements) {
            ObjectNode node = array.addObject().put("value", measurement.value());
            if (!Double.isNaN(measurement.p50Micros())) {
                node.put("p50_us", measurement.p50Micros()).put("p99_us", measurement.p99Micros());
            }
            if (!Double.isNaN(measurement.cpuSecondsPerGigabyte())) {
                node.put("cpu_s_per_gb", measurement.cpuSecondsPerGigabyte());
            }
        }
    }
}
