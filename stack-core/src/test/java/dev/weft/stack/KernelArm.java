package dev.weft.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** The kernel's sockets through {@code java.net}, on 127.0.0.1. */
final class KernelArm implements SocketArm {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Override
    public Listening listen(int port, int backlog) throws IOException {
        var server = new ServerSocket(port, backlog, HERE);
        return new Listening() {
            @Override
            public int port() {
                return server.getLocalPort();
            }

            @Override
            public Conversation accept(Duration timeout) throws IOException {
                server.setSoTimeout((int) timeout.toMillis());
                return Kernel.of(server.accept());
            }

            @Override
            public boolean isClosed() {
                return server.isClosed();
            }

            @Override
            public void close() throws IOException {
                server.close();
            }
        };
    }

    @Override
    public Conversation connect(int port) throws IOException {
        return Kernel.of(new Socket(HERE, port));
    }

    @Override
    public Conversation connectFrom(int localPort, int port) throws IOException {
        return Kernel.of(new Socket(HERE, port, HERE, localPort));
    }

    @Override
    public List<ThreadKind> interruptible() {
        return List.of(ThreadKind.VIRTUAL);     // java.net does not hear of it on platform threads
    }

    @Override
    public void close() {
        // the kernel stays
    }

    /** A socket and its streams, which it hands out no more once it is shut down. */
    private record Kernel(Socket socket, InputStream input, OutputStream output) implements Conversation {

        static Kernel of(Socket socket) throws IOException {
            return new Kernel(socket, socket.getInputStream(), socket.getOutputStream());
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return input.read(target, offset, length);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            output.write(source, offset, length);
        }

        @Override
        public void shutdownInput() throws IOException {
            socket.shutdownInput();
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void readTimeout(Duration limit) throws IOException {
            socket.setSoTimeout((int) limit.toMillis());
        }

        @Override
        public void linger(Duration limit) throws IOException {
            socket.setSoLinger(limit != null, limit == null ? 0 : (int) limit.toSeconds());
        }

        @Override
        public InetSocketAddress local() {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }

        @Override
        public InetSocketAddress remote() {
            return (InetSocketAddress) socket.getRemoteSocketAddress();
        }

        @Override
        public boolean isClosed() {
            return socket.isClosed();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
