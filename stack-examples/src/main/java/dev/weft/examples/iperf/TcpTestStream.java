package dev.weft.examples.iperf;

import dev.weft.tcp.TcpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.random.RandomGenerator;

/** A stream over TCP: blocks one after the other. */
final class TcpTestStream extends TestStream {

    private final TcpSocket socket;
    private final byte[] block;

    TcpTestStream(int index, boolean sends, TcpSocket socket, int length) {
        super(index, sends);
        this.socket = socket;
        block = new byte[length];
        RandomGenerator.getDefault().nextBytes(block);
    }

    @Override
    void transfer(TestRun run) throws IOException, InterruptedException {
        if (sends()) {
            var pace = new Pace(run.settings().rate());
            while (run.mayStillSend(block.length)) {
                pace.await(block.length);
                socket.write(block);
                count(block.length);
            }
        } else {
            int n;
            while ((n = socket.read(block)) >= 0) {
                count(n);
                run.received(n);
            }
        }
    }

    @Override
    Snapshot snapshot(long nanos) {
        return new Snapshot(nanos, bytes(), 0, 0, 0, 0, socket.info());
    }

    @Override
    InetSocketAddress local() {
        return socket.localAddress();
    }

    @Override
    InetSocketAddress remote() {
        return socket.remoteAddress();
    }

    @Override
    void close() {
        socket.close();
    }

    @Override
    void abort() {
        socket.abort();
    }
}
