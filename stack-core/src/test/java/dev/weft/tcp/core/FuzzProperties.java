package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.Reassembly;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.recovery.Scoreboard;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * What a hostile peer, a broken one or an attacker beside the path can send: any segment at all, drawn around the numbers
 * that matter, in any state, between calls of an application that does as it likes. Nothing throws, the invariants hold,
 * memory is bounded and comes back; at worst the connection ends.
 */
class FuzzProperties {

    private static final Tally TALLY = new Tally();
    private static final AtomicInteger TRIES = new AtomicInteger();

    /** An attack that is turned away at the first check proves nothing: every check must have had its turn. */
    @AfterContainer
    static void everyDiscardWasMet() {
        if (TRIES.get() < 30_000) {
            return;                                  // one failing try is being replayed
        }
        for (TcpDiscard discard : TcpDiscard.values()) {
            assertThat(TALLY.of(discard)).as(discard.name()).isPositive();
        }
    }

    @Property(tries = 30_000)
    void anySegmentAtWorstEndsTheConnection(@ForAll long seed) {
        TRIES.incrementAndGet();
        var random = new Random(seed);
        try (var pool = new ChunkPool("fuzz", 512, 1 << 20)) {
            var budget = new ByteBudget(random.nextInt(4) == 0 ? 8 * 512 : 1 << 20);
            var config = TcpConfig.of(new TcpMemory(pool, budget), TALLY)
                    .withBuffers(buffers(random))
                    .withPath(68 + random.nextInt(1433), 20).withNoDelay(random.nextBoolean())
                    .withCongestionControl(CongestionAlgorithm.values()[random.nextInt(CongestionAlgorithm.values().length)])
                    .withExtensions(new TcpExtensions(random.nextInt(4) > 0, 0, random.nextInt(4) > 0,
                            EcnMode.values()[random.nextInt(3)]));
            new Attack(random, config, pool).run();
        }
    }

    private static TcpBuffers buffers(Random random) {
        int send = 1 + random.nextInt(20_000);
        int receive = 1 + random.nextInt(20_000);
        int growth = random.nextInt(2) * random.nextInt(20_000);
        return new TcpBuffers(send, send + growth, receive, receive + growth);
    }

    private static final class Attack {
        private final Random random;
        private final TcpConfig config;
        private final ChunkPool pool;
        private final TcpSegment in = new TcpSegment();
        private final TcpSegment out = new TcpSegment();
        private final Pieces pieces = new Pieces();
        private final MemorySegment text = MemorySegment.ofArray(new byte[3_000]);
        private TcpConnection connection;
        private long now = 1;
        private final int peerClock;

        Attack(Random random, TcpConfig config, ChunkPool pool) {
            this.random = random;
            this.config = config;
            this.pool = pool;
            this.peerClock = random.nextInt();
        }

        void run() {
            begin();
            for (int i = 0; i < 150; i++) {
                step();
                check();
            }
            connection.abort(now);
            require(pool.lent() == 0, "all memory comes back");
        }

        private void begin() {
            int iss = random.nextInt();
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    connection = TcpConnection.active(config, iss);
                    connection.connect(now);
                }
                case 2 -> {
                    connection = TcpConnection.active(config, iss);
                    connection.fastOpen(random.nextInt(4) == 0 ? null : new FastOpenCookie(8, 1, 0), random.nextInt(3_000));
                    write();
                    connection.connect(now);
                }
                case 3 -> {
                    syn();
                    in.payload.add(text, 0, random.nextInt(3_000));
                    connection = TcpConnection.passive(config, iss, now, in, null, null, true);
                }
                case 4 -> {
                    connection = byCookie();
                    if (connection != null) {
                        break;
                    }
                    syn();
                    connection = TcpConnection.passive(config, iss, now, in);
                }
                default -> {
                    syn();
                    connection = TcpConnection.passive(config, iss, now, in);
                }
            }
            connection.mtuProbing(MtuProbing.values()[random.nextInt(MtuProbing.values().length)]);
            poll(20);
            if (random.nextInt(4) > 0) {
                handshake();
            }
        }

        private void syn() {
            in.clear();
            in.flags = TcpFlags.SYN | (random.nextInt(8) == 0 ? TcpFlags.FIN : 0);
            in.seq = random.nextInt();
            options();
        }

        /** Of an ACK whose number is right and of which the rest may be anything. */
        private TcpConnection byCookie() {
            in.clear();
            in.flags = random.nextInt(256) & ~(TcpFlags.SYN | TcpFlags.RST) | TcpFlags.ACK;
            in.seq = random.nextInt();
            in.ack = random.nextInt();
            options();
            in.payload.add(text, 0, random.nextInt(3_000));
            return TcpConnection.ofCookie(config, now, in, 48 + random.nextInt(9_000));
        }

        /** Most attacks are on connections that stand. */
        private void handshake() {
            in.clear();
            in.flags = connection.isActive() ? TcpFlags.SYN | TcpFlags.ACK : TcpFlags.ACK;
            in.seq = connection.isActive() ? random.nextInt() : connection.rcvNxt();
            in.ack = connection.sndNxt();
            options();
            connection.segment(now, in);
        }

        private void step() {
            switch (random.nextInt(15)) {
                case 0 -> write();
                case 1 -> read();
                case 2 -> tick();
                case 3 -> connection.tick(now);
                case 4 -> application();
                case 5 -> connection.error(now, TcpError.values()[random.nextInt(TcpError.values().length)],
                        near(connection.sender().sndUna));
                case 6 -> {
                    int mtu = random.nextInt(random.nextBoolean() ? 10_000 : 1_500);
                    if (random.nextBoolean()) {
                        connection.mtuChanged(now, mtu);
                    } else if (connection.isInFlight(near(connection.sender().sndUna))) {
                        connection.packetTooBig(now, mtu);
                    }
                }
                case 7 -> drop();
                case 8 -> poll(random.nextInt(200));
                case 9 -> comb();
                default -> attack();
            }
        }

        private void attack() {
            connection.acceptQueueFull(random.nextInt(4) == 0);
            in.clear();
            in.seq = near(random.nextInt(3) == 0 ? connection.receiver().rcvAdv : connection.rcvNxt());
            in.ack = near(random.nextBoolean() ? connection.sender().sndUna : connection.sndNxt());
            in.flags = random.nextInt(6) == 0 ? random.nextInt(256)
                    : TcpFlags.ACK | (random.nextInt(12) == 0 ? TcpFlags.FIN : 0);
            options();
            in.sackCount = random.nextInt(5);
            for (int i = 0; i < 2 * in.sackCount; i++) {
                in.sackEdges[i] = near(connection.sender().sndUna + random.nextInt(2 + connection.sender().outstanding()));
            }
            int length = random.nextInt(3) == 0 ? 0 : random.nextInt(random.nextInt(4) == 0 ? 3_000 : 40);
            in.payload.add(text, 0, length);
            connection.segment(now, in);
        }

        /** Every other byte of the window. */
        private void comb() {
            for (int i = 0; i < Reassembly.limitFor(connection.receiver().buffer.capacity()) + 8; i++) {
                in.clear();
                in.flags = TcpFlags.ACK;
                options();
                in.seq = connection.rcvNxt() + 1 + 2 * i;
                in.ack = connection.sndNxt();
                in.timestamps = true;
                in.tsVal = connection.timestamps().recent();
                in.payload.add(text, 0, 1);
                connection.segment(now, in);
            }
        }

        private void options() {
            in.window = random.nextInt(4) == 0 ? 0 : random.nextInt(65_536);
            in.mss = random.nextBoolean() ? TcpSegment.ABSENT : random.nextInt(65_536);
            in.windowScale = random.nextBoolean() ? TcpSegment.ABSENT : random.nextInt(256);
            in.timestamps = random.nextInt(8) > 0;
            in.tsVal = peerClock + random.nextInt(random.nextInt(4) == 0 ? 1_000_000 : 10) - random.nextInt(5);
            in.tsEcr = (int) (now / 1_000_000) + (random.nextInt(4) == 0 ? random.nextInt() : -random.nextInt(50));
            in.sackPermitted = random.nextInt(4) > 0;
            in.urgentPointer = random.nextInt(65_536);
            in.ecn = random.nextInt(4);
        }

        private int near(int number) {
            return switch (random.nextInt(5)) {
                case 0 -> number;
                case 1 -> number + random.nextInt(5) - 2;
                case 2 -> number + random.nextInt(4_000) - 2_000;
                case 3 -> number + (random.nextInt(5) - 2) * (1 << 30);
                default -> random.nextInt(4) == 0 ? random.nextInt() : number + 1;
            };
        }

        private void write() {
            int n = connection.reserve(pieces, 1 + random.nextInt(5_000));
            if (n > 0) {
                connection.commit(now, random.nextInt(n + 1));
            }
        }

        private void read() {
            int n = connection.peek(pieces, 1 + random.nextInt(5_000));
            if (n > 0) {
                connection.consumed(now, random.nextInt(n + 1));
            }
        }

        private void tick() {
            long deadline = connection.deadline();
            now = deadline == Long.MAX_VALUE ? now + random.nextInt(1_000_000_000) : Math.max(now, deadline);
            connection.tick(now);
        }

        private void application() {
            switch (random.nextInt(12)) {
                case 0 -> connection.close(now);
                case 1 -> connection.shutdownInput(now);
                case 2, 3 -> connection.shutdownOutput(now);
                case 4 -> {
                    if (random.nextInt(5) == 0) {
                        connection.abort(now);
                    }
                }
                default -> connection.noDelay(random.nextBoolean());
            }
        }

        private void drop() {
            if (connection.poll(now, out)) {
                connection.localDrop(now, out);
            }
            if (random.nextBoolean()) {
                connection.deviceReady(now);
            }
        }

        private void poll(int limit) {
            for (int i = 0; i < limit && connection.poll(now, out); i++) {
                // Of a SYN's the peer has said before how much it takes (RFC 7413 §4.2.1).
                int most = out.has(TcpFlags.SYN) ? config.mtu() - config.ipHeader() - 60 : connection.sender().size.largest();
                require(out.payload.length() <= Math.max(0, most), "no segment above the MSS but a probe for the MTU");
                check();
            }
        }

        private void check() {
            Sender snd = connection.sender();
            Receiver rcv = connection.receiver();
            require(Seq.le(snd.sndUna, snd.sndNxt), "SND.UNA ≤ SND.NXT");
            require(snd.recovery.board.isConsistent(snd.sndUna, snd.sndNxt), "the scoreboard covers what is outstanding");
            require(snd.recovery.board.ranges() <= Scoreboard.MOST + snd.outstanding() / 1024, "the scoreboard is bounded");
            require(snd.buffer.length() <= config.buffers().largestSend(), "the send buffer keeps its size");
            require(rcv.buffer.readable() <= config.buffers().largestReceive(), "the receive buffer keeps its size");
            require(connection.state() == TcpState.CLOSED || snd.flight() >= 0 && snd.flight() <= snd.outstanding(),
                    "flight is part of what is outstanding");
            require(snd.congestion.cwnd() > 0, "cwnd is positive");
            require(pool.lent() == snd.buffer.chunks() + rcv.buffer.chunks(), "every chunk lent is in a buffer");
            int most = (config.buffers().largestSend() + config.buffers().largestReceive()) / 512 + 6;
            require(pool.lent() <= most, "memory is bounded by the buffers");
            if (connection.state() != TcpState.CLOSED && connection.state().isSynchronized()) {
                require(Seq.le(snd.sndNxt, snd.sndEnd()), "nothing sent that was not written");
            }
        }

        private void require(boolean ok, String rule) {
            if (!ok) {
                throw new AssertionError(rule + ": " + connection.info() + " lent " + pool.lent());
            }
        }
    }
}
