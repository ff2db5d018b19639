package dev.weft.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.net.Connection;
import dev.weft.examples.net.KernelNetwork;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs on a TAP, with the kernel of this test's own network namespace on the other side. */
@RequiresTun
@RequiresPrivateNetwork
@Timeout(240)
class ProgramsIT {

    private static final String WEFT = "10.9.0.2";
    private static final String KERNEL = "10.9.0.1";

    private static String[] onTap(String line) {
        return (line + " --tap weft0 --address " + WEFT + "/24 --host " + KERNEL + "/24").split(" ");
    }

    private static Connection connect(int port) throws IOException {
        return new KernelNetwork().connect(WEFT, port, Duration.ofSeconds(20));
    }

    private static byte[] answer(int port, String request) throws IOException {
        try (Connection connection = connect(port)) {
            connection.output().write(request.getBytes(US_ASCII));
            connection.shutdownOutput();
            return connection.input().readAllBytes();
        }
    }

    @Test
    void servesEachOfTheServicesToTheKernel() throws Exception {
        try (Launched services = Launched.run(onTap("services"))) {
            assertThat(services.awaitLine("ready ")).isEqualTo("ready " + WEFT);

            assertThat(answer(7, "hello")).asString(US_ASCII).isEqualTo("hello");
            assertThat(answer(9, "hello")).isEmpty();
            assertThat(answer(13, "")).asString(US_ASCII).endsWith("GMT\r\n");
            assertThat(answer(2002, "")).isEmpty();
            assertThat(answer(2004, "x".repeat(300_000))).asString(US_ASCII).hasSize(20_007).endsWith("h300000\n");
            assertThat(answer(2005, "x".repeat(1000))).asString(US_ASCII).isEqualTo("1000\n");
            byte[] pattern = answer(2019, "");
            assertThat(pattern).hasSize(262_144).endsWith(Pattern.at(262_143));
            try (Connection chargen = connect(19)) {
                assertThat(chargen.input().readNBytes(1_000_000)).hasSize(1_000_000);
            }
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(20_000);
                socket.send(new DatagramPacket("hello".getBytes(US_ASCII), 5, InetAddress.ofLiteral(WEFT), 7));
                var echo = new DatagramPacket(new byte[100], 100);
                socket.receive(echo);
                assertThat(new String(echo.getData(), 0, echo.getLength(), US_ASCII)).isEqualTo("hello");
                assertThat(echo.getAddress()).isEqualTo(InetAddress.ofLiteral(WEFT));
            }

            assertThat(services.signal("TERM")).as(services.errors()).isZero();
            assertThat(services.output()).hasSize(1);
        }
    }

    @Test
    void connectsToTheKernelAsItIsTold() throws Exception {
        try (Launched services = Launched.run(onTap("services"))) {
            services.awaitLine("ready ");
            int port;
            try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral("0.0.0.0"));
                    Connection order = connect(2003)) {
                port = listener.getLocalPort();
                order.output().write((KERNEL + " " + port + "\n").getBytes(US_ASCII));
                try (Socket called = listener.accept()) {
                    assertThat(called.getInetAddress()).isEqualTo(InetAddress.ofLiteral(WEFT));
                    called.getOutputStream().write("hello".getBytes(US_ASCII));
                    called.shutdownOutput();
                    assertThat(called.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("hello");
                }
                assertThat(order.input().readAllBytes()).asString(US_ASCII).isEqualTo("OK\n");
            }
            assertThat(answer(2003, KERNEL + " " + port + "\n")).asString(US_ASCII).isEqualTo("ERR ECONNREFUSED\n");
        }
    }

    @Test
    void fetchesFromTheKernelAndPingsIt(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("fetched");
        var server = new dev.weft.examples.http.HttpServer(java.time.Clock.systemUTC());
        // The address must be there to bind to before the program gives it to the device: so bind to any.
        try (var served = KernelNetwork.onAnyAddress().serve(0, 16, c -> server.serve(c.input(), c.output()))) {
            String url = "http://" + KERNEL + ":" + served.port();
            try (Launched fetch = Launched.run(onTap("fetch " + url + "/bytes/1000000 -o " + file))) {
                assertThat(fetch.status()).as(fetch.errors()).isZero();
                assertThat(Files.size(file)).isEqualTo(1_000_000);
            }
            try (Launched missing = Launched.run(onTap("fetch " + url + "/missing"))) {
                assertThat(missing.status()).as(missing.errors()).isEqualTo(1);
                assertThat(missing.errors()).contains("404");
            }
        }
        try (Launched ping = Launched.run(onTap("ping -c 2 -i 0.1 " + KERNEL))) {
            assertThat(ping.status()).as(ping.errors()).isZero();
            assertThat(ping.output()).contains("2 sent, 2 answered");
        }
        try (Launched ping = Launched.run(onTap("ping -c 1 -W 2 10.9.0.77"))) {
            assertThat(ping.status()).as(ping.errors()).isEqualTo(1);
            assertThat(ping.output()).contains("1 sent, 0 answered");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void endsCleanlyOnASignalWithConnectionsOpen(String signal) throws Exception {
        try (Launched http = Launched.run(onTap("http --port 8080"))) {
            assertThat(http.awaitLine("ready ")).isEqualTo("ready " + WEFT);
            try (Connection open = connect(8080)) {
                open.output().write("GET /bytes/3 HTTP/1.1\r\nHost: weft\r\n\r\n".getBytes(US_ASCII));
                assertThat(open.input().readNBytes(12)).asString(US_ASCII).isEqualTo("HTTP/1.1 200");
                assertThat(http.signal(signal)).as(http.errors()).isZero();
            }
            assertThat(http.output()).hasSize(1);
            assertThat(NetworkInterface.getByName("weft0")).as("the TAP is gone with the program").isNull();
        }
    }

    @Test
    void endsOnAnInterruptAlsoWhereAShellStartedItInTheBackground() throws Exception {
        try (Launched shell = Launched.shell("\"$0\" " + String.join(" ", onTap("http"))
                + " & echo pid $!; wait $!")) {
            shell.awaitLine("ready ");
            long pid = Long.parseLong(shell.awaitLine("pid ").substring(4));
            assertThat(shell.signal("INT", pid)).as(shell.errors()).isZero();
        }
    }

    @Test
    void endsWithOneWhereTheDeviceCannotBeHad() throws Exception {
        try (Launched first = Launched.run(onTap("http"))) {
            first.awaitLine("ready ");
            try (Launched second = Launched.run(onTap("http"))) {
                assertThat(second.status()).isEqualTo(1);
                assertThat(second.output()).isEmpty();
                assertThat(second.errors()).startsWith("error: ").contains("weft0");
            }
        }
    }
}
