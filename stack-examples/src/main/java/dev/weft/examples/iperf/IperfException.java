package dev.weft.examples.iperf;

import java.io.IOException;

/** Why a test cannot begin or go on; the message is for whoever started it. */
public final class IperfException extends IOException {

    private static final long serialVersionUID = 1L;

    /** iperf's numbers for what a client did wrong, as far as a server here finds fault. */
    static final int RECEIVING_PARAMETERS = 114;
    static final int PROTOCOL = 131;
    static final int CONGESTION_CONTROL = 134;
    static final int CREATING_STREAM = 200;

    private final int number;

    /** A failure for which iperf has no number of its own. */
    public IperfException(String message) {
        this(message, RECEIVING_PARAMETERS);
    }

    IperfException(String message, int number) {
        super(message);
        this.number = number;
    }

    int number() {
        return number;
    }
}
