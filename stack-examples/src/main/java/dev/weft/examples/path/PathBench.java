package dev.weft.examples.path;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Measures case by case. The kernel to itself and Weft to and from the kernel run on a lane each, on the same path with the same
 * seed: side by side where the machine can carry that, so that they meet the same load, else one after the other. Of each
 * round only ratios to the kernel's own figures are taken.
 */
public final class PathBench implements AutoCloseable {

    /** Up to this rate for each processor lanes run side by side; more would be the processors' figures. */
    private static final double SIDE_BY_SIDE_MEGABITS = 20;

    /** How long to measure, and how often. */
    public record Plan(int rounds, double seconds, double fairnessSeconds, long seed, boolean oneByOne) {
    }

    private final Plan plan;
    private final Consumer<String> report;
    private final List<PathLane> lanes = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final PathSummary summary = new PathSummary();

    /** Makes the namespaces. Lines of the report go to {@code report}. */
    public PathBench(Plan plan, Consumer<String> report) throws IOException {
        this.plan = plan;
        this.report = report;
        try {
            lanes.add(new PathLane("kernel", "kernel"));
            lanes.add(new PathLane("weft", "kernel"));
            lanes.add(new PathLane("kernel", "weft"));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** What came out so far. */
    public PathSummary summary() {
        return summary;
    }

    /** Lets every lane carry something for so long, so that the first case finds compiled code, too. */
    public void warmUp(PathCase path, String congestion, double time) throws Exception {
        join(path, lanes);
        onAll(lanes, true, lane -> lane.measure(congestion, (long) (time * 1000), plan.seed()));
    }

    /**
     * Measures one flow on a path, with each congestion control, and reports a line for each lane but the kernel's own.
     *
     * @return the goodputs in Mbit/s by lane, {@code kernel→kernel} and so on, of the last congestion control, round by round
     */
    public Map<String, List<Double>> measure(PathCase path, List<String> congestions) throws Exception {
        join(path, lanes);
        Map<String, List<Double>> goodputs = new LinkedHashMap<>();
        for (String congestion : congestions) {
            Map<PathLane, List<PathFigures>> rounds = new LinkedHashMap<>();
            for (int round = 0; round < plan.rounds(); round++) {
                long next = plan.seed() + (round + 1) % plan.rounds();
                List<PathFigures> figures = onAll(lanes, isSideBySide(path), lane ->
                        lane.measure(congestion, (long) (plan.seconds() * 1000), next));
                for (int i = 0; i < lanes.size(); i++) {
                    rounds.computeIfAbsent(lanes.get(i), lane -> new ArrayList<>()).add(figures.get(i));
                }
            }
            rounds.forEach((lane, figures) -> goodputs.put(lane.name(), figures.stream().map(PathFigures::goodput).toList()));
            List<PathFigures> kernel = rounds.remove(lanes.getFirst());
            rounds.forEach((lane, figures) ->
                    report.accept(summary.add(path, congestion, lane.name(), figures, kernel)));
        }
        return goodputs;
    }

    /** Measures how a flow of Weft's and one of the kernel's share a path, beside two of the kernel's. */
    public void compete(PathCase path, String congestion) throws Exception {
        List<PathLane> competing = lanes.subList(0, 2);
        join(path, competing);
        List<List<Double>> shares = List.of(new ArrayList<>(), new ArrayList<>());
        for (int round = 0; round < plan.rounds(); round++) {
            long next = plan.seed() + (round + 1) % plan.rounds();
            List<Double> found = onAll(competing, isSideBySide(path), lane ->
                    lane.compete(congestion, (long) (plan.fairnessSeconds() * 1000), next));
            shares.get(0).add(found.get(0));
            shares.get(1).add(found.get(1));
        }
        report.accept(summary.addShare(path, congestion, shares.get(1), shares.get(0)));
    }

    private boolean isSideBySide(PathCase path) {
        int processors = Runtime.getRuntime().availableProcessors();
        return !plan.oneByOne() && path.megabits() <= SIDE_BY_SIDE_MEGABITS * processors;
    }

    private void join(PathCase path, List<PathLane> these) throws Exception {
        onAll(these, true, lane -> {
            lane.join(path, plan.seed());
            return lane;
        });
    }

    /** What is done on a lane. */
    private interface OnLane<T> {
        T run(PathLane lane) throws Exception;
    }

    private <T> List<T> onAll(List<PathLane> these, boolean together, OnLane<T> work) throws Exception {
        var results = new ArrayList<T>();
        if (!together) {
            for (PathLane lane : these) {
                results.add(work.run(lane));
            }
            return results;
        }
        var running = new ArrayList<Future<T>>();
        for (PathLane lane : these) {
            Callable<T> task = () -> work.run(lane);
            running.add(threads.submit(task));
        }
        for (Future<T> future : running) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        return results;
    }

    @Override
    public void close() {
        lanes.forEach(PathLane::close);
        threads.shutdownNow();
    }
}
