package dev.weft.tcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** A socket's input as a stream that holds no buffer while it waits: ten thousand idle echo handlers hold none. */
final class SocketInput extends InputStream {

    private static final int COPY_BYTES = 64 << 10;

    private final TcpSocket socket;

    SocketInput(TcpSocket socket) {
        this.socket = socket;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return socket.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return socket.read(target, offset, length);
    }

    @Override
    public int available() throws IOException {
        return socket.available();
    }

    @Override
    public long transferTo(OutputStream target) throws IOException {
        Objects.requireNonNull(target, "target");
        return copy(target, Long.MAX_VALUE);
    }

    @Override
    public byte[] readAllBytes() throws IOException {
        return readNBytes(Integer.MAX_VALUE);
    }

    @Override
    public byte[] readNBytes(int length) throws IOException {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length + " is negative");
        }
        var bytes = new ByteArrayOutputStream();
        copy(bytes, length);
        return bytes.toByteArray();
    }

    @Override
    public long skip(long count) throws IOException {
        return count <= 0 ? 0 : copy(OutputStream.nullOutputStream(), count);
    }

    @Override
    public void close() {
        socket.close();
    }

    /** Copies up to {@code limit} bytes, with a buffer that is kept only while there is something to copy. */
    private long copy(OutputStream target, long limit) throws IOException {
        long copied = 0;
        byte[] buffer = null;
        while (copied < limit) {
            int available = socket.available();
            if (available == 0) {
                buffer = null;
                if (!socket.awaitReadable()) {
                    break;
                }
                continue;
            }
            int wanted = (int) Math.min(Math.min(available, COPY_BYTES), limit - copied);
            if (buffer == null || buffer.length < wanted) {
                buffer = new byte[wanted];
            }
            int n = socket.read(buffer, 0, (int) Math.min(buffer.length, limit - copied));
            if (n < 0) {
                break;
            }
            target.write(buffer, 0, n);
            copied += n;
        }
        return copied;
    }
}
