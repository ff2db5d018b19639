package dev.weft.ipv4;

import dev.weft.device.LinkCast;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPacket;
import dev.weft.ip.Protocols;
import dev.weft.resource.Counters;
import dev.weft.route.PathMtuCache;
import dev.weft.route.PathMtuOptions;
import dev.weft.route.RoutingTable;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.FakeLink;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** IPv4 on a link that the test holds in its hand, as 10.9.0.2/24 behind the router 10.9.0.1, in virtual time. */
public final class Ipv4Bench implements AutoCloseable {

    /** Our address. */
    public static final String US = "10.9.0.2";
    /** A neighbour. */
    public static final String PEER = "10.9.0.7";

    public final VirtualClock clock = new VirtualClock();
    public final Counters counters = new Counters();
    public final FakeLink loopback = FakeLink.loopback();
    public final FakeLink link;
    public final RoutingTable table = new RoutingTable(Optional.of(loopback));
    public final PathMtuCache pathMtus = new PathMtuCache(table, clock, Randomness.seeded(4), counters,
            PathMtuOptions.defaults());
    public final Protocols protocols = new Protocols();
    public final DaemonScope scope = DaemonScope.open("test-ipv4", FailurePolicy.CANCEL_ALL);
    public final Ipv4 ipv4;
    /** Errors that were to be sent, in words. */
    public final List<String> errors = new CopyOnWriteArrayList<>();

    public Ipv4Bench() {
        this(1500, Ipv4Options.defaults());
    }

    public Ipv4Bench(int mtu, Ipv4Options options) {
        link = FakeLink.rawIp("eth0", mtu);
        ipv4 = Ipv4.create(table, pathMtus, protocols, clock, Randomness.seeded(3), scope, counters, options);
        ipv4.addLink(loopback, Optional.empty());
        ipv4.addLink(link, Optional.empty());
        ipv4.reconfigure(link, List.of(InterfaceAddress.of(US + "/24")), Optional.of(Ipv4Address.of("10.9.0.1")));
        ipv4.errors(new Words());
    }

    public void deliver(byte[] packet) {
        link.deliver(packet, LinkCast.UNICAST, clock.nanoTime());
    }

    public void deliver(Packets packet) {
        deliver(packet.bytes());
    }

    public long count(String name) {
        return counters.value(name);
    }

    @Override
    public void close() {
        scope.close();
        ipv4.close();
        link.close();
        loopback.close();
    }

    private final class Words implements IcmpErrors {

        @Override
        public void portUnreachable(IpPacket about) {
            errors.add("port unreachable " + about.source());
        }

        @Override
        public void protocolUnreachable(IpPacket about) {
            errors.add("protocol unreachable " + about.source());
        }

        @Override
        public void reassemblyTimeExceeded(IpPacket firstFragment) {
            errors.add("time exceeded " + firstFragment.source());
        }

        @Override
        public void parameterProblem(IpPacket about, int pointer) {
            errors.add("parameter problem " + about.source() + " at " + pointer);
        }
    }
}
