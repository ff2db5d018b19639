package dev.weft.examples.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Waits for answers of one byte: on one connection one after the other, or each on a connection of its own. */
final class EchoLoad {

    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final int DIGITS = 3;
    private static final int PATIENCE_MILLIS = 20_000;

    private EchoLoad() {
    }

    static String requests(String host, int millis) throws IOException {
        var times = new Histogram(LONGEST_NANOS, DIGITS);
        long begun = System.nanoTime();
        long end = begun + millis * 1_000_000L;
        long count = 0;
        try (Socket socket = connect(host)) {
            long before = System.nanoTime();
            while (before < end) {
                askOnce(socket);
                long now = System.nanoTime();
                times.recordValue(Math.min(LONGEST_NANOS, now - before));
                before = now;
                count++;
            }
        }
        return figures(count, System.nanoTime() - begun, times);
    }

    static String connections(String host, int threads, int millis) throws Exception {
        var times = new ConcurrentHistogram(LONGEST_NANOS, DIGITS);
        long begun = System.nanoTime();
        long end = begun + millis * 1_000_000L;
        long count = BulkLoad.together(threads, () -> {
            long own = 0;
            for (long before = System.nanoTime(); before < end; own++) {
                try (Socket socket = connect(host)) {
                    askOnce(socket);
                }
                long now = System.nanoTime();
                times.recordValue(Math.min(LONGEST_NANOS, now - before));
                before = now;
            }
            return own;
        });
        return figures(count, System.nanoTime() - begun, times);
    }

    private static Socket connect(String host) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(host, Subject.ECHO), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void askOnce(Socket socket) throws IOException {
        socket.getOutputStream().write('x');
        if (socket.getInputStream().read() != 'x') {
            throw new IOException("no echo");
        }
    }

    private static String figures(long count, long nanos, Histogram times) {
        return count + " " + nanos + " " + times.getValueAtPercentile(50) + " " + times.getValueAtPercentile(99);
    }
}
