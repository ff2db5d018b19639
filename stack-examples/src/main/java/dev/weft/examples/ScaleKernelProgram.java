package dev.weft.examples;

import dev.weft.examples.scale.KernelCrowd;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scale-kernel}: the kernel's end of {@code scale --tap}, which starts it. */
@Command(name = "scale-kernel", hidden = true, description = "Connects with the kernel's sockets as it is told on its input.")
final class ScaleKernelProgram implements Callable<Integer> {

    @Option(names = "--local", required = true, paramLabel = "IP", description = "The address to connect from.")
    private InetAddress local;

    @Option(names = "--server", required = true, paramLabel = "IP", description = "The address to connect to.")
    private InetAddress server;

    @Option(names = "--port", required = true, paramLabel = "PORT", description = "The port to connect to.")
    private int port;

    @Override
    public Integer call() throws Exception {
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new KernelCrowd(local, new InetSocketAddress(server, port)).run(orders, System.out);
        return 0;
    }
}
