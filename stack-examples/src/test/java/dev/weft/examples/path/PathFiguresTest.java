package dev.weft.examples.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PathFiguresTest {

    private static PathFigures figures(long bytes, long retransmitted, double queueing) {
        return PathFigures.of(bytes + " 1000000000", "retransmitted=" + retransmitted + " cwnd=1",
                "{\"from_a\":{\"bytes\":1,\"mean_queueing_ms\":" + queueing + "},\"from_b\":{\"mean_queueing_ms\":99}}");
    }

    @Test
    void readsWhatTheEndsAndTheLinkSay() {
        PathFigures figures = figures(1_250_000, 1448, 2.5);
        assertThat(figures.goodput()).isEqualTo(10);
        assertThat(figures.retransmitted()).isEqualTo(1448);
        assertThat(figures.queueingMillis()).isEqualTo(2.5);
    }

    @Test
    void relatesThemToTheKernels() {
        PathFigures weft = figures(1_000_000, 20_000, 4.8);
        PathFigures kernel = figures(2_000_000, 20_000, 2.3);
        assertThat(weft.goodputRatio(kernel)).isEqualTo(0.5);
        assertThat(weft.retransmissionRatio(kernel)).isCloseTo(1.95, within(0.01));
        assertThat(weft.queueingRatio(kernel)).isCloseTo(2, within(0.01));
        assertThat(figures(1_000_000, 1448, 0.1).retransmissionRatio(figures(1_000_000, 0, 0)))
                .as("a segment more is not infinitely many").isLessThan(4);
    }

    @Test
    void takesTheMiddle() {
        assertThat(PathFigures.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(PathFigures.median(List.of(4.0, 1.0))).isEqualTo(2.5);
    }

    @Test
    void describesAPathToTheLink() {
        assertThat(new PathCase(10, 20, 0.1, 1, List.of()).options()).containsExactly("--rate=10M", "--delay=10ms",
                "--loss=0.1%", "--queue=25000");
        assertThat(new PathCase(1, 1, 0, 1, List.of("--reorder=1%")).options()).as("ten frames at least")
                .containsSequence("--queue=15140", "--reorder=1%");
    }

    @Test
    void saysWhatIsNotAsItShouldBe() {
        var summary = new PathSummary();
        var path = new PathCase(10, 20, 0, 1, List.of());
        List<PathFigures> kernel = List.of(figures(1_000_000, 10_000, 2), figures(1_000_000, 10_000, 2));
        summary.add(path, "cubic", "weft→kernel", kernel, kernel);
        assertThat(summary.conclusion()).containsExactly("median over all cases: goodput 1.00, sent again 1.00, queueing 1.00");
        summary.add(path, "cubic", "kernel→weft", List.of(figures(900_000, 20_000, 5), figures(900_000, 20_000, 5)), kernel);
        summary.addShare(path, "cubic", List.of(0.7), List.of(0.5));
        assertThat(summary.conclusion()).hasSize(5).anyMatch(line -> line.contains("goodput 0.90"))
                .anyMatch(line -> line.contains("sent again 2.")).anyMatch(line -> line.contains("queueing 2."))
                .anyMatch(line -> line.contains("share"));
        assertThat(summary.json()).startsWith("[").contains("\"goodput\":{\"median\":0.900,\"rounds\":[0.900,0.900]}");
    }
}
