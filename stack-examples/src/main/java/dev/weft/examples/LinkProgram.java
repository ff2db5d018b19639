package dev.weft.examples;

import dev.weft.device.memory.Impairment;
import dev.weft.examples.line.Line;
import dev.weft.examples.line.LineRuns;
import dev.weft.examples.line.LineSetting;
import dev.weft.tap.Tap;
import dev.weft.wire.InterfaceAddress;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code link}: joins two TAPs by a line that is as bad as one likes. */
@Command(name = "link", mixinStandardHelpOptions = true, sortOptions = false, description = {
    "Joins two TAP devices by a line with rate, queue, delay, jitter, loss, reordering, duplication and corruption, so that "
            + "the kernels of two network namespaces reach each other over a bad path: a netem for machines without one.",
    "",
    "  ip netns add left; ip netns add right",
    "  stack-examples/run link --a l0@left --a-host 10.0.0.1/24 --b r0@right --b-host 10.0.0.2/24 \\",
    "      --rate 10M --delay 10ms --queue 25000 --loss 0.1%%",
    "  ip netns exec left ping 10.0.0.2",
    "",
    "What is said about the line concerns both directions; --from-a-delay and the like concern one and go before. A frame is "
            + "lost or not, then waits for the rate in the queue, then travels. All chances depend on --seed and on how many "
            + "frames came before: the same seed and the same frames have the same losses.",
    "The kernel cuts large segments before it gives them to a TAP that is opened without offloads, as these are: each frame "
            + "is one packet. A TAP drops what exceeds its queue of " + Tap.DEFAULT_QUEUE_FRAMES + " frames (txqueuelen; "
            + "1000 where that may not be changed) before the line sees it. IPv6 that a namespace speaks by itself has its "
            + "chances, too: switch it off for the same trace.",
    "",
    "Prints 'ready' and the names of both devices, and statistics at the end as a JSON object on one line: 'passed' and what "
            + "else became of frames, the most that waited in the queue, and how long a frame waited in the mean."})
final class LinkProgram implements Callable<Integer> {

    /** What an option begins with that concerns both directions, or one. */
    private static final List<String> DIRECTIONS = List.of("", "from-a-", "from-b-");

    private CommandSpec program;

    @Option(names = "--a", required = true, paramLabel = "NAME[@NETNS]", description = "The first TAP, created where it does "
            + "not exist, in this network namespace or another one: a name of 'ip netns', the number of a process, or a file.")
    private String first;

    @Option(names = "--a-host", paramLabel = "CIDR", description = "Gives the kernel's side of it this address and brings it "
            + "up; without it the device is left alone.")
    private String firstHost;

    @Option(names = "--b", required = true, paramLabel = "NAME[@NETNS]", description = "The second TAP.")
    private String second;

    @Option(names = "--b-host", paramLabel = "CIDR", description = "The same for the second.")
    private String secondHost;

    @Option(names = "--mtu", paramLabel = "N", description = "The MTU of both, " + Tap.SMALLEST_MTU + " to "
            + Tap.LARGEST_MTU + "; default: their own.")
    private Integer mtu;

    @Option(names = "--seed", paramLabel = "N", description = "Decides all chances; default: 1.")
    private long seed = 1;

    @Option(names = "--repeat", description = "Each line on standard input ends a run: its statistics are printed, and "
            + "another one begins, which is told by 'again'. The line may say more of the line and another seed, from then on: "
            + "'--seed=2 --loss=1%%'. The end of the input ends the program.")
    private boolean repeat;

    private final List<Said> said = new ArrayList<>();

    /** What the user has said of a direction. */
    private record Said(LineSetting setting, String from, String value) {

        boolean concerns(String direction) {
            return from.isEmpty() || from.equals(direction);
        }
    }

    /** Adds an option for each setting: for both directions, and for each. */
    @Spec
    void spec(CommandSpec spec) {
        program = spec;
        for (String from : DIRECTIONS) {
            for (LineSetting setting : LineSetting.values()) {
                spec.addOption(OptionSpec.builder(option(from, setting)).type(String.class)
                        .paramLabel(setting.label()).description(from.isEmpty() ? setting.description() : "")
                        .hidden(!from.isEmpty()).setter(remember(setting, from)).build());
            }
        }
    }

    private static String option(String from, LineSetting setting) {
        return "--" + from + setting.option();
    }

    private ISetter remember(LineSetting setting, String from) {
        return new ISetter() {
            @Override
            public <T> T set(T value) {
                if (value != null) {
                    said.add(new Said(setting, from, value.toString()));
                }
                return null;
            }
        };
    }

    @Override
    public Integer call() throws Exception {
        Tap a = tap("--a", first, firstHost);
        Tap b = tap("--b", second, secondHost);
        try (LineRuns runs = Lifetime.closeOnSignal(new LineRuns(
                () -> new Line(a, b, line("from-a-"), line("from-b-"), seed)))) {
            System.out.println("ready " + a + " " + b);
            System.out.flush();
            if (repeat) {
                var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                String words;
                while ((words = input.readLine()) != null) {
                    Stream.of(words.split(" ")).filter(word -> !word.isEmpty()).forEach(this::listen);
                    runs.again();
                }
            } else {
                runs.join();
            }
        }
        return 0;
    }

    /** What is said on standard input. */
    private void listen(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        String value = equals < 0 ? "" : word.substring(equals + 1);
        if (name.equals("--seed")) {
            seed = checked(name, value, Long::parseLong);
            return;
        }
        for (String from : DIRECTIONS) {
            for (LineSetting setting : LineSetting.values()) {
                if (name.equals(option(from, setting))) {
                    said.removeIf(words -> words.setting() == setting && words.from().equals(from));
                    said.add(new Said(setting, from, value));
                    return;
                }
            }
        }
        throw new ParameterException(program.commandLine(),
                "\"" + word + "\" on standard input is neither --seed=N nor --loss=P or the like");
    }

    private Impairment line(String direction) {
        Impairment line = Impairment.NONE;
        // What concerns one direction goes before what concerns both, wherever it stands.
        for (boolean general : new boolean[] {true, false}) {
            for (Said words : said) {
                if (words.from().isEmpty() == general && words.concerns(direction)) {
                    line = apply(words, line);
                }
            }
        }
        return line;
    }

    private Impairment apply(Said words, Impairment line) {
        return checked(option(words.from(), words.setting()), words.value(),
                value -> words.setting().applyTo(line, value));
    }

    private Tap tap(String option, String name, String host) {
        int at = name.indexOf('@');
        Tap tap = checked(option, at < 0 ? name : name.substring(0, at), Tap::named).offload(false);
        if (at >= 0) {
            tap = tap.namespace(namespace(name.substring(at + 1)));
        }
        if (mtu != null) {
            Tap named = tap;
            tap = checked("--mtu", mtu.toString(), bytes -> named.mtu(mtu));
        }
        return host == null ? tap : tap.host(checked(option + "-host", host, InterfaceAddress::of));
    }

    private static Path namespace(String text) {
        if (text.contains("/")) {
            return Path.of(text);
        }
        return text.matches("[0-9]+") ? Path.of("/proc", text, "ns", "net") : Path.of("/run/netns", text);
    }

    private <T> T checked(String option, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(program.commandLine(), option + " " + value + ": " + e.getMessage());
        }
    }
}
