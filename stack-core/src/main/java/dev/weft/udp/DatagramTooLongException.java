package dev.weft.udp;

import java.io.Serial;
import java.net.SocketException;

/** A datagram was longer than what can be sent to its destination; nothing was sent. */
public final class DatagramTooLongException extends SocketException {

    @Serial
    private static final long serialVersionUID = 1;

    private final int length;
    private final int limit;

    /**
     * @param length bytes of payload that were to be sent
     * @param limit bytes that could have been
     * @param why where the limit comes from
     */
    DatagramTooLongException(int length, int limit, String why) {
        super("Message too long: " + length + " bytes, and " + why + " carries at most " + limit);
        this.length = length;
        this.limit = limit;
    }

    /** Bytes of payload that were to be sent. */
    public int length() {
        return length;
    }

    /** Bytes of payload that could have been sent. */
    public int limit() {
        return limit;
    }
}
