package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.ImpairedDevice;
import dev.weft.device.memory.Impairment;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.link.ReaderMode;
import dev.weft.resource.Counters;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.SeededScheduler;
import dev.weft.runtime.VirtualClock;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Two whole stacks, blocking programs and all their daemons, on a bad line in virtual time: what a seed decides, it decides
 * again, and a time-out of a minute costs nothing. A failure prints the seed, the line and the sizes.
 */
class AdversarialLinkProperties {

    private static final Duration LIMIT = Duration.ofHours(3);
    private static final Map<String, Long> SEEN = new TreeMap<>();

    /** How the line is bad, the same in both directions. */
    record Line(double loss, double duplicate, double reorder, double corrupt, int delayMillis, int jitterMillis) {

        Impairment impairment() {
            return Impairment.NONE.loss(loss).duplicate(duplicate).reorder(reorder, Duration.ofMillis(20)).corrupt(corrupt)
                    .delay(Duration.ofMillis(delayMillis), Duration.ofMillis(jitterMillis));
        }
    }

    @Provide
    Arbitrary<Line> lines() {
        Arbitrary<Double> seldom = Arbitraries.doubles().between(0, 0.1);
        return Combinators.combine(seldom, seldom, seldom, seldom, Arbitraries.integers().between(0, 60),
                Arbitraries.integers().between(0, 20)).as(Line::new);
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void streamsArriveWholeAndBothEndsEnd(@ForAll long seed, @ForAll("lines") Line line,
                                          @ForAll @IntRange(max = 200_000) int there,
                                          @ForAll @IntRange(max = 200_000) int back) throws Exception {
        run(seed, line, there, back);
    }

    @Property(tries = 5, shrinking = ShrinkingMode.OFF)
    void theSameSeedIsTheSameRun(@ForAll long seed, @ForAll("lines") Line line) throws Exception {
        assertThat(run(seed, line, 20_000, 10_000)).isEqualTo(run(seed, line, 20_000, 10_000));
    }

    /**
     * Here the answer to ARP's question was damaged, which no checksum tells, and so was the answer when TCP doubted it first:
     * a transport that doubts but once (RFC 9293 §3.8.3) gives up in vain.
     */
    @Example
    void doubtsANeighbourUntilSomethingComesBack() throws Exception {
        run(-15, new Line(0.13, 0.06, 0.03, 0.15, 11, 3), 17_494, 13);
    }

    /** Returns the fingerprint of the run. */
    private static long run(long seed, Line line, int there, int back) throws Exception {
        var clock = new VirtualClock();
        try (var scheduler = new SeededScheduler(seed, clock)) {
            scheduler.program("test", () -> converse(scheduler, clock, seed, line, bytes(there, seed), bytes(back, seed + 1)));
            scheduler.run(LIMIT);
            return scheduler.trace();
        }
    }

    private static byte[] bytes(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void converse(SeededScheduler scheduler, VirtualClock clock, long seed, Line line, byte[] there,
                                 byte[] back) throws Exception {
        // Every other line has a cable at its end that takes large segments and partial checksums (D5); the line cuts and finishes them.
        Offloads offloads = (seed & 1) == 0 ? Offloads.NONE : Offloads.ALL;
        var cable = new Cable(MemoryLinkOptions.defaults().clock(clock).offloads(offloads));
        Randomness seeds = Randomness.seeded(seed);
        NetDevice bad = new ImpairedDevice(cable.left(), line.impairment(), line.impairment(), seeds.nextLong(), clock,
                new Counters());
        try (NetworkStack left = stack("left", bad, TwoStacks.LEFT, clock, seeds);
             NetworkStack right = stack("right", cable.right(), TwoStacks.RIGHT, clock, seeds);
             TcpListener listener = right.tcp().listen(7)) {
            Thread server = scheduler.program("server", () -> {
                try (TcpSocket socket = listener.accept()) {
                    exchange(scheduler, socket, back, there);
                }
            });
            var remote = new InetSocketAddress(InetAddress.getByName(TwoStacks.RIGHT), 7);
            try (TcpSocket socket = left.tcp().connect(remote, null, TcpOptions.defaults().connectTimeout(Duration.ZERO))) {
                exchange(scheduler, socket, there, back);
            }
            server.join();
            for (int minutes = 0; left.tcp().connectionCount() + right.tcp().connectionCount() > 0; minutes++) {
                assertThat(minutes).as("minutes until both ends have ended").isLessThan(60);
                clock.sleep(Duration.ofMinutes(1));
            }
            note(left);
            note(right);
        }
    }

    private static NetworkStack stack(String name, NetDevice device, String address, VirtualClock clock, Randomness seeds)
            throws Exception {
        StackConfig config = StackConfig.create().name(name).clock(clock).randomness(Randomness.seeded(seeds.nextLong()))
                .link("eth0", (_, _) -> device, link -> link.address(address + "/24").reader(ReaderMode.VIRTUAL));
        return NetworkStack.open(config.arp(config.arp().retries(30)));
    }

    /** Writes all of one stream while it reads all of the other. */
    private static void exchange(SeededScheduler scheduler, TcpSocket socket, byte[] out, byte[] in) throws Exception {
        Thread writer = scheduler.program("writer", () -> {
            socket.write(out);
            socket.shutdownOutput();
        });
        InputStream input = socket.input();
        assertThat(input.readAllBytes()).isEqualTo(in);
        writer.join();
    }

    private static void note(NetworkStack stack) {
        stack.counters().forEach((name, value) -> SEEN.merge(name, value, Long::sum));
    }

    /** A line on which nothing happened proves nothing. */
    @AfterContainer
    static void sawWhatItIsAbout() {
        assertThat(SEEN.get("tcp.retransmission_timeout")).as("time-outs").isPositive();
        assertThat(SEEN.get("tcp.fast_recovery")).as("losses repaired before a time-out").isPositive();
        assertThat(SEEN.get("tcp.out_of_order")).as("segments out of order").isPositive();
        assertThat(SEEN.get("tcp.large_segment_out")).as("large segments").isPositive();
        assertThat(SEEN.get("tcp.in.bad_checksum")).as("damaged segments").isPositive();
    }
}
