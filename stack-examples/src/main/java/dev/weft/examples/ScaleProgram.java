package dev.weft.examples;

import dev.weft.examples.scale.ScaleBench;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scale}: what {@code bench/scale} starts, with the memory that so many connections need. */
@Command(name = "scale", hidden = true, mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Opens connections between two stacks on a cable in memory, sends 1 KB each way on each, and leaves both ends waiting in a "
            + "read on virtual threads, the server's inside serve.",
    "",
    "Says how many are opened per second as they become more, how many bytes an end takes after full collections (the first "
            + "of a fresh JVM, and after a warm-up), how long closing takes, and what a closed connection in TIME-WAIT takes."})
final class ScaleProgram implements Callable<Integer> {

    @Option(names = "--tap", description = "The kernel's sockets connect to one stack over a TAP instead; in a network namespace of "
            + "its own.")
    private boolean tap;

    @Option(names = "--connections", paramLabel = "N", description = "How many; default: 100000.")
    private int connections = 100_000;

    @Option(names = "--warm-up", paramLabel = "N", description = "How many are opened and closed before, three times; default: 30000, over a TAP "
            + "1500, for the kernel's ports stay in TIME-WAIT for a minute.")
    private Integer warmUp;

    @Option(names = "--histogram", paramLabel = "LINES", description = "Shows that many classes that take most of the heap while "
            + "all connections are there.")
    private int histogram;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures there, as JSON.")
    private Path json;

    @Override
    public Integer call() throws Exception {
        new ScaleBench(System.out, tap, histogram).run(connections, warmUp != null ? warmUp : tap ? 1500 : 30_000, json);
        return 0;
    }
}
