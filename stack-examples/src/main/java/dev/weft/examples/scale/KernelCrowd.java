package dev.weft.examples.scale;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The other end of {@link TapScale}: the kernel's sockets, from one address, with the orders {@code open N} (until there are so
 * many) and {@code close N} (until there are only so many), each answered with {@code ok}.
 */
public final class KernelCrowd {

    private static final int AT_ONCE = 16;

    private final InetAddress local;
    private final InetSocketAddress server;
    private final List<SocketChannel> channels = new ArrayList<>();

    /** Connections from {@code local} to {@code server}. */
    public KernelCrowd(InetAddress local, InetSocketAddress server) {
        this.local = local;
        this.server = server;
    }

    /** Does as it is told until the input ends. */
    public void run(BufferedReader orders, PrintStream answers) throws IOException {
        answers.println("ok");
        answers.flush();
        String order;
        while ((order = orders.readLine()) != null) {
            String[] words = order.split(" ");
            try {
                if (words[0].equals("open")) {
                    open(Integer.parseInt(words[1]));
                } else {
                    close(Integer.parseInt(words[1]));
                }
                answers.println("ok");
            } catch (Exception e) {
                answers.println("error " + e);
            }
            answers.flush();
        }
        close(0);
    }

    private void open(int count) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var opened = new ArrayList<Future<SocketChannel>>();
            Callable<SocketChannel> one = this::connect;
            for (int i = channels.size(); i < count; i++) {
                opened.add(threads.submit(one));
            }
            for (Future<SocketChannel> channel : opened) {
                channels.add(channel.get());
            }
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(local, 0));
            channel.connect(server);
            ByteBuffer bytes = ByteBuffer.allocateDirect(Crowd.BYTES);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            bytes.clear();
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException("the server closed after " + bytes.position() + " bytes");
                }
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void close(int count) throws IOException {
        while (channels.size() > count) {
            channels.removeLast().close();
        }
    }
}
