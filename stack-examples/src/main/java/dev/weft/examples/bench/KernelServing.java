package dev.weft.examples.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The kernel's sockets with their defaults. Threads are those that it is fastest with, platform threads that are used again; or
 * virtual ones, which wait for the kernel's sockets in epoll.
 */
final class KernelServing implements Serving {

    private static final int BACKLOG = 1024;
    private static final int LARGEST_DATAGRAM = 65_535;

    private final ExecutorService threads;
    private final List<AutoCloseable> ports = new ArrayList<>();

    KernelServing(boolean virtual) {
        threads = virtual ? Executors.newVirtualThreadPerTaskExecutor()
                : Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    }

    @Override
    public void serve(int port, Handler handler) throws IOException {
        var listener = new ServerSocket(port, BACKLOG, InetAddress.ofLiteral("0.0.0.0"));
        ports.add(listener);
        threads.execute(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    threads.execute(() -> handle(socket, handler));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    private static void handle(Socket socket, Handler handler) {
        try (socket) {
            handler.handle(socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            // The peer has reset it, as it does when it has enough.
        }
    }

    @Override
    public Datagrams datagrams(int port) throws IOException {
        var socket = new DatagramSocket(port);
        ports.add(socket);
        return new KernelDatagrams(socket);
    }

    private static final class KernelDatagrams implements Datagrams {

        private final DatagramSocket socket;
        private final DatagramPacket packet = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);

        KernelDatagrams(DatagramSocket socket) {
            this.socket = socket;
        }

        @Override
        public byte[] receive() throws IOException {
            packet.setLength(LARGEST_DATAGRAM);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }

        @Override
        public InetSocketAddress source() {
            return (InetSocketAddress) packet.getSocketAddress();
        }

        @Override
        public void send(InetSocketAddress to, byte[] payload, int length) throws IOException {
            socket.send(new DatagramPacket(payload, length, to));
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    @Override
    public void start(Runnable body) {
        threads.execute(body);
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable port : ports) {
            try {
                port.close();
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        threads.shutdownNow();
    }
}
