package dev.weft.examples.path;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's sockets in this process' network namespace, with buffers that the kernel sizes. */
final class KernelPath implements PathNetwork {

    private static final Path CONGESTION_CONTROL = Path.of("/proc/sys/net/ipv4/tcp_congestion_control");
    private static final Pattern RETRANSMITTED = Pattern.compile("bytes_retrans:(\\d+)");

    /**
     * Has the namespace's connections use this congestion control from now on.
     *
     * @throws IOException when the kernel does not take it; it may have to be allowed for the machine first
     */
    KernelPath(String congestion) throws IOException {
        Files.writeString(CONGESTION_CONTROL, congestion);
        String set = Files.readString(CONGESTION_CONTROL).strip();
        if (!set.equals(congestion)) {
            throw new IOException("the kernel's congestion control is " + set + ", not " + congestion);
        }
    }

    @Override
    public Arrival listen(int port) throws IOException {
        var listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(port));
        return () -> {
            try (listener) {
                return new KernelSocket(listener.accept());
            }
        };
    }

    @Override
    public PathSocket connect(String host, int port) throws IOException {
        return new KernelSocket(new Socket(host, port));
    }

    @Override
    public Thread thread(String name, Runnable body) {
        return Thread.ofPlatform().name(name).daemon().unstarted(body);
    }

    @Override
    public void close() {
        // Its sockets are closed one by one.
    }

    private record KernelSocket(Socket socket) implements PathSocket {

        @Override
        public InputStream input() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream output() throws IOException {
            return socket.getOutputStream();
        }

        /** What {@code ss -ti} says: {@code bytes_retrans} is absent while it is 0. */
        @Override
        public String state() throws IOException, InterruptedException {
            Process process = new ProcessBuilder("ss", "-tinH", "state", "established", "sport", "=",
                    ":" + socket.getLocalPort()).redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            Matcher matcher = RETRANSMITTED.matcher(text);
            return "retransmitted=" + (matcher.find() ? matcher.group(1) : "0") + " " + text.strip().replaceAll("\\s+", " ");
        }

        @Override
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
