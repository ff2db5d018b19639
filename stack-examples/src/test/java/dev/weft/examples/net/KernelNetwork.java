package dev.weft.examples.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** The other arm: the kernel's sockets. */
public final class KernelNetwork implements Network {

    private static final int LARGEST_DATAGRAM = 65_535;

    private final InetAddress local;

    /** Listens on the loopback interface. */
    public KernelNetwork() {
        this(InetAddress.getLoopbackAddress());
    }

    private KernelNetwork(InetAddress local) {
        this.local = local;
    }

    /** Listens on all interfaces, those that come later included. */
    public static KernelNetwork onAnyAddress() {
        return new KernelNetwork(InetAddress.ofLiteral("0.0.0.0"));
    }

    @Override
    public Served serve(int port, int backlog, ConnectionHandler handler) throws IOException {
        var listener = new ServerSocket(port, backlog, local);
        Set<Socket> open = ConcurrentHashMap.newKeySet();
        Thread thread = Thread.startVirtualThread(() -> {
            while (true) {
                Socket socket;
                try {
                    socket = listener.accept();
                } catch (IOException e) {
                    return;
                }
                open.add(socket);
                Thread.startVirtualThread(() -> handle(socket, handler, open));
            }
        });
        return new KernelServed(listener.getLocalPort(), thread, () -> {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        });
    }

    private static void handle(Socket socket, ConnectionHandler handler, Set<Socket> open) {
        try (socket) {
            try {
                handler.handle(new KernelConnection(socket));
            } catch (Exception e) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // it was closed while it was being closed
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public Served answer(int port, UnaryOperator<byte[]> reply) throws IOException {
        var socket = new DatagramSocket(new InetSocketAddress(local, port));
        Thread thread = Thread.startVirtualThread(() -> {
            var packet = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);
            while (true) {
                try {
                    packet.setLength(LARGEST_DATAGRAM);
                    socket.receive(packet);
                    byte[] answer = reply.apply(Arrays.copyOf(packet.getData(), packet.getLength()));
                    if (answer != null) {
                        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                    }
                } catch (IOException e) {
                    return;
                }
            }
        });
        return new KernelServed(socket.getLocalPort(), thread, socket::close);
    }

    @Override
    public Connection connect(String host, int port, Duration timeout) throws IOException {
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), (int) timeout.toMillis());
            return new KernelConnection(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private record KernelConnection(Socket socket) implements Connection {

        @Override
        public InputStream input() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream output() throws IOException {
            return socket.getOutputStream();
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void holdUnread(Duration time) throws InterruptedException {
            Thread.sleep(time);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private interface Closing {
        void close() throws IOException;
    }

    private record KernelServed(int port, Thread thread, Closing closing) implements Served {

        @Override
        public void join() throws InterruptedException {
            thread.join();
        }

        @Override
        public void close() throws IOException {
            closing.close();
        }
    }
}
