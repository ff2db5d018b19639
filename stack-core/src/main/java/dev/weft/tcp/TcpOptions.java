package dev.weft.tcp;

import java.time.Duration;
import java.util.Objects;

/**
 * How a connection or listener behaves; a value, each method gives a changed copy. A connection that was accepted has its
 * listener's options.
 *
 * @param noDelay whether small segments leave at once, without Nagle's algorithm (RFC 9293 §3.7.4); default false
 * @param connectTimeout how long {@code connect} waits, default 2 minutes; zero: until TCP itself gives up (247 s)
 * @param readTimeout how long {@code read} waits, zero (the default) for ever
 * @param linger what {@code close} does with what has not been acknowledged yet: null (the default) lets it be delivered
 *     behind the back of the caller, a positive duration waits so long for it and resets the connection then, zero
 *     resets at once
 * @param sendBuffer bytes that may be written before the peer has acknowledged them, 1,024 to 2<sup>30</sup>; 0 (the default)
 *     begins with 256 KiB and grows with the congestion window, up to {@link TcpSettings#largestSendBuffer}
 * @param receiveBuffer bytes that the peer may send before the application reads them, 1,024 to 2<sup>30</sup>; 0 (the
 *     default) begins with 256 KiB and grows with what is read in a round trip, up to
 *     {@link TcpSettings#largestReceiveBuffer}. Memory is taken as data comes, whatever the size
 * @param backlog for listeners: how many connections may wait for {@code accept}, 1 to 65,536, default 1,024. As long as
 *     so many wait, SYNs and the last ACKs of handshakes are dropped, and the peer repeats them
 * @param timestamps whether timestamps are offered and agreed to (RFC 7323 §3); default true
 * @param selectiveAcks whether selective acknowledgements are offered and agreed to (RFC 2018); default true
 * @param congestionControl how fast to send; null (the default): as the stack is configured, see {@link TcpSettings}
 * @param patience how long to wait for a peer that does not answer: keep-alives, user timeout, limits of the handshake,
 *     floor of the retransmission time-out
 * @param halfOpen for listeners: how many connections may be half open, 1 to 65,536, default 1,024. Each takes 127 bytes; with
 *     {@code events}, 3 KB
 * @param ecn explicit congestion notification (RFC 3168); null (the default): as the stack is configured, see {@link TcpSettings}
 * @param events who is told what the connection does, or those of a listener; null (the default): nobody but who listens to all
 * @param fastOpen 0 (the default): no fast open (RFC 7413). For listeners: how many connections may have delivered data and their
 *     handshake not be complete, up to 65,536; what they deliver may have been sent twice, or be replayed by somebody who saw
 *     it. For {@link Tcp#connect(java.net.InetSocketAddress, java.net.InetSocketAddress, TcpOptions, byte[])}: any other number
 *     has its data ride on the SYN
 * @param readLowWater how many bytes a read waits for that can take so many, 1 (the default) to 2<sup>30</sup>, see
 *     {@link TcpSocket#readLowWater}
 */
public record TcpOptions(boolean noDelay, Duration connectTimeout, Duration readTimeout, Duration linger, int sendBuffer,
                         int receiveBuffer, int backlog, boolean timestamps, boolean selectiveAcks,
                         TcpCongestion congestionControl, TcpPatience patience, int halfOpen, TcpEcn ecn,
                         TcpEventListener events,
                         int fastOpen, int readLowWater) {

    private static final TcpOptions DEFAULTS =
            new TcpOptions(false, Duration.ofMinutes(2), Duration.ZERO, null, 0, 0, 1024, true, true, null,
                    TcpPatience.defaults(), 1024, null, null, 0, 1);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpOptions {
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        Objects.requireNonNull(readTimeout, "readTimeout");
        require(!connectTimeout.isNegative(), "connectTimeout", connectTimeout);
        require(!readTimeout.isNegative(), "readTimeout", readTimeout);
        require(linger == null || !linger.isNegative(), "linger", linger);
        require(sendBuffer == 0 || sendBuffer >= 1024 && sendBuffer <= 1 << 30, "sendBuffer", sendBuffer);
        require(receiveBuffer == 0 || receiveBuffer >= 1024 && receiveBuffer <= 1 << 30, "receiveBuffer", receiveBuffer);
        require(backlog >= 1 && backlog <= 65_536, "backlog", backlog);
        Objects.requireNonNull(patience, "patience");
        require(halfOpen >= 1 && halfOpen <= 65_536, "halfOpen", halfOpen);
        require(readLowWater >= 1 && readLowWater <= 1 << 30, "readLowWater", readLowWater);
        require(fastOpen >= 0 && fastOpen <= 65_536, "fastOpen", fastOpen);
    }

    private static void require(boolean ok, String name, Object value) {
        if (!ok) {
            throw new IllegalArgumentException("TcpOptions." + name + ": " + value + " is out of range");
        }
    }

    /** The defaults, as the parameters say them. */
    public static TcpOptions defaults() {
        return DEFAULTS;
    }

    /** A copy with or without Nagle's algorithm. */
    public TcpOptions noDelay(boolean on) {
        return new TcpOptions(on, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this limit on {@code connect}. */
    public TcpOptions connectTimeout(Duration limit) {
        return new TcpOptions(noDelay, limit, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this limit on {@code read}. */
    public TcpOptions readTimeout(Duration limit) {
        return new TcpOptions(noDelay, connectTimeout, limit, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this behaviour of {@code close}. */
    public TcpOptions linger(Duration limit) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, limit, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this size of the send buffer in bytes, which it keeps; 0 for one that grows. */
    public TcpOptions sendBuffer(int bytes) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, bytes, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this size of the receive buffer in bytes, which it keeps; 0 for one that grows. */
    public TcpOptions receiveBuffer(int bytes) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, bytes, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this limit on connections that wait for {@code accept}. */
    public TcpOptions backlog(int connections) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, connections, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this congestion control, whatever the stack's is. */
    public TcpOptions congestionControl(TcpCongestion algorithm) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, algorithm, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with or without timestamps. */
    public TcpOptions timestamps(boolean on) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, on,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with or without selective acknowledgements. */
    public TcpOptions selectiveAcks(boolean on) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                on, congestionControl, patience, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /**
     * A copy that asks a silent peer whether it is there, see {@link TcpPatience}.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpOptions keepAlive(Duration idle, Duration interval, int count) {
        return patience(patience.keepAlive(idle, interval, count));
    }

    /** A copy whose connections fail when something stays unacknowledged for so long, see {@link TcpPatience}. */
    public TcpOptions userTimeout(Duration limit) {
        return patience(patience.userTimeout(limit));
    }

    /** A copy whose connections add at least so much to the round trip for the retransmission time-out, see {@link TcpPatience}. */
    public TcpOptions rtoFloor(Duration floor) {
        return patience(patience.rtoFloor(floor));
    }

    /** A copy that waits so long for a peer that does not answer. */
    public TcpOptions patience(TcpPatience limits) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, limits, halfOpen, ecn, events, fastOpen, readLowWater);
    }

    /** A copy with this limit on half-open connections of a listener. */
    public TcpOptions halfOpen(int connections) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, connections, ecn, events, fastOpen, readLowWater);
    }

    /** A copy whose connections tell {@code listener} what they do, besides who listens to all of the stack; null: nobody else. */
    public TcpOptions events(TcpEventListener listener) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, listener, fastOpen, readLowWater);
    }

    /** A copy with fast open, and this limit on connections of a listener whose data came before the end of their handshake. */
    public TcpOptions fastOpen(int connections) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, connections, readLowWater);
    }

    /** A copy with this explicit congestion notification, whatever the stack's is. */
    public TcpOptions ecn(TcpEcn use) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, use, events, fastOpen, readLowWater);
    }

    /**
     * A copy whose reads wait for so many bytes.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public TcpOptions readLowWater(int bytes) {
        return new TcpOptions(noDelay, connectTimeout, readTimeout, linger, sendBuffer, receiveBuffer, backlog, timestamps,
                selectiveAcks, congestionControl, patience, halfOpen, ecn, events, fastOpen, bytes);
    }
}
