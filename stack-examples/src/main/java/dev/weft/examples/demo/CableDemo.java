package dev.weft.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.memory.Cable;
import dev.weft.device.DeviceFactory;
import dev.weft.examples.Lifetime;
import dev.weft.examples.http.HttpClient;
import dev.weft.examples.http.HttpServer;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;

/** The small demo, which needs no rights: two stacks of Weft, joined by a cable in memory. */
public final class CableDemo {

    private static final int PORT = 80;
    private static final String CLIENT = "10.9.0.1/24";

    private final Function<DeviceFactory, StackConfig> config;
    private final PrintStream out;

    /**
     * A demo that shows everything on a stream.
     *
     * @param config makes the server's configuration from a device
     */
    public CableDemo(Function<DeviceFactory, StackConfig> config, PrintStream out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Shows everything; whether all of it was as it should be.
     *
     * @param obstacle why this is not the full demo, with the cure
     */
    public boolean run(String obstacle) throws Exception {
        out.println("""
                Here the demo cannot show Weft to the kernel's ping and curl: it would need a private network namespace
                and a TAP device in it.
                    %s
                So two stacks of Weft do it, on a cable in memory.
                """.formatted(obstacle));
        var cable = new Cable();
        var frames = new FrameLog((clock, counters) -> cable.left());
        StackConfig client = StackConfig.create().link("eth0", (clock, counters) -> cable.right(),
                link -> link.address(CLIENT));
        var http = new HttpServer(Clock.systemUTC());
        try (NetworkStack serving = Lifetime.closeOnSignal(NetworkStack.open(config.apply(frames)));
                NetworkStack asking = Lifetime.closeOnSignal(NetworkStack.open(client));
                TcpListener listener = serving.tcp().listen(PORT)) {
            Thread.ofVirtual().name("http").start(() -> serve(listener, http));
            String weft = serving.addresses().getFirst().address().toString();

            Duration answer = asking.icmp().ping(weft);
            out.printf(Locale.ROOT, "ping %s: answered after %.3f ms%n", weft, answer.toNanos() / 1e6);
            show(frames);

            var page = new ByteArrayOutputStream();
            int status;
            try (TcpSocket socket = asking.tcp().connect(weft, PORT)) {
                status = HttpClient.get(socket.input(), socket.output(), URI.create("http://" + weft + "/"), page);
            }
            out.println("GET http://" + weft + "/: status " + status);
            page.toString(UTF_8).lines().forEach(line -> out.println("    " + line));
            show(frames);
            return status == 200;
        }
    }

    private static void serve(TcpListener listener, HttpServer server) {
        try {
            listener.serve(socket -> server.serve(socket.input(), socket.output()));
        } catch (IOException e) {
            System.err.println("http: " + e.getMessage());
        }
    }

    private void show(FrameLog frames) {
        out.println("What the serving stack received (<) and sent (>):");
        frames.show(out);
        out.println();
    }
}
