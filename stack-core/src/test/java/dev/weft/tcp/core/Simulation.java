package dev.weft.tcp.core;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.segment.Ecn;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Runs a {@link Scenario} to its end in virtual time and checks that the streams arrive whole and in order, that both ends
 * end without failure, that no memory is kept and that the invariants hold after every step.
 */
final class Simulation {

    private static final int IP_HEADER = 20;
    private static final long MILLISECOND = 1_000_000L;
    private static final long LONGEST = 14 * 24L * 3600 * 1000 * MILLISECOND;
    private static final long LONGEST_BURST = 200 * MILLISECOND;

    private record Flight(long time, long order, boolean toB, byte[] bytes, int ecn, int segmentSize) implements Comparable<Flight> {
        @Override
        public int compareTo(Flight other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    private final Scenario scenario;
    private final Random random;
    private final PriorityQueue<Flight> channel = new PriorityQueue<>();
    private final ChunkPool pool;
    private final Endpoint a;
    private final Endpoint b;
    private long now = 1;
    private final int mostSegments;
    private long order;
    private int sent;
    private int steps;
    private int cutAfter = Integer.MAX_VALUE;
    /** When the burst of losses ends that is going on, from A and from B. */
    private final long[] burstEnds = new long[2];

    private Simulation(Scenario scenario, TcpCounters counters) {
        this.scenario = scenario;
        this.random = new Random(scenario.seed());
        Scenario.Ends ends = scenario.ends();
        this.mostSegments = (scenario.aBytes() + scenario.bBytes()) / 2 + 20_000;
        this.pool = new ChunkPool("simulation", ends.chunk(), 4L << 20);
        TcpConfig config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(4L << 20)), counters)
                .withBuffers(new TcpBuffers(ends.sendBuffer(), Math.max(ends.sendBuffer(), ends.largestReceiveBuffer()),
                        ends.receiveBuffer(), ends.largestReceiveBuffer())).withNoDelay(ends.noDelay())
                .withRetries(40, 40, 60)
                // TIME-WAIT outlasts many losses of the last ACK, at a time-out of up to 120 s each.
                .withLargestSegment(scenario.offload().largest())
                .withTimes(1_000_000 * MILLISECOND, 60_000 * MILLISECOND, 40 * MILLISECOND);
        this.a = new Endpoint("A", config.withExtensions(ends.aExtensions()).withPath(ends.aMtu(), 20)
                .withCongestionControl(ends.aControl()), ends.aIss(), scenario.aBytes(), 3, 101, ends, random.nextLong());
        this.b = new Endpoint("B", config.withExtensions(ends.bExtensions()).withPath(ends.bMtu(), 20)
                .withCongestionControl(ends.bControl()), ends.bIss(), scenario.bBytes(), 101, 3, ends, random.nextLong());
        a.patient = isBad(scenario.link()) || isBad(scenario.back());
        b.patient = a.patient;
        a.splits = scenario.offload().splits();
        b.splits = a.splits;
    }

    private static boolean isBad(Scenario.Link link) {
        return link.loss() > 5 || link.bursts() > 0;
    }

    /** Runs it; throws AssertionError when anything is not as it must be. Returns the number of segments it took. */
    static int run(Scenario scenario, TcpCounters counters) {
        var simulation = new Simulation(scenario, counters);
        try {
            simulation.run();
            return simulation.sent;
        } finally {
            simulation.pool.close();
        }
    }

    /**
     * Runs it, and cuts the line after so many segments. Whoever waits for the peer gives up in the end; who waits for
     * nothing may wait for ever, and holds no memory meanwhile but what its application has not read.
     */
    static void runAndCut(Scenario scenario, int segments, TcpCounters counters) {
        var simulation = new Simulation(scenario, counters);
        simulation.cutAfter = segments;
        try {
            simulation.untilNothingHappens();
        } finally {
            simulation.pool.close();
        }
    }

    private void run() {
        begin();
        while (!(a.isDone() && b.isDone())) {
            if (!step()) {
                throw new AssertionError("nothing will ever happen again\n" + a + "\n" + b);
            }
        }
        finish(a, b);
        finish(b, a);
        a.require(pool.lent() == 0, "no chunk is kept at the end, but " + pool.lent());
        a.require(a.framesKept() + b.framesKept() == 0, "no frame is kept at the end");
    }

    private void untilNothingHappens() {
        begin();
        boolean goesOn = true;
        while (goesOn && !(a.isDone() && b.isDone())) {
            goesOn = step();
        }
        giveUp(a);
        giveUp(b);
        a.require(pool.lent() == 0, "no chunk is kept at the end, but " + pool.lent());
        a.require(a.framesKept() + b.framesKept() == 0, "no frame is kept at the end");
    }

    private void giveUp(Endpoint end) {
        if (end.connection == null) {
            return;
        }
        if (end.connection.state() != TcpState.CLOSED) {
            end.require(end.connection.unacknowledged() == 0, "waits for ever only if all that was written has arrived");
        }
        end.connection.abort(now);
    }

    private void begin() {
        a.probing = scenario.pathMtu() < Integer.MAX_VALUE ? MtuProbing.ALWAYS : MtuProbing.ON_BLACK_HOLE;
        b.probing = a.probing;
        a.restraint.longest = scenario.pathMtu();
        b.restraint.longest = scenario.pathMtu();
        a.connect(now);
        if (scenario.ends().simultaneousOpen()) {
            b.connect(now);
        }
        settle(a);
        settle(b);
    }

    private void finish(Endpoint end, Endpoint peer) {
        end.require(end.connection.failure() == TcpFailure.NONE, "ends without failure, but " + end.connection.failure());
        end.require(end.read == peer.written && end.written >= 0, "reads what the other wrote, " + peer.written);
        end.require(end.chunks() == 0, "holds no memory at the end");
    }

    /** One moment in which something happens; false if there is none left. */
    private boolean step() {
        if (++steps > 10 * mostSegments || now > LONGEST) {
            throw new AssertionError("no end: " + steps + " steps, " + now / 1_000_000_000L + " s\n" + a + "\n" + b);
        }
        long next = Math.min(wake(a), wake(b));
        if (!channel.isEmpty()) {
            next = Math.min(next, channel.peek().time());
        }
        if (next == Long.MAX_VALUE) {
            return false;
        }
        now = Math.max(now, next);
        boolean batch = true;
        while (batch && !channel.isEmpty() && channel.peek().time() <= now) {
            Flight flight = scenario.offload().joins() ? joined(channel.poll()) : channel.poll();
            Endpoint to = flight.toB() ? b : a;
            byte[] reset = to.receive(now, flight.bytes(), flight.ecn(), flight.segmentSize());
            if (reset != null) {
                send(to, reset, 0, 0);
            }
            check();
            batch = random.nextInt(4) > 0;           // several segments, then one poll: that is where ACKs merge
        }
        tick(a);
        tick(b);
        settle(a);
        settle(b);
        return true;
    }

    /** This one with those that arrive together with it, as far as a device joins them. */
    private Flight joined(Flight first) {
        Flight all = first;
        int size = first.segmentSize() > 0 ? first.segmentSize() : first.bytes().length < 20 ? 0
                : first.bytes().length - LargeFrames.header(first.bytes());
        while (!channel.isEmpty() && channel.peek().time() <= now && channel.peek().toB() == first.toB()
                && channel.peek().ecn() == first.ecn() && channel.peek().segmentSize() == 0) {
            byte[] more = LargeFrames.join(all.bytes(), size, channel.peek().bytes());
            if (more == null) {
                return all;
            }
            channel.poll();
            all = new Flight(first.time(), first.order(), first.toB(), more, first.ecn(), size);
        }
        return all;
    }

    private static long wake(Endpoint end) {
        return end.connection == null ? Long.MAX_VALUE : Math.min(end.wakeAt, end.connection.deadline());
    }

    private void tick(Endpoint end) {
        if (end.connection != null && end.connection.deadline() <= now) {
            end.connection.tick(now);
            check();
        }
    }

    private void settle(Endpoint end) {
        end.application(now);
        check();
        if (end.connection != null) {
            end.connection.holdAcked();
        }
        for (List<byte[]> segments = end.poll(now); segments != null; segments = end.poll(now)) {
            int ecn = end.polledEcn();
            int size = end.polledSegmentSize();
            segments.forEach(bytes -> send(end, bytes, ecn, size));
            check();
        }
        if (end.connection != null) {
            end.connection.releaseAcked();
            end.checkTimers();
            if (scenario.sleeps()) {
                end.connection.sleep();
            }
        }
    }

    private void send(Endpoint from, byte[] bytes, int ecn, int segmentSize) {
        if (++sent > mostSegments) {
            throw new AssertionError(sent + " segments for so few bytes\n" + a + "\n" + b);
        }
        Scenario.Link link = link(from);
        int packet = IP_HEADER + (segmentSize == 0 ? bytes.length : LargeFrames.header(bytes) + segmentSize);
        if (sent > cutAfter || packet > scenario.pathMtu() || chance(link.loss()) || lostInBurst(from, link)) {
            return;
        }
        int marked = ecn != 0 && chance(scenario.marking()) ? Ecn.CE : ecn;
        transmit(from, bytes, marked, segmentSize);
        if (chance(link.duplication())) {
            transmit(from, bytes, marked, segmentSize);
        }
    }

    private Scenario.Link link(Endpoint from) {
        return from == a ? scenario.link() : scenario.back();
    }

    /** Bursts begin by chance and last for a time, so that who repeats more and more slowly outlasts them. */
    private boolean lostInBurst(Endpoint from, Scenario.Link link) {
        int direction = from == a ? 0 : 1;
        if (now >= burstEnds[direction] && chance(link.bursts())) {
            burstEnds[direction] = now + random.nextLong(LONGEST_BURST);
        }
        return now < burstEnds[direction] && chance(80);
    }

    private void transmit(Endpoint from, byte[] bytes, int ecn, int segmentSize) {
        Scenario.Link link = link(from);
        byte[] copy = bytes.clone();
        if (chance(link.corruption())) {
            copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
        }
        if (chance(link.truncation())) {
            copy = Arrays.copyOf(copy, random.nextInt(copy.length));
        }
        long delay = link.delayMillis() * MILLISECOND;
        if (link.jitterMillis() > 0 && chance(link.reordering())) {
            delay += random.nextLong(link.jitterMillis() * MILLISECOND);
        }
        channel.add(new Flight(now + delay, order++, from == a, copy, ecn, segmentSize));
    }

    private boolean chance(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }

    private void check() {
        a.check(b);
        b.check(a);
        a.require(pool.lent() == a.chunks() + b.chunks(), "every chunk lent is in a buffer");
    }
}
