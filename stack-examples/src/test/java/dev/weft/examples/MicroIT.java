package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code bench/micro} compiles and runs each benchmark; how fast is no question here. */
@Timeout(240)
class MicroIT {

    @Test
    void runsEachBenchmark() throws Exception {
        Path micro = Path.of("bench/micro").toAbsolutePath();
        try (Launched bench = Launched.run(Map.of(), Path.of("/"), micro, "--quick", "-foe", "true", "-p", "length=1460", "-p",
                "connections=1000", "-p", "timers=1000", "-p", "write=2896")) {
            assertThat(bench.status()).as("%s %s", bench.output(), bench.errors()).isZero();
            assertThat(String.join("\n", bench.output())).contains("ChecksumBenchmark.sum ", "HeaderBenchmark.parse ", "HeaderBenchmark.emit ",
                    "DemuxBenchmark.find ", "TimerWheelBenchmark.move ", "TimerWheelBenchmark.advance ", "FastPathBenchmark.transfer ");
        }
    }
}
