package dev.weft.examples.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.device.memory.Bottleneck;
import dev.weft.device.memory.Impairment;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineSettingTest {

    private static Impairment line(String words) {
        Impairment line = Impairment.NONE;
        for (String word : words.split(" ")) {
            String[] parts = word.split("=");
            line = LineSetting.valueOf(parts[0]).applyTo(line, parts[1]);
        }
        return line;
    }

    @Test
    void describesALine() {
        assertThat(line("RATE=10M QUEUE=64k ECN=20k DELAY=10ms JITTER=250us IN_ORDER=yes LOSS=1% DUPLICATE=0.02 CORRUPT=.5%"))
                .isEqualTo(Impairment.NONE.loss(0.01).duplicate(0.02).corrupt(0.005).inOrder(true)
                        .delay(Duration.ofMillis(10), Duration.ofNanos(250_000))
                        .bottleneck(new Bottleneck(10_000_000, 1_000_000, 65_536, 20_480)));
    }

    @Test
    void keepsWhatOtherSettingsSayInWhateverOrder() {
        assertThat(line("QUEUE=100p RATE=1G JITTER=1ms DELAY=2s")).isEqualTo(line("DELAY=2s JITTER=1ms RATE=1G QUEUE=100p"))
                .isEqualTo(Impairment.NONE.delay(Duration.ofSeconds(2), Duration.ofMillis(1))
                        .bottleneck(Bottleneck.of(1_000_000_000).queueFrames(100)));
        assertThat(line("QUEUE=100 QUEUE=7p RATE=1M").bottleneck()).isEqualTo(Bottleneck.of(1_000_000).queueFrames(7));
    }

    @Test
    void describesBurstsAndReordering() {
        assertThat(line("BURST=0.1%,20%")).isEqualTo(Impairment.NONE.bursts(0.001, 0.2, 1));
        assertThat(line("BURST=0.1%,20%,50%")).isEqualTo(Impairment.NONE.bursts(0.001, 0.2, 0.5));
        assertThat(line("REORDER=2%")).isEqualTo(Impairment.NONE.reorder(0.02, Duration.ofMillis(1)));
        assertThat(line("REORDER=2%,5ms")).isEqualTo(Impairment.NONE.reorder(0.02, Duration.ofMillis(5)));
    }

    @ParameterizedTest
    @CsvSource({"1.5Gbit,1500000000", "500k,500000", "250000,250000", "2Mbps,2000000", "8bit/s,8"})
    void readsRates(String text, long bitsPerSecond) {
        assertThat(Quantity.rate(text)).isEqualTo(bitsPerSecond);
    }

    @ParameterizedTest
    @CsvSource({"64kB,65536", "2M,2097152", "1500B,1500"})
    void readsSizes(String text, long bytes) {
        assertThat(Quantity.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            RATE=fast            | 500k
            RATE=2T              | 500k
            RATE=9999G           | 10^12
            DELAY=10             | 10ms
            DELAY=-1ms           | 10ms
            DELAY=2000000s       | a day
            LOSS=101%            | 100%
            LOSS=2               | 100%
            QUEUE=p              | 64k
            QUEUE=99999999p      | 1000000
            BURST=1%             | parts
            BURST=1%,0           | never
            REORDER=1%,1ms,2     | parts
            IN_ORDER=perhaps     | yes nor no
            """)
    void refusesWhatMakesNoSense(String words, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> line(words)).withMessageContaining(message);
    }
}
