package dev.weft.examples.bench;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.tcp.TcpListener;
import dev.weft.udp.Datagram;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** Weft's sockets with their defaults, on virtual threads. */
final class WeftServing implements Serving {

    private final NetworkStack stack;

    WeftServing(StackConfig config) throws IOException {
        stack = NetworkStack.open(config);
    }

    @Override
    public void serve(int port, Handler handler) throws IOException {
        TcpListener listener = stack.tcp().listen(port);
        start(() -> {
            try {
                listener.serve(socket -> {
                    try {
                        handler.handle(socket.input(), socket.output());
                    } catch (IOException e) {
                        socket.abort(); // the peer has reset it, as it does when it has enough
                    }
                });
            } catch (IOException e) {
                throw new IllegalStateException("port " + port + " is served no more", e);
            }
        });
    }

    @Override
    public Datagrams datagrams(int port) throws IOException {
        return new WeftDatagrams(stack.udp().bind(port));
    }

    private static final class WeftDatagrams implements Datagrams {

        private final UdpSocket socket;
        private InetSocketAddress source;

        WeftDatagrams(UdpSocket socket) {
            this.socket = socket;
        }

        @Override
        public byte[] receive() throws IOException {
            Datagram datagram = socket.receive();
            source = datagram.source();
            return datagram.payload();
        }

        @Override
        public InetSocketAddress source() {
            return source;
        }

        @Override
        public void send(InetSocketAddress to, byte[] payload, int length) throws IOException {
            socket.send(Datagram.to(to, length == payload.length ? payload : Arrays.copyOf(payload, length)));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    @Override
    public void start(Runnable body) {
        Thread.ofVirtual().start(body);
    }

    @Override
    public void close() {
        stack.close();
    }
}
