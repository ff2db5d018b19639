package dev.weft.examples.iperf;

import dev.weft.NetworkStack;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.udp.UdpOptions;
import dev.weft.udp.UdpSocket;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;

/** One test, as the client. For one thread; {@link #close} may be called by any, and ends the test. */
public final class IperfClient implements AutoCloseable {

    private final NetworkStack stack;
    private final InetSocketAddress server;
    private final TestSettings settings;
    private final double interval;
    private final Report report;
    private final Duration connectTimeout;
    private volatile ControlChannel control;

    /**
     * A client that has not connected yet.
     *
     * @param interval seconds between reports, 0 for none
     */
    public IperfClient(NetworkStack stack, IpAddress host, int port, TestSettings settings, double interval, Duration connectTimeout,
                       Reporting reporting) {
        this.stack = stack;
        server = new InetSocketAddress(host.toInetAddress(), port);
        this.settings = settings;
        this.interval = interval;
        this.connectTimeout = connectTimeout;
        report = reporting.open();
    }

    /**
     * Does the test. Suspends.
     *
     * @throws IOException there was none, or it ended too early; it has been reported
     */
    public void run() throws IOException, InterruptedException {
        report.connecting(server.getAddress().getHostAddress(), server.getPort(), settings);
        try (var channel = new ControlChannel(stack.tcp().connect(server, null, TcpOptions.defaults().connectTimeout(connectTimeout)))) {
            control = channel;
            test(channel);
        } catch (IOException e) {
            report.failed(e.getMessage());
            throw e;
        }
    }

    private void test(ControlChannel channel) throws IOException, InterruptedException {
        String cookie = ControlChannel.newCookie(RandomGenerator.getDefault());
        report.cookie(cookie);
        channel.sendCookie(cookie);
        channel.expect(IperfState.PARAM_EXCHANGE);
        channel.write(settings.toJson(Reporting.VERSION));
        channel.expect(IperfState.CREATE_STREAMS);
        List<TestStream> streams = streams(cookie);
        try (var run = new TestRun(settings, streams, report, true, interval)) {
            channel.expect(IperfState.TEST_START);
            report.connected(settings, streams.stream().map(Report.Endpoints::of).toList(), false, channel.mss());
            channel.expect(IperfState.TEST_RUNNING);
            run.start();
            CompletableFuture<IperfState> next = nextOf(channel);
            run.await(next);
            run.stop();
            finish(channel, run, next);
        } finally {
            streams.forEach(TestStream::abort);
        }
    }

    private static CompletableFuture<IperfState> nextOf(ControlChannel channel) {
        var next = new CompletableFuture<IperfState>();
        Thread.ofVirtual().name("iperf-control").start(() -> {
            try {
                next.complete(channel.next());
            } catch (IOException e) {
                next.completeExceptionally(e);
            }
        });
        return next;
    }

    private void finish(ControlChannel channel, TestRun run, CompletableFuture<IperfState> next) throws IOException, InterruptedException {
        channel.send(IperfState.TEST_END);
        IperfState state;
        try {
            state = next.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
        if (state != IperfState.EXCHANGE_RESULTS) {
            throw new IperfException("the server says " + state + " where the results have their turn");
        }
        TestResults own = run.results();
        channel.write(own.toJson());
        TestResults peer = TestResults.of(channel.read(ControlChannel.MOST_RESULTS));
        channel.expect(IperfState.DISPLAY_RESULTS);
        report.finished(new Report.Outcome(settings, false, run.totals(), own, peer));
        channel.send(IperfState.IPERF_DONE);
        report.done();
    }

    private List<TestStream> streams(String cookie) throws IOException {
        var streams = new ArrayList<TestStream>();
        try {
            for (int i = 0; i < settings.streams(); i++) {
                boolean sends = settings.clientSends(i);
                streams.add(settings.udp() ? new UdpTestStream(i, sends, datagrams(), settings.length())
                        : new TcpTestStream(i, sends, connection(cookie), settings.length()));
            }
            return streams;
        } catch (IOException | RuntimeException e) {
            streams.forEach(TestStream::abort);
            throw e;
        }
    }

    private TcpSocket connection(String cookie) throws IOException {
        TcpSocket socket = stack.tcp().connect(server, null, settings.options().connectTimeout(connectTimeout));
        socket.write(ControlChannel.bytesOf(cookie));
        return socket;
    }

    private UdpSocket datagrams() throws IOException {
        UdpOptions options = UdpOptions.defaults();
        UdpSocket socket = stack.udp().connect(server, null,
                settings.window() > 0 ? options.receiveBuffer(Math.max(1024, settings.window())) : options);
        try {
            UdpGreeting.greet(socket);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Tells the server that it is over, and ends it. */
    @Override
    public void close() {
        ControlChannel channel = control;
        if (channel != null) {
            channel.leave(IperfState.CLIENT_TERMINATE);
        }
    }
}
