package dev.weft.examples;

import dev.weft.examples.bench.ModesBench;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code modes}: what {@code bench/modes} starts. */
@Command(name = "modes", hidden = true, mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Measures what reads the device beside each other, a platform thread and a virtual one, in a namespace of its own: the same servers "
            + "under the same load, in turn, in rounds; 'idle' with nothing else to do, 'loaded' with computing virtual threads in the "
            + "server's process, one for each carrier. Each line is a row: the medians of both, and the median, least and most of the "
            + "ratios round by round."})
final class ModesProgram implements Callable<Integer> {

    private static final long LONGEST_SLICE = 100_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", description = "How often each is measured; default: 5.")
    private int rounds = 5;

    @Option(names = "--seconds", paramLabel = "S", description = "How long each time; default: 2.")
    private double seconds = 2;

    @Option(names = "--slice", paramLabel = "MICROS", description = "For how long a thread of the load computes before it pauses, "
            + "1 to " + LONGEST_SLICE + "; default: 1000.")
    private long slice = 1000;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes everything there, as JSON.")
    private Path json;

    @Override
    public Integer call() throws Exception {
        if (rounds < 1 || !(seconds > 0 && seconds <= 60)) {
            throw new ParameterException(spec.commandLine(), "at least one round, of up to 60 seconds");
        }
        if (slice < 1 || slice > LONGEST_SLICE) {
            throw new ParameterException(spec.commandLine(), "--slice " + slice + ": 1 to " + LONGEST_SLICE);
        }
        System.out.println(BenchProgram.machine());
        try (ModesBench bench = Lifetime.closeOnSignal(new ModesBench(rounds, seconds, slice, System.out::println))) {
            bench.run();
            if (json != null) {
                Files.writeString(json, bench.json(BenchProgram.machine()));
            }
        }
        return 0;
    }
}
