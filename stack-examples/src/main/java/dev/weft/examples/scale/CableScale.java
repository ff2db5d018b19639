package dev.weft.examples.scale;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.NetDevice;
import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** Two stacks of this process on a cable, and any number of connections between them, both ends of which wait in a read. */
final class CableScale implements Scale {

    /**
     * So many connections go to one port: a sixth of the ephemeral ports, so that finding a free one takes no search, and the rounds of
     * the warm-up fit in beside it while they are in TIME-WAIT.
     */
    private static final int PER_PORT = 8_000;
    private static final int FIRST_PORT = 1_000;
    /** How many connections are opened at the same time. */
    private static final int AT_ONCE = 256;
    private static final long TIME_LIMIT = 900_000;

    private final NetworkStack left;
    private final NetworkStack right;
    private final List<TcpListener> listeners = new ArrayList<>();
    private final List<Thread> servers = new ArrayList<>();
    private final Crowd clients = new Crowd();
    private final Crowd served = new Crowd();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private TcpSocket[] sockets = {};

    CableScale(int most) throws IOException {
        var cable = new Cable();
        left = NetworkStack.open(config("left", cable.left(), "10.0.0.1/24"));
        right = NetworkStack.open(config("right", cable.right(), "10.0.0.2/24"));
        for (int port = 0; port * PER_PORT < most; port++) {
            TcpListener listener = right.tcp().listen(FIRST_PORT + port, TcpOptions.defaults());
            listeners.add(listener);
            servers.add(Thread.ofVirtual().name("serve").start(() -> serve(listener)));
        }
    }

    private static StackConfig config(String name, NetDevice device, String address) {
        return StackConfig.create().name(name).link("eth0", (clock, counters) -> device, link -> link.address(address))
                .tcp(TcpSettings.defaults().orphans(Integer.MAX_VALUE));
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
        InetAddress server = InetAddress.ofLiteral("10.0.0.2");
        int from = sockets.length;
        sockets = Arrays.copyOf(sockets, count);
        var room = new Semaphore(AT_ONCE);
        for (int i = from; i < count; i++) {
            room.acquire();
            int n = i;
            Thread.ofVirtual().name("client").start(() -> connect(n, new InetSocketAddress(server, FIRST_PORT + n / PER_PORT), room));
            if ((i + 1 - from) % slice == 0) {
                slices.accept(i + 1 - from);
            }
            check();
        }
        await(() -> clients.waiting() == count && served.waiting() == count, "both ends of all connections wait");
    }

    private void connect(int n, InetSocketAddress server, Semaphore room) {
        TcpSocket socket;
        try {
            socket = left.tcp().connect(server);
        } catch (Exception e) {
            failure.compareAndSet(null, e);
            return;
        } finally {
            room.release();
        }
        sockets[n] = socket;
        try (socket) {
            clients.ask(socket);
        } catch (IOException e) {
            if (!socket.isClosed()) {
                failure.compareAndSet(null, e);
            }
        }
    }

    @Override
    public void closeAll() throws Exception {
        // Not faster than the other end follows: more FINs than the queue of the cable holds would be lost and sent again.
        for (int i = 0; i < sockets.length; i++) {
            sockets[i].close();
            int atLeast = sockets.length - i - 1 + AT_ONCE;
            if (served.waiting() > atLeast) {
                await(() -> served.waiting() <= atLeast, "the server follows");
            }
        }
        sockets = new TcpSocket[0];
        await(() -> clients.waiting() == 0 && served.waiting() == 0 && right.tcp().connectionCount() == 0, "all are closed");
    }

    @Override
    public int ends() {
        return 2;
    }

    @Override
    public int left() {
        return left.tcp().connectionCount();
    }

    private void check() throws Exception {
        Exception first = failure.get();
        if (first != null) {
            throw first;
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void await(Condition condition, String what) throws Exception {
        long deadline = System.currentTimeMillis() + TIME_LIMIT;
        while (!condition.holds()) {
            check();
            if (System.currentTimeMillis() > deadline) {
                throw new IOException("after " + TIME_LIMIT / 1000 + " s it does not hold that " + what);
            }
            Thread.sleep(1);
        }
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
