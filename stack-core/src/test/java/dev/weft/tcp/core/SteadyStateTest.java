package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** D13: a bulk transfer makes no garbage once it runs. */
class SteadyStateTest {

    private static final int ROUNDS = 20_000;

    private final TcpSegment segment = new TcpSegment();
    private final TcpSegment answer = new TcpSegment();
    private final Pieces pieces = new Pieces();
    private long now = 1;
    private long segments;
    private int lossEvery = Integer.MAX_VALUE;
    private long again;
    private int largest;
    private int write = 4_000;
    private long large;
    /** Of the reader that waits for each; null: it does not wait. */
    private MemorySegment array;
    private final ReceiveRequest request = new ReceiveRequest();
    private long handed;

    @Test
    void makesNoGarbagePerSegment() {
        transfersWithoutGarbage();
    }

    /** Changes of windows and retransmissions are told to nobody, so telling them costs nothing. */
    @Test
    void makesNoGarbagePerRetransmissionWhereNobodyWatches() {
        lossEvery = 97;
        transfersWithoutGarbage();
        assertThat(again).as("segments sent again").isGreaterThan(ROUNDS / 97);
    }

    /** D5: one of 64 KB costs what one of an MTU does. */
    @Test
    void makesNoGarbagePerLargeSegment() {
        largest = 65_000;
        write = 40_000;
        lossEvery = 97;
        transfersWithoutGarbage();
        assertThat(large).as("large segments").isGreaterThan(ROUNDS / 8);
    }

    /** D3: nor where the text goes straight into the array of a reader that waits. */
    @Test
    void makesNoGarbagePerSegmentForAReaderThatWaits() {
        array = MemorySegment.ofArray(new byte[64 << 10]);
        transfersWithoutGarbage();
        assertThat(handed).as("bytes handed over").isGreaterThan(ROUNDS * 1_000L);
    }

    private void transfersWithoutGarbage() {
        try (var pool = new ChunkPool("steady", 16 << 10, 4 << 20)) {
            var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(4 << 20)), TcpCounters.NONE)
                    .withLargestSegment(largest);
            var client = TcpConnection.active(config, -100_000);
            client.connect(now);
            client.poll(now, segment);
            var server = TcpConnection.passive(config, 5, now, segment);
            for (int i = 0; i < 5; i++) {
                exchange(server, client);
                exchange(client, server);
            }
            transfer(client, server);                // lets arrays grow and classes load
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            segments = 0;
            long before = threads.getCurrentThreadAllocatedBytes();
            transfer(client, server);
            long bytes = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(segments).isGreaterThan(ROUNDS / 2);
            assertThat((double) bytes / segments).as("bytes of garbage per segment").isLessThan(1);
            client.abort(now);
            server.abort(now);
        }
    }

    private void transfer(TcpConnection from, TcpConnection to) {
        for (int i = 0; i < ROUNDS; i++) {
            int n = from.reserve(pieces, write);
            if (n > 0) {
                from.commit(now, n);
            }
            now += 10_000;
            from.tick(now);
            to.tick(now);
            if (array != null) {
                to.request(request.into(array, 0, (int) array.byteSize(), 1));
            }
            exchange(from, to);
            handed += to.withdraw(now);
            int readable = to.peek(pieces, 64 << 10);
            if (readable > 0) {
                to.consumed(now, readable);
            }
            exchange(to, from);
        }
    }

    private void exchange(TcpConnection from, TcpConnection to) {
        from.holdAcked();
        while (from.poll(now, segment)) {
            segments++;
            again += segment.retransmission ? 1 : 0;
            large += segment.segmentSize > 0 ? 1 : 0;
            if (segments % lossEvery != 0) {
                to.segment(now, segment);
            }
            while (to.poll(now, answer)) {
                segments++;
                from.segment(now, answer);
            }
        }
        from.releaseAcked();
    }
}
