package dev.weft.tcp.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** D4 and D8 for what is to be sent. */
class SendBufferTest {

    private final ChunkPool pool = new ChunkPool("send", 256, 1 << 16);
    private final SendBuffer buffer = new SendBuffer(new TcpMemory(pool, new ByteBudget(1 << 16)), 2_000);
    private final Pieces pieces = new Pieces();

    @AfterEach
    void givesEverythingBack() {
        buffer.releaseHeld();
        buffer.discard();
        assertThat(pool.lent()).isZero();
        pool.close();
    }

    private void write(int length) {
        assertThat(buffer.reserve(pieces, length)).isEqualTo(length);
        for (int i = 0; i < pieces.count(); i++) {
            for (int j = 0; j < pieces.length(i); j++) {
                pieces.segment(i).set(ValueLayout.JAVA_BYTE, pieces.offset(i) + j, (byte) (buffer.end() + j));
            }
        }
        buffer.commit(length, false);
    }

    @Test
    void takesManySmallWritesIntoOneChunk() {
        for (int i = 0; i < 256; i++) {
            write(1);
        }
        assertThat(buffer.chunks()).isEqualTo(1);
        buffer.describe(0, 256, pieces);
        var bytes = new byte[256];
        buffer.reserve(pieces, 1);
        buffer.commit(0, false);
        pieces.clear();
        buffer.describe(0, 256, pieces);
        pieces.copyTo(0, MemorySegment.ofArray(bytes), 0, 256);
        for (int i = 0; i < 256; i++) {
            assertThat(bytes[i]).isEqualTo((byte) i);
        }
    }

    @Test
    void givesChunksBackAsTheyAreAcknowledged() {
        write(1_000);
        assertThat(buffer.chunks()).isEqualTo(4);
        buffer.acknowledge(255);
        assertThat(buffer.chunks()).isEqualTo(4);
        buffer.acknowledge(1);
        assertThat(buffer.chunks()).isEqualTo(3);
        buffer.acknowledge(744);
        assertThat(buffer.chunks()).as("idle").isZero();
    }

    @Test
    void keepsAcknowledgedChunksWhileADeviceReadsThem() {
        write(1_000);
        buffer.hold();
        buffer.acknowledge(1_000);
        assertThat(buffer.chunks()).isEqualTo(4);
        buffer.releaseHeld();
        assertThat(buffer.chunks()).isZero();
    }

    @Test
    void keepsWhatAWriterFillsWhateverIsAcknowledged() {
        write(100);
        buffer.reserve(pieces, 500);
        buffer.acknowledge(100);
        buffer.discard();
        assertThat(buffer.chunks()).isEqualTo(3);
        buffer.commit(500, true);
        assertThat(buffer.chunks()).isZero();
    }

    @Test
    void givesUnusedReservationBack() {
        buffer.reserve(pieces, 1_500);
        assertThat(buffer.chunks()).isEqualTo(6);
        buffer.commit(10, false);
        assertThat(buffer.chunks()).isEqualTo(1);
        assertThat(buffer.length()).isEqualTo(10);
    }

    @Test
    void lendsNoMoreThanItsSize() {
        write(1_900);
        assertThat(buffer.writable()).isEqualTo(100);
        assertThat(buffer.reserve(pieces, 1_000)).isEqualTo(100);
        buffer.commit(0, false);
    }

    @Test
    void hasOneWriterAtATime() {
        buffer.reserve(pieces, 10);
        assertThatThrownBy(() -> buffer.reserve(new Pieces(), 10)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.commit(11, false)).isInstanceOf(IllegalArgumentException.class);
        buffer.commit(0, false);
    }
}
