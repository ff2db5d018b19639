package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.Test;

/** A stream that goes once around the sequence space without a loss: what was remembered at its beginning is no number of today. */
class LongStreamTest {

    private static final long MILLISECOND = 1_000_000;
    private static final long MORE_THAN_HALF_THE_SPACE = (1L << 31) + (1 << 20);

    private final TcpSegment segment = new TcpSegment();
    private final Pieces pieces = new Pieces();
    private final Tally tally = new Tally();
    private long now = 1;
    private long dropped;
    private TcpConnection client;
    private TcpConnection server;

    private void connect(ChunkPool pool) {
        var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(4 << 20)), tally).withPath(65_535, 20)
                .withBuffers(1 << 20, 1 << 20).withExtensions(TcpExtensions.NONE);
        client = TcpConnection.active(config, 7);
        client.connect(now);
        client.poll(now, segment);
        server = TcpConnection.passive(config, 5, now, segment);
        for (int i = 0; i < 5; i++) {
            exchange(server, client, false);
            exchange(client, server, false);
        }
    }

    /** RFC 6582 §3.2, step 2: {@code recover} is compared with SND.UNA, and 2 GiB later would seem to be ahead of it. */
    @Test
    void aLossIsRepairedFastHoweverMuchCameBefore() {
        try (var pool = new ChunkPool("long", 64 << 10, 4 << 20)) {
            connect(pool);
            for (long sent = 0; sent < MORE_THAN_HALF_THE_SPACE; ) {
                sent += round(client, server, false);
            }
            assertThat(tally.of(TcpEvent.RETRANSMITTED)).isZero();
            round(client, server, true);
            for (int i = 0; i < 5; i++) {
                round(client, server, false);
            }
            assertThat(dropped).isEqualTo(1);
            assertThat(tally.of(TcpEvent.FAST_RETRANSMIT)).isEqualTo(1);
            assertThat(tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isZero();
            client.abort(now);
            server.abort(now);
        }
    }

    /**
     * RFC 9293 §3.4.1: the number of our SYN comes again after 4 GiB, and is that of a byte then. Here a segment ends before it and
     * the next begins with it.
     */
    @Test
    void theNumberOfTheSynIsThatOfAByteAfterOneTurn() {
        try (var pool = new ChunkPool("turn", 64 << 10, 4 << 20)) {
            connect(pool);
            long turn = (1L << 32) - 1;
            long written = 0;
            while (written < turn) {
                written += write(client, server, (int) Math.min(turn - written, 1 << 20));
            }
            settle(client, server);
            assertThat(client.sndNxt()).isEqualTo(7);
            assertThat(client.unacknowledged()).isZero();
            for (int i = 0; i < 5; i++) {
                written += write(client, server, 1000);
            }
            settle(client, server);
            assertThat(client.bytesAcknowledged()).isEqualTo(turn + 5000).isEqualTo(written);
            assertThat(server.bytesReceived()).isEqualTo(written);
            assertThat(tally.of(TcpEvent.RETRANSMITTED)).isZero();
            client.abort(now);
            server.abort(now);
        }
    }

    /** RFC 1191 §6.5: what lay in the network when segments became shorter has long arrived, and what lies there now is short enough. */
    @Test
    void aMessageOfARouterThatComesAgainHasNothingSentAgain() {
        try (var pool = new ChunkPool("router", 64 << 10, 4 << 20)) {
            connect(pool);
            client.mtuChanged(now, 60_000);
            for (long sent = 0; sent < MORE_THAN_HALF_THE_SPACE; ) {
                sent += round(client, server, false);
            }
            assertThat(client.reserve(pieces, 100_000)).isEqualTo(100_000);
            client.commit(now, 100_000);
            while (client.poll(now, segment)) {
                assertThat(segment.payload.length()).isLessThanOrEqualTo(60_000 - 40);
            }
            client.packetTooBig(now, 60_000);
            assertThat(client.poll(now, segment)).isFalse();
            assertThat(tally.of(TcpEvent.MTU_LOWERED)).isZero();
            client.abort(now);
            server.abort(now);
        }
    }

    /** Writes and carries over what fits of {@code most} bytes; returns how much that was. */
    private long write(TcpConnection from, TcpConnection to, int most) {
        int n = from.reserve(pieces, most);
        if (n > 0) {
            from.commit(now, n);
        }
        carry(from, to, false);
        return n;
    }

    private void settle(TcpConnection from, TcpConnection to) {
        for (int i = 0; i < 100 && from.unacknowledged() > 0; i++) {
            carry(from, to, false);
        }
    }

    /** Writes what fits, carries it over and reads it; returns how much was read. */
    private long round(TcpConnection from, TcpConnection to, boolean dropFirst) {
        for (int n = from.reserve(pieces, 1 << 20); n > 0; n = from.reserve(pieces, 1 << 20)) {
            from.commit(now, n);
        }
        return carry(from, to, dropFirst);
    }

    private long carry(TcpConnection from, TcpConnection to, boolean dropFirst) {
        now += MILLISECOND;
        from.tick(now);
        to.tick(now);
        exchange(from, to, dropFirst);
        long read = 0;
        for (int n = to.peek(pieces, 1 << 20); n > 0; n = to.peek(pieces, 1 << 20)) {
            to.consumed(now, n);
            read += n;
        }
        exchange(to, from, false);
        return read;
    }

    private void exchange(TcpConnection from, TcpConnection to, boolean dropFirst) {
        boolean drop = dropFirst;
        while (from.poll(now, segment)) {
            if (drop) {
                dropped++;
            } else {
                to.segment(now, segment);
            }
            drop = false;
        }
    }
}
