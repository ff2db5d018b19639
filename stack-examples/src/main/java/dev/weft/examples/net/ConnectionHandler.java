package dev.weft.examples.net;

/** Serves one connection; when it returns the connection is closed, when it throws it is reset. */
@FunctionalInterface
public interface ConnectionHandler {

    /** Serves a connection from its beginning to its end. */
    void handle(Connection connection) throws Exception;
}
