package dev.weft.testing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the machine: what a test may need and whether it is there. Each answer is found once for each JVM.
 *
 * <p>The questions answer with what is missing, as a sentence that names the cure; empty means that nothing is.
 */
public final class Requirements {

    static final Path TUN = Path.of("/dev/net/tun");
    /** Set by the wrapper that starts a test JVM in a network namespace of its own ({@code .mvn/jvm-in-namespace/bin/java}). */
    static final String PRIVATE_NETWORK = "WEFT_PRIVATE_NETWORK";

    private static final int PROBE_SECONDS = 10;
    private static final Map<String, Optional<String>> MISSING = new ConcurrentHashMap<>();

    private Requirements() {
    }

    /**
     * The full path of a program.
     *
     * @param name its name, looked for along {@code PATH} and in the places where Debian keeps programs for root
     */
    public static Optional<Path> program(String name) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        for (String directory : path.split(":")) {
            if (!directory.isEmpty()) {
                Path file = Path.of(directory, name);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** The command that starts another one in a new network namespace, with the rights this process has. */
    public static List<String> unshare() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return List.of("unshare", root ? "-n" : "-rn");
    }

    static Optional<String> missingProgram(String name) {
        return program(name).isPresent() ? Optional.empty()
                : Optional.of("the program " + name + " is not installed (.ci/run installs what the tests use)");
    }

    static Optional<String> missingTun() {
        return MISSING.computeIfAbsent("tun", key -> probeTun());
    }

    static Optional<String> missingNamespaces() {
        return MISSING.computeIfAbsent("namespaces", key -> probeNamespaces());
    }

    static Optional<String> missingPrivateNetwork() {
        return "yes".equals(System.getenv(PRIVATE_NETWORK)) ? Optional.empty()
                : Optional.of("this JVM does not run in a network namespace of its own, which Maven starts the tests of"
                        + " stack-tap and stack-examples in where `" + String.join(" ", unshare()) + " true` works");
    }

    private static Optional<String> probeTun() {
        if (!Files.exists(TUN)) {
            return Optional.of("there is no " + TUN + " (modprobe tun; in a container: --device " + TUN + ")");
        }
        // Opening the node makes no device: that takes TUNSETIFF.
        try {
            FileChannel.open(TUN, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no right to open " + TUN + " (its mode must be 0666, or the user must be root): "
                    + e.getMessage());
        }
    }

    private static Optional<String> probeNamespaces() {
        Optional<String> program = missingProgram("unshare");
        if (program.isPresent()) {
            return program;
        }
        String command = String.join(" ", unshare()) + " true";
        try {
            Process process = new ProcessBuilder(command.split(" "))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("`" + command + "` did not end");
            }
            return process.exitValue() == 0 ? Optional.empty()
                    : Optional.of("no right to make a network namespace: `" + command + "` fails");
        } catch (IOException e) {
            return Optional.of("`" + command + "` does not start: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted while looking whether `" + command + "` works");
        }
    }
}
