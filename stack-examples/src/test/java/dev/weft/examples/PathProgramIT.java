package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench/path} starts works; how fast is no question here. Every kernel takes {@code reno} without being asked. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ss", "unshare"})
@Timeout(240)
class PathProgramIT {

    @Test
    void measuresWeftBesideTheKernel(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("figures.json");
        try (Launched path = Launched.run("path", "--quick", "--congestion", "reno", "--json", json.toString())) {
            assertThat(path.status()).as(path.errors()).isZero();
            List<String> output = path.output();
            assertThat(output).as(path.errors()).anyMatch(line -> line.contains("weft→kernel"))
                    .anyMatch(line -> line.contains("kernel→weft"))
                    .anyMatch(line -> line.contains("share against one flow of the kernel's"))
                    .anyMatch(line -> line.startsWith("median over all cases: goodput "));
            assertThat(Files.readString(json)).contains("\"flow\":\"weft→kernel\"").contains("\"most_queued_bytes\":")
                    .doesNotContain("\"bytes\":0,");
        }
    }
}
