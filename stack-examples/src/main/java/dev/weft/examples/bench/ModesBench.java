package dev.weft.examples.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.examples.path.Worker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The two kinds of thread that may read a device (D6) beside each other, in turn, with nothing else to do and with computing
 * virtual threads in the same process. All of it ends with the processes: nothing is named, nothing stays.
 * <pre>
 *   namespace of the peer
 *   Load ──┬── 10.9.0.1 TAP platform0 ══ Weft 10.9.0.2, a platform thread reads ── Subject, CpuLoad
 *          └── 10.9.1.1 TAP virtual0 ═══ Weft 10.9.1.2, a virtual one ──────────── Subject, CpuLoad
 * </pre>
 */
public final class ModesBench implements AutoCloseable {

    /** What is measured: each as long as the other. */
    private enum Row {
        REQUEST("request/response of one byte", "request HOST", "/s", 1e9),
        BULK_IN("bulk in, 1 flow", "in HOST 1", "Gbit/s", 8);

        private final String title;
        private final String order;
        private final String unit;
        private final double scale;

        Row(String title, String order, String unit, double scale) {
            this.title = title;
            this.order = order;
            this.unit = unit;
            this.scale = scale;
        }
    }

    private enum Mode {
        PLATFORM, VIRTUAL;

        private String option() {
            return name().toLowerCase(Locale.ROOT);
        }

        private String host(int number) {
            return "10.9." + ordinal() + "." + number;
        }
    }

    /** What came out, round by round, of one row. */
    private record Result(Row row, boolean loaded, Map<Mode, List<Measurement>> rounds) {

        private List<Double> ratios() {
            List<Measurement> platform = rounds.get(Mode.PLATFORM);
            return IntStream.range(0, platform.size())
                    .mapToObj(i -> rounds.get(Mode.VIRTUAL).get(i).value() / platform.get(i).value()).toList();
        }

        private double median(Mode mode, ToDoubleFunction<Measurement> figure) {
            return BenchResult.median(rounds.get(mode).stream().map(figure::applyAsDouble).toList());
        }

        private String line() {
            String format = row == Row.BULK_IN ? "%10.2f" : "%10.0f";
            var ratios = ratios().stream().mapToDouble(Double::doubleValue).summaryStatistics();
            String times = row == Row.BULK_IN ? "" : String.format(Locale.ROOT, "  p50 %.0f, %.0f µs; p99 %.0f, %.0f µs",
                    median(Mode.PLATFORM, Measurement::p50Micros), median(Mode.VIRTUAL, Measurement::p50Micros),
                    median(Mode.PLATFORM, Measurement::p99Micros), median(Mode.VIRTUAL, Measurement::p99Micros));
            return String.format(Locale.ROOT, "%-30s %-6s " + format + " " + format + " %-6s %22s%s", row.title, load(),
                    median(Mode.PLATFORM, Measurement::value), median(Mode.VIRTUAL, Measurement::value), row.unit,
                    String.format(Locale.ROOT, "%.2f [%.2f … %.2f]", BenchResult.median(ratios()), ratios.getMin(), ratios.getMax()),
                    times);
        }

        private String load() {
            return loaded ? "loaded" : "idle";
        }

        private ObjectNode json() {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            node.put("row", row.title).put("load", load()).put("unit", row.unit).put("ratio", BenchResult.median(ratios()));
            rounds.forEach((mode, measurements) -> {
                ArrayNode array = node.putArray(mode.option());
                for (Measurement measurement : measurements) {
                    ObjectNode one = array.addObject().put("value", measurement.value());
                    if (!Double.isNaN(measurement.p50Micros())) {
                        one.put("p50_us", measurement.p50Micros()).put("p99_us", measurement.p99Micros());
                    }
                }
            });
            return node;
        }
    }

    /** Of whom did not answer in time. */
    private static final Measurement NOTHING = new Measurement(0, Double.NaN, Double.NaN, Double.NaN);
    private static final String SET_UP = "ip link set lo up && exec \"$@\"";

    private final int rounds;
    private final long millis;
    private final long sliceMicros;
    private final Consumer<String> report;
    private final List<Result> results = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private final Map<Mode, Worker> subjects = new EnumMap<>(Mode.class);

    /**
     * A bench that has not begun; lines of its report go to {@code report}.
     *
     * @param rounds how often each mode is measured, at least once
     * @param seconds how long each time
     * @param sliceMicros for how long the load computes before it pauses
     */
    public ModesBench(int rounds, double seconds, long sliceMicros, Consumer<String> report) {
        this.rounds = rounds;
        this.millis = (long) (seconds * 1000);
        this.sliceMicros = sliceMicros;
        this.report = report;
    }

    /** Does all of it. Suspends. */
    public void run() throws IOException {
        Worker peer = worker("peer", List.of("unshare", "-n", "sh", "-c", SET_UP, "sh"));
        for (Mode mode : Mode.values()) {
            Worker subject = worker(mode.option(), List.of("nsenter", "-t", "" + peer.pid(), "-n"));
            subject.ask("weft --tap " + mode.option() + "0 --address " + mode.host(2) + "/24 --host " + mode.host(1) + "/24 --reader "
                    + mode.option());
            subjects.put(mode, subject);
        }
        report.accept(String.format("%-30s %-6s %10s %10s %-6s %22s", "", "", "platform", "virtual", "", "virtual to platform"));
        for (boolean loaded : List.of(false, true)) {
            for (Row row : Row.values()) {
                measure(peer, row, loaded);
            }
        }
    }

    private Worker worker(String name, List<String> before) throws IOException {
        Worker worker = Worker.start(name, before, List.of("bench-end"));
        workers.add(worker);
        worker.await("ok");
        return worker;
    }

    private void measure(Worker peer, Row row, boolean loaded) throws IOException {
        Map<Mode, List<Measurement>> measured = new EnumMap<>(Mode.class);
        Set<Mode> silent = EnumSet.noneOf(Mode.class);
        List<Mode> order = List.of(Mode.values());
        for (int round = 0; round <= rounds; round++) {
            for (Mode mode : order) {
                Measurement one = NOTHING;
                if (!silent.contains(mode)) {
                    try {
                        one = measureOnce(peer, row, mode, loaded);
                    } catch (IOException e) {
                        silent.add(mode);
                        report.accept("no answer: " + row.title + ", " + (loaded ? "loaded, " : "idle, ") + mode.option() + ": "
                                + e.getMessage());
                    }
                }
                // The first time compiles.
                if (round > 0) {
                    measured.computeIfAbsent(mode, _ -> new ArrayList<>()).add(one);
                }
            }
            order = order.reversed();
        }
        var result = new Result(row, loaded, measured);
        results.add(result);
        report.accept(result.line());
    }

    private Measurement measureOnce(Worker peer, Row row, Mode mode, boolean loaded) throws IOException {
        Worker subject = subjects.get(mode);
        if (loaded) {
            subject.ask("load " + sliceMicros);
        }
        try {
            String figures = peer.ask(row.order.replace("HOST", mode.host(2)) + " " + millis + (row == Row.BULK_IN ? " plain" : ""));
            String[] words = figures.split(" ");
            double value = Double.parseDouble(words[0]) / Double.parseDouble(words[1]) * row.scale;
            return row == Row.BULK_IN ? new Measurement(value, Double.NaN, Double.NaN, Double.NaN)
                    : new Measurement(value, Double.parseDouble(words[2]) / 1000, Double.parseDouble(words[3]) / 1000, Double.NaN);
        } finally {
            if (loaded) {
                subject.ask("unload");
            }
        }
    }

    /** Everything, round by round. */
    public String json(String machine) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("machine", machine).put("rounds", rounds).put("milliseconds", millis).put("slice_us", sliceMicros);
        results.forEach(result -> all.withArray("results").add(result.json()));
        return all.toPrettyString() + "\n";
    }

    @Override
    public void close() {
        workers.reversed().forEach(Worker::close);
    }
}
