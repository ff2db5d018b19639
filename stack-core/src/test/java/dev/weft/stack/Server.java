package dev.weft.stack;

import dev.weft.tcp.SocketHandler;
import dev.weft.tcp.TcpListener;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A listener that serves on a thread of its own until closed; what {@code serve} throws fails the close. */
public final class Server implements AutoCloseable {

    public static final SocketHandler ECHO = socket -> socket.input().transferTo(socket.output());

    private final TcpListener listener;
    private final CompletableFuture<Void> served = new CompletableFuture<>();

    public Server(TcpListener listener, SocketHandler handler) {
        this.listener = listener;
        Thread.ofVirtual().start(() -> {
            try {
                listener.serve(handler);
                served.complete(null);
            } catch (IOException | RuntimeException e) {
                served.completeExceptionally(e);
            }
        });
    }

    public int port() {
        return listener.port();
    }

    @Override
    public void close() {
        listener.close();
        served.join();
    }
}
