package dev.weft.ipv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** Reassembly against a model that keeps fragments in maps, and against a datagram cut at random. */
class FragmentCachePropertyTest {

    @Property(tries = 300)
    void putsTogetherAnyFragmentsInAnyOrderWithDuplicates(@ForAll @IntRange(min = 9, max = 65_515) int length,
            @ForAll @IntRange(min = 8, max = 9000) int largest, @ForAll long seed) {
        var random = new Random(seed);
        Packets whole = Packets.packet("192.0.2.1", "192.0.2.2").payload(Packets.pattern(length));
        List<Packets> fragments = new ArrayList<>();
        int step = Math.max(largest, length / 500);   // at most some hundred fragments a try
        for (int at = 0; at < length; ) {
            int to = Math.min(length, at + 8 * (1 + random.nextInt(Math.max(1, step / 8))));
            fragments.add(whole.fragment(at, to));
            at = to;
        }
        if (fragments.size() == 1) {
            fragments = new ArrayList<>(List.of(whole.fragment(0, 8), whole.fragment(8, length)));
        }
        Collections.shuffle(fragments, random);
        try (var kit = new FragmentKit()) {
            for (int i = 0; i < fragments.size(); i++) {
                boolean last = i == fragments.size() - 1;
                assertThat(kit.add(i, fragments.get(i)))
                        .isEqualTo(last ? FragmentOutcome.COMPLETED : FragmentOutcome.STORED);
                if (!last && random.nextInt(3) == 0) {
                    assertThat(kit.add(i, fragments.get(random.nextInt(i + 1)))).isEqualTo(FragmentOutcome.DUPLICATE);
                }
            }
            assertThat(kit.takeCompleted()).isEqualTo(whole.payload());
            kit.assertEmpty();
        }
    }

    @Property(tries = 400)
    void doesWhatTheModelDoes(@ForAll long seed) {
        var random = new Random(seed);
        var model = new Model();
        long now = 0;
        int completed = 0;
        int dropped = 0;
        try (var kit = new FragmentKit()) {
            for (int step = 0; step < 120; step++) {
                now += random.nextInt(4) == 0 ? FragmentKit.LIFETIME / 8 : 1;
                FragmentedDatagram expired;
                while ((expired = kit.cache.expire(now)) != null) {
                    assertThat(model.expireOne(now)).isEqualTo(expired.protocolAndId);
                    kit.cache.release(expired);
                }
                assertThat(model.expireOne(now)).isNull();
                Packets whole = Packets.packet("192.0.2.1", "192.0.2.2").id(random.nextInt(4))
                        .payload(Packets.pattern(random.nextInt(8) == 0 ? 44 : 40));
                int from = 8 * random.nextInt(5);
                int to = Math.min(whole.payload().length, from + 8 * (1 + random.nextInt(3)));
                Packets fragment = whole.fragment(from, to);
                FragmentOutcome expected = model.add(now, fragment);
                assertThat(kit.add(now, fragment)).as("step %d: %d to %d", step, from, to).isEqualTo(expected);
                if (expected == FragmentOutcome.COMPLETED) {
                    assertThat(kit.takeCompleted()).isEqualTo(model.completed);
                    completed++;
                }
                dropped += expected == FragmentOutcome.OVERLAP ? 1 : 0;
                assertThat(kit.cache.count()).isEqualTo(model.datagrams.size());
            }
            kit.cache.clear();
            kit.assertEmpty();
        }
        Statistics.label("completed").collect(completed > 0);
        Statistics.label("overlaps").collect(dropped > 0);
        Statistics.label("completed").coverage(seen -> seen.check(true).percentage(p -> p > 10));
        Statistics.label("overlaps").coverage(seen -> seen.check(true).percentage(p -> p > 50));
    }

    @Property(tries = 60)
    void staysWithinEveryLimitWhateverComes(@ForAll long seed) {
        var random = new Random(seed);
        int perSource = FragmentCache.MINIMUM_PER_SOURCE;
        byte[] payload = Packets.pattern(65_515);
        try (var kit = new FragmentKit(3 * perSource, perSource)) {
            for (int step = 0; step < 300; step++) {
                String source = "192.0.2." + (1 + random.nextInt(6));
                int from = 8 * random.nextInt(8000);
                int to = Math.min(65_515, from + 8 * (1 + random.nextInt(400)));
                kit.add(step, Packets.packet(source, "10.0.0.1").id(random.nextInt(20)).payload(payload).fragment(from, to));
                for (int last = 1; last <= 6; last++) {
                    assertThat(kit.cache.heldFor(0xc0000200 + last)).isBetween(0L, (long) perSource);
                }
            }
            kit.cache.clear();
            kit.assertEmpty();
        }
    }

    /** Reassembly as RFC 791 §3.2 and the rule about overlaps say it, without thrift. */
    private static final class Model {

        final Map<Long, Datagram> datagrams = new LinkedHashMap<>();
        byte[] completed;

        private static final class Datagram {
            final long deadline;
            final TreeMap<Integer, Packets> fragments = new TreeMap<>();
            boolean dropped;

            Datagram(long deadline) {
                this.deadline = deadline;
            }
        }

        FragmentOutcome add(long now, Packets fragment) {
            Datagram datagram = datagrams.computeIfAbsent((long) fragment.protocol() << 16 | fragment.identification(),
                    _ -> new Datagram(now + FragmentKit.LIFETIME));
            if (datagram.dropped) {
                return FragmentOutcome.OF_DROPPED_DATAGRAM;
            }
            int from = fragment.offset();
            int to = from + fragment.payload().length;
            for (Packets other : datagram.fragments.values()) {
                int otherTo = other.offset() + other.payload().length;
                if (from < otherTo && other.offset() < to) {
                    if (from == other.offset() && to == otherTo && fragment.more() == other.more()
                            && Arrays.equals(fragment.payload(), other.payload())) {
                        return FragmentOutcome.DUPLICATE;
                    }
                    datagram.dropped = true;
                    return FragmentOutcome.OVERLAP;
                }
            }
            for (Packets other : datagram.fragments.values()) {
                int otherTo = other.offset() + other.payload().length;
                if (!other.more() && (to > otherTo || !fragment.more()) || !fragment.more() && otherTo > to) {
                    datagram.dropped = true;
                    return FragmentOutcome.CONTRADICTORY_LENGTH;
                }
            }
            datagram.fragments.put(from, fragment);
            int next = 0;
            for (Packets each : datagram.fragments.values()) {
                if (each.offset() != next) {
                    return FragmentOutcome.STORED;
                }
                next += each.payload().length;
            }
            if (datagram.fragments.lastEntry().getValue().more()) {
                return FragmentOutcome.STORED;
            }
            completed = new byte[next];
            datagram.fragments.values().forEach(
                    each -> System.arraycopy(each.payload(), 0, completed, each.offset(), each.payload().length));
            datagrams.remove((long) fragment.protocol() << 16 | fragment.identification());
            return FragmentOutcome.COMPLETED;
        }

        /** Forgets those whose time has run out, up to one that was not dropped; its key, or null. */
        Long expireOne(long now) {
            var all = datagrams.entrySet().iterator();
            while (all.hasNext()) {
                var next = all.next();
                if (next.getValue().deadline > now) {
                    return null;
                }
                all.remove();
                if (!next.getValue().dropped) {
                    return next.getKey();
                }
            }
            return null;
        }
    }
}
