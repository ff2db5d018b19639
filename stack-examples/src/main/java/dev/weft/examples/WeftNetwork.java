package dev.weft.examples;

import dev.weft.NetworkStack;
import dev.weft.examples.net.Connection;
import dev.weft.examples.net.ConnectionHandler;
import dev.weft.examples.net.Network;
import dev.weft.examples.net.Served;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.udp.Datagram;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Weft's sockets, as the examples' servers see them. */
final class WeftNetwork implements Network {

    private static final Logger LOG = LoggerFactory.getLogger(WeftNetwork.class);

    private final NetworkStack stack;

    WeftNetwork(NetworkStack stack) {
        this.stack = stack;
    }

    @Override
    public Served serve(int port, int backlog, ConnectionHandler handler) throws IOException {
        TcpListener listener = stack.tcp().listen(port, TcpOptions.defaults().backlog(backlog));
        return new WeftServed(listener.port(), listener, () -> listener.serve(socket -> {
            try {
                handler.handle(new WeftConnection(socket));
            } catch (InterruptedException e) {
                socket.abort(); // the listener is being closed, which is nothing to report
            }
        }));
    }

    @Override
    public Served answer(int port, UnaryOperator<byte[]> reply) throws IOException {
        UdpSocket socket = stack.udp().bind(port);
        return new WeftServed(socket.localAddress().getPort(), socket, () -> answer(socket, reply));
    }

    /** Ends when receiving fails, as it does once the socket is closed; an answer that cannot be sent costs that answer. */
    private static void answer(UdpSocket socket, UnaryOperator<byte[]> reply) throws IOException {
        while (true) {
            Datagram datagram = socket.receive();
            byte[] answer = reply.apply(datagram.payload());
            if (answer == null || datagram.source().getPort() == 0) {
                continue; // RFC 768: a source port of 0 says that no answer is wanted
            }
            try {
                socket.send(datagram.replyWith(answer));
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("local", datagram.destination()).addKeyValue("remote", datagram.source())
                        .setCause(e).log("an answer could not be sent");
            }
        }
    }

    @Override
    public Connection connect(String host, int port, Duration timeout) throws IOException {
        return new WeftConnection(stack.tcp().connect(host, port, TcpOptions.defaults().connectTimeout(timeout)));
    }

    private record WeftConnection(TcpSocket socket) implements Connection {

        private static final Duration GLANCE = Duration.ofMillis(250);
        private static final byte[] NOTHING = {};

        @Override
        public InputStream input() {
            return socket.input();
        }

        @Override
        public OutputStream output() {
            return socket.output();
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void holdUnread(Duration time) throws InterruptedException {
            long end = System.nanoTime() + time.toNanos();
            try {
                while (System.nanoTime() < end) {
                    Thread.sleep(GLANCE);
                    socket.write(NOTHING); // fails once the peer has reset the connection
                }
            } catch (IOException e) {
                return;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private interface Loop {
        void run() throws IOException;
    }

    /** A port with the thread that serves it. */
    private static final class WeftServed implements Served {

        private final int port;
        private final AutoCloseable socket;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private volatile boolean closed;

        WeftServed(int port, AutoCloseable socket, Loop loop) {
            this.port = port;
            this.socket = socket;
            Thread.ofVirtual().name("port-" + port).start(() -> {
                try {
                    loop.run();
                    end.complete(null);
                } catch (IOException | RuntimeException e) {
                    end.completeExceptionally(e);
                }
            });
        }

        @Override
        public int port() {
            return port;
        }

        @Override
        public void join() throws IOException, InterruptedException {
            try {
                end.get();
            } catch (ExecutionException e) {
                if (!closed) {
                    throw new IOException("port " + port + " is served no more: " + e.getCause().getMessage(),
                            e.getCause());
                }
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            try {
                socket.close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
