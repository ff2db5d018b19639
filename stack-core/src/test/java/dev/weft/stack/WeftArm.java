package dev.weft.stack;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Weft's sockets: between two stacks, or within one. */
final class WeftArm implements SocketArm {

    private final NetworkStack client;
    private final NetworkStack server;
    private final String address;
    private final AutoCloseable both;

    private WeftArm(NetworkStack client, NetworkStack server, String address, AutoCloseable both) {
        this.client = client;
        this.server = server;
        this.address = address;
        this.both = both;
    }

    /** From one end of a cable to the other. */
    static WeftArm onCable() throws IOException {
        var stacks = new TwoStacks();
        return new WeftArm(stacks.left, stacks.right, TwoStacks.RIGHT, stacks);
    }

    /** Within one stack, on 127.0.0.1. */
    static WeftArm onLoopback() throws IOException {
        NetworkStack stack = NetworkStack.open(StackConfig.create());
        return new WeftArm(stack, stack, "127.0.0.1", stack);
    }

    @Override
    public Listening listen(int port, int backlog) throws IOException {
        TcpListener listener = server.tcp().listen(port, TcpOptions.defaults().backlog(backlog));
        return new Listening() {
            @Override
            public int port() {
                return listener.port();
            }

            @Override
            public Conversation accept(Duration timeout) throws IOException {
                return new Weft(listener.accept(timeout));
            }

            @Override
            public boolean isClosed() {
                return listener.isClosed();
            }

            @Override
            public void close() {
                listener.close();
            }
        };
    }

    @Override
    public Conversation connect(int port) throws IOException {
        return new Weft(client.tcp().connect(address, port));
    }

    @Override
    public Conversation connectFrom(int localPort, int port) throws IOException {
        return new Weft(server.tcp().connect(new InetSocketAddress(address, port), new InetSocketAddress(address, localPort),
                TcpOptions.defaults()));
    }

    @Override
    public List<ThreadKind> interruptible() {
        return List.of(ThreadKind.values());
    }

    @Override
    public void close() {
        try {
            both.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private record Weft(TcpSocket socket) implements Conversation {

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return socket.read(target, offset, length);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            socket.write(source, offset, length);
        }

        @Override
        public InputStream input() {
            return socket.input();
        }

        @Override
        public OutputStream output() {
            return socket.output();
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
        public void readTimeout(Duration limit) {
            socket.readTimeout(limit);
        }

        @Override
        public void linger(Duration limit) {
            socket.linger(limit);
        }

        @Override
        public InetSocketAddress local() {
            return socket.localAddress();
        }

        @Override
        public InetSocketAddress remote() {
            return socket.remoteAddress();
        }

        @Override
        public boolean isClosed() {
            return socket.isClosed();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
