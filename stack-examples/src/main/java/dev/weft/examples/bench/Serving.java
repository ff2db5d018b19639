package dev.weft.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;

/** Sockets to serve with, the kernel's or Weft's: the least that both have, so that one program does the same on both. */
interface Serving extends AutoCloseable {

    /** Serves a connection; it is closed when this returns, reset when it throws. */
    interface Handler {
        void handle(InputStream in, OutputStream out) throws IOException;
    }

    /** A UDP port. */
    interface Datagrams extends AutoCloseable {

        /** The next datagram's payload; valid until the next call. Suspends. */
        byte[] receive() throws IOException;

        /** Who sent the last one that was received. */
        InetSocketAddress source();

        /** Sends {@code length} bytes. */
        void send(InetSocketAddress to, byte[] payload, int length) throws IOException;

        @Override
        void close();
    }

    /** Serves each connection to a port on a thread of its own, until it is closed. Returns at once. */
    void serve(int port, Handler handler) throws IOException;

    /** Opens a port for datagrams. */
    Datagrams datagrams(int port) throws IOException;

    /** Starts something on a thread of the kind that goes with these sockets. */
    void start(Runnable body);

    @Override
    void close() throws IOException;
}
