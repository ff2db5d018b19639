package dev.weft.examples;

import dev.weft.examples.demo.CableDemo;
import dev.weft.examples.demo.KernelDemo;
import dev.weft.examples.demo.Shell;
import dev.weft.tap.TapException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code demo}: the newcomer's proof. In a network namespace of its own, which vanishes with it, the kernel's ping and
 * curl are answered by Weft; where that is not allowed, two stacks on a cable show what they can.
 */
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Shows ping and curl of the kernel answered by "
        + "Weft, in a private network namespace; where that is not allowed, two stacks of Weft on a cable.")
final class DemoProgram implements Callable<Integer> {

    private static final Path TUN = Path.of("/dev/net/tun");
    private static final Duration MOST_TIME = Duration.ofMinutes(3);
    /** The demo in the namespace could not have its TAP: the one outside goes on with the cable. */
    private static final int NO_TAP = 77;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LinkOptions link = new LinkOptions();

    @Option(names = "--inside", hidden = true, description = "In the namespace already.")
    private boolean inside;

    @Override
    public Integer call() throws Exception {
        link.defaultTo("weft0", "10.9.0.2/24", "10.9.0.1/24");
        link.check();
        if (inside) {
            return demoOnTap();
        }
        String obstacle = obstacle();
        if (obstacle == null) {
            int status = Shell.await(new ProcessBuilder(commandInside()).inheritIO().start(), MOST_TIME);
            if (status != NO_TAP) {
                return status;
            }
            obstacle = "The TAP could not be opened, see above.";
        }
        return new CableDemo(link::config, System.out).run(obstacle) ? 0 : 1;
    }

    private int demoOnTap() throws Exception {
        try {
            return new KernelDemo(link.tap(), link::config, System.out).run() ? 0 : 1;
        } catch (TapException e) {
            System.err.println(e.getMessage());
            return NO_TAP;
        }
    }

    /** What stands in the way of the full demo, with the cure; null when nothing does. */
    private static String obstacle() throws InterruptedException {
        if (!Files.exists(TUN)) {
            return "There is no " + TUN + ". As root: modprobe tun. In a container: --device " + TUN + ".";
        }
        try {
            FileChannel.open(TUN, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
        } catch (IOException e) {
            return TUN + " may not be opened. As root: chmod 0666 " + TUN + " (every distribution with systemd has that "
                    + "mode), or run the demo as root.";
        }
        if (Shell.find("unshare").isEmpty()) {
            return "The program unshare is not installed (package util-linux).";
        }
        List<String> probe = new ArrayList<>(unshare());
        probe.add("true");
        return Shell.works(probe) ? null : "A private network namespace is not allowed: `" + String.join(" ", probe)
                + "` fails. Run the demo as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
                + "kernel.apparmor_restrict_unprivileged_userns=0; in a container: --privileged).";
    }

    private static List<String> unshare() {
        return List.of("unshare", "root".equals(System.getProperty("user.name")) ? "-n" : "-rn");
    }

    /** This program once more, with the options it was given, in a namespace. */
    private List<String> commandInside() {
        List<String> command = new ArrayList<>(unshare());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-preview", "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData", "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), "demo", "--inside"));
        spec.commandLine().getParseResult().originalArgs().stream().filter(argument -> !argument.equals("demo"))
                .forEach(command::add);
        return command;
    }
}
