package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench/run} starts works; how fast is no question here. Every kernel takes {@code reno} without being asked. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ethtool", "unshare", "nsenter", "taskset", "wrk"})
@Timeout(240)
class BenchProgramIT {

    private static final String ROWS = "in-1,out-8-plain,in-1-9000,request,connect,http,udp-in-1400,udp-out-64";

    @Test
    void measuresEachKindOfRowAndThoseOfTheUsers(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        Path svg = directory.resolve("figures.svg");
        String services = Launched.RUN + " bench-subject --tap $WEFT_BENCH_TAP --address $WEFT_BENCH_ADDRESS/$WEFT_BENCH_PREFIX";
        try (Launched bench = Launched.run("bench", "--quick", "--only", ROWS, "--congestion", "reno", "--row", "again=" + services,
                "--weft", "two=--queues 2",
                "--json", json.toString(), "--svg", svg.toString())) {
            assertThat(bench.status()).as("%s %s", bench.output(), bench.errors()).isZero();
            assertThat(bench.output()).anyMatch(line -> line.contains("bulk in, 1 flow") && line.contains("Gbit/s"))
                    .anyMatch(line -> line.contains("HTTP requests")).noneMatch(line -> line.contains("not measured"));
        }
        JsonNode results = new ObjectMapper().readTree(json.toFile()).path("results");
        assertThat(results).hasSize(3 * ROWS.split(",").length);
        assertThat(results).allSatisfy(result -> assertThat(result.path("ratio").doubleValue()).as("%s", result).isPositive());
        for (String subject : List.of("Weft", "two", "again")) {
            assertThat(results).anySatisfy(result -> assertThat(result.path("subject").asText()).isEqualTo(subject));
        }
        assertThat(Files.readString(svg)).startsWith("<svg ").contains("bulk in, 1 flow").endsWith("</svg>\n");
    }

    @Test
    void saysWhatItCannotHave() throws Exception {
        try (Launched bench = Launched.run("bench", "--quick", "--congestion", "magic")) {
            assertThat(bench.status()).isNotZero();
            assertThat(bench.errors()).contains("does not allow the congestion control magic");
        }
    }

    @Test
    void listsItsRowsForOneItDoesNotKnow() throws Exception {
        try (Launched bench = Launched.run("bench", "--only", "everything")) {
            assertThat(bench.status()).isEqualTo(2);
            assertThat(bench.errors()).contains("in-1", "request", "udp-out-1400");
        }
    }
}
