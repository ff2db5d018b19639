package dev.weft.tcp;

import dev.weft.tcp.core.recovery.RttEstimator;
import java.time.Duration;
import java.util.Objects;

/**
 * How long a connection waits for a peer that does not answer; part of {@link TcpOptions}, a value.
 *
 * @param keepAliveIdle how long a connection is silent before the peer is asked whether it is there (RFC 9293 §3.8.4), at
 *     least 1 s; default 2 hours
 * @param keepAliveInterval time from one question to the next, at least 1 s; default 75 s
 * @param keepAliveCount so many questions without an answer reset the connection, 2 to 127; 0 (the default): none are asked
 * @param userTimeout how long something written may stay unacknowledged before the connection fails (RFC 9293 §3.8.3,
 *     RFC 5482), also where the peer keeps its window closed; zero (the default): until the limit of retransmissions, 15
 *     minutes and more
 * @param synRetries how often an unanswered SYN is sent again, 0 to 127, default 7: 247 s
 * @param synAckRetries for listeners: how often an unanswered SYN,ACK is sent again, 0 to 127, default 5: 63 s
 * @param rtoFloor what is added at least to the round trip for the retransmission time-out, 1 ms to 120 s (RFC 6298 §2.4); null
 *     (the default): as the stack is configured, see {@link TcpSettings#rtoFloor}
 */
public record TcpPatience(Duration keepAliveIdle, Duration keepAliveInterval, int keepAliveCount, Duration userTimeout,
                          int synRetries, int synAckRetries, Duration rtoFloor) {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LEAST_FLOOR = Duration.ofMillis(1);
    private static final Duration GREATEST_FLOOR = Duration.ofNanos(RttEstimator.MAX_RTO);
    private static final TcpPatience DEFAULTS =
            new TcpPatience(Duration.ofHours(2), Duration.ofSeconds(75), 0, Duration.ZERO, 7, 5, null);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpPatience {
        Objects.requireNonNull(keepAliveIdle, "keepAliveIdle");
        Objects.requireNonNull(keepAliveInterval, "keepAliveInterval");
        Objects.requireNonNull(userTimeout, "userTimeout");
        require(keepAliveIdle.compareTo(SECOND) >= 0, "keepAliveIdle", keepAliveIdle);
        require(keepAliveInterval.compareTo(SECOND) >= 0, "keepAliveInterval", keepAliveInterval);
        // RFC 9293 §3.8.4 (MUST-29): no single question without an answer ends a connection.
        require(keepAliveCount == 0 || keepAliveCount >= 2 && keepAliveCount <= 127, "keepAliveCount", keepAliveCount);
        require(!userTimeout.isNegative(), "userTimeout", userTimeout);
        require(synRetries >= 0 && synRetries <= 127, "synRetries", synRetries);
        require(synAckRetries >= 0 && synAckRetries <= 127, "synAckRetries", synAckRetries);
        if (rtoFloor != null) {
            requireFloor("TcpPatience.rtoFloor", rtoFloor);
        }
    }

    static void requireFloor(String name, Duration floor) {
        if (floor.compareTo(LEAST_FLOOR) < 0 || floor.compareTo(GREATEST_FLOOR) > 0) {
            throw new IllegalArgumentException(name + ": " + floor + " is out of range");
        }
    }

    private static void require(boolean ok, String name, Object value) {
        if (!ok) {
            throw new IllegalArgumentException("TcpPatience." + name + ": " + value + " is out of range");
        }
    }

    /** The defaults, as the parameters say them. */
    public static TcpPatience defaults() {
        return DEFAULTS;
    }

    /** A copy with these keep-alives. */
    public TcpPatience keepAlive(Duration idle, Duration interval, int count) {
        return new TcpPatience(idle, interval, count, userTimeout, synRetries, synAckRetries, rtoFloor);
    }

    /** A copy with this user timeout. */
    public TcpPatience userTimeout(Duration limit) {
        return new TcpPatience(keepAliveIdle, keepAliveInterval, keepAliveCount, limit, synRetries, synAckRetries, rtoFloor);
    }

    /** A copy with this floor of the retransmission time-out, whatever the stack's is. */
    public TcpPatience rtoFloor(Duration floor) {
        return new TcpPatience(keepAliveIdle, keepAliveInterval, keepAliveCount, userTimeout, synRetries, synAckRetries, floor);
    }

    /** A copy with these limits on repeated SYN and SYN,ACK. */
    public TcpPatience handshakeRetries(int syn, int synAck) {
        return new TcpPatience(keepAliveIdle, keepAliveInterval, keepAliveCount, userTimeout, syn, synAck, rtoFloor);
    }
}
