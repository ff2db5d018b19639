package dev.weft.arp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.wire.ArpPacket;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/** The table does what {@link ReferenceTable} does, and floods neither fill it nor cost an answer. */
class ArpTableProperties {

    private static final int NEIGHBOURS = 7;
    /** What the runs together have seen: a model that is never driven into a corner proves little. */
    private static final Map<String, Integer> SEEN = new TreeMap<>();

    enum Kind { QUERY, WANT, LOOKUP, REQUEST, REQUEST_TO_OTHERS, REPLY, CONFIRM, SUSPECT, PASS }

    record Step(Kind kind, int neighbour, int station, Duration time) {
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Duration> times = Arbitraries.oneOf(
                Arbitraries.longs().between(0, 4_000).map(Duration::ofMillis),
                Arbitraries.longs().between(0, 40).map(Duration::ofSeconds));
        Arbitrary<Step> steps = Combinators.combine(Arbitraries.of(Kind.class), Arbitraries.integers().between(1, NEIGHBOURS),
                Arbitraries.integers().between(1, 3), times).as(Step::new);
        return steps.list().ofMinSize(20).ofMaxSize(200);
    }

    @Provide
    Arbitrary<ArpOptions> options() {
        return Combinators.combine(Arbitraries.integers().between(1, 6), Arbitraries.integers().between(0, 5),
                Arbitraries.integers().between(2, 60)).as((size, retries, seconds) -> ArpOptions.defaults()
                .cacheSize(size).retries(retries).timeout(Duration.ofSeconds(seconds)));
    }

    @Property(tries = 400)
    void doesWhatTheReferenceDoes(@ForAll("options") ArpOptions options, @ForAll("histories") List<Step> history) {
        Talk talk = Talk.settled(options);
        var reference = new ReferenceTable(options);
        int number = 0;
        for (Step step : history) {
            perform(step, "waiter " + number++, talk, reference);
            compare(step, talk, reference);
        }
        talk.answers.values().forEach(answer -> seen(answer.getClass().getSimpleName()));
    }

    @AfterContainer
    static void theHistoriesReachedEveryCorner() {
        assertThat(SEEN.keySet()).contains("Timeout", "Resolved", "Failed", "unicast poll", "broadcast", "Reachable",
                "Unreachable", "GivenUp PARKED_OLDEST_OUT", "GivenUp CACHE_FULL");
    }

    private static void perform(Step step, String who, Talk talk, ReferenceTable reference) {
        Ipv4Address address = address(step.neighbour);
        MacAddress mac = new MacAddress(Talk.OWN_MAC.bits() + step.neighbour * 16L + step.station);
        switch (step.kind) {
            case QUERY -> {
                talk.asks(who, address);
                reference.query(talk.now, address, who);
            }
            case WANT -> {
                talk.wants(address);
                reference.want(talk.now, address);
            }
            case LOOKUP -> {
                talk.table.lookup(address.bits());
                reference.lookup(address);
            }
            case REQUEST -> hear(ArpPacket.request(mac, address, Talk.OWN), talk, reference);
            case REQUEST_TO_OTHERS -> hear(ArpPacket.request(mac, address, address(20)), talk, reference);
            case REPLY -> hear(ArpPacket.reply(mac, address, Talk.OWN_MAC, Talk.OWN), talk, reference);
            case CONFIRM -> {
                talk.table.confirm(address.bits(), talk.now);
                reference.confirm(talk.now, address);
            }
            case SUSPECT -> {
                if (talk.table.suspect(address.bits())) {
                    talk.table.pollSuspects(talk.now);
                    talk.pull();
                }
                reference.suspect(talk.now, address);
            }
            case PASS -> pass(step, talk, reference);
        }
    }

    private static void hear(ArpPacket packet, Talk talk, ReferenceTable reference) {
        talk.hears(packet);
        reference.hear(talk.now, packet);
    }

    /** Both are ticked whenever either wants to be, so that one that wants it too late is found out. */
    private static void pass(Step step, Talk talk, ReferenceTable reference) {
        long end = talk.now + step.time.toNanos();
        while (true) {
            long next = Math.min(reference.deadline(), talk.table.deadline());
            talk.now = Math.clamp(next, talk.now, end);
            talk.table.tick(talk.now);
            talk.pull();
            reference.tick(talk.now);
            compare(step, talk, reference);
            if (next > end) {
                return;
            }
        }
    }

    private static void compare(Step step, Talk talk, ReferenceTable reference) {
        List<ArpEffect> said = talk.says();
        assertThat(said).as("said after %s", step).isEqualTo(reference.says);
        reference.says.clear();
        said.forEach(ArpTableProperties::note);
        Map<Ipv4Address, Long> known = new LinkedHashMap<>();
        Map<Ipv4Address, Long> expected = new LinkedHashMap<>();
        for (int i = 1; i <= NEIGHBOURS; i++) {
            known.put(address(i), talk.mac(address(i)));
            var entry = reference.entries.get(address(i));
            expected.put(address(i), entry == null || entry.mac == null ? ArpEntry.UNKNOWN : entry.mac);
        }
        assertThat(known).as("known after %s", step).isEqualTo(expected);
        assertThat(talk.table.size()).as("entries after %s", step).isEqualTo(reference.entries.size());
        Map<String, ArpAnswer> answers = new LinkedHashMap<>(talk.answers);
        answers.replaceAll((who, answer) -> answer instanceof ArpAnswer.Failed ? null : answer);
        assertThat(answers).as("answers after %s", step).isEqualTo(reference.answers);
    }

    private static void note(ArpEffect effect) {
        switch (effect) {
            case ArpEffect.Send(ArpPacket packet, MacAddress to) when packet.operation() == ArpPacket.Operation.REQUEST ->
                    seen(to.isBroadcast() ? "broadcast" : "unicast poll");
            case ArpEffect.GivenUp(int address, ArpLoss why) -> seen("GivenUp " + why);
            default -> seen(effect.getClass().getSimpleName());
        }
    }

    private static void seen(String what) {
        SEEN.merge(what, 1, Integer::sum);
    }

    private static Ipv4Address address(int neighbour) {
        return new Ipv4Address(Talk.OWN.bits() + neighbour);
    }

    /** What a flooder sends: requests, replies, announcements and probes from and for any address, forged freely. */
    @Provide
    Arbitrary<List<ArpPacket>> floods() {
        Arbitrary<MacAddress> macs = Arbitraries.longs().between(2, 1L << 40).map(bits -> new MacAddress(bits & ~(1L << 40)));
        Arbitrary<Ipv4Address> addresses = Arbitraries.oneOf(
                Arbitraries.integers().between(100, 100_000).map(i -> new Ipv4Address(Talk.OWN.bits() + i)),
                Arbitraries.integers().map(Ipv4Address::new));
        Arbitrary<Ipv4Address> targets = Arbitraries.oneOf(Arbitraries.just(Talk.OWN), addresses);
        return Combinators.combine(Arbitraries.of(ArpPacket.Operation.class), macs, addresses, targets)
                .as((operation, mac, sender, target) -> new ArpPacket(operation, mac, sender, Talk.OWN_MAC, target))
                .filter(packet -> !packet.senderIp().equals(Talk.OWN) && isForged(packet))
                .list().ofMinSize(200).ofMaxSize(600);
    }

    private static boolean isForged(ArpPacket packet) {
        int distance = packet.senderIp().bits() - Talk.OWN.bits();
        return distance < 0 || distance >= 100;
    }

    @Property(tries = 100)
    void aFloodNeitherGrowsTheTableNorCostsWhatIsInUseOrAwaited(@ForAll("floods") List<ArpPacket> flood) {
        Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(16));
        Ipv4Address gateway = address(1);
        talk.hears(Talk.questionBy(Talk.PEER_MAC, gateway));
        talk.asks("waiter", address(2));
        talk.says();
        List<Integer> sizes = new ArrayList<>();
        for (ArpPacket packet : flood) {
            talk.table.lookup(gateway.bits());
            talk.hears(packet);
            sizes.add(talk.table.size());
            assertThat(talk.says()).as("at most one answer to one packet").hasSizeLessThanOrEqualTo(1);
        }
        assertThat(sizes).allMatch(size -> size <= 16);
        assertThat(talk.mac(gateway)).isEqualTo(Talk.PEER_MAC.bits());
        talk.hears(Talk.answerBy(Talk.OTHER_MAC, address(2)));
        assertThat(talk.answers).containsEntry("waiter", Talk.resolved(Talk.OTHER_MAC));
    }

    @Property(tries = 100)
    void aFloodOfFramesForForgedNeighboursLeavesRoomForThreads(@ForAll("floods") List<ArpPacket> flood) {
        Talk talk = Talk.settled(ArpOptions.defaults().cacheSize(16));
        talk.hears(Talk.questionBy(Talk.PEER_MAC, address(1)));
        talk.asks("waiter", address(2));
        for (ArpPacket packet : flood) {
            if (ArpTable.isHost(packet.senderIp().bits())) {
                talk.table.lookup(address(1).bits());
                talk.wants(packet.senderIp());
            }
            assertThat(talk.table.size()).isLessThanOrEqualTo(16);
        }
        assertThat(talk.mac(address(1))).isEqualTo(Talk.PEER_MAC.bits());
        talk.asks("late", address(3));
        talk.hears(Talk.answerBy(Talk.OTHER_MAC, address(2)));
        talk.hears(Talk.answerBy(Talk.OTHER_MAC, address(3)));
        assertThat(talk.answers).containsOnlyKeys("waiter", "late");
    }
}
