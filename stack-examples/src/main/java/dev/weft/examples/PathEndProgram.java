package dev.weft.examples;

import dev.weft.examples.path.PathEnd;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code path-end}: what {@code bench/path} starts in each of its namespaces. */
@Command(name = "path-end", hidden = true, mixinStandardHelpOptions = true,
        description = "One end of a path that bench/path measures; it takes its orders on standard input.")
final class PathEndProgram implements Callable<Integer> {

    @Option(names = "--tap", required = true, paramLabel = "NAME", description = "Weft's device.")
    private String tap;

    @Option(names = "--address", required = true, paramLabel = "CIDR", description = "Weft's address.")
    private String address;

    @Option(names = "--mac", required = true, paramLabel = "MAC", description = "Weft's MAC address.")
    private String mac;

    @Override
    public Integer call() throws Exception {
        new PathEnd(tap, address, mac).run(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
        return 0;
    }
}
