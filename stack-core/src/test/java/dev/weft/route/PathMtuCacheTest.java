package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.weft.resource.Counters;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.FakeLink;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Path MTUs by destination: RFC 1191, RFC 8201, RFC 5927 §7. */
class PathMtuCacheTest {

    private static final IpAddress FAR = IpAddress.of("192.0.2.9");
    private static final IpAddress FAR6 = IpAddress.of("2001:db8::9");

    private final VirtualClock clock = new VirtualClock();
    private final Counters counters = new Counters();
    private final FakeLink eth0 = FakeLink.rawIp("eth0", 1500);
    private final RoutingTable table = new RoutingTable(Optional.empty());
    private PathMtuCache cache = cache(PathMtuOptions.defaults());

    @AfterEach
    void close() {
        eth0.close();
    }

    private PathMtuCache cache(PathMtuOptions options) {
        return new PathMtuCache(table, clock, Randomness.seeded(1), new Counters(), options);
    }

    private boolean lower(IpAddress to, int told) {
        return cache.lower(to.hi(), to.lo(), told, 1500);
    }

    private int mtu(IpAddress to) {
        return cache.mtu(to.hi(), to.lo(), 1500);
    }

    private boolean isBelowFloor(IpAddress to) {
        return cache.isBelowFloor(to.hi(), to.lo());
    }

    @Test
    @DisplayName("RFC 1191 §5: what is told of a destination holds for it and for no other")
    void remembersByDestination() {
        assertThat(mtu(FAR)).isEqualTo(1500);
        int before = cache.version();
        assertThat(lower(FAR, 1400)).isTrue();
        assertThat(cache.version()).isNotEqualTo(before);
        assertThat(mtu(FAR)).isEqualTo(1400);
        assertThat(isBelowFloor(FAR)).isFalse();
        assertThat(mtu(IpAddress.of("192.0.2.10"))).isEqualTo(1500);
        assertThat(cache.mtu(FAR.hi(), FAR.lo(), 1300)).as("a link of less").isEqualTo(1300);
    }

    @Test
    @DisplayName("RFC 1191 §3: only a decrease counts; an increase, or the same again, moves nothing")
    void neverRises() {
        lower(FAR, 1400);
        int version = cache.version();
        assertThat(lower(FAR, 1400)).isFalse();
        assertThat(lower(FAR, 1450)).isFalse();
        assertThat(lower(FAR6, 1500)).isFalse();
        assertThat(lower(FAR6, 9000)).isFalse();
        assertThat(cache.version()).isEqualTo(version);
        assertThat(mtu(FAR)).isEqualTo(1400);
        assertThat(lower(FAR, 1399)).isTrue();
    }

    @Test
    @DisplayName("less than 552 over IPv4: the floor, and routers may fragment; more is told again in vain")
    void takesTheFloorOfIpv4() {
        assertThat(lower(FAR, 552)).isTrue();
        assertThat(isBelowFloor(FAR)).isFalse();
        assertThat(lower(FAR, 551)).isTrue();
        assertThat(mtu(FAR)).isEqualTo(552);
        assertThat(isBelowFloor(FAR)).isTrue();
        assertThat(lower(FAR, 68)).as("known already").isFalse();
        assertThat(cache.lower(IpAddress.of("192.0.2.3").hi(), IpAddress.of("192.0.2.3").lo(), 68, 300)).isTrue();
        assertThat(cache.mtu(IpAddress.of("192.0.2.3").hi(), IpAddress.of("192.0.2.3").lo(), 300)).isEqualTo(300);
    }

    @Test
    @DisplayName("RFC 8201 §4: 1280 over IPv6 is believed, less is discarded")
    void ignoresLessThanTheMinimumOfIpv6() {
        assertThat(lower(FAR6, 1279)).isFalse();
        assertThat(mtu(FAR6)).isEqualTo(1500);
        assertThat(lower(FAR6, 1280)).isTrue();
        assertThat(mtu(FAR6)).isEqualTo(1280);
        assertThat(isBelowFloor(FAR6)).isFalse();
    }

    @Test
    @DisplayName("RFC 1191 §6.3: after 10 minutes the link's MTU is tried again, not before; a decrease begins them anew")
    void forgetsAfterTenMinutes() {
        lower(FAR, 1400);
        clock.advance(Duration.ofMinutes(5));
        lower(FAR, 1300);
        lower(FAR6, 1400);
        clock.advance(Duration.ofMinutes(10).minusNanos(1));
        int version = cache.version();
        assertThat(mtu(FAR)).isEqualTo(1300);
        clock.advance(Duration.ofNanos(1));
        assertThat(cache.version()).isNotEqualTo(version);
        assertThat(mtu(FAR)).isEqualTo(1500);
        assertThat(cache.size()).isZero();
    }

    @Test
    @DisplayName("a change of routes forgets all: it was learnt of other ways")
    void forgetsWhenRoutesChange() {
        lower(FAR, 1400);
        int version = cache.version();
        table.configure(eth0, IpFamily.IPV4, List.of(InterfaceAddress.of("10.9.0.2/24")), List.of());
        assertThat(cache.version()).isNotEqualTo(version);
        assertThat(mtu(FAR)).isEqualTo(1500);
        assertThat(lower(FAR, 1450)).as("anew").isTrue();
        assertThat(mtu(FAR)).isEqualTo(1450);
    }

    @Test
    @DisplayName("D8: no more than so many destinations, and the one that nobody asks for goes")
    void makesRoom() {
        cache = new PathMtuCache(table, clock, Randomness.seeded(1), counters, PathMtuOptions.defaults().entries(100));
        for (int i = 0; i < 100; i++) {
            lower(host(i), 1000 + i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(mtu(host(i))).isEqualTo(1000 + i);
        }
        for (int i = 0; i < 100; i++) {
            if (i != 42) {
                mtu(host(i));
            }
        }
        lower(FAR, 1400);
        assertThat(mtu(host(42))).isEqualTo(1500);
        assertThat(mtu(FAR)).isEqualTo(1400);
        assertThat(cache.size()).isEqualTo(100);
        assertThat(counters.value("path_mtu.evicted")).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            assertThat(mtu(host(i))).isEqualTo(i == 42 ? 1500 : 1000 + i);
        }
    }

    private static IpAddress host(int i) {
        return IpAddress.of("198.51.100." + i);
    }

    @Test
    @DisplayName("D13: a look-up makes no garbage")
    void makesNoGarbage() {
        lower(FAR, 1400);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long hi = FAR.hi();
        long lo = FAR.lo();
        int sum = 0;
        for (int i = 0; i < 20_000; i++) {
            sum += cache.mtu(hi, lo, 1500) + cache.version();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20_000; i++) {
            sum += cache.mtu(hi, lo, 1500) + cache.version();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("sum %d", sum).isLessThan(20_000);
    }

    @Test
    void countsWhatItBelievesAndWhatNot() {
        cache = new PathMtuCache(table, clock, Randomness.seeded(1), counters, PathMtuOptions.defaults());
        lower(FAR, 1400);
        lower(FAR, 100);
        lower(FAR, 1400);
        lower(FAR6, 1000);
        assertThat(counters.value("path_mtu.lowered")).isEqualTo(1);
        assertThat(counters.value("path_mtu.below_floor")).isEqualTo(1);
        assertThat(counters.value("path_mtu.no_decrease")).isEqualTo(1);
        assertThat(counters.value("path_mtu.below_ipv6_minimum")).isEqualTo(1);
        clock.advance(Duration.ofMinutes(10));
        cache.version();
        assertThat(counters.value("path_mtu.expired")).isEqualTo(1);
    }

    @Test
    void itsOptionsHaveRanges() {
        assertThatThrownBy(() -> PathMtuOptions.defaults().lifetime(Duration.ofSeconds(59))).hasMessageContaining("lifetime");
        assertThatThrownBy(() -> PathMtuOptions.defaults().ipv4Floor(67)).hasMessageContaining("ipv4Floor");
        assertThatThrownBy(() -> PathMtuOptions.defaults().entries(0)).hasMessageContaining("entries");
    }
}
