package dev.weft.examples;

import dev.weft.examples.bench.Bench;
import dev.weft.examples.bench.BenchCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what {@code bench/run} starts. */
@Command(name = "bench", hidden = true, mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Measures Weft over a TAP beside the kernel over a veth pair, in namespaces of its own: the same servers under the same load, in turn, "
            + "in rounds. Each line is a row: the medians of both, and the median, least and most of the ratios round by round.",
    "",
    "'pinned' binds all processes to one processor, 'free' none."})
final class BenchProgram implements Callable<Integer> {

    private static final List<String> QUICK = List.of("in-1", "out-1", "request", "connect", "udp-in-64");
    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each row is measured; default: 5.")
    private int rounds = 5;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each time; default: 2.")
    private double seconds = 2;

    @Option(names = "--only", split = ",", paramLabel = "ROW", description = "These rows alone; a * at the end of a name stands for "
            + "whatever follows. An unknown name lists them.")
    private List<String> only = List.of();

    @Option(names = "--modes", split = ",", paramLabel = "MODE", description = "pinned, free; default: both.")
    private List<String> modes = List.of("pinned", "free");

    @Option(names = "--congestion", paramLabel = "NAME", description = "The congestion control of both: cubic (the default), reno, bbr.")
    private String congestion = "cubic";

    @Option(names = "--kernel-threads", paramLabel = "KIND", description = "platform (the default, which it is fastest with) or virtual "
            + "threads for the servers on the kernel's sockets.")
    private String kernelThreads = "platform";

    @Option(names = "--weft", paramLabel = "NAME=OPTIONS", description = "Weft once more, in a process of its own and with these options that "
            + "all programs understand, beside the one with none: --weft 'two=--queues 2'. Repeatable.")
    private Map<String, String> variants = new LinkedHashMap<>();

    @Option(names = "--row", paramLabel = "NAME=COMMAND", description = "Something else to measure: a command of your own, run by sh with a "
            + "TAP to serve on; see bench/README.md. Repeatable.")
    private Map<String, String> own = new LinkedHashMap<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes everything there, as JSON.")
    private Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Writes a plot of the ratios there.")
    private Path svg;

    @Option(names = "--jfr", paramLabel = "FILE", description = "Has Weft's process record what it does there; %%m becomes the mode.")
    private String flightRecording;

    @Option(names = "--quick", description = "A few rows, free, one round of half a second, to see that it works.")
    private boolean quick;

    @Override
    public Integer call() throws Exception {
        if (quick) {
            only = only.isEmpty() ? QUICK : only;
            modes = List.of("free");
            rounds = 1;
            seconds = 0.5;
        }
        var plan = new Bench.Plan(rows(), modes.stream().map(this::isPinned).toList(), rounds, seconds, congestion,
                kernelThreads.equals("virtual"), variants, own, flightRecording);
        System.out.println(machine());
        try (Bench bench = Lifetime.closeOnSignal(new Bench(plan, System.out::println))) {
            bench.run();
            if (json != null) {
                Files.writeString(json, bench.json(machine()));
            }
            if (svg != null) {
                Files.writeString(svg, bench.svg(machine()));
            }
            return bench.isComplete() ? 0 : FAILED;
        }
    }

    private boolean isPinned(String mode) {
        return switch (mode) {
            case "pinned" -> true;
            case "free" -> false;
            default -> throw wrong("--modes " + mode + ": pinned or free");
        };
    }

    private List<BenchCase> rows() {
        if (rounds < 1 || !(seconds > 0 && seconds <= 60)) {
            throw wrong("at least one round, of up to 60 seconds");
        }
        for (String name : List.of("kernel", "Weft")) {
            if (own.containsKey(name) || variants.containsKey(name)) {
                throw wrong("the name " + name + " is taken: give what you add another one");
            }
        }
        variants.keySet().stream().filter(own::containsKey).findFirst().ifPresent(name -> {
            throw wrong("--row and --weft both say " + name);
        });
        if (only.isEmpty()) {
            return BenchCase.ALL;
        }
        var rows = new ArrayList<BenchCase>();
        for (String name : only) {
            List<BenchCase> found = BenchCase.ALL.stream().filter(row -> name.endsWith("*")
                    ? row.name().startsWith(name.substring(0, name.length() - 1)) : row.name().equals(name)).toList();
            if (found.isEmpty()) {
                throw wrong("--only " + name + ": one of " + String.join(", ", BenchCase.ALL.stream().map(BenchCase::name).toList()));
            }
            rows.addAll(found);
        }
        return rows;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** What it ran on. */
    static String machine() throws IOException {
        String model = Files.readString(Path.of("/proc/cpuinfo")).lines().filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse(System.getProperty("os.arch"));
        return "Linux " + System.getProperty("os.version") + ", " + Runtime.getRuntime().availableProcessors() + " processors (" + model
                + "), Java " + Runtime.version();
    }
}
