package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/**
 * Applications that write or read a byte at a time must not make the connection do so: RFC 9293 §3.7.4 (Nagle), §3.8.6.2.1 and
 * §3.8.6.2.2 (silly windows). Each is compared with one that handles as many bytes a second in large pieces, over the same path,
 * in segments and in time. A byte in a segment would make that ratio more than a hundred.
 */
class ByteAtATimeTest {

    private static final int BYTES = 200_000;
    private static final long ONE_WAY = 5_000_000;
    private static final long NEVER = Long.MAX_VALUE;

    private record Outcome(int segments, long nanos) {
    }

    /** A segment on its way. */
    private record Packet(long arrives, boolean toReader, TcpSegment segment) {
    }

    /** Both ends, in virtual time: the writer writes {@code piece} bytes every {@code piece · nanosForEach}, the reader alike. */
    private static final class Pipe {
        private final ArrayDeque<Packet> packets = new ArrayDeque<>();
        private final MemorySegment zeros = MemorySegment.ofArray(new byte[64 << 10]);
        private final Pieces pieces = new Pieces();
        private final int writePiece;
        private final long writeNanos;
        private final int readPiece;
        private final long readNanos;
        private TcpConnection writer;
        private TcpConnection reader;
        private long now = 1;
        private int written;
        private int read;
        private int segments;
        /** When the applications go on; never while a buffer is full or empty, until something has come. */
        private long nextWrite;
        private long nextRead;

        Pipe(int writePiece, long writeNanos, int readPiece, long readNanos) {
            this.writePiece = writePiece;
            this.writeNanos = writeNanos;
            this.readPiece = readPiece;
            this.readNanos = readNanos;
        }

        static Outcome run(int writePiece, long writeNanos, int readPiece, long readNanos, int receiveBuffer) {
            try (var pool = new ChunkPool("bytes", 16 << 10, 8 << 20)) {
                var memory = new TcpMemory(pool, new ByteBudget(8 << 20));
                var config = TcpConfig.of(memory, TcpCounters.NONE).withBuffers(64 << 10, receiveBuffer);
                return new Pipe(writePiece, writeNanos, readPiece, readNanos).run(config);
            }
        }

        private Outcome run(TcpConfig config) {
            writer = TcpConnection.active(config, 77);
            writer.connect(now);
            nextWrite = now;
            nextRead = NEVER;
            flush();
            while (read < BYTES) {
                long next = Math.min(writer.deadline(), reader == null ? Long.MAX_VALUE : reader.deadline());
                next = packets.isEmpty() ? next : Math.min(next, packets.peek().arrives());
                next = Math.min(next, Math.min(written < BYTES ? nextWrite : Long.MAX_VALUE, nextRead));
                now = Math.max(now, next);
                if (now == NEVER) {
                    throw new AssertionError("nothing will ever happen again");
                }
                while (!packets.isEmpty() && packets.peek().arrives() <= now) {
                    deliver(packets.poll(), config);
                }
                writer.tick(now);
                if (reader != null) {
                    reader.tick(now);
                }
                if (written < BYTES && now >= nextWrite) {
                    int n = write();
                    nextWrite = n == 0 ? NEVER : now + n * writeNanos;
                }
                if (now >= nextRead) {
                    int n = readSome();
                    nextRead = n == 0 ? NEVER : now + n * readNanos;
                }
                flush();
            }
            writer.abort(now);
            reader.abort(now);
            return new Outcome(segments, now);
        }

        private void deliver(Packet packet, TcpConfig config) {
            if (!packet.toReader()) {
                writer.segment(now, packet.segment());
                nextWrite = nextWrite == NEVER ? now : nextWrite;
            } else if (reader == null) {
                reader = TcpConnection.passive(config, 5, now, packet.segment());
            } else {
                reader.segment(now, packet.segment());
                nextRead = nextRead == NEVER ? now : nextRead;
            }
        }

        private int write() {
            int n = writer.reserve(pieces, Math.min(writePiece, BYTES - written));
            if (n > 0) {
                writer.commit(now, n);
                written += n;
            }
            return n;
        }

        private int readSome() {
            int n = reader == null ? 0 : reader.peek(pieces, readPiece);
            if (n > 0) {
                reader.consumed(now, n);
                read += n;
            }
            return n;
        }

        private void flush() {
            send(writer, true);
            if (reader != null) {
                send(reader, false);
            }
        }

        private void send(TcpConnection from, boolean toReader) {
            var out = new TcpSegment();
            while (from.poll(now, out)) {
                segments++;
                var copy = new TcpSegment();
                copy.copyHeader(out);
                copy.payload.add(zeros, 0, out.payload.length());
                packets.add(new Packet(now + ONE_WAY, toReader, copy));
            }
        }
    }

    private static void isAboutAsGood(Outcome bytewise, Outcome inPieces) {
        assertThat((double) bytewise.segments() / inPieces.segments()).as("segments").isLessThan(1.3);
        assertThat((double) bytewise.nanos() / inPieces.nanos()).as("time").isLessThan(1.1);
        assertThat(bytewise.segments()).as("segments").isLessThan(BYTES / 100);
    }

    /** RFC 9293 §3.7.4: 5 MB/s, a byte every 200 ns, against 4,000 bytes every 800 µs. */
    @Test
    void aWriterOfBytesFillsSegments() {
        isAboutAsGood(Pipe.run(1, 200, 64 << 10, 1_000, 256 << 10), Pipe.run(4_000, 200, 64 << 10, 1_000, 256 << 10));
    }

    /** RFC 9293 §3.8.6.2.2: a reader that is slower than the path keeps the window closed, and opens it by segments. */
    @Test
    void aReaderOfBytesDoesNotOpenTheWindowByBytes() {
        isAboutAsGood(Pipe.run(64 << 10, 0, 1, 5_000, 16 << 10), Pipe.run(64 << 10, 0, 4_000, 5_000, 16 << 10));
    }

    /**
     * The same where the whole buffer is smaller than two segments: the window opens by halves of it (RFC 9293 §3.8.6.2.2). A third
     * more time is the reader's own, no delayed ACK and no silly window: who takes 1,448 bytes with one call makes room for them
     * at once, each 10 ms; byte by byte half of the buffer is free after 3.75 ms, and filled again a round trip later, 1,500 bytes
     * each 13.75 ms. 13.75 / 1,500 : 10 / 1,448 = 1.33.
     */
    @Test
    void norWithABufferOfOneSegment() {
        Outcome bytewise = Pipe.run(64 << 10, 0, 1, 5_000, 1_500);
        Outcome inPieces = Pipe.run(64 << 10, 0, 1_500, 5_000, 1_500);
        assertThat((double) bytewise.segments() / inPieces.segments()).as("segments").isLessThan(3);
        assertThat((double) bytewise.nanos() / inPieces.nanos()).as("time").isLessThan(1.35);
    }

    /** RFC 9293 §3.8.6.2: both at once. */
    @Test
    void writerAndReaderOfBytesTogether() {
        isAboutAsGood(Pipe.run(1, 200, 1, 5_000, 16 << 10), Pipe.run(4_000, 200, 4_000, 5_000, 16 << 10));
    }
}
