package dev.weft.tcp;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;

/** How a connection finds out how fast it may send. */
public enum TcpCongestion {

    /**
     * CUBIC (RFC 9438), the default: the window grows along a cubic curve around the size at which segments were lost last,
     * after a slow start that ends before it overflows the queue (RFC 9406, HyStart++).
     */
    CUBIC,
    /** NewReno (RFC 5681, RFC 6582): one segment a round trip, half of the window for a loss. */
    NEW_RENO,
    /**
     * BBR version 3 (draft-ietf-ccwg-bbr): keeps a model of the bandwidth and the round-trip time of the path and sends at
     * that rate; single losses do not slow it down.
     */
    BBR;

    /** What the core calls it. */
    CongestionAlgorithm algorithm() {
        return CongestionAlgorithm.valueOf(name());
    }
}
