package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.examples.iperf.IperfClient;
import dev.weft.examples.iperf.IperfServer;
import dev.weft.examples.iperf.Reporting;
import dev.weft.examples.iperf.TestSettings;
import dev.weft.tap.testing.NetNamespace.Output;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import dev.weft.wire.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program {@code iperf3} with the real one as the other end, in both roles. What the real one understands and says is the oracle. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ss", "iperf3"})
@Timeout(120)
class Iperf3IT {

    private static final int PORT = 5201;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LinuxPeer peer = LinuxPeer.open();

    @AfterEach
    void leave() {
        peer.close();
    }

    private static Reporting json(ByteArrayOutputStream out) {
        return new Reporting(new PrintStream(out, true, UTF_8), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-n 2M", "-n 2M -R", "-t 1 --bidir -P 2", "-n 1M -P 3 -l 10K", "-k 300 -w 200K -C reno -N -M 1000",
        "-u -b 4M -n 200K -l 1000", "-u -b 4M -n 200K -l 1000 -R --udp-counters-64bit", "-u -b 4M -t 1 -l 1000 --bidir -P 2", "-t 1 -O 1",
        "-t 1 --get-server-output"})
    void serves(String options) throws Exception {
        var said = new ByteArrayOutputStream();
        JsonNode client;
        try (var server = new IperfServer(peer.stack, PORT, true, 1, json(said))) {
            Future<Void> serving = LinuxPeer.async(() -> {
                server.run();
                return null;
            });
            var command = new ArrayList<>(List.of("iperf3", "-J", "-c", LinuxPeer.WEFT));
            command.addAll(Arrays.asList(options.split(" ")));
            client = JSON.readTree(peer.exec(command.toArray(String[]::new)));
            LinuxPeer.result(serving);
        }
        JsonNode server = JSON.readTree(said.toByteArray());
        assertResults(client, options.startsWith("-u"));
        assertResults(server, options.startsWith("-u"));
        assertThat(server.at("/start/cookie")).isEqualTo(client.at("/start/cookie"));
        assertThat(client.has("server_output_json")).isEqualTo(options.contains("--get-server-output"));
        sameFields(client, server, options);
    }

    /**
     * Each moves more than its receivers' buffers hold: the real server stops to read when it hears that the test has ended, and
     * says of a test which was over before it had read anything that nothing arrived.
     */
    static Stream<TestSettings> tests() {
        var plain = new TestSettings(false, 0, 2 << 20, 0, 0, 1, false, false, 128 << 10, 0, 0, 0, false, null, false, false);
        return Stream.of(plain,
                new TestSettings(false, 0, 2 << 20, 0, 0, 1, true, false, 128 << 10, 0, 0, 0, false, null, false, false),
                new TestSettings(false, 1, 0, 0, 0, 2, false, true, 128 << 10, 0, 0, 0, false, null, false, true),
                new TestSettings(false, 0, 0, 300, 0, 3, false, false, 10_000, 0, 200_000, 1000, true, "reno", false, false),
                new TestSettings(true, 0, 200_000, 0, 0, 1, false, false, 1000, 4_000_000, 0, 0, false, null, false, false),
                new TestSettings(true, 0, 200_000, 0, 0, 1, true, false, 1000, 4_000_000, 0, 0, false, null, true, false),
                new TestSettings(true, 1, 0, 0, 0, 2, false, true, 1000, 4_000_000, 0, 0, false, null, false, false));
    }

    @ParameterizedTest
    @MethodSource("tests")
    void asksAServer(TestSettings settings) throws Exception {
        Future<Output> serving = LinuxPeer.async(() -> peer.namespace.exec("iperf3", "-s", "-1", "-J"));
        Eventually.isTrue("iperf3 listens", () -> peer.exec("ss", "-Hltn", "sport", "=", ":" + PORT).contains(":" + PORT));
        var said = new ByteArrayOutputStream();
        try (var client = new IperfClient(peer.stack, IpAddress.of(LinuxPeer.KERNEL), PORT, settings, 1, Duration.ofSeconds(20),
                json(said))) {
            client.run();
        }
        Output server = LinuxPeer.result(serving);
        assertThat(server.exitStatus()).as(server.text()).isZero();
        JsonNode own = JSON.readTree(said.toByteArray());
        assertResults(own, settings.udp());
        assertResults(JSON.readTree(server.text()), settings.udp());
        assertThat(own.at("/end/streams").size()).isEqualTo(settings.streams());
        assertThat(own.has("server_output_json")).isEqualTo(settings.serverOutput());
        sameFields(JSON.readTree(server.text()), own, settings.toString());
    }

    private static void assertResults(JsonNode result, boolean udp) {
        assertThat(result.has("error")).as("%s", result).isFalse();
        assertThat(result.at("/start/test_start/protocol").asText()).isEqualTo(udp ? "UDP" : "TCP");
        assertThat(result.at("/intervals").size()).as("%s", result).isPositive();
        assertThat(result.at("/end/sum_received/seconds").doubleValue()).isPositive();
    }

    /** What the real one says of an interval, and of a stream in all, is said here by the same names. */
    private static void sameFields(JsonNode real, JsonNode ours, String what) {
        for (String place : List.of("/intervals/0/sum", "/end/sum_sent", "/end/sum_received", "/end/cpu_utilization_percent",
                "/start/test_start")) {
            var names = new ArrayList<String>();
            ours.at(place).fieldNames().forEachRemaining(names::add);
            real.at(place).fieldNames().forEachRemaining(name -> {
                // Each end says these of what it sent, or received.
                if (!List.of("retransmits", "jitter_ms", "lost_packets", "lost_percent").contains(name)) {
                    assertThat(names).as("%s of %s", place, what).contains(name);
                }
            });
        }
    }
}
