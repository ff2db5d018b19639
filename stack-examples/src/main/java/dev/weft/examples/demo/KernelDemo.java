package dev.weft.examples.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.DeviceFactory;
import dev.weft.examples.Lifetime;
import dev.weft.examples.http.HttpServer;
import dev.weft.tcp.TcpListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * The full demo: a TAP between Weft and the kernel, and the kernel's ping and curl, or, where one is not installed, the
 * JDK's kernel sockets in its place. To be run in a network namespace of its own.
 */
public final class KernelDemo {

    private static final int PORT = 80;
    private static final int TIMEOUT = 10_000;
    private static final int LARGE = 20_000_000;

    private final FrameLog frames;
    private final Function<DeviceFactory, StackConfig> config;
    private final PrintStream out;
    private final Shell shell;

    /**
     * A demo on a device.
     *
     * @param config makes a stack's configuration from a device
     */
    public KernelDemo(DeviceFactory device, Function<DeviceFactory, StackConfig> config, PrintStream out) {
        this.frames = new FrameLog(device);
        this.config = config;
        this.out = out;
        this.shell = new Shell(out);
    }

    /** Shows everything; whether all of it was as it should be. */
    public boolean run() throws Exception {
        var server = new HttpServer(Clock.systemUTC());
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(config.apply(frames)));
                TcpListener listener = stack.tcp().listen(PORT)) {
            Thread.ofVirtual().name("http").start(() -> serve(listener, server));
            String weft = stack.addresses().getFirst().address().toString();
            out.println("""
                    A private network namespace, which vanishes with this demo. In it a TAP device: on its one side the
                    kernel, on the other Weft as %s, with ARP, IPv4, ICMP and TCP of its own, serving HTTP.
                    """.formatted(weft));
            boolean good = ping(weft) & page(weft) & download(weft);
            out.println(good ? "The kernel's packets were answered by Weft." : "Something failed, see above.");
            return good;
        }
    }

    private static void serve(TcpListener listener, HttpServer server) {
        try {
            listener.serve(socket -> server.serve(socket.input(), socket.output()));
        } catch (IOException e) {
            System.err.println("http: " + e.getMessage());
        }
    }

    private boolean ping(String weft) throws IOException, InterruptedException {
        boolean good;
        Optional<Path> ping = Shell.find("ping");
        if (ping.isPresent()) {
            good = shell.run(List.of("ping", "-n", "-c", "3", "-i", "0.2", "-W", "5", weft)) == 0;
        } else {
            out.println("(ping is not installed, package iputils-ping: the JDK asks for the echo)");
            good = InetAddress.ofLiteral(weft).isReachable(TIMEOUT);
            out.println("    " + weft + (good ? " is reachable" : " does not answer"));
        }
        showFrames();
        return good;
    }

    private boolean page(String weft) throws IOException, InterruptedException {
        boolean good;
        if (Shell.find("curl").isPresent()) {
            good = shell.run(List.of("curl", "-sS", "-i", "--max-time", "20", "http://" + weft + "/")) == 0;
        } else {
            out.println("(curl is not installed: a kernel socket of the JDK asks for http://" + weft + "/)");
            var answer = new ByteArrayOutputStream();
            get(weft, "/", answer);
            answer.toString(UTF_8).lines().forEach(line -> out.println("    " + line));
            good = answer.toString(UTF_8).startsWith("HTTP/1.1 200");
        }
        showFrames();
        return good;
    }

    private boolean download(String weft) throws IOException, InterruptedException {
        boolean good;
        if (Shell.find("curl").isPresent()) {
            good = shell.run(List.of("curl", "-sS", "--max-time", "25", "-o", "/dev/null", "-w",
                    "%{size_download} bytes in %{time_total} s\\n", "http://" + weft + "/bytes/" + LARGE)) == 0;
        } else {
            out.println("(once more for http://" + weft + "/bytes/" + LARGE + ")");
            long began = System.nanoTime();
            long length = get(weft, "/bytes/" + LARGE, OutputStream.nullOutputStream());
            good = length > LARGE;
            out.printf(Locale.ROOT, "    %d bytes in %.2f s%n", length, (System.nanoTime() - began) / 1e9);
        }
        showFrames();
        return good;
    }

    /** Asks by a kernel socket of the JDK; how many bytes the answer had. */
    private static long get(String host, String path, OutputStream answer) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), PORT), TIMEOUT);
            socket.setSoTimeout(TIMEOUT);
            socket.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(US_ASCII));
            return socket.getInputStream().transferTo(answer);
        }
    }

    private void showFrames() {
        out.println("What Weft received (<) and sent (>):");
        frames.show(out);
        out.println();
    }
}
