package dev.weft.ipv4;

import static dev.weft.ipv4.Ipv4Bench.PEER;
import static dev.weft.ipv4.Ipv4Bench.US;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.OffHeap;
import dev.weft.testing.Eventually;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The daemon that gives up on datagrams, in virtual time. */
@Timeout(60)
class ReassemblyTest {

    private static final Duration LIFETIME = Ipv4Options.defaults().fragmentLifetime();

    private final Packets whole = Packets.packet(PEER, US).payload(Packets.pattern(64));

    private static void await(Ipv4Bench bench, String what, BooleanSupplier condition) throws InterruptedException {
        Eventually.isTrue(what, () -> {
            assertThat(bench.scope.failure()).as(what).isEmpty();
            return condition.getAsBoolean();
        });
    }

    /** Lets time pass in small steps until the counter says that all of {@code count} datagrams have expired. */
    private static void letExpire(Ipv4Bench bench, long count) throws InterruptedException {
        await(bench, "expiry", () -> {
            bench.clock.advance(Duration.ofMillis(2));
            return bench.count("ipv4.fragments.expired") == count;
        });
    }

    @Test
    void theSenderOfAFirstFragmentIsToldWhenTheRestDoesNotCome() throws Exception {
        try (var bench = new Ipv4Bench()) {
            bench.deliver(whole.fragment(0, 32));
            bench.clock.advance(LIFETIME.minusMillis(1));
            assertThat(bench.count("ipv4.fragments.expired")).isZero();
            bench.clock.advance(Duration.ofMillis(1));
            letExpire(bench, 1);
            await(bench, "the error", () -> !bench.errors.isEmpty());
            assertThat(bench.errors).containsExactly("time exceeded " + PEER);
        }
    }

    @Test
    void nobodyIsToldWithoutAFirstFragmentNorAfterAnOverlap() throws Exception {
        try (var bench = new Ipv4Bench()) {
            bench.deliver(whole.fragment(32, 64));
            bench.deliver(whole.id(2).fragment(0, 32));
            bench.deliver(whole.id(2).fragment(24, 40));
            bench.deliver(whole.id(3).fragment(8, 16));
            bench.clock.advance(LIFETIME);
            letExpire(bench, 2);
            bench.deliver(whole.id(4).fragment(0, 32));   // and this one, later, is the first to be told of
            bench.clock.advance(LIFETIME);
            letExpire(bench, 3);
            await(bench, "the error", () -> !bench.errors.isEmpty());
            assertThat(bench.errors).hasSize(1);
            assertThat(bench.count("ipv4.fragments.overlap")).isEqualTo(1);
        }
    }

    @Test
    void closeGivesAllMemoryBackWhateverIsHalfDone() {
        long before = OffHeap.liveBytes();
        try (var bench = new Ipv4Bench()) {
            for (int id = 0; id < 50; id++) {
                bench.deliver(whole.id(id).fragment(0, 32));
            }
            assertThat(OffHeap.liveBytes()).isGreaterThan(before);
        }
        assertThat(OffHeap.liveBytes()).isEqualTo(before);
    }
}
