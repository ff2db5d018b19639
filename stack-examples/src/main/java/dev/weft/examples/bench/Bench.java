package dev.weft.examples.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.examples.path.PathBench;
import dev.weft.examples.path.PathCase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Measures row by row, subject after subject, in as many rounds as are wanted; of each round only ratios to the kernel's count. */
public final class Bench implements AutoCloseable {

    /**
     * What to measure.
     *
     * @param modes whether both ends are bound to one processor
     * @param variants options of further Wefts, by name
     * @param own commands of the user's, by name
     * @param flightRecording a file for what Weft's process did, null for none
     */
    public record Plan(List<BenchCase> rows, List<Boolean> modes, int rounds, double seconds, String congestion, boolean virtualKernel,
                       Map<String, String> variants, Map<String, String> own, String flightRecording) {
    }

    /** The line of the rows with loss. */
    private static final PathCase LOSSY = new PathCase(100, 2, 0.1, 4, List.of());
    /** The first time takes longer than the others by this: on one processor the compiler waits for its turn, too. */
    private static final int WARM_UP = 2;
    /** Then it is done again until the compilers take less than this part of one processor, as often as rounds are measured at most, twice. */
    private static final double QUIET = 0.03;

    private final Plan plan;
    private final Consumer<String> report;
    private final List<BenchResult> results = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private volatile Runnable end = () -> { };

    /** A bench that has not begun; lines of its report go to {@code report}. */
    public Bench(Plan plan, Consumer<String> report) {
        this.plan = plan;
        this.report = report;
    }

    /** Does all of it. Suspends. */
    public void run() throws Exception {
        report.accept(BenchResult.header());
        for (boolean pinned : plan.modes()) {
            run(pinned);
        }
        List<BenchCase> lossy = plan.rows().stream().filter(BenchCase::isLossy).toList();
        if (!lossy.isEmpty()) {
            runLossy(lossy);
        }
        conclude();
    }

    private void run(boolean pinned) throws Exception {
        BenchLab open = null;
        try {
            for (BenchCase row : plan.rows()) {
                if (row.isLossy()) {
                    continue;
                }
                if (open == null) {
                    open = new BenchLab(new BenchLab.Setting(pinned, plan.congestion(), plan.virtualKernel(), plan.flightRecording() == null ? null
                            : plan.flightRecording().replace("%m", pinned ? "pinned" : "free"), plan.variants(), plan.own()));
                    end = open::close;
                }
                try {
                    measure(open, row, pinned);
                } catch (IOException e) {
                    fail(row.title() + (pinned ? ", pinned" : ", free") + ": " + e.getMessage());
                    open.close();
                    open = null;
                }
            }
        } finally {
            if (open != null) {
                open.close();
            }
        }
    }

    private void fail(String what) {
        failures.add(what);
        report.accept("not measured: " + what);
    }

    private void measure(BenchLab open, BenchCase row, boolean pinned) throws IOException, InterruptedException {
        open.go(row.way());
        Map<String, List<Measurement>> rounds = new LinkedHashMap<>();
        long millis = (long) (plan.seconds() * 1000);
        // The first time compiles, and checks every byte.
        for (String subject : open.subjects()) {
            open.measure(row, subject, WARM_UP * millis, open.checks(subject));
            double before = open.compilerSeconds();
            for (int i = 0; i < 2 * plan.rounds(); i++) {
                open.measure(row, subject, millis, false);
                double now = open.compilerSeconds();
                if (now - before < QUIET * plan.seconds()) {
                    break;
                }
                before = now;
            }
        }
        List<String> order = new ArrayList<>(open.subjects());
        for (int round = 0; round < plan.rounds(); round++) {
            for (String subject : order) {
                rounds.computeIfAbsent(subject, name -> new ArrayList<>()).add(open.measure(row, subject, millis, false));
            }
            order = order.reversed();
        }
        List<Measurement> kernel = rounds.remove(BenchLab.KERNEL);
        rounds.forEach((subject, own) -> add(new BenchResult(row, pinned, subject, kernel, own)));
    }

    private void add(BenchResult result) {
        results.add(result);
        report.accept(result.line());
    }

    /** On the same bad line for both, which {@code path} makes; it has its own processes. */
    private void runLossy(List<BenchCase> rows) throws Exception {
        var paths = new PathBench.Plan(plan.rounds(), plan.seconds(), 0, 1, true);
        try (var bench = new PathBench(paths, line -> { })) {
            end = bench::close;
            bench.warmUp(LOSSY, plan.congestion(), plan.seconds());
            Map<String, List<Double>> goodputs = bench.measure(LOSSY, List.of(plan.congestion()));
            for (BenchCase row : rows) {
                add(new BenchResult(row, false, BenchLab.WEFT, measured(goodputs.get("kernel→kernel")),
                        measured(goodputs.get(row.isOut() ? "weft→kernel" : "kernel→weft"))));
            }
        } catch (IOException e) {
            fail("0.1 % loss: " + e.getMessage());
        }
    }

    private static List<Measurement> measured(List<Double> megabits) {
        return megabits.stream().map(value -> new Measurement(value, Double.NaN, Double.NaN, Double.NaN)).toList();
    }

    private void conclude() {
        results.stream().filter(BenchResult::isShort).forEach(result -> report.accept(String.format(Locale.ROOT,
                "less than expected: %s, %s: %.2f of the kernel's, not %.2f", result.row().title(), result.pinned() ? "pinned" : "free",
                result.ratio(), result.expected())));
        failures.forEach(failure -> report.accept("not measured: " + failure));
    }

    /** Whether every row has been measured. */
    public boolean isComplete() {
        return failures.isEmpty();
    }

    /** Everything, round by round. */
    public String json(String machine) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("machine", machine).put("rounds", plan.rounds()).put("seconds", plan.seconds()).put("congestion", plan.congestion());
        results.forEach(result -> all.withArray("results").add(result.json()));
        failures.forEach(failure -> all.withArray("failures").add(failure));
        return all.toPrettyString() + "\n";
    }

    /** The ratios as a picture. */
    public String svg(String machine) {
        return BenchPlot.svg(results, machine);
    }

    @Override
    public void close() {
        end.run();
    }
}
