package dev.weft.examples.bench;

import dev.weft.examples.Pattern;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;

/** Writes or reads for so long over some connections at once. */
final class BulkLoad {

    private static final byte[] BLOCK = new byte[251 * 512];
    private static final int READ_BUFFER = 128 << 10;

    static {
        for (int i = 0; i < BLOCK.length; i++) {
            BLOCK[i] = Pattern.at(i);
        }
    }

    private BulkLoad() {
    }

    /** What the subject has received, by its own count, until it had all. */
    static String in(String host, int flows, int millis, boolean hash) throws Exception {
        long begun = System.nanoTime();
        long end = begun + millis * 1_000_000L;
        long bytes = together(flows, () -> write(host, end, hash));
        return bytes + " " + (System.nanoTime() - begun);
    }

    private static long write(String host, long end, boolean hash) throws IOException {
        try (var socket = new Socket(host, hash ? Subject.HASHING_SINK : Subject.SINK)) {
            OutputStream out = socket.getOutputStream();
            var expected = new CRC32C();
            long written = 0;
            while (System.nanoTime() < end) {
                out.write(BLOCK);
                written += BLOCK.length;
                if (hash) {
                    expected.update(BLOCK);
                }
            }
            socket.shutdownOutput();
            var answer = new DataInputStream(socket.getInputStream());
            long received = answer.readLong();
            if (received != written || hash && answer.readLong() != expected.getValue()) {
                throw new IOException("of " + written + " bytes " + received + " arrived, or others");
            }
            return received;
        }
    }

    /** What has come from the subject in that time. */
    static String out(String host, int flows, int millis, boolean check) throws Exception {
        long begun = System.nanoTime();
        long end = begun + millis * 1_000_000L;
        long bytes = together(flows, () -> read(host, end, check));
        return bytes + " " + (System.nanoTime() - begun);
    }

    private static long read(String host, long end, boolean check) throws IOException {
        try (var socket = new Socket(host, Subject.SOURCE)) {
            byte[] buffer = new byte[READ_BUFFER];
            long read = 0;
            while (System.nanoTime() < end) {
                int n = socket.getInputStream().read(buffer);
                if (n < 0) {
                    throw new IOException("the source has ended after " + read + " bytes");
                }
                if (check && Pattern.mismatch(buffer, n, read) >= 0) {
                    throw new IOException("a byte behind " + read + " is wrong");
                }
                read += n;
            }
            socket.setSoLinger(true, 0);
            return read;
        }
    }

    /** Does the same on so many threads; the sum. */
    static long together(int threads, Callable<Long> work) throws Exception {
        List<FutureTask<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            var task = new FutureTask<>(work);
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        long sum = 0;
        for (FutureTask<Long> task : tasks) {
            try {
                sum += task.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        return sum;
    }
}
