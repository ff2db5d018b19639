package dev.weft.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Sockets of one kind, two ends of which can talk to each other: the kernel's, or Weft's. */
public interface SocketArm extends AutoCloseable {

    /** Listens on the server's side; port 0 for any. */
    Listening listen(int port, int backlog) throws IOException;

    /** Connects from the client's side to the server's. */
    Conversation connect(int port) throws IOException;

    /** Connects from this port, on the side of the server to itself. */
    Conversation connectFrom(int localPort, int port) throws IOException;

    /** On which threads an interrupt ends a blocking call. */
    List<ThreadKind> interruptible();

    @Override
    void close();

    /** A listener. */
    interface Listening extends AutoCloseable {
        int port();

        Conversation accept(Duration timeout) throws IOException;

        boolean isClosed();

        @Override
        void close() throws IOException;
    }

    /** One end of a connection. */
    interface Conversation extends AutoCloseable {
        int read(byte[] target, int offset, int length) throws IOException;

        void write(byte[] source, int offset, int length) throws IOException;

        InputStream input();

        OutputStream output();

        void shutdownInput() throws IOException;

        void shutdownOutput() throws IOException;

        void readTimeout(Duration limit) throws IOException;

        /** Null for none. */
        void linger(Duration limit) throws IOException;

        InetSocketAddress local();

        InetSocketAddress remote();

        boolean isClosed();

        @Override
        void close() throws IOException;

        default void write(byte[] source) throws IOException {
            write(source, 0, source.length);
        }
    }
}
