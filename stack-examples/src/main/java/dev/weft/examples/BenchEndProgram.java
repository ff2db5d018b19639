package dev.weft.examples;

import dev.weft.StackConfig;
import dev.weft.examples.bench.BenchEnd;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench-end}: what {@code bench/run} starts in each of its namespaces. */
@Command(name = "bench-end", hidden = true, mixinStandardHelpOptions = true,
        description = "One end of what bench/run measures; it takes its orders on standard input.")
final class BenchEndProgram implements Callable<Integer> {

    /** The options by which a link is described, without a program. */
    @Command
    private static final class Described {
        @Mixin
        private LinkOptions link = new LinkOptions();
    }

    private static StackConfig config(List<String> options) {
        var described = new Described();
        new CommandLine(described).parseArgs(options.toArray(String[]::new));
        described.link.check();
        return described.link.config();
    }

    @Override
    public Integer call() throws Exception {
        new BenchEnd(BenchEndProgram::config).run(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
        return 0;
    }
}
