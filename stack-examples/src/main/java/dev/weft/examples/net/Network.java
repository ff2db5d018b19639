package dev.weft.examples.net;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Sockets, as far as the examples' servers need them. */
public interface Network {

    /**
     * Listens on a TCP port and serves each connection on a virtual thread of its own. Returns at once.
     *
     * @param port    0 for any free one
     * @param backlog how many connections may wait to be accepted
     * @throws IOException the port is taken
     */
    Served serve(int port, int backlog, ConnectionHandler handler) throws IOException;

    /**
     * Answers datagrams on a UDP port. Returns at once.
     *
     * @param port  0 for any free one
     * @param reply the payload to send back for the one received; null to stay silent
     * @throws IOException the port is taken
     */
    Served answer(int port, UnaryOperator<byte[]> reply) throws IOException;

    /**
     * Connects.
     *
     * @param host    a numeric address
     * @param timeout after which to give up
     * @throws IOException no connection came about; its class says why, as the JDK's do
     */
    Connection connect(String host, int port, Duration timeout) throws IOException;
}
