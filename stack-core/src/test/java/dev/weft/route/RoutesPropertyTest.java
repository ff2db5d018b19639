package dev.weft.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.FakeLink;
import dev.weft.wire.IpAddress;
import dev.weft.wire.IpPrefix;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv6Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The table against a search through a list of routes, bit by bit. */
class RoutesPropertyTest {

    @Property(tries = 300)
    void findsWhatANaiveSearchFinds(@ForAll long seed) {
        var random = new Random(seed);
        try (var one = FakeLink.rawIp("one", 1500); var two = FakeLink.rawIp("two", 1500)) {
            var table = new RoutingTable(Optional.empty());
            List<Route> routes = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                IpAddress base = address(random);
                // Few bits and a small world, so that prefixes nest and tie.
                IpPrefix prefix = IpPrefix.containing(base, random.nextInt(base.bitLength() + 1));
                var route = new Route(prefix, random.nextBoolean() ? one : two, null, random.nextInt(3));
                table.add(route);
                if (!routes.contains(route)) {
                    routes.add(route);
                }
                if (random.nextInt(6) == 0) {
                    Route gone = routes.remove(random.nextInt(routes.size()));
                    assertThat(table.remove(gone)).isTrue();
                }
            }
            for (int i = 0; i < 50; i++) {
                IpAddress asked = address(random);
                assertThat(table.current().find(asked.hi(), asked.lo(), null)).isEqualTo(naive(routes, asked));
            }
        }
    }

    private static IpAddress address(Random random) {
        int bits = 0x0a000000 | random.nextInt(4) << 20 | random.nextInt(4) << 8 | random.nextInt(4);
        return random.nextInt(3) > 0 ? new Ipv4Address(bits) : new Ipv6Address(0xfd00L << 48 | random.nextInt(4), bits);
    }

    private static Route naive(List<Route> routes, IpAddress asked) {
        Route best = null;
        for (Route route : routes) {
            boolean better = best == null || route.destination().length() > best.destination().length()
                    || route.destination().length() == best.destination().length() && route.metric() < best.metric();
            if (better && matches(route.destination(), asked)) {
                best = route;
            }
        }
        return best;
    }

    private static boolean matches(IpPrefix prefix, IpAddress asked) {
        byte[] network = prefix.network().toBytes();
        byte[] address = asked.toBytes();
        if (network.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < prefix.length(); bit++) {
            if ((network[bit / 8] ^ address[bit / 8]) << bit % 8 << 24 < 0) {
                return false;
            }
        }
        return true;
    }
}
