package dev.weft.examples;

import dev.weft.NetworkStack;
import dev.weft.examples.http.HttpServer;
import dev.weft.examples.net.Served;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code http}: a small web server. */
@Command(name = "http", mixinStandardHelpOptions = true, description = "Serves / (a page), /bytes/N (N bytes, byte i = "
        + "i mod 251) and /echo (answers a POST with its body).")
final class HttpProgram implements Callable<Integer> {

    private static final int BACKLOG = 256;

    @Mixin
    private LinkOptions link = new LinkOptions();

    private int port = 80;

    @Option(names = "--port", paramLabel = "N", description = "The TCP port to listen on; default: 80.")
    void setPort(int number) {
        if (number < 1 || number > 65_535) {
            throw link.wrong("--port " + number + ": from 1 to 65535");
        }
        port = number;
    }

    @Override
    public Integer call() throws Exception {
        link.check();
        var server = new HttpServer(Clock.systemUTC());
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()));
                Served served = new WeftNetwork(stack).serve(port, BACKLOG, connection ->
                        server.serve(connection.input(), connection.output()))) {
            link.printReady();
            served.join();
        }
        return 0;
    }
}
