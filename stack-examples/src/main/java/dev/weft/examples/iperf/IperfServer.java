package dev.weft.examples.iperf;

import dev.weft.NetworkStack;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Serves one test after the other. While one runs, whoever else comes is told that the server is busy. A connection says by its cookie
 * what it is: the first of a test is the test's control connection, those with the same cookie are its streams.
 *
 * <p>Each connection is greeted on a virtual thread of its own, so that one that says nothing keeps nobody waiting; streams that overtake
 * each other so are put back into the order in which they were accepted.
 */
public final class IperfServer implements AutoCloseable {

    private static final Duration COOKIE_PATIENCE = Duration.ofSeconds(10);

    private final NetworkStack stack;
    private final int port;
    private final boolean once;
    private final double interval;
    private final Report report;
    private final ReentrantLock lock = new ReentrantLock();
    private TcpListener listener;       // guarded by lock
    private ServerSession session;      // guarded by lock; null when no test runs
    private boolean closed;             // guarded by lock

    /**
     * A server that listens from now on.
     *
     * @param once whether one test is enough
     * @param interval seconds between reports, 0 for none
     * @throws IOException the port is taken
     */
    public IperfServer(NetworkStack stack, int port, boolean once, double interval, Reporting reporting) throws IOException {
        this.stack = stack;
        this.port = port;
        this.once = once;
        this.interval = interval;
        report = reporting.open();
        listener = stack.tcp().listen(port);
    }

    /** Serves until it is closed, or one test is over where that is enough. Suspends. */
    public void run() throws IOException {
        report.listening(port, 1);
        int accepted = 0;
        while (true) {
            TcpListener open;
            lock.lock();
            try {
                if (closed) {
                    return;
                }
                open = listener;
            } finally {
                lock.unlock();
            }
            try {
                TcpSocket socket = open.accept();
                int number = accepted++;
                Thread.ofVirtual().name("iperf-greet").start(() -> greet(socket, number));
            } catch (SocketException e) {
                if (!isReplaced(open)) {
                    throw e;
                }
            }
        }
    }

    /** Whether the server goes on, or ends as it should, although this listener is closed. */
    private boolean isReplaced(TcpListener old) {
        lock.lock();
        try {
            return closed || listener != old;
        } finally {
            lock.unlock();
        }
    }

    private void greet(TcpSocket socket, int number) {
        ServerSession begun;
        try {
            String cookie = ControlChannel.readCookie(socket, COOKIE_PATIENCE);
            lock.lock();
            try {
                if (session != null && session.offer(cookie, number, socket)) {
                    return;
                }
                begun = session == null && !closed ? new ServerSession(this, stack, socket, cookie, report, interval) : null;
                session = begun == null ? session : begun;
            } finally {
                lock.unlock();
            }
            if (begun == null) {
                socket.write(new byte[] {IperfState.ACCESS_DENIED.code()});
                socket.close();
                return;
            }
        } catch (IOException e) {
            // Neither a test nor a stream of one; it costs this connection alone.
            socket.abort();
            return;
        }
        try {
            begun.run();
        } finally {
            end();
        }
    }

    private int tests = 1;  // the session's thread's

    private void end() {
        lock.lock();
        try {
            session = null;
            if (!closed && !once) {
                report.listening(port, ++tests);
            }
        } finally {
            lock.unlock();
        }
        if (once) {
            close();
        }
    }

    int port() {
        return port;
    }

    /** Has connections from now on these options, which a listener's connections have from their first segment on. */
    void listenWith(TcpOptions options) throws IOException {
        lock.lock();
        try {
            if (!closed) {
                TcpListener old = listener;
                listener = null;
                old.close();
                listener = stack.tcp().listen(port, options);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        ServerSession running;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            running = session;
            listener.close();
        } finally {
            lock.unlock();
        }
        if (running != null) {
            running.terminate();
        }
    }
}
