package dev.weft.tcp.core;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.TcpHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Comparator;
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
 * same figures on every machine. A segment costs about a microsecond: what is on its way lies in queues in the order in
 * which it arrives, and only what is late for the others is sorted.
 */
final class PathSimulation {

    static final int MTU = 1500;
    private static final int IP_HEADER = 20;
    /** Bytes of the timestamps in each segment (RFC 7323 appendix A). */
    private static final int TIMESTAMPS = 12;
    /** What a sender has written and not sent: enough for the largest quantum, and no window's worth of memory for nothing. */
    private static final int UNSENT = 256 << 10;
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLISECOND = 1_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    /** Called now and then, for traces and for figures over time. */
    interface Watch {
        /** @param queueNanos how long a segment that comes now waits in the queue */
        void look(long now, PathSimulation simulation, long queueNanos);
    }

    /** A segment on its way, copied: its payload does not matter, only its length. */
    private static final class Packet {
        final TcpSegment segment = new TcpSegment();
        Flow flow;
        long arrivesAt;
        long order;

        int size() {
            return segment.payload.length() + IP_HEADER + TcpSegmentCodec.headerLength(segment);
        }
    }

    /** One flow: sender and receiver, and what they are due for. */
    private static final class Flow {
        final TcpConfig config;
        final TcpConnection sender;
        final long startsAt;
        TcpConnection receiver;
        boolean started;
        long senderDue = NEVER;
        long receiverDue = NEVER;
        long written;
        long sent;
        long read;
        long segments;
        long again;
        long readBefore;
        long segmentsBefore;
        long againBefore;

        Flow(TcpConfig config, int number, long startsAt) {
            this.config = config;
            this.sender = TcpConnection.active(config, 1_000_003 * (number + 1));
            this.startsAt = startsAt;
            this.senderDue = startsAt;
        }
    }

    private final Path path;
    private final SplittableRandom random;
    private final ArrayDeque<Packet> data = new ArrayDeque<>();
    private final ArrayDeque<Packet> acks = new ArrayDeque<>();
    private final PriorityQueue<Packet> late = new PriorityQueue<>(
            Comparator.<Packet>comparingLong(packet -> packet.arrivesAt).thenComparingLong(packet -> packet.order));
    private final ArrayDeque<Packet> spare = new ArrayDeque<>();
    private final Flow[] flows;
    final Tally tally = new Tally();
    private final TcpSegment out = new TcpSegment();
    private final Pieces pieces = new Pieces();
    private final ChunkPool pool = new ChunkPool("path", 64 << 10, 8L << 30);
    private final MemorySegment zeros = MemorySegment.ofArray(new byte[MTU]);

    private long now = 1;
    private long order;
    private long linkFreeAt;
    private long queueTime;
    private long queued;
    private long timers;

    private PathSimulation(Path path, CongestionAlgorithm... algorithms) {
        this.path = path;
        this.random = new SplittableRandom(path.seed());
        this.flows = new Flow[path.flows()];
        var memory = new TcpMemory(pool, new ByteBudget(8L << 30));
        // Twice what fits the path and its queue, and twice that again for a window that doubles beyond it.
        int buffer = (int) Math.clamp(4 * (path.bdp() + path.queueBytes()), 256L << 10, 1L << 30);
        var config = TcpConfig.of(memory, tally).withBuffers(buffer, buffer)
                .withPath(MTU, IP_HEADER)
                .withExtensions(new TcpExtensions(true, 0, true, path.markBdps() > 0 ? EcnMode.REQUEST : EcnMode.OFF));
        for (int i = 0; i < flows.length; i++) {
            flows[i] = new Flow(config.withCongestionControl(algorithms[i % algorithms.length]), i,
                    now + i * path.startGapNanos());
        }
    }

    /** Runs it; of several algorithms each flow takes the next. */
    static PathFigures run(Path path, CongestionAlgorithm... algorithms) {
        return run(path, NEVER, null, algorithms);
    }

    /** The same, and every {@code period} nanoseconds {@code watch} may look. */
    static PathFigures run(Path path, long period, Watch watch, CongestionAlgorithm... algorithms) {
        var simulation = new PathSimulation(path, algorithms);
        try {
            return simulation.run(period, watch);
        } finally {
            simulation.pool.close();
        }
    }

    private PathFigures run(long period, Watch watch) {
        long begin = now;
        runUntil(begin + path.startSeconds() * SECOND, period, watch);
        for (Flow flow : flows) {
            flow.readBefore = flow.read;
            flow.segmentsBefore = flow.segments;
            flow.againBefore = flow.again;
        }
        queueTime = 0;
        queued = 0;
        runUntil(begin + path.seconds() * SECOND, period, watch);
        PathFigures figures = figures();
        for (Flow flow : flows) {
            flow.sender.abort(now);
            if (flow.receiver != null) {
                flow.receiver.abort(now);
            }
        }
        return figures;
    }

    private void runUntil(long end, long period, Watch watch) {
        while (now < end) {
            long next = watch == null ? end : Math.min(end, now + period);
            while (now < next) {
                step(next);
            }
            if (watch != null) {
                watch.look(now, this, Math.max(0, linkFreeAt - now));
            }
        }
    }

    // ---- what a watch may ask

    TcpConnection sender(int flow) {
        return flows[flow].sender;
    }

    /** Bytes that have come in order. */
    long read(int flow) {
        return flows[flow].read;
    }

    // ---- events

    private void step(long end) {
        long dataAt = data.isEmpty() ? NEVER : data.peek().arrivesAt;
        long lateAt = late.isEmpty() ? NEVER : late.peek().arrivesAt;
        long ackAt = acks.isEmpty() ? NEVER : acks.peek().arrivesAt;
        long next = Math.min(Math.min(dataAt, lateAt), Math.min(ackAt, end));
        Flow due = null;
        for (Flow flow : flows) {
            long at = Math.min(flow.senderDue, flow.receiverDue);
            if (at < next) {
                next = at;
                due = flow;
            }
        }
        now = Math.max(now, next);
        if (due != null) {
            timer(due);
        } else if (next == dataAt) {
            arrive(data.poll());
        } else if (next == lateAt) {
            arrive(late.poll());
        } else if (next == ackAt) {
            acknowledge(acks.poll());
        }
    }

    private void timer(Flow flow) {
        if (!flow.started) {
            flow.started = true;
            flow.sender.connect(now);
            drive(flow);
        } else if (flow.senderDue <= flow.receiverDue) {
            timers++;
            flow.sender.tick(now);
            drive(flow);
        } else {
            flow.receiver.tick(now);
            answer(flow);
        }
    }

    private void acknowledge(Packet packet) {
        packet.flow.sender.segment(now, packet.segment);
        drive(packet.flow);
        discard(packet);
    }

    private void arrive(Packet packet) {
        Flow flow = packet.flow;
        if (flow.receiver == null) {
            flow.receiver = TcpConnection.passive(flow.config, 77, now, packet.segment);
        } else {
            flow.receiver.segment(now, packet.segment);
            int n = flow.receiver.peek(pieces, 1 << 30);
            while (n > 0) {
                flow.read += n;
                flow.receiver.consumed(now, n);
                n = flow.receiver.peek(pieces, 1 << 30);
            }
        }
        answer(flow);
        discard(packet);
    }

    /** The sender writes what it may and sends what it may. */
    private void drive(Flow flow) {
        boolean more = true;
        while (more) {
            write(flow);
            more = false;
            while (flow.sender.poll(now, out)) {
                flow.segments++;
                if (out.retransmission) {
                    flow.again++;
                } else {
                    flow.sent += out.payload.length();
                }
                enqueue(flow);
                if (flow.written - flow.sent < UNSENT / 2) {
                    more = true;
                    break;
                }
            }
        }
        flow.senderDue = flow.sender.deadline();
    }

    private void write(Flow flow) {
        while (flow.written - flow.sent < UNSENT) {
            int n = flow.sender.reserve(pieces, UNSENT);
            if (n == 0) {
                return;
            }
            flow.sender.commit(now, n);
            flow.written += n;
        }
    }

    /** Drop-tail: what lies in the queue is what the link has promised to send. */
    private void enqueue(Flow flow) {
        Packet packet = copy(flow);
        long wait = Math.max(0, linkFreeAt - now);
        if ((double) wait * path.bytesPerSecond() / SECOND + packet.size() > path.queueBytes()) {
            discard(packet);
            return;
        }
        if (packet.segment.ecn != 0 && (double) wait * path.bytesPerSecond() / SECOND > path.markBdps() * path.bdp()) {
            packet.segment.ecn = Ecn.CE;
        }
        queueTime += wait;
        queued++;
        linkFreeAt = Math.max(now, linkFreeAt) + packet.size() * SECOND / path.bytesPerSecond();
        if (random.nextDouble() * 1000 < path.lossPerMille()) {
            discard(packet);
            return;
        }
        packet.arrivesAt = linkFreeAt + path.rttNanos() / 2;
        if (random.nextDouble() * 1000 < path.latePerMille()) {
            packet.arrivesAt += (long) (random.nextDouble() * path.rttNanos() / 4);
            late.add(packet);
        } else {
            data.add(packet);
        }
    }

    private void answer(Flow flow) {
        while (flow.receiver.poll(now, out)) {
            Packet packet = copy(flow);
            packet.arrivesAt = now + path.rttNanos() / 2;
            acks.add(packet);
        }
        flow.receiverDue = flow.receiver.deadline();
    }

    private Packet copy(Flow flow) {
        Packet packet = spare.isEmpty() ? new Packet() : spare.poll();
        packet.segment.copyHeader(out);
        packet.segment.payload.add(zeros, 0, out.payload.length());
        packet.flow = flow;
        packet.order = order++;
        return packet;
    }

    private void discard(Packet packet) {
        packet.segment.clear();
        spare.push(packet);
    }

    private PathFigures figures() {
        double seconds = path.seconds();
        double steady = seconds - path.startSeconds();
        var goodput = new double[flows.length];
        double whole = 0;
        double sum = 0;
        double squares = 0;
        long segments = 0;
        long again = 0;
        for (int i = 0; i < goodput.length; i++) {
            Flow flow = flows[i];
            whole += flow.read * 8 / 1e6 / seconds;
            goodput[i] = (flow.read - flow.readBefore) * 8 / 1e6 / steady;
            sum += goodput[i];
            squares += goodput[i] * goodput[i];
            segments += flow.segments - flow.segmentsBefore;
            again += flow.again - flow.againBefore;
        }
        // Of full segments with timestamps. A flow may have come down to shorter ones (RFC 4821 §7.7, after time-outs in a row).
        double payload = path.mbit() * (MTU - IP_HEADER - TcpHeader.LENGTH - TIMESTAMPS) / MTU;
        return new PathFigures(sum / payload, whole / payload, (double) again / Math.max(1, segments),
                queueTime / 1e6 / Math.max(1, queued), sum * sum / (goodput.length * squares), goodput, tally.of(TcpEvent.RETRANSMISSION_TIMEOUT), timers);
    }

    /**
     * What the path is like.
     *
     * @param mbit rate of the bottleneck, Mbit/s of IP packets
     * @param rttMillis round-trip time without queue
     * @param lossPerMille segments of a thousand that are lost at random
     * @param latePerMille segments of a thousand that come late, by up to a quarter of the round trip, and so out of order
     * @param queueBdps room in the queue, in bandwidth-delay products (at least ten packets)
     * @param flows how many
     * @param startGapNanos between the beginning of one flow and of the next
     * @param startSeconds the allowance for starting: what is before is not part of the figures of the steady state
     * @param seconds for how long, the start included
     * @param seed of losses and lateness
     * @param markBdps from how much in the queue on, in bandwidth-delay products, what may be marked is; 0: ECN is not used
     */
    record Path(double mbit, int rttMillis, double lossPerMille, double latePerMille, double queueBdps, int flows,
                long startGapNanos, int startSeconds, int seconds, long seed, double markBdps) {

        /** One flow without loss through a queue of one bandwidth-delay product. */
        static Path of(double mbit, int rttMillis) {
            return new Path(mbit, rttMillis, 0, 0, 1, 1, 0, 0, 30, 42, 0);
        }

        Path withLoss(double perMille) {
            return new Path(mbit, rttMillis, perMille, latePerMille, queueBdps, flows, startGapNanos, startSeconds, seconds,
                    seed, markBdps);
        }

        Path withReordering(double perMille) {
            return new Path(mbit, rttMillis, lossPerMille, perMille, queueBdps, flows, startGapNanos, startSeconds, seconds,
                    seed, markBdps);
        }

        Path withQueue(double bdps) {
            return new Path(mbit, rttMillis, lossPerMille, latePerMille, bdps, flows, startGapNanos, startSeconds, seconds,
                    seed, markBdps);
        }

        Path withFlows(int number, long gapNanos) {
            return new Path(mbit, rttMillis, lossPerMille, latePerMille, queueBdps, number, gapNanos, startSeconds, seconds,
                    seed, markBdps);
        }

        /** An ECN queue (RFC 3168 §5). */
        Path withMarks(double aboveBdps) {
            return new Path(mbit, rttMillis, lossPerMille, latePerMille, queueBdps, flows, startGapNanos, startSeconds, seconds,
                    seed, aboveBdps);
        }

        /** For so long, of which the beginning is the start. */
        Path lasting(int startAllowance, int all) {
            return new Path(mbit, rttMillis, lossPerMille, latePerMille, queueBdps, flows, startGapNanos, startAllowance, all,
                    seed, markBdps);
        }

        long bytesPerSecond() {
            return (long) (mbit * 1e6 / 8);
        }

        long rttNanos() {
            return rttMillis * MILLISECOND;
        }

        long bdp() {
            return bytesPerSecond() * rttMillis / 1000;
        }

        int queueBytes() {
            return (int) Math.max(10 * MTU, queueBdps * bdp());
        }
    }
}
