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

    /** RFC 6582 §3.2, step 2: {@code recover} is compared with SND.UNA, and 2 GiB later would seem to be ahead of it. */
    @Test
    void aLossIsRepairedFastHoweverMuchCameBefore() {
        try (var pool = new ChunkPool("long", 64 << 10, 4 << 20)) {
            var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(4 << 20)), tally).withPath(65_535, 20)
                    .withBuffers(1 << 20, 1 << 20).withExtensions(TcpExtensions.NONE);
            var client = TcpConnection.active(config, 7);
            client.connect(now);
            client.poll(now, segment);
            var server = TcpConnection.passive(config, 5, now, segment);
            for (int i = 0; i < 5; i++) {
                exchange(server, client, false);
                exchange(client, server, false);
            }
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

    /** Writes what fits, carries it over and reads it; returns how much was read. */
    private long round(TcpConnection from, TcpConnection to, boolean dropFirst) {
        for (int n = from.reserve(pieces, 1 << 20); n > 0; n = from.reserve(pieces, 1 << 20)) {
            from.commit(now, n);
        }
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
