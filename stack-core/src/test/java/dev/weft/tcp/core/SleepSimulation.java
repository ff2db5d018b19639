package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.recovery.RetransmitCause;
import dev.weft.tcp.core.segment.Ecn;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Two ends that talk now and then over a bad line: they write, wait, read late, change their minds about options, and close.
 * What they do and when is settled by the seed alone. Either none of them ever sleeps, or each does whenever it may; all
 * that can be seen of them is written down, to be compared.
 */
final class SleepSimulation {

    private static final long MILLISECOND = 1_000_000L;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final int ACTIONS = 60;

    /** Who is watched never sleeps. */
    static final TcpObserver WATCHER = new TcpObserver() {
        @Override
        public void stateChanged(TcpState from, TcpState to) {
            // only has to be there
        }

        @Override
        public void retransmitted(RetransmitCause why, int seq, int bytes) {
            // only has to be there
        }

        @Override
        public void urgentReceived(int bytes) {
            // only has to be there
        }

        @Override
        public void windowChanged(WindowCause why, int cwnd, int ssthresh) {
            // only has to be there
        }
    };

    private interface Event {
        void run();
    }

    private record Due(long time, long order, Event event) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return time != other.time ? Long.compare(time, other.time) : Long.compare(order, other.order);
        }
    }

    private final class End {
        final String name;
        final TcpConfig config;
        final Pieces pieces = new Pieces();
        final ReceiveRequest request = new ReceiveRequest();
        byte[] asked;
        boolean slow;
        boolean closed;
        End peer;
        TcpConnection connection;

        End(String name, TcpConfig config) {
            this.name = name;
            this.config = config;
        }

        void tell(String what) {
            lines.add(now + " " + name + " " + what);
        }
    }

    private final boolean sleeps;
    private final Random random;
    private final Random line;
    private final ChunkPool pool = new ChunkPool("sleep", 4096, 16L << 20);
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final List<String> lines = new ArrayList<>();
    private final Tally tally = new Tally();
    private final End a;
    private final End b;
    private final int loss;
    private final int late;
    private final long delay;
    private final boolean marks;
    private final int acceptsWith;
    private final MtuProbing probing;
    private long now;
    private long order;
    private int slept;

    private SleepSimulation(long seed, boolean sleeps) {
        this.sleeps = sleeps;
        random = new Random(seed);
        line = new Random(~seed);
        now = 1 + random.nextInt(1_000_000_000);
        loss = random.nextInt(3) == 0 ? 0 : random.nextInt(12);
        late = random.nextInt(3) == 0 ? 0 : random.nextInt(30);
        delay = new long[] {MILLISECOND / 20, MILLISECOND, 20 * MILLISECOND, 200 * MILLISECOND}[random.nextInt(4)];
        marks = random.nextInt(3) == 0;
        var memory = new TcpMemory(pool, new ByteBudget(16L << 20), tally);
        a = new End("A", config(memory));
        b = new End("B", config(memory));
        a.peer = b;
        b.peer = a;
        acceptsWith = random.nextInt();
        probing = MtuProbing.values()[random.nextInt(MtuProbing.values().length)];
        a.connection = TcpConnection.active(a.config, random.nextInt(), sleeps ? null : WATCHER);
        a.connection.mtuProbing(probing);
        a.connection.connect(now);
        due.add(new Due(now, order++, () -> { }));
    }

    private TcpConfig config(TcpMemory memory) {
        var extensions = new TcpExtensions(random.nextInt(5) > 0, random.nextInt(), random.nextInt(5) > 0,
                EcnMode.values()[random.nextInt(3)]);
        int receive = new int[] {3_000, 64 << 10, 256 << 10}[random.nextInt(3)];
        return TcpConfig.of(memory, tally).withExtensions(extensions)
                .withBuffers(new TcpBuffers(64 << 10, random.nextBoolean() ? 64 << 10 : 1 << 20, receive, random.nextBoolean() ? receive : 1 << 20))
                .withPath(random.nextBoolean() ? 1500 : 600 + random.nextInt(8_000), 20).withNoDelay(random.nextBoolean())
                .withRetries(40, 40, 60).withTimes(SECOND, 60 * SECOND, 40 * MILLISECOND)
                .withLargestSegment(random.nextBoolean() ? 0 : 65_000)
                .withCongestionControl(CongestionAlgorithm.values()[random.nextInt(CongestionAlgorithm.values().length)]);
    }

    /**
     * What there was to be seen.
     *
     * @param lines all that the two ends sent and said, in order
     * @param tally what they counted
     * @param slept how often one of them slept
     */
    record Report(List<String> lines, Tally tally, int slept) {
    }

    /** Runs it, so that nobody ever {@code sleeps}, or everybody whenever it may. */
    static Report run(long seed, boolean sleeps) {
        var simulation = new SleepSimulation(seed, sleeps);
        try {
            simulation.run();
        } finally {
            simulation.pool.close();
        }
        return new Report(simulation.lines, simulation.tally, simulation.slept);
    }

    private void run() {
        long at = now;
        for (int i = 0; i < ACTIONS; i++) {
            at += random.nextLong(switch (random.nextInt(30)) {
                case 0 -> 700 * SECOND;              // what is remembered for minutes is forgotten
                case 1, 2, 3, 4, 5, 6 -> 30 * SECOND;
                default -> random.nextBoolean() ? 50 * MILLISECOND : 3 * SECOND;
            });
            End end = random.nextBoolean() ? a : b;
            due.add(new Due(at, order++, action(end)));
        }
        for (End end : List.of(a, b)) {
            due.add(new Due(at + random.nextLong(20 * SECOND), order++, () -> {
                if (end.connection != null) {
                    read(end);
                    end.closed = true;
                    end.connection.close(now);
                }
            }));
        }
        int steps = 0;
        while (step()) {
            assertThat(++steps).as("an end").isLessThan(500_000);
        }
    }

    private boolean step() {
        long next = Math.min(deadline(a), deadline(b));
        if (!due.isEmpty()) {
            next = Math.min(next, due.peek().time());
        }
        if (next == Long.MAX_VALUE || a.connection.state() == TcpState.CLOSED && (b.connection == null || b.connection.state() == TcpState.CLOSED)) {
            return false;
        }
        now = Math.max(now, next);
        while (!due.isEmpty() && due.peek().time() <= now) {
            due.poll().event().run();
        }
        settle(a);
        settle(b);
        return true;
    }

    /** Without the moments at which they would rest by themselves: here they do always, or never. */
    private static long deadline(End end) {
        return end.connection == null ? Long.MAX_VALUE : end.connection.protocolDeadline();
    }

    private void settle(End end) {
        TcpConnection connection = end.connection;
        if (connection == null) {
            return;
        }
        if (connection.protocolDeadline() <= now) {
            connection.tick(now);
        }
        poll(end);
        int events = connection.takeEvents();
        if (events != 0) {
            end.tell("events " + Integer.toHexString(events) + " " + connection.state() + " " + connection.failure() + " " + connection.readable()
                    + " " + connection.isInputEnded() + " " + connection.writable() + " " + connection.isTooLittle());
        }
        if ((events & TcpConnection.READABLE) != 0 && !end.slow) {
            read(end);
            poll(end);
        }
        if (sleeps) {
            sleep(connection);
        }
    }

    private void poll(End end) {
        var out = new TcpSegment();
        while (end.connection.poll(now, out)) {
            var bytes = new byte[out.payload.length()];
            out.payload.copyTo(0, MemorySegment.ofArray(bytes), 0, bytes.length);
            end.tell(out + " urgent " + out.urgentPointer + " text " + Arrays.hashCode(bytes));
            if (line.nextInt(200) == 0) {
                end.connection.localDrop(now, out);
            } else if (line.nextInt(100) >= loss) {
                carry(end.peer, out, bytes);
                if (line.nextInt(100) < late / 4) {
                    carry(end.peer, out, bytes);
                }
            }
            out = new TcpSegment();
        }
    }

    private void carry(End to, TcpSegment out, byte[] bytes) {
        var copy = new TcpSegment();
        copy.copyHeader(out);
        copy.retransmission = false;
        if (copy.ecn != 0 && marks && line.nextInt(20) == 0) {
            copy.ecn = Ecn.CE;
        }
        copy.payload.add(MemorySegment.ofArray(bytes), 0, bytes.length);
        long time = now + delay + (line.nextInt(100) < late ? line.nextLong(3 * delay) : 0);
        due.add(new Due(time, order++, () -> arrives(to, copy)));
    }

    private void arrives(End end, TcpSegment in) {
        if (end.connection != null) {
            end.connection.segment(now, in);
        } else if (in.has(TcpFlags.SYN) && !in.has(TcpFlags.ACK)) {
            end.connection = TcpConnection.passive(end.config, acceptsWith, now, in, sleeps ? null : WATCHER);
            end.connection.mtuProbing(probing);
        }
    }

    private void sleep(TcpConnection connection) {
        if (connection.isAsleep()) {
            return;
        }
        Parts parts = connection.parts();
        if (!parts.areAtRest()) {
            return;
        }
        parts.rest();
        var before = PartsPicture.of(parts);
        assertThat(connection.sleep()).isTrue();
        assertThat(PartsPicture.differences(before, PartsPicture.of(connection.seen()))).isEmpty();
        slept++;
    }

    // ---- what applications do

    private Event action(End end) {
        int what = random.nextInt(20);
        int bytes = 1 + random.nextInt(random.nextInt(3) == 0 ? 60_000 : 600);
        long time = random.nextLong(10 * SECOND);
        return () -> {
            if (end.connection != null && !end.closed) {
                act(end, what, bytes, time);
            }
        };
    }

    private void act(End end, int what, int bytes, long time) {
        TcpConnection connection = end.connection;
        boolean odd = (bytes & 1) != 0;
        switch (what) {
            case 0 -> connection.noDelay(odd);
            case 1 -> connection.cork(odd);
            case 2 -> connection.quickAck(odd);
            case 3 -> connection.keepAlive(now, SECOND + time, SECOND, odd ? 9 : 0);
            case 4 -> connection.userTimeout(now, odd ? 0 : 1_000 * SECOND);
            case 5 -> connection.mtuChanged(now, 576 + bytes % 8_000);
            case 6 -> connection.urgentInLine(odd);
            case 7 -> write(end, bytes % 100 + 1, true);
            case 8 -> end.slow = odd;
            case 9 -> end.tell(connection.info() + " " + connection.bytesAcknowledged() + " " + connection.bytesReceived() + " "
                    + connection.isActive() + " " + connection.softError() + " " + connection.urgentRemaining() + " " + connection.sndNxt() + " "
                    + connection.rcvNxt() + " " + connection.unacknowledged() + " " + connection.isOutputDelivered() + " "
                    + connection.isHandshakeComplete() + " " + connection.isHalfOpen() + " " + connection.isInputComplete());
            case 10 -> connection.error(now, TcpError.HOST_UNREACHABLE, connection.sndNxt() - bytes % 10);
            case 11, 12 -> ask(end, bytes);
            case 13 -> read(end);
            default -> write(end, bytes, false);
        }
    }

    private void write(End end, int bytes, boolean urgent) {
        int n = end.connection.reserve(end.pieces, bytes);
        if (n > 0) {
            var text = new byte[n];
            line.nextBytes(text);
            end.pieces.copyFrom(MemorySegment.ofArray(text), 0, n);
            if (urgent) {
                end.connection.commitUrgent(now, n);
            } else {
                end.connection.commit(now, n);
            }
        }
        end.tell("writes " + n);
    }

    private void ask(End end, int bytes) {
        if (end.asked == null && end.connection.readable() == 0 && !end.connection.isEnough(1)) {
            end.asked = new byte[bytes];
            end.connection.request(end.request.into(MemorySegment.ofArray(end.asked), 0, bytes, 1 + bytes / 3));
        }
    }

    private void read(End end) {
        if (end.asked != null) {
            int n = end.connection.withdraw(now);
            end.tell("got " + n + " " + Arrays.hashCode(Arrays.copyOf(end.asked, n)));
            end.asked = null;
        }
        while (end.connection.readable() > 0) {
            int n = end.connection.peek(end.pieces, 20_000);
            var bytes = new byte[n];
            end.pieces.copyTo(0, MemorySegment.ofArray(bytes), 0, n);
            end.connection.consumed(now, n);
            end.tell("reads " + n + " " + Arrays.hashCode(bytes));
        }
    }
}
