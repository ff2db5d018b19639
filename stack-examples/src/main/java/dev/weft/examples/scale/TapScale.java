package dev.weft.examples.scale;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.examples.path.Worker;
import dev.weft.tap.Tap;
import dev.weft.tcp.TcpListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Connections of the kernel's sockets over a TAP to a server of Weft's. The kernel's are spread over processes, since a process
 * may have only so many files, and over addresses, since an address has only so many ports.
 */
final class TapScale implements Scale {

    /** A process may have 20,000 files on many machines, and an address has 28,232 ports unless told otherwise. */
    private static final int PER_PROCESS = 18_000;
    /**
     * So many are closed before Weft has to have followed: of more FINs than the queue of the TAP holds most would be lost, and
     * where the kernel has more orphans than it may, it ends them with a reset that is lost as well and never sent again.
     */
    private static final int CLOSED_AT_ONCE = 2_000;
    private static final String SERVER = "10.9.255.1";
    private static final int PORT = 1000;
    private static final String TAP = "weft-scale";
    private static final long TIME_LIMIT = 600_000;

    private final NetworkStack stack;
    private final List<Worker> clients = new ArrayList<>();
    private final Crowd served = new Crowd();
    private final AtomicReference<IOException> failure = new AtomicReference<>();

    TapScale(int most) throws IOException {
        stack = NetworkStack.open(StackConfig.create().name("server")
                .link("eth0", Tap.named(TAP).fresh().host("10.9.0.1/16").up(), link -> link.address(SERVER + "/16")));
        try {
            TcpListener listener = stack.tcp().listen(PORT);
            Thread.ofVirtual().name("serve").start(() -> serve(listener));
            for (int i = 0; i * PER_PROCESS < most; i++) {
                String address = "10.9.1." + (i + 1);
                add(address);
                clients.add(Worker.start("client " + i, List.of(), List.of("scale-kernel", "--local", address, "--server", SERVER,
                        "--port", "" + PORT)));
            }
            for (Worker client : clients) {
                client.await("ok");
            }
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    private static void add(String address) throws IOException {
        try {
            int status = new ProcessBuilder("ip", "addr", "add", address + "/16", "dev", TAP).inheritIO().start().waitFor();
            if (status != 0) {
                throw new IOException("ip addr add " + address + " ended with " + status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void serve(TcpListener listener) {
        try {
            listener.serve(served::answer);
        } catch (IOException e) {
            failure.compareAndSet(null, e);
        }
    }

    @Override
    public void open(int count, int slice, IntConsumer slices) throws Exception {
        for (int opened = 0; opened < count; opened += slice) {
            int upTo = Math.min(count, opened + slice);
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).tell("open " + Math.clamp(upTo - i * PER_PROCESS, 0, PER_PROCESS));
            }
            for (Worker client : clients) {
                client.await("ok");
            }
            slices.accept(upTo);
        }
        await(count);
    }

    @Override
    public void closeAll() throws Exception {
        int all = served.waiting();
        int left = all;
        for (int i = 0; i < clients.size(); i++) {
            int kept = Math.clamp(all - i * PER_PROCESS, 0, PER_PROCESS);
            while (kept > 0) {
                int closed = Math.min(kept, CLOSED_AT_ONCE);
                kept -= closed;
                left -= closed;
                clients.get(i).tell("close " + kept);
                clients.get(i).await("ok");
                await(left);
            }
        }
    }

    private void await(int waiting) throws IOException, InterruptedException {
        long deadline = System.currentTimeMillis() + TIME_LIMIT;
        while (served.waiting() != waiting) {
            if (failure.get() != null) {
                throw failure.get();
            }
            if (System.currentTimeMillis() > deadline) {
                throw new IOException(served.waiting() + " connections wait, and not " + waiting);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public int left() {
        return stack.tcp().connectionCount();
    }

    @Override
    public int ends() {
        return 1;
    }

    @Override
    public void close() {
        clients.forEach(Worker::close);
        stack.close();
    }
}
