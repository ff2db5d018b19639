package dev.weft.tcp;

import dev.weft.tcp.core.TcpFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/** The platform's exceptions for what happens to a connection (D9). */
final class Failures {

    private Failures() {
    }

    /** Why a connection could not be made. */
    static IOException connecting(TcpFailure failure, FlowKey key) {
        String to = " (connecting to " + key.remoteText() + " from " + key.local() + ")";
        return switch (failure) {
            case REFUSED -> new ConnectException("Connection refused" + to);
            case RESET -> new ConnectException("Connection reset" + to);
            case TIMED_OUT -> new ConnectException("Connection timed out" + to
                    + ": no answer to any SYN; is the host up, and is a packet filter in the way?");
            case HOST_UNREACHABLE -> new NoRouteToHostException("No route to host" + to
                    + ": the host or its next hop does not answer");
            case NETWORK_UNREACHABLE -> new NoRouteToHostException("Network is unreachable" + to);
            case PROHIBITED -> new NoRouteToHostException("Communication prohibited by a router or the host" + to);
            case ABORTED, NONE -> new SocketException("Socket closed" + to);
        };
    }

    /** Why an established connection is no more. */
    static IOException broken(TcpFailure failure, FlowKey key) {
        String where = " (" + key + ")";
        return switch (failure) {
            case REFUSED, RESET -> new SocketException("Connection reset" + where);
            case TIMED_OUT -> new SocketException("Connection timed out" + where
                    + ": the peer acknowledged nothing until the limit of retransmissions");
            case HOST_UNREACHABLE -> new NoRouteToHostException("No route to host" + where);
            case NETWORK_UNREACHABLE -> new NoRouteToHostException("Network is unreachable" + where);
            case PROHIBITED -> new NoRouteToHostException("Communication prohibited by a router or the host" + where);
            case ABORTED, NONE -> new SocketException("Connection aborted" + where);
        };
    }

    static SocketTimeoutException connectTimedOut(java.time.Duration limit, FlowKey key) {
        return new SocketTimeoutException("Connect timed out after " + limit.toMillis() + " ms (" + key.remoteText() + ")");
    }

    static SocketTimeoutException timedOut(String call, java.time.Duration limit) {
        return new SocketTimeoutException(call + " timed out after " + limit.toMillis() + " ms");
    }

    /** The socket or listener was closed, by its user or because the stack has failed: then with the cause. */
    static SocketException closed(Throwable stackFailure) {
        if (stackFailure == null) {
            return new SocketException("Socket closed");
        }
        var failed = new SocketException("Socket closed: the network stack has failed: " + stackFailure.getMessage());
        failed.initCause(stackFailure);
        return failed;
    }

    static SocketException interrupted() {
        return new SocketException("Closed by interrupt");
    }
}
