package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.DeviceFactory;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.examples.net.Connection;
import dev.weft.examples.net.KernelNetwork;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code --no-offload} comes as far as the device, and to what the kernel hands over there. */
@RequiresTun
@RequiresPrivateNetwork
@Timeout(120)
class OffloadOptionIT {

    private static final String WEFT = "10.9.0.2";
    private static final String KERNEL = "10.9.0.1";
    private static final String LINK = " --tap weft0 --address " + WEFT + "/24 --host " + KERNEL + "/24";
    private static final int LENGTH = 1_000_000;
    /** As many packets as this takes where each is one segment of an MTU of 1500 with timestamps. */
    private static final int SEGMENTS = LENGTH / 1448;

    /** What a program cannot do without, besides a link. */
    private static final Map<String, String> REQUIRED = Map.of("ping", " " + KERNEL, "fetch", " http://" + KERNEL + "/", "iperf3", " -s");

    static Stream<String> programs() {
        return Main.commandLine().getSubcommands().entrySet().stream()
                .filter(program -> program.getValue().getCommandSpec().mixins().containsKey("link")).map(Map.Entry::getKey);
    }

    private static LinkOptions parse(String line) {
        CommandLine programs = Main.commandLine();
        CommandLine program = programs.parseArgs(line.split(" ")).subcommand().commandSpec().commandLine();
        var options = (LinkOptions) program.getCommandSpec().mixins().get("link").userObject();
        options.check();
        return options;
    }

    private static Offloads offloads(DeviceFactory factory) throws IOException {
        try (NetDevice device = factory.open(NanoClock.system(), new Counters())) {
            return device.offloads();
        }
    }

    /** What the stack of a program runs on. */
    private static DeviceFactory device(String line) {
        return parse(line).config().links().getFirst().device();
    }

    @Test
    void thereAreProgramsWithALink() {
        assertThat(programs()).contains("services", "http", "ping", "fetch", "iperf3", "demo");
    }

    @ParameterizedTest
    @MethodSource("programs")
    void turnsOffWhatTheDeviceOfAProgramDoes(String program) throws Exception {
        String line = program + REQUIRED.getOrDefault(program, "") + LINK;
        assertThat(offloads(device(line)).checksum()).as("by default").isTrue();
        assertThat(offloads(device(line + " --no-offload"))).isEqualTo(Offloads.NONE);
        assertThat(offloads(parse(line + " --no-offload").tap())).as("what the demo runs on").isEqualTo(Offloads.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --no-offload"})
    void aServerSendsWhatItWasToldTo(String option) throws Exception {
        try (Launched http = Launched.run(("http" + LINK + option).split(" "))) {
            http.awaitLine("ready ");
            try (Connection connection = new KernelNetwork().connect(WEFT, 80, Duration.ofSeconds(20))) {
                connection.output().write(("GET /bytes/" + LENGTH + " HTTP/1.1\r\nHost: weft\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(connection.input().readNBytes(LENGTH)).hasSize(LENGTH);
            }
            assertPackets(statistic(1), option);
            assertThat(http.signal("TERM")).as(http.errors()).isZero();
        }
    }

    private static void assertPackets(long packets, String option) {
        if (option.isEmpty()) {
            assertThat(packets).as("large segments").isLessThan(SEGMENTS / 2);
        } else {
            assertThat(packets).as("segments of an MTU").isGreaterThanOrEqualTo(SEGMENTS);
        }
    }

    /** What the kernel has counted on the device, in a column of its table: 1 received packets, 9 sent ones. */
    private static long statistic(int column) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/net/dev"))) {
            String row = lines.filter(line -> line.strip().startsWith("weft0:")).findFirst().orElseThrow();
            return Long.parseLong(row.substring(row.indexOf(':') + 1).strip().split(" +")[column]);
        }
    }
}
