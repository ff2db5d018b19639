package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.FrameKit;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.VirtualClock;
import dev.weft.wire.EtherType;
import dev.weft.wire.MacAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The switch against a map from station to port. */
class SwitchProperties {

    private static final MacAddress GROUP = MacAddress.of("01:00:5e:00:00:fb");

    private record Heard(int port, long at) {
    }

    /** Stations move, keep silent until they are forgotten, and ports go down. */
    @Property(tries = 100)
    void deliversAsAMapOfStationsSays(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int ports) {
        var random = Randomness.seeded(seed);
        var clock = new VirtualClock();
        var model = new LinkedHashMap<Long, Heard>();
        var lan = new Switch(ports, MemoryLinkOptions.defaults().name("lan").limits(16, 1514).clock(clock));
        try (var kit = new FrameKit()) {
            for (int step = 0; step < 150; step++) {
                clock.advance(Duration.ofSeconds(random.nextInt(100)));
                int port = random.nextInt(ports);
                boolean flaps = random.nextInt(20) == 0;
                if (flaps) {
                    lan.setUp(port, false);
                    lan.setUp(port, true);
                    model.values().removeIf(heard -> heard.port == port);
                    continue;
                }
                MacAddress source = station(random.nextInt(8));
                MacAddress destination = switch (random.nextInt(10)) {
                    case 0 -> MacAddress.BROADCAST;
                    case 1 -> GROUP;
                    default -> station(random.nextInt(8));
                };
                long now = clock.nanoTime();
                model.put(source.bits(), new Heard(port, now));
                byte[] frame = FrameKit.ethernet(destination, source, EtherType.IPV4, (byte) step);
                kit.send(lan.port(port), frame);
                for (int i = 0; i < ports; i++) {
                    List<byte[]> received = kit.receiveAll(lan.port(i), clock);
                    if (i != port && reaches(model, destination, i, now)) {
                        assertThat(received).as("port %d", i).containsExactly(frame);
                    } else {
                        assertThat(received).as("port %d", i).isEmpty();
                    }
                }
            }
        } finally {
            for (int i = 0; i < ports; i++) {
                lan.port(i).close();
            }
        }
    }

    private static boolean reaches(Map<Long, Heard> model, MacAddress destination, int port, long now) {
        Heard heard = model.get(destination.bits());
        boolean known = heard != null && now - heard.at < Switch.AGEING.toNanos();
        return !known || heard.port == port;
    }

    private static MacAddress station(int number) {
        return new MacAddress(0x0200_0000_0000L + number);
    }

    @Example
    void knowsABoundedNumberOfStationsAndStillLearnsTheNextOne() {
        var table = new StationTable(64, 1_000_000);
        int evicted = 0;
        for (int i = 0; i < 10_000; i++) {
            evicted += table.learn(i, i % 7, i) ? 1 : 0;
            assertThat(table.portOf(i, i)).isEqualTo(i % 7);
        }
        int known = 0;
        for (int i = 0; i < 10_000; i++) {
            known += table.portOf(i, 10_000) >= 0 ? 1 : 0;
        }
        assertThat(known).isEqualTo(64);
        assertThat(evicted).isEqualTo(10_000 - 64);
    }

    @Example
    void learnsNothingFromASourceThatIsAGroupAndDropsRunts() {
        var lan = new Switch(3);
        try (var kit = new FrameKit()) {
            kit.send(lan.port(0), FrameKit.ethernet(station(1), GROUP, EtherType.IPV4));
            kit.send(lan.port(1), FrameKit.ethernet(GROUP, station(2), EtherType.IPV4));
            kit.send(lan.port(1), new byte[13]);
            assertThat(kit.receiveAll(lan.port(0), 0)).hasSize(1);
            assertThat(kit.receiveAll(lan.port(2), 0)).hasSize(2);
            assertThat(lan.counters().value("switch.flooded")).isEqualTo(2);
            assertThat(lan.counters().value("switch.p1.runt")).isEqualTo(1);
        } finally {
            for (int i = 0; i < 3; i++) {
                lan.port(i).close();
            }
        }
    }

    @Example
    void losesAndCountsWhatAPortHasNoRoomFor() {
        var lan = new Switch(2, MemoryLinkOptions.defaults().name("lan").limits(1, 2000));
        try (var kit = new FrameKit()) {
            byte[] frame = FrameKit.ethernet(MacAddress.BROADCAST, station(1), EtherType.IPV4);
            assertThat(kit.send(lan.port(0), frame)).isTrue();
            assertThat(kit.send(lan.port(0), frame)).isTrue();
            assertThat(lan.counters().value("lan.p1.full")).isEqualTo(1);
        } finally {
            lan.port(0).close();
            lan.port(1).close();
        }
    }
}
