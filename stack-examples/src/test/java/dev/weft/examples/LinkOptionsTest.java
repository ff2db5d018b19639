package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.link.ReaderMode;
import dev.weft.tcp.TcpCongestion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class LinkOptionsTest {

    @Command(name = "program")
    private static final class Program {
        @Mixin
        private final LinkOptions link = new LinkOptions();
    }

    private static LinkOptions parse(String line) {
        var program = new Program();
        new CommandLine(program).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(line.split(" "));
        program.link.check();
        return program.link;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--tap weft0 --address 10.9.0.2/24",
        "--tap a-name-of-15-ch --address 10.9.0.2/24 --address 10.8.0.2/16 --gateway 10.8.0.1",
        "--tap weft0 --address 10.9.0.2/24 --host 10.9.0.1/24 --mac 02:00:00:00:00:01 --mtu 9000 --no-offload",
        "--tap weft0 --address 10.9.0.2/24 --busy-poll 50 --queues 2 --congestion newreno --log warn --pcap /tmp/weft.pcapng"})
    void takesWhatMakesSense(String line) {
        assertThat(parse(line)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"cubic,CUBIC", "newreno,NEW_RENO", "bbr,BBR"})
    void givesTheStackItsCongestionControl(String name, TcpCongestion algorithm) {
        String line = "--tap weft0 --address 10.9.0.2/24";
        assertThat(parse(line + " --congestion " + name).config().tcp().congestionControl()).isEqualTo(algorithm);
        assertThat(parse(line).config().tcp().congestionControl()).isEqualTo(TcpCongestion.CUBIC);
    }

    @ParameterizedTest
    @CsvSource({"platform,PLATFORM", "virtual,VIRTUAL"})
    void givesTheLinkItsReader(String name, ReaderMode mode) {
        String line = "--tap weft0 --address 10.9.0.2/24";
        assertThat(parse(line + " --reader " + name).config().links().getFirst().reader()).isEqualTo(mode);
        assertThat(parse(line).config().links().getFirst().reader()).isEqualTo(ReaderMode.PLATFORM);
    }

    @Test
    void takesEveryAddressItIsGivenInOrder() {
        assertThat(parse("--tap weft0 --address 10.9.0.2/24 --address 10.8.0.2/16 --address 10.7.0.2/16").addresses())
                .extracting(Object::toString).containsExactly("10.9.0.2/24", "10.8.0.2/16", "10.7.0.2/16");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --address 10.9.0.2/24                                    | --tap weft0
            --tap weft0                                              | --address 10.9.0.2/24
            --tap name-of-16-chars --address 10.9.0.2/24             | 1 to 15
            --tap we/ft --address 10.9.0.2/24                        | does not take
            --tap weft0 --address 10.9.0.2                           | --address 10.9.0.2:
            --tap weft0 --address 10.9.0.256/24                      | more than 255
            --tap weft0 --address 10.9.0.255/24                      | broadcast
            --tap weft0 --address 10.9.0.2/24 --gateway 10.8.0.1     | not on the link
            --tap weft0 --address 10.9.0.2/24 --host 10.9.0.2/24     | other than Weft's
            --tap weft0 --address 10.9.0.2/24 --mac 01:00:5e:00:00:01 | multicast
            --tap weft0 --address 10.9.0.2/24 --mac 1:2:3            | --mac 1:2:3
            --tap weft0 --address 10.9.0.2/24 --mtu 67               | 68 to 65521
            --tap weft0 --address 10.9.0.2/24 --mtu 65522            | 68 to 65521
            --tap weft0 --address 10.9.0.2/24 --mtu many             | many
            --tap weft0 --address 10.9.0.2/24 --congestion vegas     | cubic, newreno, bbr
            --tap weft0 --address 10.9.0.2/24 --queues 0             | 1 to 256
            --tap weft0 --address 10.9.0.2/24 --queues 257           | 1 to 256
            --tap weft0 --address 10.9.0.2/24 --busy-poll -1         | 0 to 10000
            --tap weft0 --address 10.9.0.2/24 --busy-poll 10001      | 0 to 10000
            --tap weft0 --address 10.9.0.2/24 --reader both          | platform or virtual
            --tap weft0 --address 10.9.0.2/24 --log loud             | loud
            --tap weft0 --address 10.9.0.2/24 --pcap /no/such/f      | a directory that exists
            """)
    void saysWhatIsWrong(String line, String message) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(ParameterException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--dhcp", "--address fd00::2/64",
        "--host fd00::1/64", "--gateway fd00::1"})
    void refusesWhatIsNotBuiltYetInsteadOfIgnoringIt(String option) {
        assertThatThrownBy(() -> parse("--tap weft0 --address 10.9.0.2/24 " + option))
                .isInstanceOf(ParameterException.class).hasMessageContaining("not built yet");
    }

    @Test
    void fillsInWhatAProgramRunsWithByItself() {
        var program = new Program();
        new CommandLine(program).parseArgs();
        program.link.defaultTo("weft0", "10.9.0.2/24", "10.9.0.1/24");
        program.link.check();
        assertThat(program.link.addresses()).extracting(Object::toString).containsExactly("10.9.0.2/24");
    }
}
