package dev.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** What {@code bench/run} makes of figures. */
class BenchResultTest {

    private static final BenchCase ROW = BenchCase.ALL.getFirst();

    private static List<Measurement> rounds(double... values) {
        return DoubleStream.of(values).mapToObj(value -> new Measurement(value, Double.NaN, Double.NaN, Double.NaN)).toList();
    }

    private static BenchResult result(double... own) {
        return new BenchResult(ROW, true, BenchLab.WEFT, rounds(10, 20, 40), rounds(own));
    }

    /** A slow round of both is no slow Weft. */
    @Test
    void takesRatiosWithinARound() {
        BenchResult result = result(9, 20, 32);
        assertThat(result.ratio()).isCloseTo(0.9, within(1e-9));
        assertThat(result.least()).isCloseTo(0.8, within(1e-9));
        assertThat(result.most()).isCloseTo(1, within(1e-9));
    }

    @Test
    void marksWhatFallsShort() {
        assertThat(result(9, 20, 32).line()).contains("0.90 [0.80 … 1.00]", "0.85").doesNotContain("!");
        assertThat(result(5, 10, 20).line()).contains("0.50 [0.50 … 0.50]", "0.85 !");
        assertThat(BenchPlot.svg(List.of(result(5, 10, 20)), "a <machine>")).contains("a &lt;machine>", "bulk in, 1 flow, pinned", ">0.50<");
    }

    @Test
    void readsFigures() {
        Measurement bulk = Measurement.of(ROW, "2000000000 1000000000", 3);
        assertThat(bulk.value()).as("Gbit/s").isCloseTo(16, within(1e-9));
        assertThat(bulk.cpuSecondsPerGigabyte()).isCloseTo(1.5, within(1e-9));
        BenchCase request = BenchCase.ALL.stream().filter(row -> row.name().equals("request")).findFirst().orElseThrow();
        Measurement latency = Measurement.of(request, "5000 1000000000 150000 900000", 3);
        assertThat(latency).isEqualTo(new Measurement(5000, 150, 900, Double.NaN));
    }

    @Test
    void hasRowsOfDifferentNames() {
        assertThat(new HashSet<>(BenchCase.ALL.stream().map(BenchCase::name).toList())).hasSameSizeAs(BenchCase.ALL);
    }
}
