package dev.weft.examples.iperf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What iperf's two ends are made of, each by itself. */
class IperfPartsTest {

    @ParameterizedTest
    @CsvSource({"0, 0.00 Bytes", "1023, 1023 Bytes", "524288, ' 512 KBytes'", "1224065679, 1.14 GBytes", "10000000, 9.54 MBytes"})
    void printsBytesAsIperf3Does(double bytes, String text) {
        assertThat(Units.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"9790000000, 9.79 Gbits/sec", "314000000, ' 314 Mbits/sec'", "20500000000, 20.5 Gbits/sec", "1048425, 1.05 Mbits/sec"})
    void printsRatesAsIperf3Does(double rate, String text) {
        assertThat(Units.rate(rate)).isEqualTo(text);
    }

    @Test
    void readsBytesInPowersOf1024AndRatesInPowersOf1000() {
        assertThat(Units.parseBytes("128K")).isEqualTo(131_072);
        assertThat(Units.parseRate("1.5m")).isEqualTo(1_500_000);
        for (String wrong : List.of("", "K", "-1", "1X", "NaN", "1e99")) {
            assertThatThrownBy(() -> Units.parseBytes(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void countsWhatIsLostAndWhatComesLate() {
        var loss = new DatagramLoss();
        for (long number : new long[] {1, 2, 5, 3, 6}) {
            loss.add(number, 0, 0);
        }
        assertThat(loss.lost()).isEqualTo(1);
        assertThat(loss.outOfOrder()).isEqualTo(1);
        assertThat(loss.highest()).isEqualTo(6);
    }

    /** RFC 3550 §6.4.1: a sixteenth of what the transit time differs from the one before. */
    @Test
    void smoothsTheJitter() {
        var loss = new DatagramLoss();
        loss.add(1, 1_000, 5_000_000);
        assertThat(loss.jitterMillis()).isZero();
        loss.add(2, 2_000, 21_001_000);
        assertThat(loss.jitterMillis()).isCloseTo(1, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesADatagramsHeaderAsItIsRead(boolean wide) {
        ByteBuffer datagram = ByteBuffer.allocate(DatagramHeader.bytes(wide));
        DatagramHeader.put(datagram, 1_795_263_123_987_654_000L, 4_000_000_000L, wide);
        assertThat(DatagramHeader.sentAt(datagram)).isEqualTo(1_795_263_123_987_654_000L);
        assertThat(DatagramHeader.number(datagram, wide)).isEqualTo(4_000_000_000L);
    }

    @Test
    void understandsParametersAsIperf3SendsThem() throws Exception {
        TestSettings settings = TestSettings.of(new ObjectMapper().readTree("{\"udp\":true,\"omit\":0,\"time\":1,\"num\":0,\"blockcount\":0,"
                + "\"parallel\":2,\"reverse\":true,\"len\":32768,\"bandwidth\":1000000,\"pacing_timer\":1000,\"udp_counters_64bit\":1,"
                + "\"client_version\":\"3.12\"}"));
        assertThat(settings).isEqualTo(new TestSettings(true, 1, 0, 0, 0, 2, true, false, 32_768, 1_000_000, 0, 0, false, null, true, false));
        assertThat(TestSettings.of(settings.toJson("x"))).isEqualTo(settings);
    }

    /** −1 comes as a number of 64 bits without a sign. */
    @Test
    void understandsResultsAsIperf3SendsThem() throws Exception {
        TestResults results = TestResults.of(new ObjectMapper().readTree("{\"cpu_util_total\":6.5,\"sender_has_retransmits\":"
                + "18446744073709551615,\"streams\":[{\"id\":3,\"bytes\":131072,\"retransmits\":18446744073709551615,\"jitter\":5.0e-06,"
                + "\"errors\":2,\"packets\":8,\"start_time\":0,\"end_time\":2.5}]}"));
        assertThat(results.retransmitsKnown()).isFalse();
        assertThat(results.stream(3)).contains(new StreamResult(3, 131_072, -1, 0.005, 2, 8, 0, 2.5));
        assertThat(results.stream(1)).isEmpty();
    }

    @Test
    void numbersStreamsAsIperf3Does() {
        assertThat(List.of(TestStream.idOf(0), TestStream.idOf(1), TestStream.idOf(2))).containsExactly(1, 3, 4);
    }
}
