package dev.weft.examples.path;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process of this program, which takes orders on its input and answers on its output, a line each. */
public final class Worker implements AutoCloseable {

    private static final int CLOSING_SECONDS = 10;

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream orders;

    private Worker(String name, List<String> command) throws IOException {
        this.name = name;
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /**
     * What a command begins with that runs before all others as soon as it wakes: the timing of a path shall not depend on what
     * else the machine does, nor shall that of the ends, which the kernel does in its interrupts and Weft in threads.
     */
    static final List<String> AT_ONCE = permitted(List.of("chrt", "--rr", "1"));

    /** Where the machine does not permit a priority it goes without. */
    private static List<String> permitted(List<String> priority) {
        var command = new ArrayList<>(priority);
        command.add("true");
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0 ? priority : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Starts this JVM's program with other arguments.
     *
     * @param before what the command begins with, such as {@code unshare -n}
     */
    public static Worker start(String name, List<String> before, List<String> arguments) throws IOException {
        var command = new ArrayList<>(before);
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("--enable-preview", "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData",
                "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), "dev.weft.examples.Main"));
        command.addAll(arguments);
        return new Worker(name, command);
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** The next line that it writes; has to begin with {@code expected}, and what follows is returned. */
    public String await(String expected) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " has ended");
        }
        if (!line.startsWith(expected)) {
            throw new IOException(name + ": " + line);
        }
        return line.substring(expected.length()).strip();
    }

    /** Gives an order. */
    public void tell(String order) {
        orders.println(order);
    }

    /** Gives an order and returns the answer after its {@code ok}. */
    public String ask(String order) throws IOException {
        tell(order);
        return await("ok");
    }

    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
