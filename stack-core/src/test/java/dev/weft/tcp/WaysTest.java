package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.ip.IpPath;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import org.junit.jupiter.api.Test;

/** Connections to the same peer share what they can. */
class WaysTest {

    private static final IpAddress PEER = Ipv4Address.of("10.0.0.2");

    @Test
    void lastsForTheSamePeerLinkAndOptions() {
        try (var bench = new TcpBench(TcpSettings.defaults()); var pool = new ChunkPool("ways", 16 << 10, 1 << 20)) {
            var ways = new Ways();
            var options = TcpOptions.defaults();
            TcpConfig config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(1 << 20)), TcpCounters.NONE);
            IpPath path = bench.path(TcpBench.OWN, PEER);
            IpPath again = bench.path(TcpBench.OWN, PEER);
            assertThat(ways.config(path, options)).isNull();
            ways.remember(path, options, config);
            assertThat(ways.config(again, TcpOptions.defaults())).isSameAs(config);
            assertThat(ways.path(TcpBench.OWN.hi(), TcpBench.OWN.lo(), PEER.hi(), PEER.lo())).isSameAs(path);
            assertThat(ways.config(again, options.noDelay(!options.noDelay()))).as("with other options").isNull();
            assertThat(ways.config(bench.path(TcpBench.OWN, Ipv4Address.of("10.0.0.3")), options)).as("to another peer").isNull();
            assertThat(ways.path(TcpBench.OWN.hi(), TcpBench.OWN.lo(), PEER.hi(), PEER.lo() + 1)).isNull();
            assertThat(ways.path(TcpBench.OWN.hi(), TcpBench.OWN.lo() + 1, PEER.hi(), PEER.lo())).isNull();
        }
    }

    @Test
    void endsWithTheMtuOfTheLink() {
        try (var bench = new TcpBench(TcpSettings.defaults()); var pool = new ChunkPool("ways", 16 << 10, 1 << 20)) {
            var ways = new Ways();
            var options = TcpOptions.defaults();
            IpPath path = bench.path(TcpBench.OWN, PEER);
            ways.remember(path, options, TcpConfig.of(new TcpMemory(pool, new ByteBudget(1 << 20)), TcpCounters.NONE).withPath(576, 20));
            assertThat(ways.config(path, options)).isNull();
        }
    }
}
