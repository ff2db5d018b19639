package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tap.testing.NetNamespace;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program {@code link} between the kernels of two network namespaces. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ping"})
@Timeout(240)
class LinkProgramIT {

    private static final String LEFT = "10.0.0.1";
    private static final String RIGHT = "10.0.0.2";

    private final NetNamespace left = NetNamespace.create();
    private final NetNamespace right = NetNamespace.create();

    @AfterEach
    void leave() {
        left.close();
        right.close();
    }

    private String command(String settings) {
        return "link --a l0@" + left.file() + " --a-host " + LEFT + "/24 --b r0@" + right.file() + " --b-host " + RIGHT
                + "/24 " + settings;
    }

    private Launched launch(String settings) throws Exception {
        Launched link = Launched.run(command(settings).split(" "));
        assertThat(link.awaitLine("ready ")).isEqualTo("ready tap l0 tap r0");
        return link;
    }

    /** Ends the program; its statistics. */
    private static String end(Launched link) throws Exception {
        assertThat(link.signal("TERM")).as(link.errors()).isZero();
        assertThat(link.output()).hasSize(2);
        return link.output().get(1);
    }

    private static double number(String json, String direction, String name) {
        Matcher matcher = Pattern.compile("\"" + direction + "\":\\{[^}]*\"" + name + "\":([0-9.]+)").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private double shortestRoundTrip(int count) {
        NetNamespace.Output ping = left.exec("ping", "-q", "-c", "" + count, "-i", "0.02", "-W", "20", RIGHT);
        Matcher times = Pattern.compile("= ([0-9.]+)/").matcher(ping.text());
        assertThat(times.find()).as(ping.text()).isTrue();
        return Double.parseDouble(times.group(1));
    }

    @Test
    void delaysPingsAndCarriesTcpAndSaysWhatPassed() throws Exception {
        try (Launched link = launch("--rate 50M --from-a-delay 30ms --from-b-delay 10ms --queue 100k")) {
            assertThat(shortestRoundTrip(5)).isBetween(40.0, 400.0);
            long bytes = 2_000_000;
            try (ServerSocket listener = right.call(() -> new ServerSocket(7))) {
                CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
                    try (Socket socket = listener.accept()) {
                        return socket.getInputStream().readAllBytes();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                try (Socket socket = left.call(() -> new Socket(RIGHT, 7)); OutputStream out = socket.getOutputStream()) {
                    dev.weft.examples.Pattern.write(out, bytes);
                }
                assertThat(received.get()).hasSize((int) bytes).endsWith(dev.weft.examples.Pattern.at(bytes - 1));
            }
            String statistics = end(link);
            assertThat(number(statistics, "from_a", "bytes")).isGreaterThan(bytes);
            assertThat(number(statistics, "from_a", "passed")).isGreaterThan(bytes / 1500.0);
            assertThat(number(statistics, "from_a", "most_queued_bytes")).isBetween(1500.0, 102_400.0);
            assertThat(number(statistics, "from_a", "mean_queueing_ms")).isPositive();
            assertThat(number(statistics, "from_b", "passed")).isGreaterThan(5);
            assertThat(number(statistics, "from_b", "lost")).isZero();
        }
    }

    @Test
    void losesWhatItIsToldToInOneDirection() throws Exception {
        try (Launched link = launch("--delay 1ms --from-a-loss 100%")) {
            left.ip("neigh add " + RIGHT + " lladdr 02:00:00:00:00:02 dev l0 nud permanent");
            assertThat(left.exec("ping", "-q", "-c", "3", "-i", "0.02", "-W", "1", RIGHT).exitStatus()).isEqualTo(1);
            String statistics = end(link);
            assertThat(number(statistics, "from_a", "lost")).isEqualTo(3);
            assertThat(number(statistics, "from_a", "passed")).isZero();
            assertThat(number(statistics, "from_b", "passed")).isZero();
        }
    }

    @Test
    void beginsAgainAtEachLineOfInputAsItWasOrAsTheLineSays() throws Exception {
        try (Launched link = Launched.shell("printf '\\n--seed=8 --loss=1%%\\n' | \"$0\" " + command("--repeat --seed 7"))) {
            assertThat(link.status()).as(link.errors()).isZero();
            List<String> output = link.output();
            assertThat(output).hasSize(6);
            assertThat(output.get(0)).startsWith("ready ");
            assertThat(output.get(1)).startsWith("{\"seed\":7,");
            assertThat(output.get(2)).isEqualTo("again");
            assertThat(output.get(3)).startsWith("{\"seed\":7,");
            assertThat(output.get(4)).isEqualTo("again");
            assertThat(output.get(5)).as("for the end of the input").startsWith("{\"seed\":8,");
        }
    }

    @Test
    void saysWhichOptionMakesNoSense() throws Exception {
        try (Launched link = Launched.run(command("--from-b-loss much").split(" "))) {
            assertThat(link.status()).isEqualTo(2);
            assertThat(link.errors()).contains("--from-b-loss much").contains("1%");
        }
        try (Launched link = Launched.run("link", "--a", "l0@no-such-namespace", "--b", "r0")) {
            assertThat(link.status()).isEqualTo(1);
            assertThat(link.errors()).startsWith("error: ").contains("/run/netns/no-such-namespace");
        }
    }

    @Test
    void endsWithOneWhereADeviceIsDeleted() throws Exception {
        try (Launched link = launch("")) {
            right.ip("link del r0");
            assertThat(link.status()).isEqualTo(1);
            assertThat(link.errors()).contains("r0").contains("deleted");
        }
    }
}
