package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

class TransferTest {

    @Test
    void repeatsNothingOverAPerfectChannel() {
        var tally = new Tally();
        var scenario = new Scenario(2, 1_000_000, 300_000, Scenario.Link.PERFECT, Scenario.Link.PERFECT,
                Scenario.Ends.PLAIN);
        assertThat(scenario.pathMtu()).as("a perfect channel takes all lengths").isEqualTo(Integer.MAX_VALUE);
        Simulation.run(scenario, tally);
        assertThat(tally.of(TcpEvent.RETRANSMITTED)).isZero();
        assertThat(tally.of(TcpEvent.DUPLICATE_ACK_IN)).isZero();
    }
}
