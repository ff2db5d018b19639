package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.weft.device.FakeDevice;
import dev.weft.device.FrameKit;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.device.TransportPackets;
import dev.weft.device.OutFrame;
import dev.weft.device.LinkType;
import dev.weft.device.ChecksumMark;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.resource.Counters;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.SeededScheduler;
import dev.weft.runtime.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImpairedDeviceTest {

    private static final int FRAMES = 20_000;
    private static final int LENGTH = 100;

    private final VirtualClock clock = new VirtualClock();
    private final Counters counters = new Counters();

    /** What comes through when numbered frames are sent, a microsecond apart; in means received by the impaired end. */
    private List<byte[]> pass(Impairment impairment, boolean in, long seed, int frames) {
        var leaks = LeakCheck.begin("weft");
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock));
        var received = new ArrayList<byte[]>();
        var impaired = new ImpairedDevice(cable.left(), in ? impairment : Impairment.NONE, in ? Impairment.NONE : impairment,
                seed, clock, counters);
        NetDevice sender = in ? cable.right() : impaired;
        NetDevice receiver = in ? impaired : cable.right();
        try (var kit = new FrameKit()) {
            for (int i = 0; i < frames; i++) {
                kit.send(sender, frame(i));
                clock.advance(Duration.ofNanos(1000));
                received.addAll(kit.receiveAll(receiver, clock));
            }
            clock.advance(Duration.ofSeconds(10));
            kit.receiveAll(impaired, clock).forEach(received::add);
            received.addAll(kit.receiveAll(receiver, clock));
        }
        impaired.close();
        cable.right().close();
        leaks.assertNone();
        return received;
    }

    private static byte[] frame(int number) {
        byte[] bytes = new byte[LENGTH];
        Arrays.fill(bytes, (byte) 0x5a);
        bytes[12] = 0x08;           // IPv4, and a sender capable of ECN
        bytes[13] = 0;
        bytes[14] = 0x45;
        bytes[0] = (byte) (number >> 16);
        bytes[1] = (byte) (number >> 8);
        bytes[2] = (byte) number;
        return bytes;
    }

    private static int number(byte[] frame) {
        return (frame[0] & 0xff) << 16 | (frame[1] & 0xff) << 8 | frame[2] & 0xff;
    }

    private long count(String direction, ImpairedEvent event) {
        return counters.value("impaired.cable.left." + direction + "." + event.name().toLowerCase());
    }

    @Test
    void changesNothingWithoutImpairment() {
        assertThat(pass(Impairment.NONE, true, 1, 100)).extracting(ImpairedDeviceTest::number).isSorted().hasSize(100);
        assertThat(pass(Impairment.NONE, false, 1, 100)).extracting(ImpairedDeviceTest::number).isSorted().hasSize(100);
    }

    @Test
    void losesAboutTheShareOfFramesThatItShouldInEachDirection() {
        for (boolean in : new boolean[] {true, false}) {
            int received = pass(Impairment.NONE.loss(0.2), in, 7, FRAMES).size();
            assertThat(received).isCloseTo((int) (FRAMES * 0.8), within(FRAMES / 50));
            assertThat(count(in ? "in" : "out", ImpairedEvent.LOST)).isEqualTo(FRAMES - received);
        }
    }

    @Test
    void losesInBurstsOfTheLengthThatItShould() {
        var lost = new BitSet(FRAMES);
        lost.set(0, FRAMES);
        pass(Impairment.NONE.bursts(0.01, 0.1, 1), true, 3, FRAMES).forEach(bytes -> lost.clear(number(bytes)));
        int bursts = 0;
        for (int i = lost.nextSetBit(0); i >= 0; i = lost.nextSetBit(lost.nextClearBit(i))) {
            bursts++;
        }
        assertThat((double) lost.cardinality() / bursts).isBetween(7.0, 14.0);
        assertThat(bursts).isBetween(FRAMES / 200, FRAMES / 70);
        assertThat(count("in", ImpairedEvent.LOST_IN_BURST)).isEqualTo(lost.cardinality());
    }

    @Test
    void doublesFrames() {
        List<byte[]> received = pass(Impairment.NONE.duplicate(0.1), false, 5, FRAMES);
        assertThat(received.size() - FRAMES).isCloseTo(FRAMES / 10, within(FRAMES / 50));
        assertThat(received.stream().map(ImpairedDeviceTest::number).distinct().count()).isEqualTo(FRAMES);
    }

    @Test
    void holdsFramesBackSoThatLaterOnesOvertakeThem() {
        List<byte[]> received = pass(Impairment.NONE.reorder(0.1, Duration.ofNanos(2500)), true, 5, FRAMES);
        assertThat(received).hasSize(FRAMES);
        int overtaken = 0;
        int highest = -1;
        for (byte[] bytes : received) {
            overtaken += number(bytes) < highest ? 1 : 0;
            highest = Math.max(highest, number(bytes));
        }
        assertThat(overtaken).isCloseTo(FRAMES / 10, within(FRAMES / 50));
    }

    @Test
    void flipsOneBitOfACorruptedFrame() {
        int corrupted = 0;
        List<byte[]> received = pass(Impairment.NONE.corrupt(0.5), true, 9, 2000);
        for (int i = 0; i < received.size(); i++) {
            int flipped = BitSet.valueOf(xor(received.get(i), frame(i))).cardinality();
            assertThat(flipped).isLessThanOrEqualTo(1);
            corrupted += flipped;
        }
        assertThat(received).hasSize(2000);
        assertThat(corrupted).isCloseTo(1000, within(120));
        assertThat(count("in", ImpairedEvent.CORRUPTED)).isEqualTo(corrupted);
    }

    private static byte[] xor(byte[] a, byte[] b) {
        byte[] difference = new byte[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = (byte) (a[i] ^ b[i]);
        }
        return difference;
    }

    @Test
    void cutsTheEndOffATruncatedFrame() {
        List<byte[]> received = pass(Impairment.NONE.truncate(1), false, 9, 2000);
        assertThat(received).hasSize(2000).allSatisfy(bytes -> {
            assertThat(bytes.length).isBetween(1, LENGTH - 1);
        });
        assertThat(received.stream().mapToInt(bytes -> bytes.length).min()).hasValue(1);
        assertThat(received.stream().mapToInt(bytes -> bytes.length).max()).hasValue(LENGTH - 1);
    }

    @Test
    void marksFramesThatComeWhenTheQueueIsLong() {
        var bottleneck = Bottleneck.of(LENGTH * 8 * 1000 * 1000 / 4).queueFrames(50).markAbove(40 * LENGTH);   // 4 µs a frame
        List<byte[]> received = pass(Impairment.NONE.bottleneck(bottleneck), true, 1, 200);
        long marked = received.stream().filter(bytes -> (bytes[15] & 3) == 3).count();
        assertThat(number(received.get(40))).as("nothing is lost before the queue is long").isEqualTo(40);
        assertThat(received.subList(0, 41)).allSatisfy(bytes -> assertThat(bytes[15] & 3).isEqualTo(2));
        assertThat(marked).isEqualTo(count("in", ImpairedEvent.MARKED)).isPositive();
        assertThat(count("in", ImpairedEvent.QUEUE_FULL)).isEqualTo(200 - received.size()).isPositive();
        assertThat(received).hasSize((int) count("in", ImpairedEvent.PASSED));
    }

    @Test
    void offersNoOffloadsSoThatItSeesSingleSegments() {
        var below = new FakeDevice(clock) {
            @Override
            public Offloads offloads() {
                return Offloads.ALL;
            }
        };
        try (var impaired = new ImpairedDevice(below, Impairment.NONE, Impairment.NONE, 1, clock, counters)) {
            assertThat(impaired.offloads()).isEqualTo(Offloads.NONE);
        }
    }

    /** A line loses packets, one by one, and knows no unfinished checksum, whatever the devices around it do. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cutsWhatStandsForManySegmentsAndGivesEachAFate(boolean in) {
        var leaks = LeakCheck.begin("weft");
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock).offloads(Offloads.ALL));
        var lossy = Impairment.NONE.loss(0.2);
        var impaired = new ImpairedDevice(cable.left(), in ? lossy : Impairment.NONE, in ? Impairment.NONE : lossy, 5, clock, counters);
        var shape = Shape.of(LinkType.ETHERNET, false, true, TransportPackets.ACK);
        byte[] payload = new byte[40_000];
        new Random(3).nextBytes(payload);
        List<byte[]> segments = shape.segments(payload, 100);
        List<byte[]> received;
        try (var kit = new FrameKit()) {
            OutFrame large = kit.frame(shape.large(payload));
            large.mark(ChecksumMark.PARTIAL, 100);
            (in ? cable.right() : impaired).transmit(large.alone(), 0, 1);
            kit.release(large);
            OutFrame partial = kit.frame(shape.large(new byte[10]));
            partial.mark(ChecksumMark.PARTIAL, 0);
            (in ? cable.right() : impaired).transmit(partial.alone(), 0, 1);
            kit.release(partial);
            received = kit.receiveAll(in ? impaired : cable.right(), clock);
        }
        assertThat(received).hasSizeBetween(250, 380).hasSize((int) count(in ? "in" : "out", ImpairedEvent.PASSED));
        var expected = new ArrayList<>(segments);
        expected.add(shape.segments(new byte[10], 100).getFirst());
        assertThat(received).usingElementComparator(Arrays::compare).isSubsetOf(expected);
        impaired.close();
        impaired.close();
        cable.right().close();
        leaks.assertNone();
    }

    @Test
    void givesTheSameFatesForTheSameSeedAndOthersForAnother() {
        var everything = Impairment.NONE.loss(0.1).bursts(0.01, 0.2, 0.9).duplicate(0.1).reorder(0.1, Duration.ofMillis(1))
                .delay(Duration.ofMillis(1), Duration.ofMillis(3)).corrupt(0.1).truncate(0.1);
        List<byte[]> once = pass(everything, true, 11, 1000);
        assertThat(pass(everything, true, 11, 1000)).usingElementComparator(Arrays::compare).isEqualTo(once);
        assertThat(pass(everything, true, 12, 1000)).usingElementComparator(Arrays::compare).isNotEqualTo(once);
    }

    @Test
    void losesTheSameFramesWhateverElseHappensToThem() {
        List<Integer> plain = pass(Impairment.NONE.loss(0.3), true, 4, 500).stream().map(ImpairedDeviceTest::number).toList();
        List<Integer> doubled = pass(Impairment.NONE.loss(0.3).duplicate(1), true, 4, 500).stream()
                .map(ImpairedDeviceTest::number).distinct().toList();
        assertThat(doubled).isEqualTo(plain);
    }

    @Test
    void servesDelaysOfBothDirectionsFromTheWaitOfItsReader() throws Exception {
        var delay = Impairment.NONE.delay(Duration.ofMillis(30), Duration.ZERO);
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock));
        var impaired = new ImpairedDevice(cable.left(), delay, delay, 1, clock, counters);
        var roundTrip = new ArrayList<Long>();
        try (var kit = new FrameKit(); var scheduler = new SeededScheduler(3, clock)) {
            scheduler.daemon("reader of the impaired end", () -> {
                while (!Thread.currentThread().isInterrupted()) {
                    kit.receiveAll(impaired, clock).forEach(bytes -> roundTrip.add(clock.nanoTime()));
                    impaired.awaitFrames(NanoClock.FOREVER);
                }
            });
            scheduler.program("sender", () -> {
                clock.sleep(Duration.ofMillis(5));
                kit.send(impaired, new byte[100]);
                clock.sleep(Duration.ofMillis(200));
            });
            scheduler.program("echo at the other end", () -> {
                NetDevice right = cable.right();
                List<byte[]> frames = List.of();
                while (frames.isEmpty()) {
                    right.awaitFrames(NanoClock.FOREVER);
                    frames = kit.receiveAll(right, clock);
                }
                frames.forEach(bytes -> kit.send(right, bytes));
            });
            scheduler.run(Duration.ofMinutes(1));
        }
        assertThat(roundTrip).containsExactly(65_000_000L);
        impaired.close();
        cable.right().close();
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.loss(1.01)).withMessageContaining("loss");
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.corrupt(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.delay(Duration.ofDays(2), Duration.ZERO));
    }
}
