package dev.weft.examples.iperf;

import dev.weft.udp.UdpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** A stream of datagrams over a connected socket. */
final class UdpTestStream extends TestStream {

    private final UdpSocket socket;
    private final InetSocketAddress remote;
    private final byte[] block;
    private final DatagramLoss loss = new DatagramLoss();
    private volatile long sent;

    UdpTestStream(int index, boolean sends, UdpSocket socket, int length) {
        super(index, sends);
        this.socket = socket;
        remote = socket.remoteAddress().orElseThrow();
        block = new byte[length];
        RandomGenerator.getDefault().nextBytes(block);
    }

    @Override
    void transfer(TestRun run) throws IOException, InterruptedException {
        boolean wide = run.settings().wideCounters();
        if (sends()) {
            send(run, wide);
        } else {
            receive(run, wide);
        }
    }

    private void send(TestRun run, boolean wide) throws IOException, InterruptedException {
        var pace = new Pace(run.settings().rate());
        ByteBuffer header = ByteBuffer.wrap(block);
        long number = 0;
        while (run.mayStillSend(block.length)) {
            pace.await(block.length);
            DatagramHeader.put(header, wallClockNanos(), ++number, wide);
            socket.send(block);
            count(block.length);
            sent = number;
        }
    }

    private void receive(TestRun run, boolean wide) throws IOException {
        while (true) {
            byte[] payload = socket.receive().payload();
            long now = wallClockNanos();
            if (payload.length >= DatagramHeader.bytes(wide)) {
                ByteBuffer header = ByteBuffer.wrap(payload);
                loss.add(DatagramHeader.number(header, wide), DatagramHeader.sentAt(header), now);
                count(payload.length);
                run.received(payload.length);
            }
        }
    }

    private static long wallClockNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    @Override
    Snapshot snapshot(long nanos) {
        return new Snapshot(nanos, bytes(), sends() ? sent : loss.highest(), loss.lost(), loss.outOfOrder(),
                loss.jitterMillis(), null);
    }

    @Override
    InetSocketAddress local() {
        return socket.localAddress();
    }

    @Override
    InetSocketAddress remote() {
        return remote;
    }

    @Override
    void close() {
        socket.close();
    }

    @Override
    void abort() {
        socket.close();
    }
}
