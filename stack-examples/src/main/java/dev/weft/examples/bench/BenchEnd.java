package dev.weft.examples.bench;

import dev.weft.StackConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/**
 * A process of the bench. It does as it is told by lines of words, and answers each with a line that begins with {@code ok} or {@code
 * error}:
 * <pre>
 *   kernel [virtual]   serves on the kernel's sockets
 *   weft OPTION…       serves on Weft, on the link that these options describe, which all programs understand
 *   close              serves no more
 *   load MICROS        computes beside what it serves, see {@link CpuLoad}
 *   unload             computes no more
 *   record FILE        has the JVM's flight recorder record what this process does, until it ends
 * </pre>
 * Everything else is a measurement: {@link Load}.
 */
public final class BenchEnd {

    private final Function<List<String>, StackConfig> stacks;
    private Subject subject;
    private CpuLoad load;
    private Recording recording;

    /**
     * An end.
     *
     * @param stacks what describes a stack by the options of a program
     */
    public BenchEnd(Function<List<String>, StackConfig> stacks) {
        this.stacks = stacks;
    }

    /** Serves on Weft what is measured, until it is closed. */
    public static AutoCloseable serve(StackConfig config) throws IOException {
        return new Subject(new WeftServing(config));
    }

    /** Does as it is told until the input ends. */
    public void run(BufferedReader orders, PrintStream answers) throws IOException {
        answers.println("ok");
        String order;
        while ((order = orders.readLine()) != null) {
            String answer;
            try {
                answer = ("ok " + obey(order.split(" "))).strip();
            } catch (Exception e) {
                answer = "error " + (e.getMessage() == null ? e : e.getMessage());
            }
            answers.println(answer.replace('\n', ' '));
            answers.flush();
        }
        unload();
        close();
        if (recording != null) {
            recording.stop();
            recording.close();
        }
    }

    private String obey(String[] words) throws Exception {
        switch (words[0]) {
            case "kernel" -> subject = new Subject(new KernelServing(words.length > 1));
            case "weft" -> subject = new Subject(new WeftServing(stacks.apply(Arrays.asList(words).subList(1, words.length))));
            case "close" -> close();
            case "load" -> load = new CpuLoad(Long.parseLong(words[1]) * 1000);
            case "unload" -> unload();
            case "record" -> record(Path.of(words[1]));
            default -> {
                return Load.run(words);
            }
        }
        return "";
    }

    private void record(Path file) throws IOException, ParseException {
        recording = new Recording(Configuration.getConfiguration("profile"));
        recording.setDestination(file);
        recording.start();
    }

    private void unload() {
        if (load != null) {
            CpuLoad running = load;
            load = null;
            running.close();
        }
    }

    private void close() throws IOException {
        if (subject != null) {
            Subject open = subject;
            subject = null;
            open.close();
        }
    }
}
