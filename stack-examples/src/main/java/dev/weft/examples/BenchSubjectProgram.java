package dev.weft.examples;

import dev.weft.examples.bench.BenchEnd;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bench-subject}: what {@code bench/run} measures, by itself; for a row of one's own that is Weft with other options. */
@Command(name = "bench-subject", hidden = true, mixinStandardHelpOptions = true,
        description = "Serves what bench/run measures, until it is ended.")
final class BenchSubjectProgram implements Callable<Integer> {

    @Mixin
    private LinkOptions link = new LinkOptions();

    @Override
    public Integer call() throws Exception {
        link.check();
        Lifetime.closeOnSignal(BenchEnd.serve(link.config()));
        link.printReady();
        Thread.sleep(Long.MAX_VALUE); // a signal ends the program
        return 0;
    }
}
