package dev.weft.examples;

import dev.weft.examples.path.PathBench;
import dev.weft.examples.path.PathCase;
import dev.weft.examples.path.PathSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code path}: what {@code bench/path} starts, once the machine allows it the congestion controls. */
@Command(name = "path", hidden = true, mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Measures Weft beside the kernel's TCP on the same bad path, which the program 'link' makes, in namespaces of its own: "
            + "kernel to kernel, Weft to kernel and kernel to Weft with the same settings and chances, side by side where "
            + "the processors can carry that, else one after the other.",
    "",
    "Each line is a case: the goodput in relation to the kernel's own (median over the rounds, least, most), in Mbit/s, and the "
            + "same relation for the share of bytes sent again and the mean queueing delay. Buffers are what each TCP sizes "
            + "by itself: the kernel's by tcp_rmem and tcp_wmem, Weft's by its defaults."})
final class PathProgram implements Callable<Integer> {

    private static final List<Double> FAIR_RATES = List.of(10.0, 100.0);
    private static final double FAIR_ROUND_TRIP = 20;
    private static final PathCase WARM_UP = new PathCase(100, 1, 0.1, 4, List.of());
    private static final double WARM_UP_SECONDS = 5;

    @Option(names = "--rates", split = ",", paramLabel = "MBIT", description = "Rates in Mbit/s; default: 10,100.")
    private List<Double> rates = List.of(10.0, 100.0);

    @Option(names = "--round-trips", split = ",", paramLabel = "MS", description = "Round trips in ms; default: 20,100.")
    private List<Double> roundTrips = List.of(20.0, 100.0);

    @Option(names = "--losses", split = ",", paramLabel = "%", description = "Losses in percent; default: 0,0.1,1.")
    private List<Double> losses = List.of(0.0, 0.1, 1.0);

    @Option(names = "--queue", paramLabel = "BDP", description = "The queue in bandwidth-delay products, at least ten "
            + "frames; default: 1.")
    private double queue = 1;

    @Option(names = "--link", paramLabel = "OPTION", description = "One more option for 'link', repeatable: "
            + "--link=--reorder=1%%,5ms")
    private List<String> link = List.of();

    @Option(names = "--congestion", split = ",", paramLabel = "NAME", description = "cubic, bbr, reno; default: cubic,bbr.")
    private List<String> congestions = List.of("cubic", "bbr");

    @Option(names = "--rounds", paramLabel = "N", description = "How often each case is measured, each time with another "
            + "seed; default: 3.")
    private int rounds = 3;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each flow is measured from its start; default: 5.")
    private double seconds = 5;

    @Option(names = "--fairness-seconds", paramLabel = "S", description = "How long two flows compete, of which three "
            + "quarters count; 0 leaves it out; default: 15.")
    private double fairnessSeconds = 15;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed; default: 1.")
    private long seed = 1;

    @Option(names = "--one-by-one", description = "Never side by side.")
    private boolean oneByOne;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes everything there, as JSON.")
    private Path json;

    @Option(names = "--quick", description = "One case, one round of two seconds, to see that it works.")
    private boolean quick;

    @Override
    public Integer call() throws Exception {
        if (quick) {
            rates = List.of(10.0);
            roundTrips = List.of(20.0);
            losses = List.of(0.1);
            congestions = congestions.subList(0, 1);
            rounds = 1;
            seconds = 2;
            fairnessSeconds = Math.min(fairnessSeconds, 2);
        }
        var plan = new PathBench.Plan(rounds, seconds, fairnessSeconds, seed, oneByOne);
        try (PathBench bench = Lifetime.closeOnSignal(new PathBench(plan, System.out::println))) {
            bench.warmUp(WARM_UP, congestions.getFirst(), Math.min(seconds, WARM_UP_SECONDS));
            System.out.println(PathSummary.header());
            for (PathCase path : cases()) {
                bench.measure(path, congestions);
            }
            for (double rate : fairnessSeconds > 0 ? quick ? rates : FAIR_RATES : List.<Double>of()) {
                bench.compete(new PathCase(rate, FAIR_ROUND_TRIP, 0, queue, link), congestions.getFirst());
            }
            bench.summary().conclusion().forEach(System.out::println);
            if (json != null) {
                Files.writeString(json, bench.summary().json());
            }
        }
        return 0;
    }

    private List<PathCase> cases() {
        var cases = new ArrayList<PathCase>();
        for (double rate : rates) {
            for (double roundTrip : roundTrips) {
                for (double loss : losses) {
                    cases.add(new PathCase(rate, roundTrip, loss, queue, link));
                }
            }
        }
        return cases;
    }
}
