package dev.weft.examples.iperf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The part of a test that is measured, at one end: a virtual thread for each stream, and one that reports each interval. {@link
 * #stop} freezes the figures; the streams go on, so that nobody who still writes to them is stuck, until {@link #close}.
 */
final class TestRun implements AutoCloseable {

    /** A last interval shorter than this part of the others is not reported. */
    private static final double WORTH_REPORTING = 0.1;

    private final TestSettings settings;
    private final List<TestStream> streams;
    private final Report report;
    private final boolean client;
    private final double interval;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CpuUse cpu = new CpuUse();
    private final Thread reporter = Thread.ofVirtual().name("iperf-intervals").unstarted(this::reportIntervals);
    private volatile boolean over;
    private volatile Exception failure;              // of a stream
    private long zero;                               // when counting began; set before threads start, by the reporter after an omission
    private List<TestStream.Snapshot> first;         // the reporter's until it has ended, as the next two
    private List<TestStream.Snapshot> last;
    private List<Sample> totals;
    private CpuUse.Share share;

    /**
     * A run that has not begun.
     *
     * @param client   whether this end decides when enough has been sent, or received
     * @param interval seconds between reports, 0 for none
     */
    TestRun(TestSettings settings, List<TestStream> streams, Report report, boolean client, double interval) {
        this.client = client;
        this.settings = settings;
        this.streams = streams;
        this.report = report;
        this.interval = interval;
    }

    TestSettings settings() {
        return settings;
    }

    List<TestStream> streams() {
        return streams;
    }

    void start() {
        first = snapshots();
        zero = first.getFirst().nanos();
        last = first;
        for (TestStream stream : streams) {
            Thread.ofVirtual().name("iperf-" + stream.id()).start(() -> transfer(stream));
        }
        reporter.start();
    }

    private void transfer(TestStream stream) {
        try {
            stream.transfer(this);
        } catch (IOException | RuntimeException e) {
            if (!over) {
                failure = e;
                // The control connection, where the peer may just have said that it is over, has the first word.
                end.completeOnTimeout(null, 1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---------------------------------------------------------------- what streams ask

    /** Whether a sender may send this much more; what it then sends is counted against the limits of all. */
    boolean mayStillSend(int length) {
        if (over) {
            return false;
        }
        long limit = limit();
        if (limit == Long.MAX_VALUE) {
            return true;
        }
        if (sent.getAndAdd(settings.bytes() > 0 ? length : 1) < limit) {
            return true;
        }
        end.complete(null);
        return false;
    }

    /** Tells of what a receiver has. */
    void received(int length) {
        if (settings.bytes() > 0 && received.addAndGet(length) >= settings.bytes()
                || settings.blocks() > 0 && received.addAndGet(length) >= settings.blocks() * settings.length()) {
            end.complete(null);
        }
    }

    private long limit() {
        return !client ? Long.MAX_VALUE : settings.bytes() > 0 ? settings.bytes() : settings.blocks() > 0 ? settings.blocks() : Long.MAX_VALUE;
    }

    // ---------------------------------------------------------------- the end

    /**
     * Waits, as a client, until the test has done what it should.
     *
     * @param control what the peer says meanwhile, which is nothing unless something is wrong
     */
    void await(CompletableFuture<IperfState> control) throws IOException, InterruptedException {
        control.whenComplete((state, wrong) -> end.completeExceptionally(wrong != null ? wrong
                : new IperfException("the server says " + state + " in the middle of the test")));
        try {
            if (settings.seconds() > 0) {
                end.get(zero + TimeUnit.SECONDS.toNanos(settings.seconds() + settings.omit()) - System.nanoTime(), TimeUnit.NANOSECONDS);
            } else {
                end.get();
            }
            checkStreams();
        } catch (TimeoutException e) {
            checkStreams();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private void checkStreams() throws IOException {
        Exception failed = failure;
        if (failed != null) {
            throw new IOException("a stream has failed: " + failed.getMessage(), failed);
        }
    }

    /** Freezes the figures and reports the last interval. */
    void stop() throws InterruptedException {
        if (over) {
            return;
        }
        over = true;
        List<TestStream.Snapshot> now = snapshots();
        share = cpu.share();
        stopped.countDown();
        reporter.join();
        if (interval > 0 && (now.getFirst().nanos() - last.getFirst().nanos()) / 1e9 > interval * WORTH_REPORTING || last == first) {
            report.interval(samples(last, now, false));
        }
        totals = samples(first, now, false);
    }

    /** Ends the streams in order, as a server does: iperf3 reads whole blocks, and would wait for the rest of one for ever. */
    void closeStreams() {
        streams.forEach(TestStream::close);
    }

    /** What each stream did in all, once stopped. */
    List<Sample> totals() {
        return totals;
    }

    /** What is told to the peer, once stopped. */
    TestResults results() {
        boolean tcpSender = !settings.udp() && streams.stream().anyMatch(TestStream::sends);
        return new TestResults(share, tcpSender || settings.udp() && streams.stream().anyMatch(TestStream::sends),
                settings.udp() ? null : totals.getFirst().info().congestionControl(),
                totals.stream().map(Sample::result).toList(), null);
    }

    CpuUse.Share cpu() {
        return share;
    }

    /** Ends the streams at once. */
    @Override
    public void close() {
        over = true;
        stopped.countDown();
        streams.forEach(TestStream::abort);
    }

    // ---------------------------------------------------------------- intervals

    private void reportIntervals() {
        try {
            if (settings.omit() > 0) {
                if (reportUntil(zero + TimeUnit.SECONDS.toNanos(settings.omit()), true)) {
                    return;
                }
                first = snapshots();
                last = first;
                zero = first.getFirst().nanos();
            }
            reportUntil(Long.MAX_VALUE, false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the run has stopped before that time. */
    private boolean reportUntil(long limit, boolean omitted) throws InterruptedException {
        for (int k = 1; ; k++) {
            long next = interval > 0 ? Math.min(limit, zero + (long) (k * interval * 1e9)) : limit;
            if (next == Long.MAX_VALUE) {
                stopped.await();
                return true;
            }
            if (stopped.await(next - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return true;
            }
            List<TestStream.Snapshot> now = snapshots();
            if (interval > 0) {
                report.interval(samples(last, now, omitted));
            }
            last = now;
            if (next == limit) {
                return false;
            }
        }
    }

    private List<TestStream.Snapshot> snapshots() {
        long now = System.nanoTime();
        return streams.stream().map(stream -> stream.snapshot(now)).toList();
    }

    private List<Sample> samples(List<TestStream.Snapshot> from, List<TestStream.Snapshot> to, boolean omitted) {
        var samples = new ArrayList<Sample>();
        for (int i = 0; i < streams.size(); i++) {
            samples.add(Sample.between(streams.get(i), from.get(i), to.get(i), zero, omitted));
        }
        return samples;
    }
}
