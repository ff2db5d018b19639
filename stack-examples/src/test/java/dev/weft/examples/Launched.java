package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** A program that was started as a user does, by {@code stack-examples/run}. Closing ends it, whatever state it is in. */
final class Launched implements AutoCloseable {

    static final Path RUN = Path.of("run").toAbsolutePath();
    private static final int MOST_SECONDS = 120;

    private final Process process;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> output = new ArrayList<>(); // guarded by lock
    private final List<String> errors = new ArrayList<>(); // guarded by lock
    private final Thread readingOutput;
    private final Thread readingErrors;

    private Launched(ProcessBuilder builder) throws IOException {
        process = builder.redirectInput(new File("/dev/null")).start();
        readingOutput = Thread.startVirtualThread(() ->
                read(process.inputReader(StandardCharsets.UTF_8), output));
        readingErrors = Thread.startVirtualThread(() ->
                read(process.errorReader(StandardCharsets.UTF_8), errors));
    }

    static Launched run(String... arguments) throws IOException {
        return run(Map.of(), Path.of("/"), RUN, arguments);
    }

    static Launched run(Map<String, String> environment, Path directory, Path run, String... arguments)
            throws IOException {
        var builder = new ProcessBuilder(Stream.concat(Stream.of(run.toString()), Stream.of(arguments)).toList());
        builder.environment().putAll(environment);
        builder.directory(directory.toFile());
        return new Launched(builder);
    }

    /** A shell's command line, in which {@code "$0"} is the launcher. */
    static Launched shell(String commandLine) throws IOException {
        return new Launched(new ProcessBuilder("sh", "-c", commandLine, RUN.toString()));
    }

    private void read(BufferedReader reader, List<String> lines) {
        try (reader) {
            String line;
            while ((line = reader.readLine()) != null) {
                lock.lock();
                try {
                    lines.add(line);
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the first line of output that begins so. */
    String awaitLine(String beginning) throws InterruptedException {
        long left = TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        lock.lock();
        try {
            while (true) {
                for (String line : output) {
                    if (line.startsWith(beginning)) {
                        return line;
                    }
                }
                assertThat(left).as("time left for \"%s\"; so far: %s %s", beginning, output, errors).isPositive();
                assertThat(process.isAlive() || readingOutput.isAlive())
                        .as("the program runs; so far: %s %s", output, errors).isTrue();
                left -= Math.max(1, TimeUnit.SECONDS.toNanos(1) - Math.max(0,
                        changed.awaitNanos(TimeUnit.SECONDS.toNanos(1))));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends a signal, such as INT, and waits for the end. */
    int signal(String name) throws IOException, InterruptedException {
        return signal(name, process.pid());
    }

    /** Sends a signal to another process and waits for the end of this one. */
    int signal(String name, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor()).isZero();
        return status();
    }

    /** Waits for the end; the exit status. */
    int status() throws InterruptedException {
        assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("it ends; so far: " + errors()).isTrue();
        readingOutput.join();
        readingErrors.join();
        return process.exitValue();
    }

    /** What it has written to standard output so far. */
    List<String> output() {
        lock.lock();
        try {
            return List.copyOf(output);
        } finally {
            lock.unlock();
        }
    }

    /** What it has written to standard error so far, as one text. */
    String errors() {
        lock.lock();
        try {
            return String.join("\n", errors);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
