package dev.weft.tcp.core;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Bulk flows over one bottleneck in virtual time, for figures: each flow is a pair of connections, their segments share a
 * link of a rate with a drop-tail queue before it and a delay behind it, and ACKs come back over a link that is never full.
 * <pre>
 *   sender 1 ─┐   queue                                ┌─ receiver 1
 *   sender 2 ─┼─▸ ▯▯▯▯▯▯ ─▸ rate ─▸ loss ─▸ delay/2 ─▸─┼─ receiver 2
 *      …      │                                        │     …
 *             └──◂─────────────────────────── delay/2 ─┘
 * </pre>
 * Senders write as much as fits, receivers read at once. Everything follows from the {@link Path}, so the same path gives the
 * same figures on every machine.
 */
final class PathSimulation {

    static final int MTU = 1500;
    private static final int IP_HEADER = 20;
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;

    /**
     * What the path is like.
     *
     * @param mbit rate of the bottleneck, Mbit/s of IP packets
     * @param rttMillis round-trip time without queue
     * @param lossPerMille segments of a thousand that are lost at random
     * @param queueBdps room in the queue, in bandwidth-delay products (at least ten packets)
     * @param flows how many
     * @param seconds for how long; figures are of all of it, start included
     */
    record Path(double mbit, int rttMillis, double lossPerMille, double queueBdps, int flows, int seconds) {

        long bytesPerSecond() {
            return (long) (mbit * 1e6 / 8);
        }

        int queueBytes() {
            return (int) Math.max(10 * MTU, queueBdps * bytesPerSecond() * rttMillis / 1000);
        }
    }

    /**
     * What came of it.
     *
     * @param utilisation bytes delivered in order, of those the bottleneck could have carried as payload
     * @param retransmitted segments sent again, of all
     * @param queueDelayMillis mean time in the queue
     * @param jain Jain's index of the flows' goodput: 1 when all are equal, 1/n when one has all
     * @param goodput of each flow in Mbit/s
     */
    record Figures(double utilisation, double retransmitted, double queueDelayMillis, double jain, double[] goodput,
                   long timers) {
    }

    /** Something that happens at a time: a segment arrives (back), or the bottleneck has sent one. */
    private record Arrival(long time, long order, Flow flow, boolean toReceiver, Packet packet) implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    /** A segment on its way, copied: its payload does not matter, only its length. */
    private static final class Packet {
        final TcpSegment segment = new TcpSegment();
        long queuedAt;

        int size() {
            return segment.payload.length() + IP_HEADER + TcpSegmentCodec.headerLength(segment);
        }
    }

    /** One flow: sender and receiver. */
    private final class Flow {
        final TcpConnection sender;
        TcpConnection receiver;
        long read;
        long segments;
        long again;

        Flow(CongestionAlgorithm algorithm, int number) {
            TcpConfig config = TcpConfig.of(memory, TcpCounters.NONE).withBuffers(bufferBytes, bufferBytes)
                    .withLargestReceiveBuffer(bufferBytes).withPath(MTU, 20).withCongestionControl(algorithm);
            sender = TcpConnection.active(config, 1_000_003 * (number + 1));
            receiverConfig = config;
        }
    }

    private final Path path;
    private final SplittableRandom random = new SplittableRandom(42);
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private final ArrayDeque<Packet> spare = new ArrayDeque<>();
    private final List<Flow> flows = new ArrayList<>();
    private final TcpSegment out = new TcpSegment();
    private final Pieces pieces = new Pieces();
    private final ChunkPool pool;
    private final TcpMemory memory;
    private final int bufferBytes;
    private final MemorySegment zeros = MemorySegment.ofArray(new byte[MTU]);
    private TcpConfig receiverConfig;

    private long now = 1;
    private long order;
    private long linkFreeAt;
    private long queueTime;
    private long queued;
    private long timers;

    private PathSimulation(Path path, CongestionAlgorithm... algorithms) {
        this.path = path;
        long bdp = path.bytesPerSecond() * path.rttMillis() / 1000;
        this.bufferBytes = Math.clamp(4 * bdp + 4L * path.queueBytes(), 256 << 10, 256 << 20);
        this.pool = new ChunkPool("path", 64 << 10, 4L << 30);
        this.memory = new TcpMemory(pool, new ByteBudget(4L << 30));
        for (int i = 0; i < path.flows(); i++) {
            flows.add(new Flow(algorithms[i % algorithms.length], i));
        }
    }

    /** Runs it; of several algorithms each flow takes the next. */
    static Figures run(Path path, CongestionAlgorithm... algorithms) {
        var simulation = new PathSimulation(path, algorithms);
        try {
            return simulation.run();
        } finally {
            simulation.pool.close();
        }
    }

    private Figures run() {
        long end = now + path.seconds() * SECOND;
        for (Flow flow : flows) {
            flow.sender.connect(now);
            drive(flow);
        }
        while (now < end) {
            step();
        }
        Figures figures = figures();
        for (Flow flow : flows) {
            flow.sender.abort(now);
            if (flow.receiver != null) {
                flow.receiver.abort(now);
            }
        }
        return figures;
    }

    private void step() {
        long next = arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().time();
        Flow first = null;
        boolean senderSide = true;
        for (Flow flow : flows) {
            if (flow.sender.deadline() < next) {
                next = flow.sender.deadline();
                first = flow;
                senderSide = true;
            }
            if (flow.receiver != null && flow.receiver.deadline() < next) {
                next = flow.receiver.deadline();
                first = flow;
                senderSide = false;
            }
        }
        now = Math.max(now, next);
        if (first == null) {
            arrive(arrivals.poll());
        } else if (senderSide) {
            timers++;
            first.sender.tick(now);
            drive(first);
        } else {
            first.receiver.tick(now);
            answer(first);
        }
    }

    private void arrive(Arrival arrival) {
        Flow flow = arrival.flow();
        TcpSegment segment = arrival.packet().segment;
        if (!arrival.toReceiver()) {
            flow.sender.segment(now, segment);
            drive(flow);
        } else if (flow.receiver == null) {
            flow.receiver = TcpConnection.passive(receiverConfig, 77, now, segment);
            answer(flow);
        } else {
            flow.receiver.segment(now, segment);
            int n = flow.receiver.peek(pieces, 1 << 30);
            while (n > 0) {
                flow.read += n;
                flow.receiver.consumed(now, n);
                n = flow.receiver.peek(pieces, 1 << 30);
            }
            answer(flow);
        }
        arrival.packet().segment.clear();
        spare.add(arrival.packet());
    }

    /** The sender writes what it may and sends what it may. */
    private void drive(Flow flow) {
        int n = flow.sender.reserve(pieces, 1 << 30);
        while (n > 0) {
            flow.sender.commit(now, n);
            n = flow.sender.reserve(pieces, 1 << 30);
        }
        while (flow.sender.poll(now, out)) {
            flow.segments++;
            flow.again += out.retransmission ? 1 : 0;
            enqueue(flow);
        }
    }

    /** Drop-tail: what lies in the queue is what the link has promised to send. */
    private void enqueue(Flow flow) {
        Packet packet = copy();
        long wait = Math.max(0, linkFreeAt - now);
        if (wait * path.bytesPerSecond() / SECOND + packet.size() > path.queueBytes()) {
            packet.segment.clear();
            spare.add(packet);
            return;
        }
        queueTime += wait;
        queued++;
        linkFreeAt = Math.max(now, linkFreeAt) + packet.size() * SECOND / path.bytesPerSecond();
        if (random.nextDouble() * 1000 < path.lossPerMille()) {
            packet.segment.clear();
            spare.add(packet);
            return;
        }
        arrivals.add(new Arrival(linkFreeAt + path.rttMillis() * MILLISECOND / 2, order++, flow, true, packet));
    }

    private void answer(Flow flow) {
        while (flow.receiver.poll(now, out)) {
            arrivals.add(new Arrival(now + path.rttMillis() * MILLISECOND / 2, order++, flow, false, copy()));
        }
    }

    private Packet copy() {
        Packet packet = spare.isEmpty() ? new Packet() : spare.poll();
        packet.segment.copyHeader(out);
        packet.segment.payload.add(zeros, 0, out.payload.length());
        return packet;
    }

    private Figures figures() {
        double seconds = path.seconds();
        var goodput = new double[flows.size()];
        double sum = 0;
        double squares = 0;
        long segments = 0;
        long again = 0;
        for (int i = 0; i < goodput.length; i++) {
            Flow flow = flows.get(i);
            goodput[i] = flow.read * 8 / 1e6 / seconds;
            sum += goodput[i];
            squares += goodput[i] * goodput[i];
            segments += flow.segments;
            again += flow.again;
        }
        double payload = path.mbit() * flows.getFirst().sender.info().sendMss() / MTU;
        return new Figures(sum / payload, (double) again / segments, queueTime / 1e6 / Math.max(1, queued),
                sum * sum / (goodput.length * squares), goodput, timers);
    }
}
