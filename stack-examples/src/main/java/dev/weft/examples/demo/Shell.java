package dev.weft.examples.demo;

import dev.weft.examples.Lifetime;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs programs and shows what was typed and what came of it, as a terminal would. Bounded in time. */
public final class Shell {

    private static final Duration MOST_TIME = Duration.ofSeconds(30);

    private final PrintStream out;

    /** A shell that shows everything there. */
    public Shell(PrintStream out) {
        this.out = out;
    }

    /** Where a program is, if it is installed: along PATH and where Debian keeps what only root usually runs. */
    public static Optional<Path> find(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("") + ":/usr/sbin:/sbin";
        for (String directory : path.split(":")) {
            Path file = directory.isEmpty() ? null : Path.of(directory, program);
            if (file != null && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** Whether a command works, without showing it. */
    public static boolean works(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return await(process, MOST_TIME) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Runs a command and shows its output, each line indented.
     *
     * @return its status; what does not end within 30 seconds is ended and has status 124
     */
    public int run(List<String> command) throws IOException, InterruptedException {
        out.println("$ " + command.stream().map(word -> word.contains(" ") ? "'" + word + "'" : word)
                .collect(Collectors.joining(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(new File("/dev/null")).start();
        Thread reading = Thread.ofVirtual().start(() -> show(process));
        int status = await(process, MOST_TIME);
        reading.join();
        return status;
    }

    private void show(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> out.println("    " + line));
        } catch (IOException | java.io.UncheckedIOException e) {
            out.println("    (" + e.getMessage() + ")");
        }
    }

    /** Waits for a process and ends it where the time is over, the thread is interrupted or a signal ends this one. */
    public static int await(Process process, Duration time) throws InterruptedException {
        Lifetime.closeOnSignal(() -> end(process));
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : 124;
        } finally {
            end(process);
        }
    }

    private static void end(Process process) throws InterruptedException {
        if (process.isAlive()) {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
