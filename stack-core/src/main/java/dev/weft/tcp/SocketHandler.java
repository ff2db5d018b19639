package dev.weft.tcp;

/** What a server does with one connection; may block, runs on a virtual thread of its own. */
@FunctionalInterface
public interface SocketHandler {

    /**
     * Serves a connection, which is closed when this returns and reset when it throws.
     *
     * @throws Exception is logged; other connections go on
     */
    void handle(TcpSocket socket) throws Exception;
}
