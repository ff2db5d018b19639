package dev.weft.ipv4;

import static dev.weft.ipv4.FragmentKit.LIFETIME;
import static dev.weft.ipv4.FragmentOutcome.COMPLETED;
import static dev.weft.ipv4.FragmentOutcome.CONTRADICTORY_ECN;
import static dev.weft.ipv4.FragmentOutcome.CONTRADICTORY_LENGTH;
import static dev.weft.ipv4.FragmentOutcome.DATAGRAM_TOO_LONG;
import static dev.weft.ipv4.FragmentOutcome.DUPLICATE;
import static dev.weft.ipv4.FragmentOutcome.EMPTY_FRAGMENT;
import static dev.weft.ipv4.FragmentOutcome.NO_MEMORY;
import static dev.weft.ipv4.FragmentOutcome.OF_DROPPED_DATAGRAM;
import static dev.weft.ipv4.FragmentOutcome.OVERLAP;
import static dev.weft.ipv4.FragmentOutcome.STORED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.NanoClock;
import dev.weft.wire.Ipv4Option;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of reassembly one by one. That it puts anything together in any order is shown by {@link FragmentCachePropertyTest}. */
class FragmentCacheTest {

    private final FragmentKit kit = new FragmentKit();
    private final Packets whole = Packets.packet("192.0.2.1", "192.0.2.2").payload(Packets.pattern(64));

    @AfterEach
    void givesAllMemoryBack() {
        kit.cache.clear();
        kit.assertEmpty();
        kit.close();
    }

    @Test
    void anExactDuplicateChangesNothing() {
        assertThat(kit.add(0, whole.fragment(0, 32))).isEqualTo(STORED);
        assertThat(kit.add(0, whole.fragment(0, 32))).isEqualTo(DUPLICATE);
        assertThat(kit.add(0, whole.fragment(32, 64))).isEqualTo(COMPLETED);
        assertThat(kit.takeCompleted()).isEqualTo(whole.payload());
    }

    @Test
    void aDuplicateWithOtherBytesIsAnOverlap() {
        byte[] other = whole.payload().clone();
        other[7]++;
        kit.add(0, whole.fragment(0, 32));
        assertThat(kit.add(0, whole.payload(other).fragment(0, 32))).isEqualTo(OVERLAP);
    }

    @ParameterizedTest
    @CsvSource({"8, 24", "0, 24", "8, 32", "0, 40", "24, 40", "0, 8", "0, 64", "24, 64"})
    void anOverlapDropsTheDatagramAndItsKeyIsRememberedUntilItsTimeout(int from, int to) {
        kit.add(0, whole.fragment(0, 32));
        assertThat(kit.add(5, whole.fragment(from, to))).isEqualTo(OVERLAP);
        assertThat(kit.pages.lent()).as("the bytes are forgotten at once").isZero();
        assertThat(kit.add(6, whole.fragment(0, 32))).isEqualTo(OF_DROPPED_DATAGRAM);
        assertThat(kit.add(LIFETIME - 1, whole.fragment(32, 64))).isEqualTo(OF_DROPPED_DATAGRAM);
        assertThat(kit.cache.expire(LIFETIME)).as("nobody is told").isNull();
        assertThat(kit.cache.count()).isZero();
        assertThat(kit.add(LIFETIME, whole.fragment(0, 32))).isEqualTo(STORED);
    }

    @Test
    void twoFragmentsSideBySideAreNotADuplicateOfOne() {
        kit.add(0, whole.fragment(0, 16));
        kit.add(0, whole.fragment(16, 32));
        assertThat(kit.add(0, whole.fragment(0, 32))).isEqualTo(OVERLAP);
    }

    @Test
    void fragmentsMustAgreeOnTheEnd() {
        kit.add(0, whole.fragment(32, 64));
        assertThat(kit.add(0, whole.payload(Packets.pattern(96)).fragment(64, 80))).isEqualTo(CONTRADICTORY_LENGTH);
        kit.add(0, whole.id(2).fragment(40, 48));
        assertThat(kit.add(0, whole.id(2).payload(Packets.pattern(32)).fragment(24, 32))).isEqualTo(CONTRADICTORY_LENGTH);
        assertThat(kit.add(0, whole.id(3).fragment(32, 64))).isEqualTo(STORED);
        assertThat(kit.add(0, whole.id(3).fragment(0, 32))).isEqualTo(COMPLETED);
        kit.takeCompleted();
    }

    @Test
    void theLastFragmentAgainAsIfMoreFollowedIsAnOverlap() {
        Packets odd = whole.payload(Packets.pattern(61));
        kit.add(0, odd.fragment(32, 61));
        assertThat(kit.add(0, odd.fragment(32, 61))).isEqualTo(DUPLICATE);
        assertThat(kit.add(0, whole.payload(Packets.pattern(80)).fragment(32, 64))).isEqualTo(OVERLAP);
    }

    @Test
    void aLastFragmentWithoutBytesCompletesNothing() {
        kit.add(0, whole.fragment(0, 32));
        assertThat(kit.add(0, whole.fragment(64, 64))).isEqualTo(EMPTY_FRAGMENT);
    }

    @Test
    void theDatagramWithItsHeaderHasAtMost65535Bytes() {
        Packets longest = whole.payload(Packets.pattern(65_515));
        kit.add(0, longest.fragment(0, 65_512));
        assertThat(kit.add(0, longest.fragment(65_512, 65_515))).isEqualTo(COMPLETED);
        assertThat(kit.takeCompleted()).isEqualTo(longest.payload());
        // The same payload behind a header with options, which the last fragment does not show, is too long.
        Packets first = whole.id(2).payload(Packets.pattern(65_515)).options(new Ipv4Option.RouterAlert(0));
        kit.add(0, first.fragment(0, 65_504));
        assertThat(kit.add(0, longest.id(2).fragment(65_504, 65_515))).isEqualTo(DATAGRAM_TOO_LONG);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 1, 1", "2, 2, 2", "3, 3, 3", "1, 2, 2", "2, 3, 3", "1, 3, 3", "0, 2, 0", "0, 1, 0"})
    void combinesEcnBits(int one, int other, int together) {
        kit.add(0, whole.tos(one).fragment(0, 32));
        assertThat(kit.add(0, whole.tos(other).fragment(32, 64))).isEqualTo(COMPLETED);
        FragmentedDatagram datagram = kit.cache.takeCompleted();
        assertThat(datagram.combinedEcn()).isEqualTo(together);
        kit.cache.release(datagram);
    }

    @Test
    void aCongestionMarkIsNotLostBetweenFragmentsThatCannotCarryIt() {
        kit.add(0, whole.tos(0).fragment(0, 32));
        assertThat(kit.add(0, whole.tos(3).fragment(32, 64))).isEqualTo(CONTRADICTORY_ECN);
    }

    @Test
    void everyPartOfTheKeyTellsDatagramsApart() {
        kit.add(0, whole.fragment(0, 32));
        for (Packets other : new Packets[] {whole.id(2), whole.protocol(17),
                Packets.packet("192.0.2.3", "192.0.2.2").payload(whole.payload()),
                Packets.packet("192.0.2.1", "192.0.2.3").payload(whole.payload())}) {
            assertThat(kit.add(0, other.fragment(32, 64))).isEqualTo(STORED);
        }
        assertThat(kit.cache.count()).isEqualTo(5);
    }

    @Test
    void timeRunsFromTheFirstFragmentToArriveAndIsNotExtended() {
        assertThat(kit.cache.deadline()).isEqualTo(NanoClock.FOREVER);
        kit.add(7, whole.fragment(32, 40));
        kit.add(LIFETIME, whole.fragment(0, 32));
        assertThat(kit.cache.deadline()).isEqualTo(7 + LIFETIME);
        assertThat(kit.cache.expire(6 + LIFETIME)).isNull();
        FragmentedDatagram expired = kit.cache.expire(7 + LIFETIME);
        assertThat(expired.hasFirst()).isTrue();
        assertThat(expired.leadingBytes()).isEqualTo(40);
        kit.cache.release(expired);
        assertThat(kit.cache.expire(7 + LIFETIME)).isNull();
    }

    @Test
    void aFloodFromOneSourceCostsThatSourceAlone() {
        try (var small = new FragmentKit(400 << 10, 100 << 10)) {
            Packets victim = Packets.packet("192.0.2.9", "192.0.2.2").payload(whole.payload());
            small.add(0, victim.fragment(0, 32));
            for (int id = 0; id < 1000; id++) {
                assertThat(small.add(1, whole.id(id).fragment(0, 32))).isEqualTo(STORED);
                assertThat(small.cache.heldFor(0xc0000201)).isLessThanOrEqualTo(100 << 10);
            }
            assertThat(small.cache.evicted()).isGreaterThan(900);
            assertThat(small.add(2, victim.fragment(32, 64))).isEqualTo(COMPLETED);
            small.takeCompleted();
            // Its youngest are there still, its oldest have gone.
            assertThat(small.add(2, whole.id(999).fragment(32, 64))).isEqualTo(COMPLETED);
            small.takeCompleted();
            assertThat(small.add(2, whole.id(0).fragment(32, 64))).isEqualTo(STORED);
            small.cache.clear();
            small.assertEmpty();
        }
    }

    @Test
    void whenAllSourcesTogetherAreTooManyTheLargestPays() {
        try (var small = new FragmentKit(200 << 10, 100 << 10)) {
            Packets modest = Packets.packet("192.0.2.9", "192.0.2.2").payload(whole.payload());
            small.add(0, modest.fragment(0, 32));
            for (int id = 0; id < 400; id++) {
                String source = "198.51.100." + (1 + id % 3);
                assertThat(small.add(1, Packets.packet(source, "192.0.2.2").id(id).payload(whole.payload()).fragment(0, 32)))
                        .isEqualTo(STORED);
            }
            assertThat(small.add(2, modest.fragment(32, 64))).isEqualTo(COMPLETED);
            small.takeCompleted();
            small.cache.clear();
            small.assertEmpty();
        }
    }

    @Test
    void whoHoldsMostAndHasNothingElseToGiveGetsNoMore() {
        int least = FragmentCache.MINIMUM_PER_SOURCE;
        try (var small = new FragmentKit(least + (8 << 10), least)) {
            Packets longest = whole.payload(Packets.pattern(65_515));
            assertThat(small.add(0, longest.fragment(0, 40_000))).isEqualTo(STORED);
            for (int id = 0; id < 11; id++) {
                small.add(0, Packets.packet("192.0.2.9", "192.0.2.2").id(id).payload(whole.payload()).fragment(0, 32));
            }
            assertThat(small.cache.count()).isEqualTo(12);
            assertThat(small.add(0, longest.fragment(40_000, 60_000))).isEqualTo(NO_MEMORY);
            assertThat(small.cache.count()).as("nobody else paid").isEqualTo(12);
            small.cache.clear();
            small.assertEmpty();
        }
    }

    @Test
    void aNewcomerPushesOutTheLargest() {
        int least = FragmentCache.MINIMUM_PER_SOURCE;
        try (var small = new FragmentKit(least, least)) {
            small.add(0, whole.payload(Packets.pattern(65_515)).fragment(8, 65_515));
            assertThat(small.add(0, Packets.packet("192.0.2.9", "192.0.2.2").payload(whole.payload()).fragment(0, 8)))
                    .isEqualTo(STORED);
            assertThat(small.cache.heldFor(0xc0000201)).isZero();
            assertThat(small.cache.evicted()).isEqualTo(1);
            small.cache.clear();
            small.assertEmpty();
        }
    }
}
