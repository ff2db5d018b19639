package dev.weft.ipv4;

import static dev.weft.ipv4.Packets.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ip.IpPath;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What leaves for a destination whose path MTU is less than the link's (RFC 1191). */
class PathMtuOutputTest {

    private static final Ipv4Address FAR = Ipv4Address.of("192.0.2.9");

    private final Ipv4Bench bench = new Ipv4Bench();
    private final IpPath path = path();

    @AfterEach
    void close() {
        bench.close();
    }

    private IpPath path() {
        try {
            return bench.ipv4.path(null, FAR);
        } catch (java.net.NoRouteToHostException e) {
            throw new AssertionError(e);
        }
    }

    private boolean send(int length, boolean dontFragment) {
        return bench.ipv4.send(path, 253, Content.of(new byte[length]), new SendOptions(64, 0, dontFragment));
    }

    @Test
    @DisplayName("RFC 1191 §6.2: what must not be fragmented and is too long for the path stays here; what fits leaves")
    void dropsWhatIsTooLongForThePath() throws Exception {
        int version = path.mtuVersion();
        path.tooBig(1400);
        assertThat(path.mtuVersion()).isNotEqualTo(version);
        assertThat(path.mtu()).isEqualTo(1400);
        assertThat(send(1381, true)).isFalse();
        assertThat(bench.count("ipv4.out.must_not_fragment")).isEqualTo(1);
        assertThat(send(1380, true)).isTrue();
        assertThat(header(bench.link.next().bytes()).dontFragment()).isTrue();
        assertThat(bench.ipv4.path(null, FAR).mtu()).as("for all ways to there").isEqualTo(1400);
        assertThat(bench.ipv4.path(null, Ipv4Address.of("192.0.2.10")).mtu()).isEqualTo(1500);
    }

    @Test
    @DisplayName("what may be fragmented is cut here to what the path takes, and not once more by a router")
    void cutsToThePathMtu() throws Exception {
        path.tooBig(1000);
        assertThat(send(1400, false)).isTrue();
        assertThat(header(bench.link.next().bytes()).totalLength()).isEqualTo(20 + 976);
        assertThat(header(bench.link.next().bytes()).totalLength()).isEqualTo(20 + 424);
    }

    @Test
    @DisplayName("a path of less than 552: packets of 552 that routers may fragment")
    void letsRoutersFragmentForATinyPath() throws Exception {
        path.tooBig(68);
        assertThat(path.mtu()).isEqualTo(552);
        assertThat(send(533, true)).as("cut, too").isTrue();
        bench.link.next();
        bench.link.next();
        assertThat(send(532, true)).isTrue();
        var header = header(bench.link.next().bytes());
        assertThat(header.dontFragment()).isFalse();
        assertThat(header.totalLength()).isEqualTo(552);
    }

    @Test
    @DisplayName("RFC 1191 §6.3: later, or on another route, the link's MTU counts again")
    void forgets() {
        path.tooBig(1400);
        bench.clock.advance(Duration.ofMinutes(10));
        assertThat(path.mtu()).isEqualTo(1500);
        path.tooBig(1300);
        bench.ipv4.reconfigure(bench.link, List.of(InterfaceAddress.of("10.9.0.3/24")),
                Optional.of(Ipv4Address.of("10.9.0.1")));
        assertThat(path.mtu()).isEqualTo(1500);
    }
}
