package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench/modes} starts works; how fast is no question here. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "unshare", "nsenter"})
@Timeout(240)
class ModesProgramIT {

    @Test
    void measuresBothModesIdleAndLoaded(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        try (Launched bench = Launched.run("modes", "--rounds", "1", "--seconds", "0.2", "--json", json.toString())) {
            assertThat(bench.status()).as("%s %s", bench.output(), bench.errors()).isZero();
            assertThat(bench.output()).filteredOn(line -> line.contains("request/response")).hasSizeGreaterThanOrEqualTo(2);
        }
        JsonNode results = new ObjectMapper().readTree(json.toFile()).path("results");
        assertThat(results).hasSize(4);
        assertThat(results).allSatisfy(result -> {
            assertThat(result.path("platform")).hasSize(1);
            assertThat(result.path("virtual")).hasSize(1);
        });
        assertThat(results.path(0).path("platform").path(0).path("value").doubleValue()).as("idle").isPositive();
    }

    @Test
    void saysWhatMakesNoSense() throws Exception {
        try (Launched bench = Launched.run("modes", "--slice", "0")) {
            assertThat(bench.status()).isEqualTo(2);
            assertThat(bench.errors()).contains("--slice 0");
        }
    }
}
