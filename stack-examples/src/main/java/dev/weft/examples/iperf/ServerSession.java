package dev.weft.examples.iperf;

import dev.weft.NetworkStack;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.udp.UdpOptions;
import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One test, as the server. {@link #run} is one thread's; streams are offered and the test is ended by others. */
final class ServerSession {

    /** How long a client may take for each step, but the test itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** So much longer than announced may a test take. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final IperfServer server;
    private final NetworkStack stack;
    private final ControlChannel control;
    private final String cookie;
    private final Report report;
    private final double interval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition offered = lock.newCondition();
    private final Map<Integer, TcpSocket> sockets = new TreeMap<>();   // guarded by lock; by the order in which they were accepted
    private int wanted;                                                // guarded by lock
    private boolean relistened;                                        // run's

    ServerSession(IperfServer server, NetworkStack stack, TcpSocket socket, String cookie, Report report, double interval) {
        this.server = server;
        this.stack = stack;
        control = new ControlChannel(socket);
        this.cookie = cookie;
        this.report = report;
        this.interval = interval;
    }

    /** Takes a connection if it is a stream of this test. */
    boolean offer(String with, int number, TcpSocket socket) {
        lock.lock();
        try {
            if (!with.equals(cookie) || sockets.size() >= wanted) {
                return false;
            }
            sockets.put(number, socket);
            offered.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Does the test. What goes wrong is reported, and costs this test alone. */
    void run() {
        try (control) {
            test();
        } catch (IOException | RuntimeException e) {
            report.failed(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.values().forEach(TcpSocket::abort);
            relisten();
        }
    }

    private void relisten() {
        if (relistened) {
            try {
                server.listenWith(TcpOptions.defaults());
            } catch (IOException e) {
                report.failed("the port is served no more: " + e.getMessage());
                server.close();
            }
        }
    }

    private void test() throws IOException, InterruptedException {
        control.patience(PATIENCE);
        control.send(IperfState.PARAM_EXCHANGE);
        TestSettings settings;
        try {
            settings = TestSettings.of(control.read(ControlChannel.MOST_PARAMETERS));
        } catch (IperfException e) {
            control.sendError(e.number());
            throw e;
        }
        report.accepted(control.remote(), cookie, settings);
        List<TestStream> streams = settings.udp() ? datagramStreams(settings) : connections(settings);
        try (var run = new TestRun(settings, streams, report, false, interval)) {
            control.send(IperfState.TEST_START);
            report.connected(settings, streams.stream().map(Report.Endpoints::of).toList(), true, control.mss());
            run.start();
            control.send(IperfState.TEST_RUNNING);
            control.patience(settings.seconds() > 0 ? GRACE.plusSeconds(settings.seconds() + settings.omit()) : Duration.ZERO);
            control.expect(IperfState.TEST_END);
            run.stop();
            run.closeStreams();
            finish(settings, run);
        }
    }

    private void finish(TestSettings settings, TestRun run) throws IOException {
        control.patience(PATIENCE);
        control.send(IperfState.EXCHANGE_RESULTS);
        TestResults own = run.results();
        TestResults peer = TestResults.of(control.read(ControlChannel.MOST_RESULTS));
        report.finished(new Report.Outcome(settings, true, run.totals(), own, peer));
        control.write(settings.serverOutput() ? own.with(report.output()).toJson() : own.toJson());
        control.send(IperfState.DISPLAY_RESULTS);
        try {
            control.expect(IperfState.IPERF_DONE);
        } catch (IperfException | SocketTimeoutException e) {
            // It has its results; how it leaves is its own affair.
        }
    }

    // ---------------------------------------------------------------- streams

    private List<TestStream> connections(TestSettings settings) throws IOException, InterruptedException {
        if (!settings.options().equals(TcpOptions.defaults())) {
            server.listenWith(settings.options());
            relistened = true;
        }
        setWanted(settings.streams());
        control.send(IperfState.CREATE_STREAMS);
        List<TcpSocket> connected = awaitStreams();
        var streams = new ArrayList<TestStream>();
        for (TcpSocket socket : connected) {
            socket.noDelay(settings.noDelay());
            streams.add(new TcpTestStream(streams.size(), !settings.clientSends(streams.size()), socket, settings.length()));
        }
        return streams;
    }

    private void setWanted(int streams) {
        lock.lock();
        try {
            wanted = streams;
        } finally {
            lock.unlock();
        }
    }

    private List<TcpSocket> awaitStreams() throws IperfException, InterruptedException {
        long left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (sockets.size() < wanted) {
                if (left <= 0) {
                    throw new IperfException("the client has connected " + sockets.size() + " of " + wanted + " streams",
                            IperfException.CREATING_STREAM);
                }
                left = offered.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1))) + left - Math.min(left, TimeUnit.SECONDS.toNanos(1));
            }
            return List.copyOf(sockets.values());
        } finally {
            lock.unlock();
        }
    }

    /** Each greeting connects the socket that it came to, and the port gets another one before it is answered. */
    private List<TestStream> datagramStreams(TestSettings settings) throws IOException {
        var streams = new ArrayList<TestStream>();
        UdpSocket socket = bind(settings);
        try {
            control.send(IperfState.CREATE_STREAMS);
            while (true) {
                UdpGreeting.await(socket, control.remote().getAddress());
                UdpSocket connected = socket;
                streams.add(new UdpTestStream(streams.size(), !settings.clientSends(streams.size()), connected, settings.length()));
                boolean last = streams.size() == settings.streams();
                socket = last ? null : bind(settings);
                UdpGreeting.answer(connected);
                if (last) {
                    return streams;
                }
            }
        } catch (IOException | RuntimeException e) {
            streams.forEach(TestStream::abort);
            if (socket != null) {
                socket.close();
            }
            throw e;
        }
    }

    private UdpSocket bind(TestSettings settings) throws IOException {
        UdpOptions options = UdpOptions.defaults().reuseAddress(true);
        return stack.udp().bind(new InetSocketAddress(server.port()),
                settings.window() > 0 ? options.receiveBuffer(Math.max(1024, settings.window())) : options);
    }

    /** Tells the client that it is over, and ends it. */
    void terminate() {
        control.leave(IperfState.SERVER_TERMINATE);
    }
}
