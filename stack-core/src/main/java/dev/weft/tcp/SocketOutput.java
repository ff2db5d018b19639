package dev.weft.tcp;

import java.io.IOException;
import java.io.OutputStream;

/** A socket's output as a stream; what is written goes straight into the send buffer. */
final class SocketOutput extends OutputStream {

    private final TcpSocket socket;

    SocketOutput(TcpSocket socket) {
        this.socket = socket;
    }

    @Override
    public void write(int value) throws IOException {
        socket.write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        socket.write(source, offset, length);
    }

    @Override
    public void close() {
        socket.close();
    }
}
