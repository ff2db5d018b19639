package dev.weft.examples.scale;

import dev.weft.tcp.TcpSocket;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** What both ends of a connection do: 1 KB each way, then wait for the other's end on the thread that they have. */
final class Crowd {

    static final int BYTES = 1024;
    /** Where the last read waits; nothing comes but the end. */
    private static final byte[] NOTHING = new byte[1];

    private final AtomicInteger waiting = new AtomicInteger();

    /** The end that was connected to. */
    void answer(TcpSocket socket) throws IOException {
        receive(socket);
        socket.write(new byte[BYTES]);
        idle(socket);
    }

    /** The end that connects. */
    void ask(TcpSocket socket) throws IOException {
        socket.write(new byte[BYTES]);
        receive(socket);
        idle(socket);
    }

    private static void receive(TcpSocket socket) throws IOException {
        var bytes = new byte[BYTES];
        for (int n = 0; n < BYTES; ) {
            int more = socket.read(bytes, n, BYTES - n);
            if (more < 0) {
                throw new EOFException("the peer closed after " + n + " bytes");
            }
            n += more;
        }
    }

    private void idle(TcpSocket socket) throws IOException {
        waiting.incrementAndGet();
        try {
            while (socket.read(NOTHING) >= 0) {
                // Nobody sends anything.
            }
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** How many have exchanged their bytes and wait. */
    int waiting() {
        return waiting.get();
    }
}
