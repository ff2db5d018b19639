package dev.weft.examples.path;

import dev.weft.examples.Pattern;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One end of a measured path, which does as it is told by lines of words, and answers each with a line that begins with {@code ok }
 * or {@code error }:
 * <pre>
 *   open CONGESTION                sockets of both kinds, with this congestion control
 *   listen kernel|weft PORT        takes one connection there, reads it and checks the pattern
 *   send kernel|weft HOST PORT     connects, answers, and writes the pattern from then on
 *   received PORT                  answers with bytes, and nanoseconds since the connection came
 *   sent PORT                      answers with what the sender's TCP says, see {@link PathSocket#state}
 *   stop                           resets all connections and closes the sockets
 * </pre>
 */
public final class PathEnd {

    private static final int BUFFER = 128 << 10;

    private final String tap;
    private final String address;
    private final String mac;
    private KernelPath kernel;
    private WeftPath weft;
    private final Map<Integer, Transfer> transfers = new HashMap<>();

    /** An end whose Weft is on {@code tap} and has these addresses there. */
    public PathEnd(String tap, String address, String mac) {
        this.tap = tap;
        this.address = address;
        this.mac = mac;
    }

    /** Does as it is told until the input ends. */
    public void run(BufferedReader orders, PrintStream answers) throws IOException {
        answers.println("ok");
        String order;
        while ((order = orders.readLine()) != null) {
            String answer;
            try {
                answer = ("ok " + obey(order.split(" "))).strip();
            } catch (Exception e) {
                answer = "error " + e;
            }
            answers.println(answer);
            answers.flush();
        }
        stop();
    }

    private String obey(String[] words) throws Exception {
        switch (words[0]) {
            case "open" -> {
                kernel = new KernelPath(words[1]);
                weft = new WeftPath(tap, address, mac, words[1]);
            }
            case "listen" -> {
                PathNetwork network = network(words[1]);
                int port = Integer.parseInt(words[2]);
                PathNetwork.Arrival arrival = network.listen(port);
                begin(network, port, arrival::await, true);
            }
            case "send" -> {
                PathNetwork network = network(words[1]);
                int port = Integer.parseInt(words[3]);
                begin(network, port, () -> network.connect(words[2], port), false);
            }
            case "received" -> {
                return transfer(words[1]).received();
            }
            case "sent" -> {
                return transfer(words[1]).state();
            }
            case "stop" -> stop();
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
        return "";
    }

    private PathNetwork network(String kind) {
        return kind.equals("weft") ? weft : kernel;
    }

    private Transfer transfer(String port) {
        return transfers.get(Integer.parseInt(port));
    }

    private void begin(PathNetwork network, int port, PathNetwork.Arrival opening, boolean reads)
            throws Exception {
        var transfer = new Transfer(opening, reads);
        transfers.put(port, transfer);
        network.thread("transfer-" + port, transfer::run).start();
        if (!reads) {
            transfer.awaitConnected();
        }
    }

    private void stop() throws IOException {
        for (Transfer transfer : transfers.values()) {
            transfer.stop();
        }
        transfers.clear();
        if (weft != null) {
            weft.close();
            kernel.close();
            weft = null;
        }
    }

    /** A connection that is read or written, on its own thread. */
    private static final class Transfer {

        private final PathNetwork.Arrival opening;
        private final boolean reads;
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final CountDownLatch connected = new CountDownLatch(1);
        private volatile PathSocket socket;
        private volatile long begun;
        private volatile long bytes;    // written by the transfer's thread
        private volatile boolean stopped;

        Transfer(PathNetwork.Arrival opening, boolean reads) {
            this.opening = opening;
            this.reads = reads;
        }

        void run() {
            try {
                PathSocket opened = opening.await();
                begun = System.nanoTime();
                socket = opened;
                connected.countDown();
                if (stopped) {
                    opened.reset();
                } else if (reads) {
                    read(opened);
                } else {
                    Pattern.write(opened.output(), Long.MAX_VALUE);
                }
            } catch (IOException | RuntimeException e) {
                failure.compareAndSet(null, e);
                connected.countDown();
            }
        }

        private void read(PathSocket from) throws IOException {
            byte[] buffer = new byte[BUFFER];
            int n;
            while ((n = from.input().read(buffer)) >= 0) {
                int wrong = Pattern.mismatch(buffer, n, bytes);
                if (wrong >= 0) {
                    throw new IOException("byte " + (bytes + wrong) + " is wrong");
                }
                bytes += n;
            }
        }

        void awaitConnected() throws Exception {
            connected.await();
            check();
        }

        String received() throws Exception {
            check();
            return bytes + " " + (begun == 0 ? 0 : System.nanoTime() - begun);
        }

        String state() throws Exception {
            check();
            return socket.state();
        }

        private void check() throws Exception {
            Exception failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }

        void stop() throws IOException {
            stopped = true;
            PathSocket open = socket;
            if (open != null) {
                open.reset();
            }
        }
    }
}
