package dev.weft.arp;

import static dev.weft.arp.Talk.OTHER;
import static dev.weft.arp.Talk.OTHER_MAC;
import static dev.weft.arp.Talk.OWN;
import static dev.weft.arp.Talk.OWN_MAC;
import static dev.weft.arp.Talk.PEER;
import static dev.weft.arp.Talk.PEER_MAC;
import static dev.weft.arp.Talk.answerBy;
import static dev.weft.arp.Talk.question;
import static dev.weft.arp.Talk.questionBy;
import static dev.weft.arp.Talk.resolved;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.LiveThreads;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Suspension;
import dev.weft.runtime.VirtualClock;
import dev.weft.testing.Eventually;
import dev.weft.testing.FakeLink;
import dev.weft.wire.ArpPacket;
import dev.weft.wire.EtherType;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The daemon, on a link that the test holds in its hand and a clock that stands still. */
class ArpTest {

    private static final int PATIENCE = 20;

    private final LeakCheck leaks = LeakCheck.begin("arp-fake0", "test-arp");
    private final VirtualClock clock = new VirtualClock();
    private final Counters counters = new Counters();
    private final FakeLink link = FakeLink.ethernet("fake0", OWN_MAC, 1500);
    private final DaemonScope scope = DaemonScope.open("test-arp", FailurePolicy.CANCEL_ALL);
    private Arp arp = create(ArpOptions.defaults());

    private Arp create(ArpOptions options) {
        return Arp.create(link, clock, Randomness.seeded(1), scope, counters, options);
    }

    @AfterEach
    void leaveNothingBehind() {
        arp.close();
        scope.close();
        link.close();
        leaks.assertNone();
    }

    /** Gives it its address and hears its announcements. */
    private void settle() throws InterruptedException {
        arp.setIps(List.of(Talk.OWN_ON_LINK));
        assertThat(link.next().arp()).isEqualTo(ArpPacket.announcement(OWN_MAC, OWN));
        advanceUntil(() -> !link.sent.isEmpty());
        assertThat(link.next().arp()).isEqualTo(ArpPacket.announcement(OWN_MAC, OWN));
    }

    /** Moves the clock from deadline to deadline; the daemon sees to each in its own time. */
    private void advanceUntil(BooleanSupplier condition) throws InterruptedException {
        Eventually.isTrue("what the passing of time brings", () -> condition.getAsBoolean() || clock.advanceToNextDeadline() && condition.getAsBoolean());
    }

    private static <T> CompletableFuture<T> start(java.util.concurrent.Callable<T> body) {
        var future = new CompletableFuture<T>();
        Thread.ofVirtual().name("asker").start(() -> {
            try {
                future.complete(body.call());
            } catch (Throwable t) {
                future.completeExceptionally(t);
            }
        });
        return future;
    }

    private CompletableFuture<ArpAnswer> asking(Ipv4Address address) {
        return start(() -> arp.query(address));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE, TimeUnit.SECONDS);
    }

    /** Sends a packet that needs the address of {@code nextHop}, filled with {@code fill}. */
    private boolean send(Ipv4Address nextHop, int length, int fill, ParkedFrameListener listener) {
        OutFrame frame = link.frames().tryAcquire();
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            int inHead = Math.min(20, length);
            frame.head().asSlice(frame.append(inHead), inHead).fill((byte) fill);
            if (length > inHead) {
                frame.addPiece(arena.allocate(length).fill((byte) fill), 0, length - inHead);
            }
            return arp.sendWhenResolved(nextHop.bits(), frame, EtherType.IPV4, listener);
        } finally {
            link.frames().release(frame);
        }
    }

    @Test
    void threadsThatAskForOneAddressShareOneQuestion() throws Exception {
        settle();
        List<CompletableFuture<ArpAnswer>> askers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            askers.add(asking(PEER));
        }
        assertThat(link.next()).extracting(FakeLink.Sent::arp, FakeLink.Sent::destination)
                .containsExactly(question(PEER), MacAddress.BROADCAST);
        Eventually.isTrue("all three ask", () -> LiveThreads.named("asker").size() == 3);
        link.deliver(answerBy(PEER_MAC, PEER));
        for (var asker : askers) {
            assertThat(get(asker)).isEqualTo(resolved(PEER_MAC));
        }
        assertThat(link.sent).isEmpty();
        assertThat(arp.query(PEER)).isEqualTo(resolved(PEER_MAC));
        assertThat(arp.ask(PEER)).contains(PEER_MAC);
        assertThat(arp.lookup(PEER.bits())).isEqualTo(PEER_MAC.bits());
        assertThat(arp.ask(OTHER)).isEmpty();
        assertThat(arp.lookup(OTHER.bits())).isEqualTo(-1);
        assertThat(counters.value("arp.in.awaited")).isEqualTo(1);
    }

    @Test
    void aQuestionNobodyAnswersTimesOut() throws Exception {
        settle();
        CompletableFuture<ArpAnswer> asker = asking(PEER);
        link.next();
        long asked = clock.nanoTime();
        advanceUntil(asker::isDone);
        assertThat(get(asker)).isEqualTo(new ArpAnswer.Timeout());
        assertThat(link.sent).as("repetitions").hasSize(5);
        assertThat(clock.nanoTime() - asked).isGreaterThanOrEqualTo(Duration.ofSeconds(9).toNanos());
    }

    @Test
    void settingTheAddressesClearsWhoWaits() throws Exception {
        settle();
        CompletableFuture<ArpAnswer> asker = asking(PEER);
        link.next();
        arp.setIps(List.of(InterfaceAddress.of("10.0.0.9/24")));
        assertThat(get(asker)).isEqualTo(new ArpAnswer.Cleared());
    }

    @Test
    void anInterruptEndsAQueryAndTheOthersGoOn() throws Exception {
        settle();
        var interrupted = new FutureTask<>(() -> arp.query(PEER));
        Thread first = Thread.ofVirtual().start(interrupted);
        link.next();
        CompletableFuture<ArpAnswer> second = asking(PEER);
        first.interrupt();
        assertThatThrownBy(() -> interrupted.get(PATIENCE, TimeUnit.SECONDS))
                .hasCauseInstanceOf(InterruptedException.class);
        link.deliver(answerBy(PEER_MAC, PEER));
        assertThat(get(second)).isEqualTo(resolved(PEER_MAC));
    }

    @Test
    void aQueryOfAnInterruptedThreadThrowsEvenWhenTheAnswerIsKnown() throws Exception {
        settle();
        link.deliver(questionBy(PEER_MAC, PEER));
        link.next();
        var asked = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            return arp.query(PEER);
        });
        Thread.ofVirtual().start(asked);
        assertThatThrownBy(() -> asked.get(PATIENCE, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void closingFailsWhoWaitsAndWhoComesLater() throws Exception {
        settle();
        CompletableFuture<ArpAnswer> asker = asking(PEER);
        link.next();
        arp.close();
        assertThat(get(asker)).isInstanceOfSatisfying(ArpAnswer.Failed.class,
                failed -> assertThat(failed.cause()).hasMessageContaining("closed"));
        assertThat(arp.query(PEER)).isInstanceOf(ArpAnswer.Failed.class);
        assertThat(send(PEER, 100, 1, null)).isFalse();
        link.deliver(questionBy(PEER_MAC, PEER));
        assertThat(link.sent).isEmpty();
        arp.close();
    }

    @Test
    void theEndOfTheScopeEndsItToo() throws Exception {
        settle();
        CompletableFuture<ArpAnswer> asker = asking(PEER);
        link.next();
        scope.close();
        assertThat(get(asker)).isInstanceOf(ArpAnswer.Failed.class);
        assertThat(LiveThreads.named("arp-fake0")).isEmpty();
    }

    @Test
    void aReaderMustNotQuery() {
        assertThatIllegalStateException().isThrownBy(() -> Suspension.forbid("a reader", () -> {
            try {
                arp.query(PEER);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        })).withMessageContaining("Arp.query");
    }

    @Test
    void answersRequestsAndCountsWhatIsMalformed() throws Exception {
        settle();
        link.deliver(questionBy(PEER_MAC, PEER));
        assertThat(link.next()).extracting(FakeLink.Sent::destination, FakeLink.Sent::arp)
                .containsExactly(PEER_MAC, ArpPacket.reply(OWN_MAC, OWN, PEER_MAC, PEER));
        byte[] bytes = new byte[46];
        questionBy(PEER_MAC, PEER).emit(MemorySegment.ofArray(bytes), 0);
        bytes[1] = 6;
        link.deliver(bytes);
        bytes[1] = 1;
        bytes[2] = 9;
        link.deliver(bytes);
        link.deliver(new byte[27]);
        assertThat(counters.value("arp.in.malformed.unknown_hardware")).isEqualTo(1);
        assertThat(counters.value("arp.in.malformed.unknown_protocol")).isEqualTo(1);
        assertThat(counters.value("arp.in.malformed.packet_cut")).isEqualTo(1);
        assertThat(counters.value("arp.in.question")).isEqualTo(1);
    }

    @Test
    void announcesAgainWhenTheLinkComesUp() throws Exception {
        settle();
        link.goUp();
        assertThat(link.next().arp()).isEqualTo(ArpPacket.announcement(OWN_MAC, OWN));
    }

    @Test
    void tellsWhoListensThatAnAddressIsClaimedAndLost() throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        arp.addAddressListener(new AddressListener() {
            @Override
            public void claimed(Ipv4Address address) {
                events.add("claimed " + address);
                throw new IllegalStateException("a listener that fails harms nobody");
            }

            @Override
            public void lost(Ipv4Address address, MacAddress holder) {
                events.add("lost " + address + " to " + holder);
            }
        });
        settle();
        link.deliver(ArpPacket.announcement(PEER_MAC, OWN));
        link.next();
        link.deliver(ArpPacket.announcement(PEER_MAC, OWN));
        assertThat(events.poll(PATIENCE, TimeUnit.SECONDS)).isEqualTo("claimed 10.0.0.1");
        assertThat(events.poll(PATIENCE, TimeUnit.SECONDS)).isEqualTo("lost 10.0.0.1 to " + PEER_MAC);
        assertThat(arp.ask(OWN)).isEmpty();
    }

    @Test
    void framesWaitForTheAnswerAndLeaveInOrder() throws Exception {
        settle();
        assertThat(send(PEER, 60, 1, null)).isTrue();
        assertThat(send(PEER, 1480, 2, null)).isTrue();
        assertThat(send(PEER, 9000, 3, null)).isTrue();
        assertThat(link.next().arp()).isEqualTo(question(PEER));
        link.deliver(answerBy(PEER_MAC, PEER));
        for (var expected : List.of(filled(60, 1), filled(1480, 2), filled(9000, 3))) {
            FakeLink.Sent sent = link.next();
            assertThat(sent.destination()).isEqualTo(PEER_MAC);
            assertThat(sent.etherType()).isEqualTo(EtherType.IPV4);
            assertThat(sent.bytes()).isEqualTo(expected);
        }
        assertThat(send(PEER, 60, 4, null)).as("known by now").isTrue();
        assertThat(link.next().bytes()).isEqualTo(filled(60, 4));
    }

    @Test
    void theOldestFrameGoesWhenSixtyFourWaitForOneAddress() throws Exception {
        settle();
        for (int i = 0; i < 66; i++) {
            send(PEER, 60, i, null);
        }
        link.next();
        Eventually.isTrue("two are out", () -> counters.value("arp.drop.parked_oldest_out") == 2);
        link.deliver(answerBy(PEER_MAC, PEER));
        for (int i = 2; i < 66; i++) {
            assertThat(link.next().bytes()).isEqualTo(filled(60, i));
        }
        assertThat(link.sent).isEmpty();
    }

    @Test
    void theOldestFrameOfAllGoesWhenTheBytesAreUsedUp() throws Exception {
        arp.close();
        var second = FakeLink.ethernet("fake0", OWN_MAC, 1500);
        try (Arp small = Arp.create(second, clock, Randomness.seeded(1), scope, counters,
                ArpOptions.defaults().parked(1000, 64 * 1024))) {
            OutFrame frame = link.frames().tryAcquire();
            frame.append(60);
            for (int i = 0; i < 40; i++) {
                small.sendWhenResolved(PEER.bits() + i, frame, EtherType.IPV4, null);
            }
            link.frames().release(frame);
            Eventually.isTrue("eight are out", () -> counters.value("arp.drop.parked_oldest_out")
                    + counters.value("arp.drop.parked_no_room") == 8);
        } finally {
            second.close();
        }
    }

    @Test
    void tellsWhoSentWhenNobodyAnswers() throws Exception {
        settle();
        var told = new CompletableFuture<byte[]>();
        send(PEER, 1480, 7, (nextHop, etherType, packet, offset, length) -> {
            assertThat(nextHop).isEqualTo(PEER.bits());
            assertThat(etherType).isEqualTo(EtherType.IPV4);
            told.complete(packet.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        });
        link.next();
        advanceUntil(told::isDone);
        assertThat(get(told)).isEqualTo(filled(1480, 7));
        assertThat(counters.value("arp.drop.parked_unanswered")).isEqualTo(1);
    }

    @Test
    void asksAgainForASuspect() throws Exception {
        settle();
        link.deliver(questionBy(PEER_MAC, PEER));
        link.next();
        clock.advance(Duration.ofSeconds(10));
        arp.suspect(PEER.bits());
        assertThat(link.next()).extracting(FakeLink.Sent::destination, FakeLink.Sent::arp)
                .containsExactly(PEER_MAC, question(PEER));
        arp.confirm(PEER.bits());
        assertThat(arp.ask(PEER)).contains(PEER_MAC);
    }

    @Test
    void aConfiguredNeighbourIsNotAskedFor() throws Exception {
        arp.addStatic(PEER, PEER_MAC);
        assertThat(arp.query(PEER)).isEqualTo(resolved(PEER_MAC));
        arp.removeStatic(PEER);
        Eventually.isTrue("it is forgotten", () -> arp.ask(PEER).isEmpty());
        assertThat(link.sent).isEmpty();
    }

    @Test
    void lookingUpAndConfirmingMakeNoGarbage() throws Exception {
        settle();
        link.deliver(questionBy(PEER_MAC, PEER));
        link.next();
        var threads = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long allocated = 0;
        for (int round = 0; round < 40; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                arp.lookup(PEER.bits());
                arp.confirm(PEER.bits());
            }
            // The first half is for the compiler.
            allocated += round < 20 ? 0 : threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated / 20_000).as("bytes of garbage a call").isZero();
    }

    @Test
    void aFloodOfQuestionsCostsNoAnswerThatAThreadWaitsFor() throws Exception {
        settle();
        CompletableFuture<ArpAnswer> asker = asking(OTHER);
        link.next();
        for (int i = 0; i < 20_000; i++) {
            link.deliver(questionBy(new MacAddress(PEER_MAC.bits() + 16 + i), new Ipv4Address(PEER.bits() + 16 + i % 200)));
        }
        link.deliver(answerBy(OTHER_MAC, OTHER));
        assertThat(get(asker)).isEqualTo(resolved(OTHER_MAC));
    }

    @Test
    void aDeviceThatTakesNothingIsCountedAndAskedAgain() throws Exception {
        link.takesFrames = false;
        arp.setIps(List.of(Talk.OWN_ON_LINK));
        Eventually.isTrue("the device has refused", () -> counters.value("arp.drop.not_sent") >= 1);
        link.takesFrames = true;
        advanceUntil(() -> !link.sent.isEmpty());
    }

    @Test
    void refusesALinkThatCannotCarryItOrNeedsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> Arp.create(FakeLink.ethernet("fake0", OWN_MAC, 27), clock,
                Randomness.seeded(1), scope, counters, ArpOptions.defaults())).withMessageContaining("28");
        assertThatIllegalArgumentException().isThrownBy(() -> Arp.create(FakeLink.rawIp("fake0", 1500), clock,
                Randomness.seeded(1), scope, counters, ArpOptions.defaults())).withMessageContaining("fake0");
    }

    @Test
    void refusesAddressesThatNoStationCanHave() {
        assertThatIllegalArgumentException().isThrownBy(() -> arp.query(Ipv4Address.BROADCAST));
        assertThatIllegalArgumentException().isThrownBy(() -> arp.setIps(List.of(InterfaceAddress.of("fd00::1/64"))));
        assertThatIllegalArgumentException().isThrownBy(() -> arp.setIps(List.of(Talk.OWN_ON_LINK, Talk.OWN_ON_LINK)));
        assertThatIllegalArgumentException().isThrownBy(() -> arp.addStatic(PEER, MacAddress.BROADCAST));
        assertThatIllegalArgumentException().isThrownBy(() -> ArpOptions.defaults().cacheSize(0));
        assertThatIllegalArgumentException().isThrownBy(() -> ArpOptions.defaults().delay(Duration.ZERO));
        assertThat(send(Ipv4Address.BROADCAST, 60, 1, null)).isFalse();
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
