package dev.weft.examples;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of all programs: {@code PROGRAM [options]}, and the demo where no program is named. */
@Command(name = "stack-examples/run", mixinStandardHelpOptions = true, version = "Weft 0.1.0",
        description = "Programs on a TCP/IP stack in Java. With no PROGRAM: demo.",
        synopsisSubcommandLabel = "PROGRAM",
        subcommands = {DemoProgram.class, HttpProgram.class, ServicesProgram.class, PingProgram.class,
            FetchProgram.class, Iperf3Program.class, LinkProgram.class, PathProgram.class, PathEndProgram.class, ScaleProgram.class, ScaleKernelProgram.class,
            BenchProgram.class, BenchEndProgram.class, BenchSubjectProgram.class, ModesProgram.class})
public final class Main implements Runnable {

    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    @Spec
    private CommandSpec spec;

    private Main() {
    }

    /** Runs a program and ends the process with its status. */
    public static void main(String[] args) {
        Lifetime.begin();
        int status = FAILED;
        try {
            status = commandLine().execute(args.length == 0 ? new String[] {"demo"} : args);
        } catch (Throwable failure) {
            failure.printStackTrace();
        }
        Lifetime.exit(status);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(wrongUse())
                .setExecutionExceptionHandler((failure, program, parsed) -> {
                    if (!Lifetime.isEnding()) {
                        String message = failure.getMessage();
                        program.getErr().println("error: " + (message == null ? failure : message));
                    }
                    return FAILED;
                });
    }

    /** Options without a program. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which PROGRAM?");
    }

    private static IParameterExceptionHandler wrongUse() {
        return (wrong, args) -> {
            CommandLine program = wrong.getCommandLine();
            PrintWriter err = program.getErr();
            err.println("error: " + wrong.getMessage());
            if (program.getParent() == null) {
                program.usage(err);
            } else {
                err.println("What " + program.getCommandName() + " understands: stack-examples/run "
                        + program.getCommandName() + " --help");
            }
            return WRONG_USE;
        };
    }
}
