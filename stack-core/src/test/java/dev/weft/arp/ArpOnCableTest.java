package dev.weft.arp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.memory.Cable;
import dev.weft.link.EthernetLink;
import dev.weft.link.ReaderMode;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two ARP daemons on the two ends of a cable, with readers of their own, in real time. */
class ArpOnCableTest {

    private final Cable cable = new Cable();
    private final Counters counters = new Counters();

    @Test
    void twoStationsFindEachOtherAndLeaveNothingBehind() throws InterruptedException {
        LeakCheck leaks = LeakCheck.begin("arp-", "test-cable", "eth");
        try (DaemonScope scope = DaemonScope.open("test-cable", FailurePolicy.CANCEL_ALL);
             var left = new EthernetLink("ethl", cable.left(), MacAddress.of("02:00:00:00:00:01"), NanoClock.system(),
                     counters);
             var right = new EthernetLink("ethr", cable.right(), MacAddress.of("02:00:00:00:00:02"), NanoClock.system(),
                     counters);
             Arp one = arp(left, scope);
             Arp two = arp(right, scope)) {
            left.start(scope, ReaderMode.PLATFORM);
            right.start(scope, ReaderMode.PLATFORM);
            one.setIps(List.of(InterfaceAddress.of("10.0.0.1/24")));
            two.setIps(List.of(InterfaceAddress.of("10.0.0.2/24"), InterfaceAddress.of("10.0.0.3/24")));
            var resolved = new ArpAnswer.Resolved(right.mac());
            assertThat(one.query(Ipv4Address.of("10.0.0.2"))).isEqualTo(resolved);
            assertThat(one.query(Ipv4Address.of("10.0.0.3"))).isEqualTo(resolved);
            assertThat(two.query(Ipv4Address.of("10.0.0.1"))).isEqualTo(new ArpAnswer.Resolved(left.mac()));
        }
        leaks.assertNone();
    }

    private Arp arp(EthernetLink link, DaemonScope scope) {
        return Arp.create(link, NanoClock.system(), Randomness.seeded(7), scope, counters, ArpOptions.defaults());
    }
}
