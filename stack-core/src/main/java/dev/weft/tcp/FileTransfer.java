package dev.weft.tcp;

import dev.weft.tcp.core.buffer.Pieces;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;

/**
 * Bytes of a file, straight between it and the chunks of a socket's buffers: no copy on the heap, and none of the JDK's, which
 * gives the memory to the operating system as it is.
 *
 * <p><b>Errors.</b> As {@link FileChannel}'s own transfers do: what has been transferred is returned, and the error comes with the next
 * call, where it is the first thing that happens. A byte is consumed if and only if it has been written to the file.
 */
final class FileTransfer {

    private FileTransfer() {
    }

    /** See {@link TcpSocket#transferTo}. */
    static long toFile(SocketReader reader, FileChannel file, long position, long count) throws IOException {
        long done = 0;
        try {
            while (done < count) {
                long at = position + done;
                int n = reader.read(0, atOnce(count - done), bytes -> write(file, at, bytes));
                if (n < 0) {
                    break;
                }
                done += n;
            }
        } catch (IOException e) {
            return partOrThrow(done, e);
        }
        return done;
    }

    /** See {@link TcpSocket#transferFrom}. */
    static long fromFile(SocketWriter writer, FileChannel file, long position, long count) throws IOException {
        long done = 0;
        try {
            long limit = Math.min(count, file.size() - position);
            while (done < limit) {
                int n = writer.write(file, position + done, atOnce(limit - done));
                if (n == 0) {
                    break;                           // the file has become shorter
                }
                done += n;
            }
        } catch (IOException e) {
            return partOrThrow(done, e);
        }
        return done;
    }

    private static int atOnce(long count) {
        return (int) Math.min(Integer.MAX_VALUE, count);
    }

    /** An interrupt is told at once (D9): it has closed the socket, or the file. */
    private static long partOrThrow(long done, IOException failure) throws IOException {
        if (done == 0 || Thread.currentThread().isInterrupted()) {
            throw failure;
        }
        return done;
    }

    /** Writes the bytes to the file; how many of them are there, also where an error ended it. */
    private static int write(FileChannel file, long position, List<MemorySegment> bytes) throws IOException {
        int written = 0;
        try {
            for (MemorySegment piece : bytes) {
                ByteBuffer buffer = piece.asByteBuffer();
                while (buffer.hasRemaining()) {
                    written += file.write(buffer, position + written);
                }
            }
        } catch (IOException e) {
            if (written == 0) {
                throw e;
            }
        }
        return written;
    }

    /** Reads from the file until the pieces are full or it ends; how many bytes are there, also where an error ended it. */
    static int read(FileChannel file, long position, Pieces room) throws IOException {
        int filled = 0;
        try {
            for (int i = 0; i < room.count(); i++) {
                ByteBuffer buffer = room.segment(i).asSlice(room.offset(i), room.length(i)).asByteBuffer();
                while (buffer.hasRemaining()) {
                    int n = file.read(buffer, position + filled);
                    if (n < 0) {
                        return filled;
                    }
                    filled += n;
                }
            }
        } catch (IOException e) {
            if (filled == 0) {
                throw e;
            }
        }
        return filled;
    }
}
