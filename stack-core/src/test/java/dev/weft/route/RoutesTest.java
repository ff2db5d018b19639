package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.FakeLink;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpPrefix;
import dev.weft.wire.Ipv4Address;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Addresses, routes that follow from them, and the source that fits a destination. */
class RoutesTest {

    private final FakeLink lo = FakeLink.loopback();
    private final FakeLink eth0 = FakeLink.rawIp("eth0", 1500);
    private final FakeLink eth1 = FakeLink.rawIp("eth1", 1500);
    private final RoutingTable table = new RoutingTable(Optional.of(lo));

    @AfterEach
    void close() {
        lo.close();
        eth0.close();
        eth1.close();
    }

    private Route find(String address) {
        IpAddress a = IpAddress.of(address);
        return table.current().find(a.hi(), a.lo(), null);
    }

    private String source(String destination) {
        IpAddress a = IpAddress.of(destination);
        return table.current().source(find(destination), a.hi(), a.lo()).toString();
    }

    private static List<InterfaceAddress> addresses(String... texts) {
        return List.of(texts).stream().map(InterfaceAddress::of).toList();
    }

    @Test
    void theLongestPrefixDecidesAndOwnAddressesAreNearest() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24"), List.of(Route.byDefault(IpAddress.of("10.9.0.1"), eth0)));
        table.add(Route.via(IpPrefix.of("10.0.0.0/8"), IpAddress.of("10.9.0.8"), eth0));
        assertThat(find("10.9.0.77").isOnLink()).isTrue();
        assertThat(find("10.8.0.1").gateway()).isEqualTo(IpAddress.of("10.9.0.8"));
        assertThat(find("192.0.2.1").gateway()).isEqualTo(IpAddress.of("10.9.0.1"));
        assertThat(find("10.9.0.2").link()).isSameAs(lo);
        assertThat(find("127.9.9.9").link()).isSameAs(lo);
        assertThat(find("2001:db8::1")).isNull();
    }

    @Test
    void ofEquallyLongPrefixesTheSmallerMetricOrThePreferredLinkDecides() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24"), List.of());
        table.configure(eth1, IpFamily.IPV4, addresses("10.8.0.2/24"), List.of());
        table.add(new Route(IpPrefix.of("0.0.0.0/0"), eth0, IpAddress.of("10.9.0.1"), 5));
        table.add(new Route(IpPrefix.of("0.0.0.0/0"), eth1, IpAddress.of("10.8.0.1"), 1));
        IpAddress far = IpAddress.of("192.0.2.1");
        assertThat(table.current().find(far.hi(), far.lo(), null).link()).isSameAs(eth1);
        assertThat(table.current().find(far.hi(), far.lo(), eth0).link()).isSameAs(eth0);
        assertThat(table.current().find(far.hi(), far.lo(), lo).link()).isSameAs(eth1);
    }

    @Test
    void choosesTheSourceThatFitsTheDestination() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24", "172.16.5.2/16", "169.254.3.3/16"),
                List.of(Route.byDefault(IpAddress.of("172.16.0.1"), eth0)));
        table.configure(eth1, IpFamily.IPV4, addresses("192.168.1.2/24"), List.of());
        assertThat(source("10.9.0.7")).isEqualTo("10.9.0.2");
        assertThat(source("172.16.9.9")).isEqualTo("172.16.5.2");
        assertThat(source("8.8.8.8")).as("the gateway's subnet").isEqualTo("172.16.5.2");
        assertThat(source("169.254.9.9")).isEqualTo("169.254.3.3");
        assertThat(source("192.168.1.7")).isEqualTo("192.168.1.2");
        assertThat(source("192.168.1.2")).as("itself").isEqualTo("192.168.1.2");
        assertThat(source("127.0.0.9")).isEqualTo("127.0.0.1");
    }

    @Test
    void aLinkWithoutAddressBorrowsOneFromAnother() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24"), List.of());
        table.add(Route.onLink(IpPrefix.of("198.51.100.0/24"), eth1));
        assertThat(source("198.51.100.7")).isEqualTo("10.9.0.2");
    }

    @Test
    void knowsBroadcastsOfItsSubnetsAndNoneOfPointToPointPrefixes() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24", "10.7.0.2/31"), List.of());
        int broadcast = Ipv4Address.of("10.9.0.255").bits();
        assertThat(table.current().broadcastLink(broadcast)).isSameAs(eth0);
        assertThat(table.current().isBroadcastOn(eth0, broadcast)).isTrue();
        assertThat(table.current().isBroadcastOn(eth1, broadcast)).isFalse();
        assertThat(table.current().broadcastLink(Ipv4Address.of("10.7.0.3").bits())).isNull();
        assertThat(table.current().broadcastLink(Ipv4Address.of("127.255.255.255").bits())).isNull();
    }

    @Test
    void aChangeReplacesOneFamilyOnOneLinkAndMovesTheGeneration() {
        table.configure(eth0, IpFamily.IPV6, addresses("fd00::2/64"), List.of());
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24"), List.of());
        table.configure(eth1, IpFamily.IPV4, addresses("10.8.0.2/24"), List.of());
        Routes before = table.current();
        table.configure(eth0, IpFamily.IPV4, addresses("10.6.0.2/24"), List.of());
        assertThat(table.current().generation()).isGreaterThan(before.generation());
        assertThat(table.addresses(eth0)).isEqualTo(addresses("fd00::2/64", "10.6.0.2/24"));
        assertThat(table.addresses(eth1)).isEqualTo(addresses("10.8.0.2/24"));
        assertThat(find("fd00::9").link()).isSameAs(eth0);
        assertThat(find("10.9.0.7")).isNull();
        assertThat(before.find(0, IpAddress.of("10.9.0.7").lo(), null)).as("a snapshot stays").isNotNull();
    }

    @Test
    void refusesWhatContradictsItself() {
        table.configure(eth0, IpFamily.IPV4, addresses("10.9.0.2/24"), List.of());
        Routes before = table.current();
        assertThatThrownBy(() -> table.configure(eth1, IpFamily.IPV4, addresses("10.9.0.2/16"), List.of()))
                .hasMessageContaining("10.9.0.2 is an address of eth0 already");
        assertThatThrownBy(() -> table.configure(eth1, IpFamily.IPV4, addresses("fd00::2/64"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.configure(eth1, IpFamily.IPV4, List.of(),
                List.of(Route.byDefault(IpAddress.of("10.9.0.1"), eth0)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Route.via(IpPrefix.of("10.0.0.0/8"), IpAddress.of("fd00::1"), eth0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(table.current()).isSameAs(before);
    }
}
